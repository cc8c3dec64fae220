//! A text field with its label and what is wrong with it.

use leptos::ev::Event;
use leptos::html::Input;
use leptos::prelude::*;

/// A labelled text field.
#[component]
pub fn Field(
    /// Unique in the page; joins label, field and message.
    id: &'static str,
    /// The label above it.
    label: &'static str,
    /// What is in it.
    value: RwSignal<String>,
    /// `text` or `password`.
    #[prop(default = "text")]
    kind: &'static str,
    /// The `autocomplete` token (WCAG 2.2, 1.3.5 and 3.3.8: password managers must be able to fill it).
    autocomplete: &'static str,
    /// Why what is in it will not do.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it cannot be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Which keys a touch screen shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// The `id` of a `datalist` with what may be entered.
    #[prop(optional)]
    list: Option<&'static str>,
    /// The `id` of what else is said about it, beside `error`.
    #[prop(optional)]
    note: Option<&'static str>,
    /// To move the focus to it.
    #[prop(optional)]
    node: NodeRef<Input>,
) -> impl IntoView {
    let error_id = format!("{id}-error");
    let described_by = {
        let error_id = error_id.clone();
        move || match (error.with(Option::is_some), note) {
            (true, Some(note)) => Some(format!("{error_id} {note}")),
            (true, None) => Some(error_id.clone()),
            (false, note) => note.map(str::to_owned),
        }
    };
    view! {
        <div class="field">
            <label class="field-label" for=id>{label}</label>
            <input
                class="field-input"
                id=id
                name=id
                type=kind
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                inputmode=inputmode
                list=list
                node_ref=node
                prop:value=move || value.get()
                disabled=move || disabled.get()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described_by
                on:input=move |event: Event| value.set(event_target_value(&event))
            />
            <p class="field-error" id=error_id>{move || error.get()}</p>
        </div>
    }
}
