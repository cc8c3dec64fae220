//! SRTP and SRTCP with the two profiles that every browser has: AEAD_AES_128_GCM (RFC 7714) and
//! AES_CM_128_HMAC_SHA1_80 (RFC 3711). Packets are transformed in place, without allocation.
//!
//! A context is one direction of one DTLS-SRTP session. Its [`State`] is plain data, so that a call can
//! outlive the process that carries it.

mod cipher;
mod inbound;
mod kdf;
mod outbound;
mod replay;

pub use inbound::Inbound;
pub use outbound::Outbound;
pub use replay::ReplayWindow;

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// The most bytes that protection adds: SRTCP by GCM, a 16-byte tag and the index.
pub const MAX_OVERHEAD: usize = 20;

/// How many synchronisation sources one context follows. A phone's browser leg has one, and a few more
/// if the browser changes its sender.
pub const MAX_SOURCES: usize = 8;

/// A protection profile, by what `use_srtp` negotiated (RFC 5764 §4.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Profile {
    /// AEAD_AES_128_GCM, RFC 7714 §14.2.
    AeadAes128Gcm,
    /// SRTP_AES128_CM_HMAC_SHA1_80, RFC 5764 §4.1.2.
    Aes128CmHmacSha1_80,
}

impl Profile {
    /// Bytes of master salt (RFC 7714 §12, RFC 3711 §8.2).
    #[must_use]
    pub fn salt_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm => 12,
            Self::Aes128CmHmacSha1_80 => 14,
        }
    }

    /// Bytes of keying material for both directions (RFC 5764 §4.2).
    #[must_use]
    pub fn keying_material_len(self) -> usize {
        2 * (16 + self.salt_len())
    }

    /// Bytes that protection adds to an RTP packet.
    #[must_use]
    pub fn rtp_overhead(self) -> usize {
        match self {
            Self::AeadAes128Gcm => 16,
            Self::Aes128CmHmacSha1_80 => 10,
        }
    }
}

/// The master key and salt of one direction.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasterKey {
    profile: Profile,
    key: [u8; 16],
    /// The profile's salt, with zeros after a 96-bit one (RFC 7714 §11).
    salt: [u8; 14],
}

impl MasterKey {
    /// A master key; `None` if the lengths are not those of the profile.
    #[must_use]
    pub fn new(profile: Profile, key: &[u8], salt: &[u8]) -> Option<Self> {
        if salt.len() != profile.salt_len() {
            return None;
        }
        let mut padded = [0; 14];
        padded[..salt.len()].copy_from_slice(salt);
        Some(Self { profile, key: key.try_into().ok()?, salt: padded })
    }

    /// Splits what the DTLS exporter gave into the client's and the server's key (RFC 5764 §4.2).
    #[must_use]
    pub fn split(profile: Profile, material: &[u8]) -> Option<(Self, Self)> {
        if material.len() != profile.keying_material_len() {
            return None;
        }
        let (keys, salts) = material.split_at(32);
        let (client_salt, server_salt) = salts.split_at(profile.salt_len());
        Some((Self::new(profile, &keys[..16], client_salt)?, Self::new(profile, &keys[16..], server_salt)?))
    }

    /// The profile that this key is for.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }
}

impl fmt::Debug for MasterKey {
    /// Shows the profile only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// What has to be kept to go on with a context in another process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The key.
    pub master: MasterKey,
    /// The RTP sources: the highest packet index and what was seen before it.
    pub rtp: Vec<(u32, ReplayWindow)>,
    /// The RTCP sources, likewise.
    pub rtcp: Vec<(u32, ReplayWindow)>,
}

/// Why a packet was not protected or not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SrtpError {
    /// Not RTP or RTCP, or cut short.
    #[error("malformed packet")]
    Malformed,
    /// The authentication tag is wrong.
    #[error("authentication failed")]
    Unauthentic,
    /// Seen before, or too old to tell.
    #[error("replayed packet")]
    Replayed,
    /// One source more than [`MAX_SOURCES`].
    #[error("too many sources")]
    TooManySources,
    /// The key has been used for as many packets as it may (RFC 3711 §9.2).
    #[error("key exhausted")]
    Exhausted,
    /// The buffer has no room for the tag.
    #[error("no room for the authentication tag")]
    NoRoom,
}

/// The index of a packet from its sequence number and the highest index so far (RFC 3711 §3.3.1 and
/// appendix A). `None` for a number from before the first packet of the context.
fn estimate_index(highest: u64, sequence: u16) -> Option<u64> {
    let (roc, last) = (highest >> 16, u16::try_from(highest & 0xffff).unwrap_or(0));
    let guess = if last < 0x8000 && i32::from(sequence) - i32::from(last) > 0x8000 {
        roc.checked_sub(1)?
    } else if last >= 0x8000 && i32::from(last) - 0x8000 > i32::from(sequence) {
        roc + 1
    } else {
        roc
    };
    Some(guess << 16 | u64::from(sequence))
}

#[cfg(test)]
mod tests;
