//! Via.

use super::list::is_token;
use super::uri::host_port_of;
use super::{Host, Params};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// One hop of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Via {
    /// `UDP`, `TCP`, … in upper case.
    pub transport: String,
    /// The sender's host.
    pub host: Host,
    /// The sender's port.
    pub port: Option<u16>,
    /// The parameters.
    pub params: Params,
}

/// The text is not a Via.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a Via")]
pub struct BadVia;

impl Via {
    /// What every branch of RFC 3261 begins with (§8.1.1.7).
    pub const COOKIE: &str = "z9hG4bK";

    /// The `branch` parameter.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch").filter(|branch| !branch.is_empty())
    }

    /// Whether the branch names the transaction all by itself (RFC 3261 §17.2.3). The bare cookie does not
    /// (RFC 4475 §3.2.1).
    #[must_use]
    pub fn has_unique_branch(&self) -> bool {
        self.branch().is_some_and(|b| b.len() > Self::COOKIE.len() && b.starts_with(Self::COOKIE))
    }

    /// `host:port` of the sender, the port defaulted.
    #[must_use]
    pub fn sent_by(&self) -> String {
        format!("{}:{}", self.host, self.port.unwrap_or(5060))
    }

    /// Notes where the message really came from (RFC 3261 §18.2.1, RFC 3581 §4).
    pub fn note_source(&mut self, source: SocketAddr) {
        let wants_port = self.params.has("rport");
        if wants_port {
            self.params.set("rport", Some(source.port().to_string()));
        }
        if wants_port || self.host != Host::Ip(source.ip()) {
            self.params.set("received", Some(source.ip().to_string()));
        }
    }
}

impl FromStr for Via {
    type Err = BadVia;

    fn from_str(text: &str) -> Result<Self, BadVia> {
        let mut parts = text.splitn(3, '/');
        let (Some(protocol), Some(version), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(BadVia);
        };
        if !protocol.trim().eq_ignore_ascii_case("SIP") || version.trim() != "2.0" {
            return Err(BadVia);
        }
        let (transport, rest) = rest.trim_start().split_once(char::is_whitespace).ok_or(BadVia)?;
        if !is_token(transport) {
            return Err(BadVia);
        }
        let (sent_by, params) = rest.split_once(';').unwrap_or((rest, ""));
        let (host, port) = host_port_of(sent_by).ok_or(BadVia)?;
        Ok(Self {
            transport: transport.to_ascii_uppercase(),
            host,
            port,
            params: if params.is_empty() {
                Params::default()
            } else {
                Params::parse(params).ok_or(BadVia)?
            },
        })
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}", self.transport, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)
    }
}
