//! How much there is of something that changes all the time.

use leptos::prelude::*;

/// A level from 0 to 100. Not a live region: a screen reader's user asks for it.
#[component]
pub fn Meter(
    /// Its accessible name.
    label: &'static str,
    /// The level.
    #[prop(into)]
    value: Signal<u8>,
) -> impl IntoView {
    view! {
        <div
            class="meter"
            role="meter"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || value.get().to_string()
        >
            <span class="meter-bar" style:width=move || format!("{}%", value.get().min(100))></span>
        </div>
    }
}
