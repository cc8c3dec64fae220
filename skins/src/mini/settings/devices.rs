//! Which microphone, speaker and ringer are used, and whether they work.

use crate::intent::Intent;
use crate::kit::{Button, Choice, Glyph, Meter, Select, When, memo};
use crate::port::Port;
use crate::snapshot::{DeviceRole, Picker};
use crate::text::Text;
use leptos::prelude::*;

/// What stands for the system's own choice; no device has an empty name.
const SYSTEM: &str = "";

/// The list of one role, and its test.
#[derive(Clone, Copy)]
struct Part {
    role: DeviceRole,
    id: &'static str,
    name: Text,
}

const MICROPHONE: Part =
    Part { role: DeviceRole::Microphone, id: "microphone", name: Text::HealthMicrophone };
const SPEAKER: Part = Part { role: DeviceRole::Speaker, id: "speaker", name: Text::DevicesSpeaker };
const RINGER: Part = Part { role: DeviceRole::Ringer, id: "ringer", name: Text::DevicesRinger };

#[component]
pub(super) fn DeviceSettings(port: Port) -> impl IntoView {
    let locale = port.locale;
    let named = port.select(|snapshot| snapshot.devices.named);
    let sound = move |label: Text, role: DeviceRole, glyph: Glyph| {
        let on_press = move |()| port.send(Intent::TestSound(role));
        view! { <Button label=locale.text(label) glyph=glyph on_press=on_press /> }
    };
    view! {
        <section class="panel-part" aria-label=locale.text(Text::DevicesTitle)>
            <h3 class="side-title">{locale.text(Text::DevicesTitle)}</h3>
            <When holds=move || !named.get()>
                <p class="panel-hint">{locale.text(Text::DevicesUnnamed)}</p>
                <Button
                    label=locale.text(Text::HealthAllowMicrophone)
                    glyph=Glyph::Microphone
                    on_press=move |()| port.send(Intent::AllowMicrophone)
                />
            </When>
            <DevicePicker port=port part=MICROPHONE />
            <MicrophoneTest port=port />
            <DevicePicker port=port part=SPEAKER />
            {sound(Text::DevicesTestSpeaker, DeviceRole::Speaker, Glyph::Speaker)}
            <DevicePicker port=port part=RINGER />
            {sound(Text::DevicesTestRinger, DeviceRole::Ringer, Glyph::Bell)}
        </section>
    }
}

#[component]
fn DevicePicker(port: Port, part: Part) -> impl IntoView {
    let locale = port.locale;
    let picker = port.select(move |snapshot| snapshot.devices.picker(part.role).clone());
    let choices = memo(move || picker.with(|picker| choices(picker, locale.text(Text::DevicesSystem))));
    let used = memo(move || picker.with(|picker| picker.used.clone()).unwrap_or_else(|| SYSTEM.to_owned()));
    let choose = move |id: String| {
        let device = Some(id).filter(|id| id != SYSTEM);
        port.send(Intent::ChooseDevice { role: part.role, device });
    };
    let can_choose = memo(move || picker.with(|picker| picker.can_choose));
    move || {
        if can_choose.get() {
            return view! {
                <Select id=part.id label=locale.text(part.name) choices=choices value=used on_choose=choose />
            }
            .into_any();
        }
        view! {
            <p class="panel-hint">
                <strong>{locale.text(part.name)}</strong>
                ": "
                {locale.text(Text::DevicesFixed)}
            </p>
        }
        .into_any()
    }
}

/// The system's choice first; devices without a name cannot be told apart, so they are no choice.
fn choices(picker: &Picker, system: &str) -> Vec<Choice> {
    let system = Choice { value: SYSTEM.to_owned(), text: system.to_owned() };
    let named = picker.options.iter().filter(|device| !device.label.is_empty());
    let devices = named.map(|device| Choice { value: device.id.clone(), text: device.label.clone() });
    std::iter::once(system).chain(devices).collect()
}

#[component]
fn MicrophoneTest(port: Port) -> impl IntoView {
    let locale = port.locale;
    let testing = port.select(|snapshot| snapshot.devices.testing);
    view! {
        <Button
            label=locale.text(Text::DevicesTestMicrophone)
            glyph=Glyph::Microphone
            pressed=testing
            on_press=move |()| port.send(Intent::TestMicrophone(!testing.get_untracked()))
        />
        <When holds=move || testing.get()>
            <Meter label=locale.text(Text::DevicesLevel) value=port.level />
        </When>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Device;

    #[test]
    fn the_system_s_choice_comes_first_and_devices_without_a_name_are_left_out() {
        let device = |id: &str, label: &str| Device { id: id.into(), label: label.into() };
        let options = vec![device("a", "Jabra"), device("b", "")];
        let choices = choices(&Picker { options, ..Picker::default() }, "System");
        let texts: Vec<_> = choices.iter().map(|choice| choice.text.as_str()).collect();
        assert_eq!(texts, ["System", "Jabra"]);
        assert_eq!(choices[0].value, SYSTEM);
    }
}
