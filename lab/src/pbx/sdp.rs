//! Session descriptions (RFC 4566) and offer/answer (RFC 3264), for one stream of audio.

mod answer;
mod offer;
mod parse;

pub(super) use answer::{Accepted, Unacceptable, accept_answer, answer};
pub(super) use offer::{Local, offer};

/// What the PBX can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    /// Echo only.
    Opus,
    /// Echo only.
    G722,
    Pcmu,
    Pcma,
}

impl Codec {
    /// What a service can do that talks itself.
    pub(super) const SPOKEN: &[Self] = &[Self::Pcmu, Self::Pcma];
    /// What an echo can do.
    pub(super) const ECHOED: &[Self] = &[Self::Opus, Self::G722, Self::Pcmu, Self::Pcma];

    fn of(encoding: &str, clock: u32) -> Option<Self> {
        match (encoding.to_ascii_uppercase().as_str(), clock) {
            ("OPUS", 48_000) => Some(Self::Opus),
            // G.722 samples at 16 kHz, but its RTP clock is 8000 by an old mistake (RFC 3551 §4.5.2).
            ("G722", 8_000) => Some(Self::G722),
            ("PCMU", 8_000) => Some(Self::Pcmu),
            ("PCMA", 8_000) => Some(Self::Pcma),
            _ => None,
        }
    }
}

/// Who sends, as seen by the side whose description it is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Direction {
    #[default]
    SendReceive,
    SendOnly,
    ReceiveOnly,
    Inactive,
}

impl Direction {
    fn attribute(self) -> &'static str {
        match self {
            Self::SendReceive => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::ReceiveOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    fn from_attribute(attribute: &str) -> Option<Self> {
        [Self::SendReceive, Self::SendOnly, Self::ReceiveOnly, Self::Inactive]
            .into_iter()
            .find(|direction| direction.attribute() == attribute)
    }

    /// The same, seen from the other side (RFC 3264 §6.1).
    fn reversed(self) -> Self {
        match self {
            Self::SendReceive => Self::SendReceive,
            Self::SendOnly => Self::ReceiveOnly,
            Self::ReceiveOnly => Self::SendOnly,
            Self::Inactive => Self::Inactive,
        }
    }

    /// What is left of it where the same side wants no more than `other`.
    fn and(self, other: Self) -> Self {
        let sends = self.sends() && other.sends();
        let receives = self.reversed().sends() && other.reversed().sends();
        match (sends, receives) {
            (true, true) => Self::SendReceive,
            (true, false) => Self::SendOnly,
            (false, true) => Self::ReceiveOnly,
            (false, false) => Self::Inactive,
        }
    }

    fn sends(self) -> bool {
        matches!(self, Self::SendReceive | Self::SendOnly)
    }
}
