//! What keeps calls from ringing here, what waits, and what has gone: said on the page itself.

use crate::intent::Intent;
use crate::kit::{Button, Glyph, Icon, Kind, When};
use crate::locale::Locale;
use crate::port::Port;
use crate::snapshot::{DeviceRole, Snapshot};
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::{DialString, Forward, Voicemail};

#[component]
pub(super) fn Badges(port: Port) -> impl IntoView {
    view! {
        <div class="badges">
            <DoNotDisturb port=port />
            <Forwarded port=port />
            <VoicemailButton port=port />
            <LostDevices port=port />
        </div>
    }
}

#[component]
fn DoNotDisturb(port: Port) -> impl IntoView {
    let locale = port.locale;
    let on = port.select(|snapshot| snapshot.features.do_not_disturb);
    view! {
        <When holds=move || on.get()>
            <p class="badge">
                <Icon glyph=Glyph::DoNotDisturb />
                <span class="badge-words">{locale.text(Text::DndOn)}</span>
                <Button
                    label=locale.text(Text::DndTurnOff)
                    glyph=Glyph::Close
                    kind=Kind::Quiet
                    compact=true
                    on_press=move |()| port.send(Intent::SetDoNotDisturb(false))
                />
            </p>
        </When>
    }
}

#[component]
fn Forwarded(port: Port) -> impl IntoView {
    let locale = port.locale;
    let forward = port.select(|snapshot| snapshot.features.forward.clone());
    let to = move || forward.with(|forward| forward.always.as_ref().map(ToString::to_string));
    let turn_off = move |()| {
        let forward = Forward { always: None, ..forward.get_untracked() };
        port.send(Intent::SetForward(forward));
    };
    move || {
        to().map(|number| {
            view! {
                <p class="badge">
                    <Icon glyph=Glyph::Outbound />
                    <span class="badge-words">{locale.fill(Text::ForwardOn, "number", &number)}</span>
                    <Button
                        label=locale.text(Text::ForwardTurnOff)
                        glyph=Glyph::Close
                        kind=Kind::Quiet
                        compact=true
                        on_press=turn_off
                    />
                </p>
            }
        })
    }
}

/// What waits in the voicemail box, in words; nothing where nothing does.
fn voicemail_words(locale: Locale, voicemail: Option<Voicemail>) -> Option<String> {
    let voicemail = voicemail.filter(|voicemail| voicemail.waiting || voicemail.new > 0)?;
    Some(match voicemail.new {
        // Some systems say only that there is something.
        0 => locale.text(Text::VoicemailWaiting).to_owned(),
        count => locale.fill(Text::VoicemailNew, "count", &count.to_string()),
    })
}

#[component]
fn VoicemailButton(port: Port) -> impl IntoView {
    let locale = port.locale;
    let words = port.select(move |snapshot| voicemail_words(locale, snapshot.features.voicemail));
    let number = port.select(|snapshot| snapshot.features.voicemail_number.clone());
    let call = move |number: DialString, label: String| {
        let on_press = move |()| port.send(Intent::Dial { number: number.to_string() });
        view! { <Button label=label glyph=Glyph::Voicemail on_press=on_press /> }
    };
    move || match (words.get(), number.get()) {
        (Some(words), Some(number)) => Some(call(number, words).into_any()),
        (None, Some(number)) => Some(call(number, locale.text(Text::VoicemailCall).to_owned()).into_any()),
        (Some(words), None) => Some(
            view! {
                <p class="badge">
                    <Icon glyph=Glyph::Voicemail />
                    <span class="badge-words">{words}</span>
                </p>
            }
            .into_any(),
        ),
        (None, None) => None,
    }
}

/// Which devices are not where they should be.
fn lost_words(locale: Locale, snapshot: &Snapshot) -> Vec<String> {
    let lost = DeviceRole::ALL.into_iter().filter_map(|role| {
        let text = match role {
            DeviceRole::Microphone => Text::DevicesLostMicrophone,
            DeviceRole::Speaker => Text::DevicesLostSpeaker,
            DeviceRole::Ringer => Text::DevicesLostRinger,
        };
        snapshot.devices.picker(role).lost.as_ref().map(|device| locale.fill(text, "device", device))
    });
    let replaced = snapshot.devices.replaced.then(|| locale.text(Text::DevicesReplaced).to_owned());
    lost.chain(replaced).collect()
}

#[component]
fn LostDevices(port: Port) -> impl IntoView {
    let locale = port.locale;
    let lost = port.select(move |snapshot| lost_words(locale, snapshot));
    let line = |words: String| {
        view! {
            <p class="badge badge-warn">
                <Icon glyph=Glyph::Warning />
                <span class="badge-words">{words}</span>
            </p>
        }
    };
    view! { <div class="badges" role="alert">{move || lost.get().into_iter().map(line).collect_view()}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Language;
    use crate::snapshot::{Devices, Picker};

    const ENGLISH: fn() -> Locale = || Locale::new(Language::English);

    #[test]
    fn voicemail_is_counted_where_the_system_counts() {
        let words = |waiting, new| voicemail_words(ENGLISH(), Some(Voicemail { waiting, new, old: 7 }));
        assert_eq!(words(true, 3).as_deref(), Some("Voicemail: 3 new"));
        assert_eq!(words(true, 0).as_deref(), Some("Voicemail: new messages"));
        assert_eq!(words(false, 0), None);
        assert_eq!(voicemail_words(ENGLISH(), None), None);
    }

    #[test]
    fn each_lost_device_is_named() {
        let lost = |label: &str| Picker { lost: Some(label.into()), ..Picker::default() };
        let devices = Devices { microphone: lost("Jabra"), ringer: lost("Desk"), ..Devices::default() };
        let words = lost_words(ENGLISH(), &Snapshot { devices, ..Snapshot::default() });
        assert_eq!(words.len(), 2, "{words:?}");
        assert!(words[0].contains("“Jabra”") && words[1].contains("“Desk”"), "{words:?}");
    }
}
