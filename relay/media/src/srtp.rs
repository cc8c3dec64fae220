//! SRTP and SRTCP: AEAD_AES_128_GCM (RFC 7714) and AES_CM_128_HMAC_SHA1_80 (RFC 3711), which every browser has, and the
//! two more that telephones agree on. Packets are transformed in place, without allocation.
//!
//! A context is one direction of one session. Its [`State`] is plain data, so that a call can
//! outlive the process that carries it.

mod cipher;
mod inbound;
mod kdf;
mod mki;
mod outbound;
mod replay;

pub use inbound::Inbound;
pub use mki::Mki;
pub use outbound::Outbound;
pub use replay::ReplayWindow;

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// The most bytes that protection adds: SRTCP by GCM, a 16-byte tag and the index.
pub const MAX_OVERHEAD: usize = 20;

/// How many synchronisation sources one context follows. A leg has one, and one more with each change of its sender:
/// some telephones change theirs whenever a call is held or resumed.
pub const MAX_SOURCES: usize = 32;

/// A protection profile, by what `use_srtp` negotiated (RFC 5764 §4.1.2) or a description says (RFC 4568 §6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Profile {
    /// AEAD_AES_128_GCM, RFC 7714 §14.2.
    AeadAes128Gcm,
    /// SRTP_AES128_CM_HMAC_SHA1_80, RFC 5764 §4.1.2.
    Aes128CmHmacSha1_80,
    /// AES_CM_128_HMAC_SHA1_32, RFC 4568 §6.2.2: as the one above, but for a shorter tag on RTP.
    Aes128CmHmacSha1_32,
    /// AEAD_AES_256_GCM, RFC 7714 §14.2.
    AeadAes256Gcm,
}

impl Profile {
    /// Bytes of master key.
    #[must_use]
    pub fn key_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::Aes128CmHmacSha1_80 | Self::Aes128CmHmacSha1_32 => 16,
            Self::AeadAes256Gcm => 32,
        }
    }

    /// Bytes of master salt (RFC 7714 §12, RFC 3711 §8.2).
    #[must_use]
    pub fn salt_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 12,
            Self::Aes128CmHmacSha1_80 | Self::Aes128CmHmacSha1_32 => 14,
        }
    }

    /// Bytes of keying material for both directions (RFC 5764 §4.2).
    #[must_use]
    pub fn keying_material_len(self) -> usize {
        2 * (self.key_len() + self.salt_len())
    }

    /// Bytes that protection adds to an RTP packet.
    #[must_use]
    pub fn rtp_overhead(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 16,
            Self::Aes128CmHmacSha1_80 => 10,
            Self::Aes128CmHmacSha1_32 => 4,
        }
    }
}

/// The master key and salt of one direction.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasterKey {
    profile: Profile,
    /// The profile's key, with zeros after one of 128 bits.
    key: [u8; 32],
    /// The profile's salt, with zeros after a 96-bit one (RFC 7714 §11).
    salt: [u8; 14],
}

impl MasterKey {
    /// A master key; `None` if the lengths are not those of the profile.
    #[must_use]
    pub fn new(profile: Profile, key: &[u8], salt: &[u8]) -> Option<Self> {
        if key.len() != profile.key_len() || salt.len() != profile.salt_len() {
            return None;
        }
        let (mut padded_key, mut padded_salt) = ([0; 32], [0; 14]);
        padded_key[..key.len()].copy_from_slice(key);
        padded_salt[..salt.len()].copy_from_slice(salt);
        Some(Self { profile, key: padded_key, salt: padded_salt })
    }

    /// Splits what the DTLS exporter gave into the client's and the server's key (RFC 5764 §4.2).
    #[must_use]
    pub fn split(profile: Profile, material: &[u8]) -> Option<(Self, Self)> {
        if material.len() != profile.keying_material_len() {
            return None;
        }
        let (keys, salts) = material.split_at(2 * profile.key_len());
        let (client_key, server_key) = keys.split_at(profile.key_len());
        let (client_salt, server_salt) = salts.split_at(profile.salt_len());
        Some((Self::new(profile, client_key, client_salt)?, Self::new(profile, server_key, server_salt)?))
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
    /// How packets name the key, if they do.
    pub mki: Option<Mki>,
    /// The RTP sources, the one heard last at the end: the highest packet index and what was seen before it.
    pub rtp: Vec<(u32, ReplayWindow)>,
    /// The RTCP sources, likewise.
    pub rtcp: Vec<(u32, ReplayWindow)>,
    /// Where the sources were under the key before this one: not every sender begins to count anew with a new key.
    pub before: Vec<(u32, u64)>,
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
    /// The key is not named as it should be.
    #[error("another master key identifier")]
    OtherKey,
    /// One source more of our own than [`MAX_SOURCES`].
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
