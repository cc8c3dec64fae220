//! A button with a label, a drawing or both.

use super::{Glyph, Icon};
use leptos::prelude::*;

/// What pressing it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// One choice of several.
    #[default]
    Plain,
    /// The next step.
    Primary,
    /// Starts or answers a call.
    Positive,
    /// Ends or refuses a call.
    Negative,
    /// A side matter.
    Quiet,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Self::Plain => "button button-plain",
            Self::Primary => "button button-primary",
            Self::Positive => "button button-positive",
            Self::Negative => "button button-negative",
            Self::Quiet => "button button-quiet",
        }
    }
}

/// A button. Its label is its accessible name, also where only the drawing is to be seen.
#[component]
pub fn Button(
    /// The accessible name, and the text on the button.
    #[prop(into)]
    label: Signal<String>,
    /// The drawing, if any.
    #[prop(optional, into)]
    glyph: Option<Signal<Glyph>>,
    /// What pressing it means.
    #[prop(optional)]
    kind: Kind,
    /// Whether only the drawing is to be seen; the label shows as a tool tip.
    #[prop(optional)]
    compact: bool,
    /// For a button that switches something on and off: whether it is on.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    /// For a button that folds something out: whether it is folded out.
    #[prop(optional, into)]
    expanded: Option<Signal<bool>>,
    /// Whether it cannot be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The key that does the same, as `aria-keyshortcuts` writes it.
    #[prop(optional)]
    shortcut: Option<&'static str>,
    /// Whether it submits the form around it.
    #[prop(optional)]
    submit: bool,
    /// Unique in the page; to give the focus back to it.
    #[prop(optional, into)]
    id: Option<String>,
    /// Called when it is pressed.
    #[prop(optional, into)]
    on_press: Option<UnsyncCallback<()>>,
) -> impl IntoView {
    let flag = |signal: Option<Signal<bool>>| move || signal.map(|on| on.get().to_string());
    let tip = move || match (compact, shortcut) {
        (true, Some(shortcut)) => Some(format!("{} ({shortcut})", label.get())),
        (true, None) => Some(label.get()),
        (false, shortcut) => shortcut.map(str::to_owned),
    };
    view! {
        <button
            id=id
            type=if submit { "submit" } else { "button" }
            class=kind.class()
            class:button-compact=compact
            aria-label=move || compact.then(|| label.get())
            title=tip
            aria-pressed=flag(pressed)
            aria-expanded=flag(expanded)
            aria-keyshortcuts=shortcut
            disabled=move || disabled.get()
            on:click=move |_| {
                if let Some(on_press) = on_press {
                    on_press.run(());
                }
            }
        >
            {glyph.map(|glyph| view! { <Icon glyph=glyph /> })}
            {(!compact).then(|| view! { <span class="button-label">{move || label.get()}</span> })}
        </button>
    }
}
