//! What the bridge keeps about a transfer: one that the user has asked for, and a leg that takes another's place.

use crate::FarLegId;
use serde::{Deserialize, Serialize};
use sidetone_protocol::{CallId, Codec, DialString, Party};

/// A transfer that the user has asked for and that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TransferPlan {
    pub(crate) to: Destination,
    /// Whether the other side was asked. That waits until the leg is on hold.
    pub(crate) sent: bool,
}

/// To whom the other party goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Destination {
    Number(DialString),
    /// The other party of that call.
    Call(CallId),
    /// The conference of the telephone system at the other side of that call.
    Room(CallId),
}

/// A leg that takes the place of a call's leg as soon as it is up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Successor {
    pub(crate) leg: FarLegId,
    pub(crate) party: Party,
    pub(crate) origin: Origin,
    /// Whether the other side says that it is a conference.
    pub(crate) is_focus: bool,
    /// What was heard of it, if the target's phone rings.
    pub(crate) ringing: Option<Ringing>,
}

/// How a successor came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Origin {
    /// The other party asked us to call somebody else (RFC 3515).
    Transferred,
    /// Somebody called in place of the other party (RFC 3891).
    Replaces,
}

/// The target of a transfer that we follow rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ringing {
    pub(crate) early_media: Option<Codec>,
}
