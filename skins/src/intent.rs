//! All that a user can do.

mod agent;

pub use agent::AgentIntent;

use crate::snapshot::{CallKey, DeviceRole, Panel};
use sidetone_protocol::{DialString, Forward};
use std::fmt;

/// Something the user wants, from whichever control, key or host it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Sign in.
    SignIn {
        /// The user's name.
        user: String,
        /// The user's password.
        password: Password,
    },
    /// End the session and hang up what is left of it.
    SignOut,
    /// Call what was entered.
    Dial {
        /// As the user wrote it, separators and all.
        number: String,
    },
    /// Answer a ringing call.
    Answer(CallKey),
    /// Reject a ringing call.
    Reject(CallKey),
    /// Hang up a call, or cancel it while it is being set up.
    HangUp(CallKey),
    /// Keep the microphone from the other party, or give it back.
    SetMuted {
        /// In which call.
        call: CallKey,
        /// Whether the other party hears silence.
        muted: bool,
    },
    /// Send DTMF digits.
    SendKeys {
        /// In which call.
        call: CallKey,
        /// As typed, pressed or pasted; what is no DTMF digit is left out.
        keys: String,
    },
    /// Call the number that was called last.
    Redial,
    /// Put a call on hold, or resume it. Resuming holds the call that the user talks in.
    SetHeld {
        /// Which call.
        call: CallKey,
        /// Whether it is to be held.
        held: bool,
    },
    /// Hold a call and call somebody to ask about it.
    Consult {
        /// Which call.
        call: CallKey,
        /// Whom to ask, as the user wrote it.
        number: String,
    },
    /// Hand the other party of a call to somebody else.
    Transfer {
        /// Whose other party.
        call: CallKey,
        /// To whom.
        to: TransferTo,
    },
    /// Make a conference of two calls, or take a call into the conference of the other.
    Join {
        /// Which call.
        call: CallKey,
        /// With which other.
        with: CallKey,
    },
    /// Take a call out of its conference, on hold.
    Split(CallKey),
    /// End a call that was made to ask somebody, and go back to the one it was about.
    EndConsult(CallKey),
    /// Park a call where others can fetch it.
    Park(CallKey),
    /// Take a call that rings at another phone.
    PickUp {
        /// At which; none for any of the user's group.
        number: Option<DialString>,
    },
    /// Whether callers hear busy instead of ringing here.
    SetDoNotDisturb(bool),
    /// Where calls go instead of ringing here, in full.
    SetForward(Forward),
    /// Use another audio device.
    ChooseDevice {
        /// For what.
        role: DeviceRole,
        /// Which; none for what the system chooses.
        device: Option<String>,
    },
    /// Turn the microphone on for its level to be shown, or off again.
    TestMicrophone(bool),
    /// Play a sound on a device, to hear which it is.
    TestSound(DeviceRole),
    /// Fold something open, in place of what is.
    Open(Panel),
    /// Fold it away.
    ClosePanel,
    /// Take an ended call off the list.
    Dismiss(CallKey),
    /// Move the microphone and the speaker from another tab to this one.
    UsePhoneHere,
    /// Ask the browser for the microphone now, not at the first call.
    AllowMicrophone,
    /// Ask the browser for notifications.
    AllowNotifications,
    /// Start the sound that the browser has held back until somebody clicks.
    TurnOnSound,
    /// Take the notice away.
    DismissNotice,
    /// Load the page anew.
    Reload,
    /// Something that only a contact-centre agent can want.
    Agent(AgentIntent),
}

/// To whom the other party of a call is handed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferTo {
    /// To a person who has not been asked, as the user wrote it.
    Person(String),
    /// To the other party of another call.
    Call(CallKey),
}

/// A password on its way to the relay. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
