//! What other phones do, for busy lamps (RFC 4235).

use crate::Caller;
use serde::{Deserialize, Serialize};

/// What a watched phone does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WatchState {
    /// Nothing.
    Idle,
    /// It is called.
    Ringing,
    /// It is in a call, or calls somebody.
    InCall,
    /// Nobody knows.
    Unknown(UnknownReason),
}

/// Why nobody knows what a phone does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnknownReason {
    /// The first news has yet to come.
    Starting,
    /// Somebody has yet to allow the watching.
    Pending,
    /// The watching is not allowed.
    Refused,
    /// There is no such phone.
    NotFound,
    /// The telephone system does not tell what its phones do.
    NotSupported,
    /// The telephone system cannot be reached or is in trouble; it is tried again.
    Unreachable,
    /// What it said cannot be read.
    Unreadable,
}

/// One call of a watched phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedCall {
    /// The notifier's name for it.
    pub id: String,
    /// How far it has come.
    pub phase: CallPhase,
    /// Who called whom, where it is told.
    pub direction: Option<CallDirection>,
    /// The other party, where it is told.
    pub party: Option<Caller>,
    /// The names of its SIP dialog, as seen by the watched phone, where they are told; a call is picked up by them
    /// (RFC 3891).
    pub dialog: Option<WatchedDialog>,
}

/// How far a call has come (RFC 4235 §3.7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallPhase {
    /// The INVITE is out.
    Trying,
    /// It is being worked on, and nobody rings yet.
    Proceeding,
    /// It rings.
    Early,
    /// It was answered.
    Confirmed,
}

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallDirection {
    /// The watched phone calls.
    Initiator,
    /// The watched phone is called.
    Recipient,
}

/// The names of a SIP dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedDialog {
    /// The Call-ID.
    pub call_id: String,
    /// The watched phone's tag.
    pub local_tag: String,
    /// The other party's tag.
    pub remote_tag: String,
}

impl WatchState {
    /// What a phone with these calls does.
    #[must_use]
    pub fn of(calls: &[WatchedCall]) -> Self {
        let rings = |call: &WatchedCall| {
            call.phase != CallPhase::Confirmed && call.direction != Some(CallDirection::Initiator)
        };
        match calls {
            [] => Self::Idle,
            calls if calls.iter().all(rings) => Self::Ringing,
            // A phone that is called during a call is busy above all; its calls tell the rest.
            _ => Self::InCall,
        }
    }
}
