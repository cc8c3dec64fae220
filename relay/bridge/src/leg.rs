//! What the legs of a call are called and what can happen to them.

use serde::{Deserialize, Serialize};
use sidetone_protocol::{Codec, DtmfDigits, Failure, Party};

/// A user of the relay, by position in the shell's list of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UserId(pub u32);

/// A tab of a user. It keeps its id over a reload and over a change of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClientId(pub u64);

/// A WebRTC leg to a browser. Each offer of a tab makes a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BrowserLegId(pub u64);

/// The leg to the other party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FarLegId(pub u64);

/// What happens on the leg to the other party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FarEvent {
    /// The other side is being called. `codec` is known where the network already sends audio.
    Alerting {
        /// The codec of the early media, if there is any.
        early_media: Option<Codec>,
    },
    /// The other party answered our call.
    Answered {
        /// The codec both agreed on.
        codec: Codec,
    },
    /// The other side has confirmed our answer to its call.
    Confirmed {
        /// The codec both agreed on.
        codec: Codec,
    },
    /// The codec changed while the call was up.
    CodecChanged {
        /// The new one.
        codec: Codec,
    },
    /// The network told who the other party is.
    PartyChanged {
        /// Who it is now.
        party: Party,
    },
    /// The other party pressed keys.
    Dtmf {
        /// Which.
        digits: DtmfDigits,
    },
    /// The other side has agreed to [`crate::Command::Hold`].
    HoldDone {
        /// To hold, or to resume.
        held: bool,
    },
    /// The other side has refused [`crate::Command::Hold`], or did not answer it.
    HoldRefused {
        /// To hold, or to resume.
        held: bool,
        /// Why, for the user.
        failure: Failure,
    },
    /// The other party has put us on hold, or resumed.
    PartyHold {
        /// Whether it holds us.
        held: bool,
    },
    /// How a transfer that we asked for goes.
    TransferProgress {
        /// Whether the target's phone rings.
        ringing: bool,
    },
    /// The other party has reached the target of our transfer.
    TransferDone,
    /// The other party has not, or was not asked.
    TransferFailed {
        /// Why, for the user.
        failure: Failure,
    },
    /// The other party asks us to call somebody else in its place. Answered by [`crate::Command::FollowTransfer`]
    /// or `RefuseTransfer`.
    TransferRequested {
        /// Whom.
        target: Party,
    },
    /// The other side says that it is a conference, or that it is one no longer (`isfocus`, RFC 4579 §4).
    FocusChanged {
        /// Whether it is.
        is_focus: bool,
    },
    /// The leg is gone.
    Ended {
        /// Why.
        end: LegEnd,
    },
}

/// Why a leg to the other party is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegEnd {
    /// The other side hung up or gave up calling.
    Party,
    /// The caller's system says that the call was answered at another phone (Reason, RFC 3326).
    Elsewhere,
    /// It was refused or it broke.
    Failed(Failure),
}

/// What happens on the leg to a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrowserEvent {
    /// The offer was taken.
    Opened {
        /// The SDP answer for the browser.
        answer: String,
    },
    /// The offer was refused.
    Refused {
        /// Why.
        failure: Failure,
    },
    /// Packets can flow both ways.
    Connected,
    /// No packets come any more.
    Lost,
}
