//! The codecs of calls.

use serde::{Deserialize, Serialize};

/// An audio codec that can be agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// RFC 7587.
    Opus,
    /// RFC 3551 §4.5.2, with its historical clock of 8000.
    G722,
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

impl Codec {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Opus, Self::G722, Self::Pcmu, Self::Pcma];

    /// The RTP clock rate in Hz.
    #[must_use]
    pub fn clock(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::G722 | Self::Pcmu | Self::Pcma => 8_000,
        }
    }

    /// The text after the payload type in `a=rtpmap`. Opus is always two channels (RFC 7587 §7).
    #[must_use]
    pub fn rtpmap(self) -> &'static str {
        match self {
            Self::Opus => "opus/48000/2",
            Self::G722 => "G722/8000",
            Self::Pcmu => "PCMU/8000",
            Self::Pcma => "PCMA/8000",
        }
    }

    /// The payload type that we offer: the static one of RFC 3551, or the dynamic one that most phones use.
    #[must_use]
    pub fn payload_type(self) -> u8 {
        match self {
            Self::Opus => 111,
            Self::G722 => 9,
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// The codec of a static payload type that came without `rtpmap` (RFC 3551 §6).
    pub(super) fn from_static(payload_type: u8) -> Option<Self> {
        match payload_type {
            0 => Some(Self::Pcmu),
            8 => Some(Self::Pcma),
            9 => Some(Self::G722),
            _ => None,
        }
    }

    /// The codec of a name and clock rate out of `rtpmap`.
    pub(super) fn from_name(name: &str, clock: u32) -> Option<Self> {
        match (name.to_ascii_lowercase().as_str(), clock) {
            ("opus", 48_000) => Some(Self::Opus),
            // Some phones write the true sampling rate in spite of RFC 3551 §4.5.2.
            ("g722", 8_000 | 16_000) => Some(Self::G722),
            ("pcmu", 8_000) => Some(Self::Pcmu),
            ("pcma", 8_000) => Some(Self::Pcma),
            _ => None,
        }
    }
}
