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
    /// Two heads and shoulders.
    People,
    /// Two upright bars.
    Pause,
    /// A triangle that points ahead.
    Play,
    /// Two arrows, one each way.
    Swap,
    /// An arrow that turns away.
    Transfer,
    /// Arrows that meet.
    Join,
    /// A letter P in a frame.
    Park,
    /// A cross of two lines.
    Plus,
    /// Three sliders.
    Settings,
    /// A circle, struck through.
    DoNotDisturb,
    /// Two reels of a tape.
    Voicemail,
    /// A loudspeaker.
    Speaker,
    /// A bell.
    Bell,
    /// An arrow in a circle.
    Again,
    /// An arrow back.
    Back,
    /// A circle.
    Circle,
    /// An angle that points down.
    Down,
    /// A pencil.
    Note,
    /// A speech bubble.
    Message,
    /// Upright bars of different heights.
    Chart,
    /// Lines below each other.
    List,
    /// A ring that is thrown to who drowns.
    Help,
    /// A circle to be pressed, for a recording.
    Record,
    /// A clock.
    Clock,
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
            Self::People => {
                "M9 5a3.25 3.25 0 1 0 0 6.5A3.25 3.25 0 0 0 9 5ZM2.5 19a6.5 6.5 0 0 1 13 0M15.5 5.4a3.25 3.25 0 0 1 0 5.7M18 13.6a6.5 6.5 0 0 1 3.5 5.4"
            }
            Self::Pause => "M8.5 5v14M15.5 5v14",
            Self::Play => "M7.5 5v14l11-7Z",
            Self::Swap => "M4 8.5h14M14.5 5 18 8.5 14.5 12M20 15.5H6M9.5 12 6 15.5 9.5 19",
            Self::Transfer => "M4.5 19v-4.5a5 5 0 0 1 5-5h10M15.5 5.5l4 4-4 4",
            Self::Join => "M4.5 5.5c5 0 5 6.5 10 6.5h5M4.5 18.5c5 0 5-6.5 10-6.5M16.5 8.5 20 12l-3.5 3.5",
            Self::Park => "M4.5 4.5h15v15h-15ZM9.5 16.5v-9h3.25a2.6 2.6 0 0 1 0 5.2H9.5",
            Self::Plus => "M12 5.5v13M5.5 12h13",
            Self::Settings => "M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h9M17 17h3M15 15v4",
            Self::DoNotDisturb => "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM8 12h8",
            Self::Voicemail => {
                "M6.5 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM17.5 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM6.5 15.5h11"
            }
            Self::Speaker => "M4.5 9.5v5H8l5 4v-13l-5 4ZM16 9.5a4 4 0 0 1 0 5M18.5 7a8 8 0 0 1 0 10",
            Self::Bell => "M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.5H5ZM10.5 20.5h3",
            Self::Again => "M19 12a7 7 0 1 1-2.2-5.1M17.5 3.5v4h-4",
            Self::Back => "M10 6 4 12l6 6M4.5 12H20",
            Self::Circle => "M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12Z",
            Self::Down => "M6 9.5l6 6 6-6",
            Self::Note => "M5 19l1-4L16.5 4.5l3 3L9 18ZM14 7l3 3",
            Self::Message => "M4.5 5h15v11H12l-4.5 4v-4h-3Z",
            Self::Chart => "M5.5 19.5v-6M12 19.5v-15M18.5 19.5v-10",
            Self::List => "M4.5 6.5h15M4.5 12h15M4.5 17.5h15",
            Self::Help => {
                "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM6 6l3.5 3.5M18 6l-3.5 3.5M6 18l3.5-3.5M18 18l-3.5-3.5"
            }
            Self::Record => {
                "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z"
            }
            Self::Clock => "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 7.5V12l3 2",
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
            | Self::Person
            | Self::People
            | Self::Pause
            | Self::Play
            | Self::Swap
            | Self::Transfer
            | Self::Join
            | Self::Park
            | Self::Plus
            | Self::Settings
            | Self::DoNotDisturb
            | Self::Voicemail
            | Self::Speaker
            | Self::Bell
            | Self::Again
            | Self::Back
            | Self::Circle
            | Self::Down
            | Self::Note
            | Self::Message
            | Self::Chart
            | Self::List
            | Self::Help
            | Self::Record
            | Self::Clock => "icon",
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
