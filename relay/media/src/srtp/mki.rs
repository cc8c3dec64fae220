//! The master key identifier of a sender's packets (RFC 3711 §3.1).

use super::{Profile, SrtpError};
use serde::{Deserialize, Serialize};

/// The number by which packets name their key. Only one key is ever agreed on, so that it tells nothing; but it stands in
/// every packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mki {
    /// The number, in network byte order with leading zeros.
    pub value: u64,
    /// How many bytes it takes.
    pub length: u8,
}

impl Mki {
    /// Takes the number out of an RTP packet; returns the length of the packet without it.
    pub(super) fn strip_rtp(self, profile: Profile, packet: &mut [u8]) -> Result<usize, SrtpError> {
        match profile {
            // Behind everything (RFC 7714 §8.2).
            Profile::AeadAes128Gcm | Profile::AeadAes256Gcm => self.strip(packet, 0),
            // Before the tag.
            Profile::Aes128CmHmacSha1_80 | Profile::Aes128CmHmacSha1_32 => {
                self.strip(packet, profile.rtp_overhead())
            }
        }
    }

    /// Takes the number out of an RTCP compound, where it follows the index.
    pub(super) fn strip_rtcp(self, profile: Profile, packet: &mut [u8]) -> Result<usize, SrtpError> {
        match profile {
            Profile::AeadAes128Gcm | Profile::AeadAes256Gcm => self.strip(packet, 0),
            Profile::Aes128CmHmacSha1_80 | Profile::Aes128CmHmacSha1_32 => self.strip(packet, 10),
        }
    }

    /// Takes the number out, with so many bytes behind it.
    fn strip(self, packet: &mut [u8], behind: usize) -> Result<usize, SrtpError> {
        let length = usize::from(self.length);
        let end = packet.len().checked_sub(behind).ok_or(SrtpError::Malformed)?;
        let start = end.checked_sub(length).ok_or(SrtpError::Malformed)?;
        let value = self.value.to_be_bytes();
        let is_ours = packet[start..end].iter().rev().enumerate().all(|(place, byte)| {
            let expected = value.len().checked_sub(place + 1).map_or(0, |index| value[index]);
            *byte == expected
        });
        if !is_ours {
            return Err(SrtpError::OtherKey);
        }
        packet.copy_within(end.., start);
        Ok(packet.len() - length)
    }
}
