//! CSeq.

use super::Method;
use super::list::is_token;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The number of a request within its dialog, with its method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CSeq {
    /// Less than 2³¹ (RFC 3261 §8.1.1.5).
    pub number: u32,
    /// The method.
    pub method: Method,
}

/// The text is not a CSeq.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a CSeq")]
pub struct BadCSeq;

impl FromStr for CSeq {
    type Err = BadCSeq;

    fn from_str(text: &str) -> Result<Self, BadCSeq> {
        let mut words = text.split_whitespace();
        let (Some(number), Some(method), None) = (words.next(), words.next(), words.next()) else {
            return Err(BadCSeq);
        };
        let number = number.parse().ok().filter(|&n| n < 1 << 31).ok_or(BadCSeq)?;
        if !is_token(method) {
            return Err(BadCSeq);
        }
        Ok(Self { number, method: method.to_owned().into() })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}
