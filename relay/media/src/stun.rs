//! STUN messages as far as an ICE-lite agent meets them (RFC 8489, RFC 8445): Binding requests in,
//! Binding responses out.

use ring::hmac;
use std::net::{IpAddr, SocketAddr};

const HEADER_LEN: usize = 20;
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
/// RFC 8489 §14.7.
const FINGERPRINT_XOR: u32 = 0x5354_554e;

const BINDING_REQUEST: u16 = 0x0001;
const BINDING_INDICATION: u16 = 0x0011;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;

const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const ERROR_CODE: u16 = 0x0009;
const UNKNOWN_ATTRIBUTES: u16 = 0x000a;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const PRIORITY: u16 = 0x0024;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;

/// At most this many unknown attributes are named in an error; an attacker chooses how many there are.
const MAX_UNKNOWN: usize = 4;

/// Whether these bytes look like STUN and not like DTLS, RTP or RTCP on the same port (RFC 7983 §7).
#[must_use]
pub fn is_stun(packet: &[u8]) -> bool {
    packet.len() >= HEADER_LEN && packet[0] < 4 && packet[4..8] == MAGIC_COOKIE
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A Binding request: a connectivity check.
    Request,
    /// A Binding indication: a keepalive without answer.
    Indication,
    /// A response, which a lite agent never asked for, or another method.
    Other,
}

/// A parsed message, borrowing from the packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// What it is for.
    pub class: Class,
    /// Joins a response to its request.
    pub transaction: [u8; 12],
    /// `our ufrag:their ufrag` (RFC 8445 §7.2.2).
    pub username: Option<&'a str>,
    /// Whether the sender nominates this pair (RFC 8445 §8.1.1).
    pub use_candidate: bool,
    /// Attributes that must be understood and are not; the first few of them.
    unknown: [u16; MAX_UNKNOWN],
    unknown_count: usize,
    /// The packet up to the MESSAGE-INTEGRITY attribute, and the code in it.
    integrity: Option<(&'a [u8], &'a [u8])>,
}

/// Parses a message and checks its FINGERPRINT, which ICE demands (RFC 8445 §7.1). `None` for anything
/// else: it is not for us, and gets no answer.
#[must_use]
pub fn parse(packet: &[u8]) -> Option<Message<'_>> {
    if !is_stun(packet) || !packet.len().is_multiple_of(4) {
        return None;
    }
    if usize::from(u16::from_be_bytes([packet[2], packet[3]])) + HEADER_LEN != packet.len() {
        return None;
    }
    let class = match u16::from_be_bytes([packet[0], packet[1]]) {
        BINDING_REQUEST => Class::Request,
        BINDING_INDICATION => Class::Indication,
        _ => Class::Other,
    };
    let mut message = Message {
        class,
        transaction: packet[8..20].try_into().ok()?,
        username: None,
        use_candidate: false,
        unknown: [0; MAX_UNKNOWN],
        unknown_count: 0,
        integrity: None,
    };
    let mut fingerprint = false;
    let mut at = HEADER_LEN;
    while at < packet.len() {
        let head = packet.get(at..at + 4)?;
        let kind = u16::from_be_bytes([head[0], head[1]]);
        let len = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let value = packet.get(at + 4..at + 4 + len)?;
        if kind == FINGERPRINT {
            // It must be the last (RFC 8489 §14.7).
            fingerprint =
                at + 8 == packet.len() && value == (crc32(&packet[..at]) ^ FINGERPRINT_XOR).to_be_bytes();
            break;
        }
        if message.integrity.is_none() {
            message.read(kind, value, &packet[..at])?;
        }
        at += 4 + len.next_multiple_of(4);
    }
    fingerprint.then_some(message)
}

impl<'a> Message<'a> {
    /// Reads one attribute. What follows MESSAGE-INTEGRITY is not read (RFC 8489 §14.5).
    fn read(&mut self, kind: u16, value: &'a [u8], before: &'a [u8]) -> Option<()> {
        match kind {
            USERNAME => self.username = Some(std::str::from_utf8(value).ok()?),
            USE_CANDIDATE => self.use_candidate = true,
            MESSAGE_INTEGRITY if value.len() == 20 => self.integrity = Some((before, value)),
            MESSAGE_INTEGRITY => return None,
            PRIORITY => {}
            kind if kind < 0x8000 => {
                if let Some(slot) = self.unknown.get_mut(self.unknown_count) {
                    *slot = kind;
                    self.unknown_count += 1;
                }
            }
            _ => {}
        }
        Some(())
    }

    /// Whether the message carries a MESSAGE-INTEGRITY at all.
    #[must_use]
    pub fn has_integrity(&self) -> bool {
        self.integrity.is_some()
    }

    /// Whether its MESSAGE-INTEGRITY was made with this key.
    #[must_use]
    pub fn is_authentic(&self, key: &Key) -> bool {
        let Some((before, code)) = self.integrity else { return false };
        // The code covers a header whose length ends with MESSAGE-INTEGRITY itself (RFC 8489 §14.5).
        let Ok(len) = u16::try_from(before.len() + 24 - HEADER_LEN) else { return false };
        let mut context = hmac::Context::with_key(&key.0);
        context.update(&before[..2]);
        context.update(&len.to_be_bytes());
        context.update(&before[4..]);
        rtc_crypto::constant_time_eq(context.sign().as_ref(), code)
    }

    /// Attributes that must be understood and are not.
    #[must_use]
    pub fn unknown_attributes(&self) -> &[u16] {
        &self.unknown[..self.unknown_count]
    }
}

/// A password, ready for use (RFC 8489 §9.1.1, short-term credentials).
pub struct Key(hmac::Key);

impl Key {
    /// Prepares a password.
    #[must_use]
    pub fn new(password: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()))
    }
}

/// The largest response that we write: an IPv6 address, integrity and fingerprint.
pub const MAX_RESPONSE: usize = 128;

/// A response that is being written.
pub struct Response {
    buffer: [u8; MAX_RESPONSE],
    len: usize,
}

impl Response {
    /// The answer to a good check: the address that it came from (RFC 8489 §7.3.1.1).
    #[must_use]
    pub fn success(transaction: &[u8; 12], from: SocketAddr, key: &Key) -> Self {
        let mut response = Self::new(BINDING_SUCCESS, transaction);
        let mut value = [0; 20];
        let port = from.port() ^ u16::from_be_bytes([MAGIC_COOKIE[0], MAGIC_COOKIE[1]]);
        value[2..4].copy_from_slice(&port.to_be_bytes());
        let mut mask = [0; 16];
        mask[..4].copy_from_slice(&MAGIC_COOKIE);
        mask[4..].copy_from_slice(transaction);
        let len = match from.ip() {
            IpAddr::V4(ip) => {
                value[1] = 1;
                value[4..8].copy_from_slice(&ip.octets());
                8
            }
            IpAddr::V6(ip) => {
                value[1] = 2;
                value[4..20].copy_from_slice(&ip.octets());
                20
            }
        };
        for (byte, mask) in value[4..len].iter_mut().zip(mask) {
            *byte ^= mask;
        }
        response.attribute(XOR_MAPPED_ADDRESS, &value[..len]);
        response.sign(key);
        response.finish()
    }

    /// A refusal without credentials: 400, 401 (RFC 8489 §9.1.3).
    #[must_use]
    pub fn error(transaction: &[u8; 12], code: u16) -> Self {
        Self::refusal(transaction, code).finish()
    }

    /// The refusal of attributes that we had to understand and do not (RFC 8489 §6.3.1).
    #[must_use]
    pub fn unknown(transaction: &[u8; 12], attributes: &[u16], key: &Key) -> Self {
        let mut response = Self::refusal(transaction, 420);
        let mut value = [0; 2 * MAX_UNKNOWN];
        for (slot, attribute) in value.chunks_mut(2).zip(attributes) {
            slot.copy_from_slice(&attribute.to_be_bytes());
        }
        response.attribute(UNKNOWN_ATTRIBUTES, &value[..2 * attributes.len().min(MAX_UNKNOWN)]);
        response.sign(key);
        response.finish()
    }

    /// The bytes to send.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[..self.len]
    }

    fn new(kind: u16, transaction: &[u8; 12]) -> Self {
        let mut buffer = [0; MAX_RESPONSE];
        buffer[..2].copy_from_slice(&kind.to_be_bytes());
        buffer[4..8].copy_from_slice(&MAGIC_COOKIE);
        buffer[8..20].copy_from_slice(transaction);
        Self { buffer, len: HEADER_LEN }
    }

    /// The reason phrase is left empty: nobody reads it, and an answer must not outgrow its question.
    fn refusal(transaction: &[u8; 12], code: u16) -> Self {
        let mut response = Self::new(BINDING_ERROR, transaction);
        let (class, number) = (code / 100, code % 100);
        response.attribute(ERROR_CODE, &[0, 0, class.to_be_bytes()[1], number.to_be_bytes()[1]]);
        response
    }

    fn attribute(&mut self, kind: u16, value: &[u8]) {
        let at = self.len;
        self.buffer[at..at + 2].copy_from_slice(&kind.to_be_bytes());
        self.buffer[at + 3] = value.len().to_le_bytes()[0];
        self.buffer[at + 4..at + 4 + value.len()].copy_from_slice(value);
        self.len = at + 4 + value.len().next_multiple_of(4);
        self.set_length(self.len);
    }

    fn sign(&mut self, key: &Key) {
        self.set_length(self.len + 24);
        let code = hmac::sign(&key.0, &self.buffer[..self.len]);
        self.attribute(MESSAGE_INTEGRITY, code.as_ref());
    }

    fn finish(mut self) -> Self {
        self.set_length(self.len + 8);
        let crc = crc32(&self.buffer[..self.len]) ^ FINGERPRINT_XOR;
        self.attribute(FINGERPRINT, &crc.to_be_bytes());
        self
    }

    fn set_length(&mut self, len: usize) {
        let body = (len - HEADER_LEN).to_le_bytes();
        self.buffer[2] = body[1];
        self.buffer[3] = body[0];
    }
}

/// The CRC-32 of ITU-T V.42, as RFC 8489 §14.7 asks for.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| CRC_TABLE[(crc.to_le_bytes()[0] ^ byte) as usize] ^ (crc >> 8))
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0_u32; 256];
    let mut value: u32 = 0;
    while value < 256 {
        let mut crc = value;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        table[value as usize] = crc;
        value += 1;
    }
    table
};

#[cfg(test)]
pub(crate) mod tests;
