//! The twelve keys of a telephone.

use leptos::prelude::*;

/// The keys and the letters on them, ITU-T E.161.
const KEYS: [(char, &str); 12] = [
    ('1', ""),
    ('2', "ABC"),
    ('3', "DEF"),
    ('4', "GHI"),
    ('5', "JKL"),
    ('6', "MNO"),
    ('7', "PQRS"),
    ('8', "TUV"),
    ('9', "WXYZ"),
    ('*', ""),
    ('0', "+"),
    ('#', ""),
];

/// A number pad.
#[component]
pub fn Keypad(
    /// Its accessible name.
    label: &'static str,
    /// Called with the character of the key.
    #[prop(into)]
    on_key: UnsyncCallback<char>,
    /// Whether it cannot be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let keys = KEYS.map(|(key, letters)| {
        view! {
            // The letters are for the eye: "2" is what the key does.
            <button
                type="button"
                class="key"
                aria-label=key.to_string()
                disabled=move || disabled.get()
                // The focus stays where it is: on the key, Enter would press it again instead of calling.
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| on_key.run(key)
            >
                <span class="key-digit" aria-hidden="true">{key.to_string()}</span>
                <span class="key-letters" aria-hidden="true">{letters}</span>
            </button>
        }
    });
    view! {
        <div class="keypad" role="group" aria-label=label>
            {keys.into_iter().collect_view()}
        </div>
    }
}
