//! Refusing a call, or a change of one.

use crate::message::Response;
use crate::message::name;

/// Who warns, since a host name would tell more than the other side needs (RFC 3261 §20.43).
const PSEUDONYM: &str = "sidetone";

/// A final response that refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status, 300 to 699.
    pub status: u16,
    /// Why, for whoever looks into it on the other side.
    pub warning: Option<Warning>,
}

/// A `Warning` header (RFC 3261 §20.43).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// 300 to 399.
    pub code: u16,
    /// One sentence.
    pub text: String,
}

impl From<u16> for Refusal {
    fn from(status: u16) -> Self {
        Self { status, warning: None }
    }
}

impl Refusal {
    pub(crate) fn write(&self, response: &mut Response) {
        if let Some(Warning { code, text }) = &self.warning {
            // What the other side sent may be quoted in it.
            let text: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
            response.headers.push(name::WARNING, format!("{code} {PSEUDONYM} \"{text}\""));
        }
    }
}
