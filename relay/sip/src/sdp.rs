//! Session descriptions (RFC 4566, RFC 8866), read tolerantly and written strictly.
//!
//! Tolerated: bare LF or CR line ends, blank lines, lines out of order, unknown lines, missing `s=` and `t=`
//! lines, and attributes of any content. What stands in the way of a call is an error: no media line at all,
//! or one that cannot be read.

mod parse;
mod version;
mod write;

pub(crate) use version::following;

use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use thiserror::Error;

/// The longest description that is read; phones send a few kilobytes at most.
pub const MAX_LENGTH: usize = 64 * 1024;

/// Why a text is not a usable session description.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SdpError {
    /// Longer than [`MAX_LENGTH`].
    #[error("the session description is longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// It does not begin with `v=0`.
    #[error("the session description does not begin with v=0")]
    NoVersion,
    /// A line that cannot be read, by its number from 1.
    #[error("line {0} of the session description cannot be read")]
    BadLine(usize),
}

/// A session description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionDescription {
    /// `o=`.
    pub origin: Origin,
    /// `s=`; `-` where it was missing.
    pub name: String,
    /// The `c=` of the session, which holds for media without their own.
    pub connection: Option<Connection>,
    /// The `b=` lines of the session, as they stand after the sign.
    pub bandwidth: Vec<String>,
    /// The `a=` lines of the session.
    pub attributes: Vec<Attribute>,
    /// The media, in order: an answer has to have as many (RFC 3264 §6).
    pub media: Vec<Media>,
}

/// Who made the description and which version of it this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `-` or a login name.
    pub user: String,
    /// Stays the same for the whole call. Text, since some peers send more digits than 64 bits hold.
    pub session_id: String,
    /// Grows by one with each changed description (RFC 3264 §8).
    pub version: String,
    /// The maker's address or host name.
    pub address: String,
}

/// `c=`: where media is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// An address, or a host name.
    pub address: String,
}

impl Connection {
    /// The address, if it is one; a multicast lifetime (`/127`) is left out.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.split('/').next()?.parse().ok()
    }
}

/// `a=name` or `a=name:value`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Before the colon.
    pub name: String,
    /// After the colon.
    pub value: Option<String>,
}

impl Attribute {
    /// `a=name`.
    #[must_use]
    pub fn flag(name: &str) -> Self {
        Self { name: name.to_owned(), value: None }
    }

    /// `a=name:value`.
    #[must_use]
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: Some(value.into()) }
    }
}

/// One `m=` line with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// `audio`, `video`, `image`, …
    pub kind: String,
    /// The port; 0 refuses the stream.
    pub port: u16,
    /// `RTP/AVP`, …
    pub protocol: String,
    /// Payload types or other formats, most wanted first.
    pub formats: Vec<String>,
    /// Its own `c=`.
    pub connection: Option<Connection>,
    /// Its `b=` lines.
    pub bandwidth: Vec<String>,
    /// Its `a=` lines.
    pub attributes: Vec<Attribute>,
}

impl Media {
    /// The value of the first attribute of this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        find(&self.attributes, name)
    }

    /// Whether there is an attribute of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        has(&self.attributes, name)
    }

    /// The values of all attributes of this name, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.attributes
            .iter()
            .filter(move |a| a.name.eq_ignore_ascii_case(name))
            .filter_map(|a| a.value.as_deref())
    }

    /// The text after the payload type in `rtpmap` or `fmtp`.
    #[must_use]
    pub fn of_payload<'a>(&'a self, name: &'a str, payload_type: u8) -> Option<&'a str> {
        self.values(name).find_map(|value| {
            let (number, rest) = value.trim().split_once([' ', '\t'])?;
            (number.parse() == Ok(payload_type)).then(|| rest.trim())
        })
    }
}

impl SessionDescription {
    /// The value of the first session attribute of this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        find(&self.attributes, name)
    }

    /// Whether there is a session attribute of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        has(&self.attributes, name)
    }

    /// Where the media is to be sent: its own `c=`, else the session's.
    #[must_use]
    pub fn connection_of<'a>(&'a self, media: &'a Media) -> Option<&'a Connection> {
        media.connection.as_ref().or(self.connection.as_ref())
    }
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes.iter().find(|a| a.name.eq_ignore_ascii_case(name))?.value.as_deref()
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|a| a.name.eq_ignore_ascii_case(name))
}
