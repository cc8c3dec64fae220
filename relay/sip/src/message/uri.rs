//! Addresses.

use super::Params;
use crate::Transport;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address of any scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Uri {
    /// `sip:` or `sips:`.
    Sip(SipUri),
    /// `tel:` (RFC 3966).
    Tel {
        /// The number, as it is written.
        number: String,
        /// Such as `phone-context`.
        params: Params,
    },
    /// Any other, with its scheme.
    Other(String),
}

/// A SIP URI. Escapes are kept, so that what is written is what was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SipUri {
    /// Whether it is `sips:`.
    pub secure: bool,
    /// The user part, with its password if there is one.
    pub user: Option<String>,
    /// The host.
    pub host: Host,
    /// The port.
    pub port: Option<u16>,
    /// The parameters.
    pub params: Params,
    /// What follows the question mark.
    pub headers: Option<String>,
}

/// A host: an address or a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Host {
    /// An address.
    Ip(IpAddr),
    /// A name, in lower case.
    Name(String),
}

impl Uri {
    /// The user part or telephone number, without escapes and password.
    #[must_use]
    pub fn user(&self) -> Option<String> {
        match self {
            Self::Sip(uri) => uri.user(),
            Self::Tel { number, .. } => Some(number.clone()),
            Self::Other(_) => None,
        }
    }

    /// The SIP URI, if it is one.
    #[must_use]
    pub fn as_sip(&self) -> Option<&SipUri> {
        match self {
            Self::Sip(uri) => Some(uri),
            Self::Tel { .. } | Self::Other(_) => None,
        }
    }
}

impl SipUri {
    /// The user part, without escapes and password.
    #[must_use]
    pub fn user(&self) -> Option<String> {
        self.user.as_deref().map(|user| unescape(user.split(':').next().unwrap_or_default()))
    }

    /// The transport that the URI names, if it is one of ours.
    #[must_use]
    pub fn transport(&self) -> Option<Transport> {
        let Some(named) = self.params.get("transport") else {
            // RFC 3261 §26.2.2: every hop of a sips URI is over TLS.
            return self.secure.then_some(Transport::Tls);
        };
        match named.to_ascii_lowercase().as_str() {
            "udp" => Some(Transport::Udp),
            "tcp" if self.secure => Some(Transport::Tls),
            "tcp" => Some(Transport::Tcp),
            "tls" => Some(Transport::Tls),
            _ => None,
        }
    }
}

impl FromStr for Uri {
    type Err = BadUri;

    fn from_str(text: &str) -> Result<Self, BadUri> {
        let text = text.trim();
        if text.is_empty()
            || text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"".contains(c))
        {
            return Err(BadUri);
        }
        let (scheme, rest) = text.split_once(':').ok_or(BadUri)?;
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            || !scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        {
            return Err(BadUri);
        }
        match scheme.to_ascii_lowercase().as_str() {
            "sip" => sip(rest, false).map(Self::Sip).ok_or(BadUri),
            "sips" => sip(rest, true).map(Self::Sip).ok_or(BadUri),
            "tel" => {
                let (number, params) = with_params(rest).ok_or(BadUri)?;
                if number.is_empty() {
                    return Err(BadUri);
                }
                Ok(Self::Tel { number: number.to_owned(), params })
            }
            _ => Ok(Self::Other(text.to_owned())),
        }
    }
}

/// The text is not a URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a URI")]
pub struct BadUri;

impl TryFrom<String> for Uri {
    type Error = BadUri;

    fn try_from(text: String) -> Result<Self, BadUri> {
        text.parse()
    }
}

impl From<Uri> for String {
    fn from(uri: Uri) -> Self {
        uri.to_string()
    }
}

fn sip(text: &str, secure: bool) -> Option<SipUri> {
    // A user part may hold ; ? : and /, but never an @ (RFC 3261 §25.1).
    let (user, rest) = match text.rsplit_once('@') {
        Some(("", _)) => return None,
        Some((user, rest)) => (Some(user.to_owned()), rest),
        None => (None, text),
    };
    let (rest, headers) = match rest.split_once('?') {
        Some((rest, headers)) => (rest, Some(headers.to_owned())),
        None => (rest, None),
    };
    let (host_port, params) = with_params(rest)?;
    let (host, port) = host_port_of(host_port)?;
    Some(SipUri { secure, user, host, port, params, headers })
}

fn with_params(text: &str) -> Option<(&str, Params)> {
    match text.split_once(';') {
        Some((before, params)) => Some((before, Params::parse(params)?)),
        None => Some((text, Params::default())),
    }
}

/// Reads `host`, `host:port` and `[IPv6]:port`, blanks around the colon allowed (RFC 3261 §25.1 COLON).
pub(super) fn host_port_of(text: &str) -> Option<(Host, Option<u16>)> {
    let text = text.trim();
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        let port = match rest.trim() {
            "" => None,
            rest => Some(rest.strip_prefix(':')?),
        };
        (Host::Ip(IpAddr::V6(address.parse().ok()?)), port)
    } else {
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host.trim(), Some(port)),
            None => (text, None),
        };
        (name_or_ip(host)?, port)
    };
    let port = match port.map(str::trim) {
        Some(port) => Some(port.parse().ok().filter(|&p| p != 0)?),
        None => None,
    };
    Some((host, port))
}

fn name_or_ip(host: &str) -> Option<Host> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(Host::Ip(address));
    }
    // Underscores are not allowed in host names, and common in them.
    let valid = !host.is_empty()
        && host.len() <= 255
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    valid.then(|| Host::Name(host.to_ascii_lowercase()))
}

/// Replaces `%41` by `A`; what is not valid UTF-8 then is replaced by U+FFFD.
pub(crate) fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail.get(..2).filter(|_| first == b'%').and_then(|d| std::str::from_utf8(d).ok());
        match digits.and_then(|d| u8::from_str_radix(d, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Escapes what must not stand in a user part (RFC 3261 §25.1), `#` above all.
pub(crate) fn escape_user(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sip(uri) => uri.fmt(f),
            Self::Tel { number, params } => write!(f, "tel:{number}{params}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.secure { "sips:" } else { "sip:" })?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        write!(f, "{}", self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)?;
        match &self.headers {
            Some(headers) => write!(f, "?{headers}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(IpAddr::V4(address)) => address.fmt(f),
            Self::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Self::Name(name) => f.write_str(name),
        }
    }
}
