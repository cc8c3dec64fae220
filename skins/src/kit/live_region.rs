//! Text that screen readers speak when it changes, and that is not to be seen.

use leptos::prelude::*;

/// How it is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// When the reader pauses.
    Polite,
    /// At once.
    Assertive,
}

/// A live region. It has to be there, empty, before there is anything to say; so mount it with the page.
#[component]
pub fn LiveRegion(
    /// How it is spoken.
    urgency: Urgency,
    /// What is said. Spoken once each time it becomes another text.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let live = match urgency {
        Urgency::Polite => "polite",
        Urgency::Assertive => "assertive",
    };
    view! { <div class="unseen" aria-live=live aria-atomic="true">{move || text.get()}</div> }
}
