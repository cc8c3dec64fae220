//! A campaign's call: when the customer is called back, and what became of it.

use super::call_data::can;
use crate::intent::AgentIntent;
use crate::kit::{Button, Glyph, Kind, Part, When, memo};
use crate::port::Port;
use crate::snapshot::DialogView;
use crate::text::Text;
use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use sidetone_protocol::agent::{CallbackChange, DialogCommand};

#[component]
pub(super) fn CallbackPart(port: Port, id: String, dialog: Part<Option<DialogView>>) -> impl IntoView {
    let locale = port.locale;
    let fixed = memo(move || dialog.with(|dialog| dialog.as_ref().and_then(|it| it.callback.clone())));
    let said = move || {
        fixed.get().map(|(time, number)| {
            let at = locale.fill(Text::CallbackAt, "time", &time.replace('T', " "));
            view! { <p class="call-about">{at.replace("{number}", &number)}</p> }
        })
    };
    let open = RwSignal::new(false);
    let id = StoredValue::new(id);
    view! {
        {said}
        <When holds=can(dialog, DialogCommand::ScheduleCallback)>
            <div class="call-small">
                <Button
                    label=locale.text(Text::CallbackTitle)
                    glyph=Glyph::Clock
                    expanded=open
                    on_press=move |()| open.update(|open| *open = !*open)
                />
            </div>
            <When holds=move || open.get()>
                {callback_form(port, id.get_value(), fixed.get_untracked().unwrap_or_default(), open)}
            </When>
        </When>
        <When holds=can(dialog, DialogCommand::CancelCallback)>
            <div class="call-small">
                <Button
                    label=locale.text(Text::CallbackCancel)
                    glyph=Glyph::Close
                    kind=Kind::Quiet
                    on_press=move |()| {
                        let change = CallbackChange::Cancel;
                        port.send(AgentIntent::Callback { dialog: id.get_value(), change }.into());
                    }
                />
            </div>
        </When>
    }
}

fn callback_form(port: Port, dialog: String, fixed: (String, String), open: RwSignal<bool>) -> AnyView {
    let locale = port.locale;
    let time = RwSignal::new(fixed.0);
    let number = RwSignal::new(fixed.1);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let filled = |field: RwSignal<String>| {
            Some(field.with_untracked(|text| text.trim().to_owned())).filter(|text| !text.is_empty())
        };
        let (time, number) = (filled(time), filled(number));
        if time.is_some() || number.is_some() {
            open.set(false);
            let change = CallbackChange::Schedule { time, number };
            port.send(AgentIntent::Callback { dialog: dialog.clone(), change }.into());
        }
    };
    let field = move |label: Text, kind: &'static str, value: RwSignal<String>| {
        view! {
            <label class="field">
                <span class="field-label">{locale.text(label)}</span>
                <input
                    class="field-input"
                    type=kind
                    autocomplete="off"
                    prop:value=move || value.get()
                    on:input=move |event: Event| value.set(event_target_value(&event))
                />
            </label>
        }
    };
    view! {
        <form class="call-form" aria-label=locale.text(Text::CallbackTitle) on:submit=submit>
            {field(Text::CallbackTime, "datetime-local", time)}
            {field(Text::CallbackNumber, "tel", number)}
            <Button label=locale.text(Text::CallbackSave) kind=Kind::Primary submit=true />
        </form>
    }
    .into_any()
}

/// What can become of a campaign's call, in the contact centre's words and in the user's.
const RESULTS: [(&str, Text); 6] = [
    ("VOICE", Text::ResultVoice),
    ("ANS_MACHINE", Text::ResultMachine),
    ("FAX", Text::ResultFax),
    ("BUSY", Text::ResultBusy),
    ("INVALID", Text::ResultInvalid),
    ("DO_NOT_CALL", Text::ResultDoNotCall),
];

#[component]
pub(super) fn ReclassifyPart(port: Port, id: String, dialog: Part<Option<DialogView>>) -> impl IntoView {
    let locale = port.locale;
    let open = RwSignal::new(false);
    let id = StoredValue::new(id);
    let result = move |(value, text): (&'static str, Text)| {
        let on_press = move |()| {
            open.set(false);
            let classification = value.to_owned();
            port.send(AgentIntent::Reclassify { dialog: id.get_value(), classification }.into());
        };
        view! { <Button label=locale.text(text) on_press=on_press /> }
    };
    view! {
        <When holds=can(dialog, DialogCommand::Reclassify)>
            <div class="call-small">
                <Button
                    label=locale.text(Text::ResultTitle)
                    glyph=Glyph::Note
                    expanded=open
                    on_press=move |()| open.update(|open| *open = !*open)
                />
            </div>
            <When holds=move || open.get()>
                <div class="wrap-up" role="group" aria-label=locale.text(Text::ResultTitle)>
                    {RESULTS.map(result).into_iter().collect_view()}
                </div>
            </When>
        </When>
    }
}
