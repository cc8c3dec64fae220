//! To whom a dialog without sound is handed, or who is asked about it.

use super::PhoneBook;
use super::call_data::can;
use crate::intent::AgentIntent;
use crate::kit::{Button, Glyph, Kind, Part, When};
use crate::port::Port;
use crate::snapshot::DialogView;
use crate::text::Text;
use leptos::ev::{Event, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;
use sidetone_protocol::agent::DialogCommand;

#[component]
pub(super) fn Handing(
    port: Port,
    id: String,
    dialog: Part<Option<DialogView>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let locale = port.locale;
    let number = RwSignal::new(String::new());
    let field = NodeRef::<Input>::new();
    let id = StoredValue::new(id);
    let send = move |intent: fn(String, String) -> AgentIntent| {
        let written = number.get_untracked();
        if !written.trim().is_empty() {
            open.set(false);
            port.send(intent(id.get_value(), written).into());
        }
    };
    view! {
        <form
            class="call-form"
            aria-label=locale.text(Text::CallTransfer)
            on:submit=move |event: SubmitEvent| event.prevent_default()
        >
            <label class="field">
                <span class="field-label">{locale.text(Text::TransferField)}</span>
                <input
                    class="field-input"
                    type="text"
                    inputmode="tel"
                    node_ref=field
                    autocomplete="off"
                    prop:value=move || number.get()
                    on:input=move |event: Event| number.set(event_target_value(&event))
                />
            </label>
            <PhoneBook port=port number=number field=field />
            <div class="transfer-buttons">
                <When holds=can(dialog, DialogCommand::Consult)>
                    <Button
                        label=locale.text(Text::TransferAsk)
                        glyph=Glyph::Phone
                        on_press=move |()| send(|dialog, number| AgentIntent::Consult { dialog, number })
                    />
                </When>
                <When holds=can(dialog, DialogCommand::SingleStepTransfer)>
                    <Button
                        label=locale.text(Text::TransferNow)
                        glyph=Glyph::Transfer
                        kind=Kind::Primary
                        on_press=move |()| send(|dialog, number| AgentIntent::HandOver { dialog, number })
                    />
                </When>
            </div>
        </form>
    }
}
