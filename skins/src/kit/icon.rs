//! Line drawings on a grid of 24, in the colour of the text around them. Never the only sign: a text or a
//! label says the same.

use leptos::prelude::*;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// The mark of the product.
    Mark,
    /// A handset.
    Phone,
    /// A handset laid down.
    HangUp,
    /// A microphone.
    Microphone,
    /// A microphone, struck through.
    MicrophoneOff,
    /// Nine dots.
    Keypad,
    /// Delete the last character.
    Backspace,
    /// A cross.
    Close,
    /// A tick.
    Check,
    /// A triangle with an exclamation mark.
    Warning,
    /// Three dots.
    Waiting,
    /// A door with an arrow out of it.
    SignOut,
    /// An arrow that comes in.
    Inbound,
    /// An arrow that goes out.
    Outbound,
    /// A head and shoulders.
    Person,
}

impl Glyph {
    fn path(self) -> &'static str {
        match self {
            Self::Mark => "M4.5 10.5v3M8.25 7.5v9M12 4.5v15M15.75 8.5v7M19.5 10.5v3",
            Self::Phone | Self::HangUp => {
                "M5 4h3.4l1.6 4-2.2 1.6a12 12 0 0 0 6.6 6.6L16 14l4 1.6V19a1.5 1.5 0 0 1-1.6 1.5A15.6 15.6 0 0 1 3.5 5.6 1.5 1.5 0 0 1 5 4Z"
            }
            Self::Microphone => {
                "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21"
            }
            Self::MicrophoneOff => {
                "M9 9v2a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.8-1M5.5 11a6.5 6.5 0 0 0 9.9 5.5M18.5 11a6.5 6.5 0 0 1-.7 3M12 17.5V21M4 4l16 16"
            }
            Self::Keypad => {
                "M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M6 18h.01M12 18h.01M18 18h.01"
            }
            Self::Backspace => {
                "M9 6h10a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 18H9l-5.5-6ZM12 9.8l4.4 4.4M16.4 9.8 12 14.2"
            }
            Self::Close => "M6.5 6.5l11 11M17.5 6.5l-11 11",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Warning => "M12 4 2.8 19.5h18.4ZM12 10v4.2M12 17h.01",
            Self::Waiting => "M6 12h.01M12 12h.01M18 12h.01",
            Self::SignOut => "M10 4.5H6A1.5 1.5 0 0 0 4.5 6v12A1.5 1.5 0 0 0 6 19.5h4M15 8l4 4-4 4M19 12H9.5",
            Self::Inbound => "M17 7 7 17M7 9v8h8",
            Self::Outbound => "M7 17 17 7M9 7h8v8",
            Self::Person => {
                "M12 4.5a3.75 3.75 0 1 0 0 7.5 3.75 3.75 0 0 0 0-7.5ZM4.75 20a7.25 7.25 0 0 1 14.5 0"
            }
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Keypad | Self::Waiting => "icon icon-dots",
            Self::HangUp => "icon icon-laid-down",
            Self::Mark => "icon icon-mark",
            Self::Phone
            | Self::Microphone
            | Self::MicrophoneOff
            | Self::Backspace
            | Self::Close
            | Self::Check
            | Self::Warning
            | Self::SignOut
            | Self::Inbound
            | Self::Outbound
            | Self::Person => "icon",
        }
    }
}

/// A drawing that screen readers pass over.
#[component]
pub fn Icon(
    /// What is drawn.
    #[prop(into)]
    glyph: Signal<Glyph>,
) -> impl IntoView {
    view! {
        <svg class=move || glyph.get().class() viewBox="0 0 24 24" aria-hidden="true">
            <path d=move || glyph.get().path() />
        </svg>
    }
}
