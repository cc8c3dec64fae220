//! The audio formats that the media plane carries.

use serde::{Deserialize, Serialize};

/// An audio codec that is passed through, or decoded and encoded for a mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Codec {
    /// Opus, RFC 7587.
    Opus,
    /// G.722 at 64 kbit/s, RFC 3551 §4.5.2.
    G722,
    /// G.711 µ-law, RFC 3551 §4.5.14.
    Pcmu,
    /// G.711 A-law, RFC 3551 §4.5.14.
    Pcma,
}

impl Codec {
    /// Every codec, best first.
    pub const ALL: [Self; 4] = [Self::Opus, Self::G722, Self::Pcmu, Self::Pcma];

    /// The encoding name of RFC 3551 and RFC 7587, as browsers write it.
    #[must_use]
    pub fn encoding_name(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::G722 => "G722",
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }

    /// The RTP clock in Hz. G.722's is 8000 by historical error (RFC 3551 §4.5.2).
    #[must_use]
    pub fn clock_rate(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::G722 | Self::Pcmu | Self::Pcma => 8_000,
        }
    }

    /// The codec of an `a=rtpmap` entry, if it is one that we carry.
    #[must_use]
    pub fn from_rtpmap(name: &str, clock_rate: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| {
            codec.encoding_name().eq_ignore_ascii_case(name) && codec.clock_rate() == clock_rate
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rtpmap_is_matched_by_name_in_any_case_and_by_clock() {
        assert_eq!(Codec::from_rtpmap("OPUS", 48_000), Some(Codec::Opus));
        assert_eq!(Codec::from_rtpmap("pcmu", 8_000), Some(Codec::Pcmu));
        assert_eq!(Codec::from_rtpmap("G722", 16_000), None);
        assert_eq!(Codec::from_rtpmap("L16", 8_000), None);
    }
}
