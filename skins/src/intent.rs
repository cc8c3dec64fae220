//! All that a user can do.

use crate::snapshot::CallKey;
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
}

/// A password on its way to the relay. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
