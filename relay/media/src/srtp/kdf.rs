//! Session keys from the master key (RFC 3711 §4.3), with a key derivation rate of zero.

use super::MasterKey;
use aes::{Aes128, Aes256};
use ctr::cipher::{KeyIvInit, StreamCipher};

/// The keystream generator of AES counter mode with a 128-bit counter.
pub(super) type AesCtr = ctr::Ctr128BE<Aes128>;

/// What a session key is for; the number is the label of RFC 3711 §4.3.2.
#[derive(Clone, Copy)]
pub(super) enum Label {
    RtpEncryption = 0,
    RtpAuthentication = 1,
    RtpSalt = 2,
    RtcpEncryption = 3,
    RtcpAuthentication = 4,
    RtcpSalt = 5,
}

/// The same with the key of 256 bits that RFC 7714 §11 derives AES-256 keys with.
type AesCtr256 = ctr::Ctr128BE<Aes256>;

/// Derives `N` bytes.
pub(super) fn derive<const N: usize>(master: &MasterKey, label: Label) -> [u8; N] {
    let mut iv = [0; 16];
    iv[..14].copy_from_slice(&master.salt);
    // key_id = label || r, 56 bits at the low end of the 112-bit salt.
    iv[7] ^= label as u8;
    let mut out = [0; N];
    match master.key.first_chunk::<16>() {
        Some(key) if master.profile.key_len() == 16 => {
            AesCtr::new(key.into(), &iv.into()).apply_keystream(&mut out);
        }
        Some(_) | None => AesCtr256::new(&master.key.into(), &iv.into()).apply_keystream(&mut out),
    }
    out
}
