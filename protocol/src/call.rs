//! A call as its user sees it.

use crate::{CallId, ConferenceId, Failure};
use serde::{Deserialize, Serialize};

/// One call of the signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The relay's name for the call.
    pub id: CallId,
    /// Who started it.
    pub direction: Direction,
    /// The other party, as far as it is known. It can change while the call is up.
    pub party: Party,
    /// Where the call stands.
    pub state: CallState,
    /// Whether the user's microphone is kept from the other party.
    pub muted: bool,
    /// Who has put the call on hold.
    #[serde(default)]
    pub hold: Hold,
    /// How an incoming call wants to be told.
    #[serde(default)]
    pub alert: Alert,
    /// The call that this one was made to consult about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consults_for: Option<CallId>,
    /// The conference that the call is part of: all calls with the same one hear each other and the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conference: Option<ConferenceId>,
    /// What is known of the conference that the other side is, where it says that it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pbx_conference: Option<PbxConference>,
    /// The transfer of the other party to somebody else that is under way or has failed. One that has
    /// succeeded ends the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer>,
    /// The codec towards the browser, once media is agreed.
    pub codec: Option<Codec>,
    /// When the call began (dialled or started to ring), in milliseconds since the Unix epoch,
    /// by the relay's clock.
    pub started_at_ms: u64,
    /// When it was answered, by the same clock.
    pub answered_at_ms: Option<u64>,
}

impl Call {
    /// Whether the call is over and only shown for its reason.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.state, CallState::Ended { .. })
    }

    /// Whether the call is up and neither side holds it.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.is_connected() && self.hold == Hold::default()
    }

    /// Whether the two parties can talk, or could if nobody held the call.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        matches!(self.state, CallState::Connected | CallState::Reconnecting)
    }
}

/// Who has put a call on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hold {
    /// The user has: the other party hears hold music or nothing.
    pub by_user: bool,
    /// The other party has: the user hears what its side plays.
    pub by_party: bool,
}

/// How an incoming call wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Alert {
    /// Which ring.
    pub ring: Ring,
    /// After how many milliseconds the phone answers by itself, where the telephone system asks for that and
    /// the user's settings allow it.
    pub auto_answer_ms: Option<u32>,
}

/// Which ring a call wants (distinctive ring, Alert-Info).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ring {
    /// The usual one.
    #[default]
    Normal,
    /// From inside the company.
    Internal,
    /// From outside.
    External,
    /// From somebody who must not be missed.
    Priority,
}

/// A conference that the telephone system makes (RFC 4579).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PbxConference {
    /// Whom the user has brought there. They may have left, and others may be there.
    #[serde(default)]
    pub joined: Vec<Party>,
}

/// A transfer of the other party to somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// To whom; unknown where they go to a conference.
    pub target: Party,
    /// Whether they go to the conference that the telephone system makes for the user.
    #[serde(default)]
    pub conference: bool,
    /// How far it has come.
    pub state: TransferState,
}

/// How far a transfer has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    /// Asked for.
    Trying,
    /// The target's phone rings.
    Ringing,
    /// It did not work; the call is on hold and goes on when the user resumes it.
    Failed {
        /// Why.
        failure: Failure,
    },
}

/// Who started a call, seen from the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Somebody called the user.
    Inbound,
    /// The user called somebody.
    Outbound,
}

/// The other side of a call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Party {
    /// The number or user part, as it can be dialled back; empty where the caller withheld it.
    pub number: String,
    /// The name the network or the directory gave, if any.
    pub name: Option<String>,
}

/// Where a call stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Outbound: sent, and nothing heard from the other side yet.
    Dialing,
    /// Outbound: the other side rings. With early media the network plays its own tone or
    /// announcement, so the client plays none.
    Alerting {
        /// Whether audio already flows from the network.
        early_media: bool,
    },
    /// Inbound: waiting for the user to answer.
    Ringing,
    /// Inbound: the user has answered; the other side has not yet confirmed.
    Answering,
    /// The two parties can talk.
    Connected,
    /// The call is up, but the browser's media path is gone and being replaced.
    Reconnecting,
    /// Over.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// Why a call is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The user hung up, cancelled or rejected.
    User,
    /// The other party hung up, or gave up before the user answered.
    Party,
    /// The user has transferred the other party to somebody else.
    Transferred,
    /// An incoming call was answered at another phone, or was forwarded.
    Elsewhere,
    /// Something went wrong, or the other party did not take the call: busy, not found, no answer…
    Failed {
        /// What, in a stable code and a plain sentence.
        failure: Failure,
    },
}

/// An audio codec that the relay carries without touching the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// Opus, RFC 7587, 48 kHz RTP clock.
    Opus,
    /// G.722, 16 kHz audio on an 8 kHz RTP clock (RFC 3551 §4.5.2).
    G722,
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

impl Codec {
    /// The encoding name of RFC 3551 and RFC 7587, as SDP and browsers write it.
    #[must_use]
    pub fn encoding_name(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::G722 => "G722",
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }

    /// The RTP clock rate in Hz. G.722's is 8000 by historical error (RFC 3551 §4.5.2).
    #[must_use]
    pub fn clock_rate(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::G722 | Self::Pcmu | Self::Pcma => 8_000,
        }
    }
}
