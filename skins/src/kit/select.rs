//! One choice out of a list.

use leptos::ev::Event;
use leptos::prelude::*;

/// One line of a [`Select`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is chosen.
    pub value: String,
    /// What the line reads.
    pub text: String,
}

/// A labelled list to choose from.
#[component]
pub fn Select(
    /// Unique in the page; joins label and list.
    id: &'static str,
    /// The label above it.
    label: &'static str,
    /// What there is to choose from.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// What is chosen.
    #[prop(into)]
    value: Signal<String>,
    /// Called with the value of the line that was chosen.
    #[prop(into)]
    on_choose: UnsyncCallback<String>,
) -> impl IntoView {
    let line = move |choice: Choice| {
        let chosen = {
            let own = choice.value.clone();
            move || value.with(|value| *value == own)
        };
        view! { <option value=choice.value prop:selected=chosen>{choice.text}</option> }
    };
    view! {
        <div class="field">
            <label class="field-label" for=id>{label}</label>
            <select
                class="field-input"
                id=id
                on:change=move |event: Event| on_choose.run(event_target_value(&event))
            >
                {move || choices.get().into_iter().map(line).collect_view()}
            </select>
        </div>
    }
}
