//! The transforms of the profiles, for either direction.

use super::{
    MasterKey, Profile, SrtpError,
    kdf::{AesCtr, Label, derive},
};
use ctr::cipher::{KeyIvInit, StreamCipher};
use ring::{
    aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, UnboundKey},
    hmac,
};

const GCM_TAG: usize = 16;
/// The tag of RTCP in counter mode: 80 bits, also where that of RTP is shorter (RFC 4568 §6.2.2).
const HMAC_TAG: usize = 10;
/// The E flag and the 31-bit SRTCP index (RFC 3711 §3.4).
const INDEX_LEN: usize = 4;
const ENCRYPTED: u32 = 1 << 31;
/// What SRTCP leaves in the clear: the first header and the sender's SSRC.
const RTCP_CLEAR: usize = 8;

/// The session keys of one context.
pub(super) enum Cipher {
    Gcm(Box<Gcm>),
    Cm(Box<Cm>),
}

pub(super) struct Gcm {
    rtp: LessSafeKey,
    rtp_salt: [u8; 12],
    rtcp: LessSafeKey,
    rtcp_salt: [u8; 12],
}

pub(super) struct Cm {
    rtp_key: [u8; 16],
    rtp_salt: [u8; 14],
    rtp_auth: hmac::Key,
    /// Bytes of the tag of RTP.
    rtp_tag: usize,
    rtcp_key: [u8; 16],
    rtcp_salt: [u8; 14],
    rtcp_auth: hmac::Key,
}

impl Cipher {
    pub(super) fn new(master: &MasterKey) -> Self {
        match master.profile() {
            Profile::AeadAes128Gcm => Self::gcm(
                master,
                gcm_key(&AES_128_GCM, &derive::<16>(master, Label::RtpEncryption)),
                gcm_key(&AES_128_GCM, &derive::<16>(master, Label::RtcpEncryption)),
            ),
            Profile::AeadAes256Gcm => Self::gcm(
                master,
                gcm_key(&AES_256_GCM, &derive::<32>(master, Label::RtpEncryption)),
                gcm_key(&AES_256_GCM, &derive::<32>(master, Label::RtcpEncryption)),
            ),
            Profile::Aes128CmHmacSha1_80 | Profile::Aes128CmHmacSha1_32 => Self::Cm(Box::new(Cm {
                rtp_key: derive(master, Label::RtpEncryption),
                rtp_salt: derive(master, Label::RtpSalt),
                rtp_auth: hmac_key(&derive::<20>(master, Label::RtpAuthentication)),
                rtp_tag: master.profile().rtp_overhead(),
                rtcp_key: derive(master, Label::RtcpEncryption),
                rtcp_salt: derive(master, Label::RtcpSalt),
                rtcp_auth: hmac_key(&derive::<20>(master, Label::RtcpAuthentication)),
            })),
        }
    }

    fn gcm(master: &MasterKey, rtp: LessSafeKey, rtcp: LessSafeKey) -> Self {
        let (rtp_salt, rtcp_salt) = (derive(master, Label::RtpSalt), derive(master, Label::RtcpSalt));
        Self::Gcm(Box::new(Gcm { rtp, rtp_salt, rtcp, rtcp_salt }))
    }

    /// A cipher from session keys, as the vectors of RFC 7714 give them; the same for RTP and RTCP.
    #[cfg(test)]
    pub(super) fn gcm_of_session_keys(key: &[u8], salt: &[u8]) -> Self {
        let algorithm = if key.len() == 32 { &AES_256_GCM } else { &AES_128_GCM };
        let (rtp, rtcp, salt) = (gcm_key(algorithm, key), gcm_key(algorithm, key), salt.try_into().unwrap());
        Self::Gcm(Box::new(Gcm { rtp, rtp_salt: salt, rtcp, rtcp_salt: salt }))
    }

    /// Encrypts the RTP packet in the first `len` bytes; its tag goes behind. Returns the new length.
    pub(super) fn seal_rtp(
        &self,
        buffer: &mut [u8],
        len: usize,
        header_len: usize,
        ssrc: u32,
        index: u64,
    ) -> Result<usize, SrtpError> {
        match self {
            Self::Gcm(keys) => {
                let (header, rest) = buffer.split_at_mut(header_len);
                let (payload, room) = rest.split_at_mut(len - header_len);
                let nonce = gcm_rtp_nonce(&keys.rtp_salt, ssrc, index);
                let tag = keys
                    .rtp
                    .seal_in_place_separate_tag(nonce, Aad::from(&*header), payload)
                    .map_err(|_| SrtpError::Malformed)?;
                room.get_mut(..GCM_TAG).ok_or(SrtpError::NoRoom)?.copy_from_slice(tag.as_ref());
                Ok(len + GCM_TAG)
            }
            Self::Cm(keys) => {
                let room = buffer.get(len..len + keys.rtp_tag).map(<[u8]>::len).ok_or(SrtpError::NoRoom)?;
                cm_keystream(&keys.rtp_key, &keys.rtp_salt, ssrc, index)
                    .apply_keystream(&mut buffer[header_len..len]);
                let tag = cm_rtp_tag(&keys.rtp_auth, &buffer[..len], index);
                buffer[len..len + room].copy_from_slice(&tag.as_ref()[..room]);
                Ok(len + room)
            }
        }
    }

    /// Checks and decrypts an RTP packet; returns its length without the tag.
    pub(super) fn open_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        ssrc: u32,
        index: u64,
    ) -> Result<usize, SrtpError> {
        match self {
            Self::Gcm(keys) => {
                let (header, body) = packet.split_at_mut(header_len);
                let nonce = gcm_rtp_nonce(&keys.rtp_salt, ssrc, index);
                let plain = keys
                    .rtp
                    .open_in_place(nonce, Aad::from(&*header), body)
                    .map_err(|_| SrtpError::Unauthentic)?;
                Ok(header_len + plain.len())
            }
            Self::Cm(keys) => {
                let len = packet
                    .len()
                    .checked_sub(keys.rtp_tag)
                    .filter(|len| *len >= header_len)
                    .ok_or(SrtpError::Malformed)?;
                let (authenticated, tag) = packet.split_at_mut(len);
                verify(cm_rtp_tag(&keys.rtp_auth, authenticated, index), tag)?;
                cm_keystream(&keys.rtp_key, &keys.rtp_salt, ssrc, index)
                    .apply_keystream(&mut authenticated[header_len..]);
                Ok(len)
            }
        }
    }

    /// Encrypts the RTCP compound in the first `len` bytes. Returns the new length.
    pub(super) fn seal_rtcp(
        &self,
        buffer: &mut [u8],
        len: usize,
        ssrc: u32,
        index: u32,
    ) -> Result<usize, SrtpError> {
        let word = (ENCRYPTED | index).to_be_bytes();
        match self {
            Self::Gcm(keys) => {
                let aad = gcm_rtcp_aad(buffer, word);
                let (packet, room) = buffer.split_at_mut(len);
                let room = room.get_mut(..GCM_TAG + INDEX_LEN).ok_or(SrtpError::NoRoom)?;
                let nonce = gcm_rtcp_nonce(&keys.rtcp_salt, ssrc, index);
                let tag = keys
                    .rtcp
                    .seal_in_place_separate_tag(nonce, Aad::from(aad), &mut packet[RTCP_CLEAR..])
                    .map_err(|_| SrtpError::Malformed)?;
                room[..GCM_TAG].copy_from_slice(tag.as_ref());
                room[GCM_TAG..].copy_from_slice(&word);
                Ok(len + GCM_TAG + INDEX_LEN)
            }
            Self::Cm(keys) => {
                let end = len + INDEX_LEN;
                if buffer.len() < end + HMAC_TAG {
                    return Err(SrtpError::NoRoom);
                }
                cm_keystream(&keys.rtcp_key, &keys.rtcp_salt, ssrc, u64::from(index))
                    .apply_keystream(&mut buffer[RTCP_CLEAR..len]);
                buffer[len..end].copy_from_slice(&word);
                let tag = hmac::sign(&keys.rtcp_auth, &buffer[..end]);
                buffer[end..end + HMAC_TAG].copy_from_slice(&tag.as_ref()[..HMAC_TAG]);
                Ok(end + HMAC_TAG)
            }
        }
    }

    /// Where the SRTCP index of a protected compound stands: its offset and its value without the E flag.
    /// An unencrypted compound is refused: DTLS-SRTP never negotiates one (RFC 5764 §4.1.2).
    pub(super) fn rtcp_index(&self, packet: &[u8]) -> Result<(usize, u32), SrtpError> {
        let (trailer, tag) = match self {
            Self::Gcm(_) => (INDEX_LEN, GCM_TAG),
            Self::Cm(_) => (INDEX_LEN + HMAC_TAG, 0),
        };
        let offset = packet
            .len()
            .checked_sub(trailer)
            .filter(|offset| *offset >= RTCP_CLEAR + tag)
            .ok_or(SrtpError::Malformed)?;
        let mut word = [0; INDEX_LEN];
        word.copy_from_slice(&packet[offset..offset + INDEX_LEN]);
        let word = u32::from_be_bytes(word);
        if word & ENCRYPTED == 0 {
            return Err(SrtpError::Unauthentic);
        }
        Ok((offset, word & !ENCRYPTED))
    }

    /// Checks and decrypts an RTCP compound whose index stands at `offset`; returns the plain length.
    pub(super) fn open_rtcp(
        &self,
        packet: &mut [u8],
        offset: usize,
        ssrc: u32,
        index: u32,
    ) -> Result<usize, SrtpError> {
        match self {
            Self::Gcm(keys) => {
                let aad = gcm_rtcp_aad(packet, (ENCRYPTED | index).to_be_bytes());
                let nonce = gcm_rtcp_nonce(&keys.rtcp_salt, ssrc, index);
                let plain = keys
                    .rtcp
                    .open_in_place(nonce, Aad::from(aad), &mut packet[RTCP_CLEAR..offset])
                    .map_err(|_| SrtpError::Unauthentic)?;
                Ok(RTCP_CLEAR + plain.len())
            }
            Self::Cm(keys) => {
                let (authenticated, tag) = packet.split_at_mut(offset + INDEX_LEN);
                verify(hmac::sign(&keys.rtcp_auth, authenticated), tag)?;
                cm_keystream(&keys.rtcp_key, &keys.rtcp_salt, ssrc, u64::from(index))
                    .apply_keystream(&mut authenticated[RTCP_CLEAR..offset]);
                Ok(offset)
            }
        }
    }
}

#[expect(clippy::expect_used, reason = "ring refuses a key only for its length, which each caller fixes")]
fn gcm_key(algorithm: &'static Algorithm, key: &[u8]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(algorithm, key).expect("a key as long as the algorithm takes"))
}

fn hmac_key(key: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key)
}

/// RFC 7714 §8.1: 00 00 SSRC ROC SEQ, by exclusive or with the salt.
fn gcm_rtp_nonce(salt: &[u8; 12], ssrc: u32, index: u64) -> Nonce {
    let mut nonce = *salt;
    xor(&mut nonce[2..6], &ssrc.to_be_bytes());
    xor(&mut nonce[6..12], &index.to_be_bytes()[2..]);
    Nonce::assume_unique_for_key(nonce)
}

/// RFC 7714 §9.1: 00 00 SSRC 00 00 index, by exclusive or with the salt.
fn gcm_rtcp_nonce(salt: &[u8; 12], ssrc: u32, index: u32) -> Nonce {
    let mut nonce = *salt;
    xor(&mut nonce[2..6], &ssrc.to_be_bytes());
    xor(&mut nonce[8..12], &index.to_be_bytes());
    Nonce::assume_unique_for_key(nonce)
}

/// RFC 7714 §9.2: the clear header and the index word.
fn gcm_rtcp_aad(packet: &[u8], word: [u8; INDEX_LEN]) -> [u8; RTCP_CLEAR + INDEX_LEN] {
    let mut aad = [0; RTCP_CLEAR + INDEX_LEN];
    aad[..RTCP_CLEAR].copy_from_slice(&packet[..RTCP_CLEAR]);
    aad[RTCP_CLEAR..].copy_from_slice(&word);
    aad
}

/// RFC 3711 §4.1.1: IV = salt·2^16 xor SSRC·2^64 xor index·2^16.
fn cm_keystream(key: &[u8; 16], salt: &[u8; 14], ssrc: u32, index: u64) -> AesCtr {
    let mut iv = [0; 16];
    iv[..14].copy_from_slice(salt);
    xor(&mut iv[4..8], &ssrc.to_be_bytes());
    xor(&mut iv[8..14], &index.to_be_bytes()[2..]);
    AesCtr::new(key.into(), &iv.into())
}

/// RFC 3711 §4.2: over the packet and the roll-over counter.
fn cm_rtp_tag(key: &hmac::Key, packet: &[u8], index: u64) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    context.update(packet);
    context.update(&index.to_be_bytes()[2..6]);
    context.sign()
}

fn verify(expected: hmac::Tag, tag: &[u8]) -> Result<(), SrtpError> {
    if rtc_crypto::constant_time_eq(&expected.as_ref()[..tag.len()], tag) {
        Ok(())
    } else {
        Err(SrtpError::Unauthentic)
    }
}

fn xor(target: &mut [u8], with: &[u8]) {
    for (target, with) in target.iter_mut().zip(with) {
        *target ^= with;
    }
}
