//! `a=crypto` lines (RFC 4568 §4 and §6).

use super::{CryptoSuite, SrtpKey};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The longest key identifier that may be agreed on, in bytes (RFC 4568 §6.1).
const LONGEST_MKI: u8 = 128;
/// What no SRTP key lasts beyond: two to the power of this many packets (RFC 3711 §9.2).
const LONGEST_LIFE: u32 = 48;
/// The session parameter that is only a hint, about how much reordering to expect (RFC 4568 §6.3.7).
const WINDOW_SIZE: &str = "WSH";

/// The value of an `a=crypto` line that we can use: a suite that we have, one key, and no parameter that changes
/// what the suite does. A lifetime is read and left out: who gave the key has to replace it in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CryptoLine {
    /// Which line of its stream it is; an answer repeats the tag of the line that it takes.
    pub tag: u32,
    /// With what its author encrypts what they send.
    pub key: SrtpKey,
    /// How their packets name the key, if they do.
    pub mki: Option<Mki>,
}

/// The master key identifier that stands in each packet (RFC 3711 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mki {
    /// The number, in network byte order with leading zeros.
    pub value: u64,
    /// How many bytes it takes, from 1 to 128.
    pub length: u8,
}

/// Why a line cannot be used. It says nothing of the key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CryptoError {
    /// The stream has no line at all.
    #[error("there is no a=crypto line")]
    Missing,
    /// It does not consist of a tag, a suite and keys.
    #[error("an a=crypto line cannot be read")]
    Malformed,
    /// None of ours.
    #[error("the suite '{0}' is not known")]
    Suite(String),
    /// Another way than `inline:`, or more than one key.
    #[error("an a=crypto line must have one inline key")]
    NotOneKey,
    /// It is not as long as the suite asks for, or no Base64.
    #[error("the key of an a=crypto line does not fit its suite")]
    Key,
    /// More packets than SRTP can count, or none.
    #[error("the lifetime of a key cannot be read")]
    Lifetime,
    /// Longer than 128 bytes, or a number that does not fit its length.
    #[error("the identifier of a key (MKI) cannot be used")]
    Mki,
    /// A session parameter that we do not know, or that takes encryption or authentication away.
    #[error("the session parameter '{0}' cannot be taken")]
    Parameter(String),
}

impl FromStr for CryptoLine {
    type Err = CryptoError;

    fn from_str(text: &str) -> Result<Self, CryptoError> {
        let mut words = text.split_whitespace();
        let (Some(tag), Some(suite), Some(keys)) = (words.next(), words.next(), words.next()) else {
            return Err(CryptoError::Malformed);
        };
        let tag = number(tag).filter(|_| tag.len() <= 9).ok_or(CryptoError::Malformed)?;
        let tag = u32::try_from(tag).map_err(|_| CryptoError::Malformed)?;
        let suite = CryptoSuite::from_name(suite).ok_or_else(|| CryptoError::Suite(suite.to_owned()))?;
        let (key, mki) = inline(suite, keys)?;
        for parameter in words {
            // A parameter behind a dash may be ignored (RFC 4568 §6.3.8).
            let is_hint =
                parameter.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case(WINDOW_SIZE));
            if !is_hint && !parameter.starts_with('-') {
                return Err(CryptoError::Parameter(parameter.to_owned()));
            }
        }
        Ok(Self { tag, key, mki })
    }
}

impl fmt::Display for CryptoLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} inline:{}", self.tag, self.key.suite().name(), self.key.to_base64())?;
        match self.mki {
            Some(Mki { value, length }) => write!(f, "|{value}:{length}"),
            None => Ok(()),
        }
    }
}

/// `inline:` with the key and its salt, and perhaps a lifetime and an identifier.
fn inline(suite: CryptoSuite, keys: &str) -> Result<(SrtpKey, Option<Mki>), CryptoError> {
    let (method, key) = keys.split_once(':').ok_or(CryptoError::Malformed)?;
    // Several keys would have to be told apart by their identifiers, packet by packet.
    let key = key.strip_suffix(';').unwrap_or(key);
    if !method.eq_ignore_ascii_case("inline") || key.contains(';') {
        return Err(CryptoError::NotOneKey);
    }
    let mut parts = key.split('|');
    let key = parts.next().and_then(|key| SrtpKey::from_base64(suite, key)).ok_or(CryptoError::Key)?;
    let (mut lived, mut mki) = (false, None);
    for part in parts {
        match part.split_once(':') {
            Some((value, length)) if mki.is_none() => mki = Some(self::mki(value, length)?),
            None if !lived && mki.is_none() => lived = lifetime(part)?,
            Some(_) | None => return Err(CryptoError::Malformed),
        }
    }
    Ok((key, mki))
}

/// Checks `2^20` or a plain count of packets.
fn lifetime(text: &str) -> Result<bool, CryptoError> {
    let is_fine = match text.strip_prefix("2^") {
        Some(exponent) => number(exponent).is_some_and(|exponent| exponent <= u64::from(LONGEST_LIFE)),
        None => number(text).is_some_and(|packets| (1..=1 << LONGEST_LIFE).contains(&packets)),
    };
    if is_fine { Ok(true) } else { Err(CryptoError::Lifetime) }
}

fn mki(value: &str, length: &str) -> Result<Mki, CryptoError> {
    let length = number(length).and_then(|length| u8::try_from(length).ok());
    let (Some(value), Some(length)) = (number(value), length) else { return Err(CryptoError::Mki) };
    let fits = length >= 8 || value >> (8 * u32::from(length)) == 0;
    if !fits || !(1..=LONGEST_MKI).contains(&length) {
        return Err(CryptoError::Mki);
    }
    Ok(Mki { value, length })
}

/// A number of digits only: `parse` alone would take a sign.
fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}
