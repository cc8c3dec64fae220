//! What a line does beside calls: do not disturb, forwarding, voicemail, and whom its user watches.

use crate::{DialString, Failure};
use serde::{Deserialize, Serialize};

/// What the user's line can do and how it is set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Features {
    /// Whether callers hear busy (or are forwarded as when busy) instead of ringing.
    pub do_not_disturb: bool,
    /// Where calls go instead of ringing here.
    pub forward: Forward,
    /// What waits in the voicemail box, where the telephone system tells.
    pub voicemail: Option<Voicemail>,
    /// The number of the voicemail box, where one is configured.
    pub voicemail_number: Option<DialString>,
    /// Whether a call can be parked.
    pub park: bool,
    /// Whether a call that rings elsewhere can be picked up.
    pub pick_up: bool,
}

/// Where calls go instead of ringing here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Forward {
    /// All calls.
    pub always: Option<DialString>,
    /// Calls that come while the user is in another call, or does not want to be disturbed.
    pub busy: Option<DialString>,
    /// Calls that nobody answers for `no_answer_s`.
    pub no_answer: Option<DialString>,
    /// How long a call rings before `no_answer` applies, in seconds. 0 takes the relay's own patience.
    pub no_answer_s: u16,
}

/// What waits in a voicemail box (RFC 3842).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Voicemail {
    /// Whether anything new waits. Some systems say only this.
    pub waiting: bool,
    /// How many new messages.
    pub new: u32,
    /// How many that were heard and kept.
    pub old: u32,
}

/// Somebody whose phone the user watches (busy lamp field, RFC 4235).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Their number.
    pub number: DialString,
    /// Their name, as it is configured.
    pub name: String,
    /// What their phone does.
    pub state: WatchedState,
}

/// What a watched phone does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchedState {
    /// The telephone system has not said.
    #[default]
    Unknown,
    /// Nothing.
    Idle,
    /// It rings.
    Ringing,
    /// It is in a call.
    InCall,
    /// The telephone system does not let this user watch it.
    Unavailable {
        /// Why.
        failure: Failure,
    },
}
