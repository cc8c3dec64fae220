//! A call as its user sees it.

use crate::{CallId, Failure};
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

    /// Whether the two parties can talk.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        matches!(self.state, CallState::Connected | CallState::Reconnecting)
    }
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
#[serde(tag = "state", rename_all = "snake_case")]
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
#[serde(tag = "by", rename_all = "snake_case")]
pub enum EndReason {
    /// The user hung up, cancelled or rejected.
    User,
    /// The other party hung up, or gave up before the user answered.
    Party,
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
