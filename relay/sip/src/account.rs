//! A phone line as it is configured.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// One line: an address of record, where it registers and with which credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// `sip:user@domain`.
    pub address_of_record: String,
    /// Where to register, as a SIP URI: `sip:host[:port]`. None: the domain of the address of record.
    pub registrar: Option<String>,
    /// Where every request outside of a dialog goes first, as a SIP URI. None: by the request's own URI,
    /// for calls to the domain of the address of record by the registrar.
    pub outbound_proxy: Option<String>,
    /// The transport of everything this account starts.
    ///
    /// Requests stay on UDP even above 1300 bytes (RFC 3261 §18.1.1 would have them change to TCP):
    /// peers that authenticate a line by its address, as CUCM does, would refuse them otherwise.
    pub transport: Transport,
    /// The digest user name. None: the user part of the address of record.
    pub auth_user: Option<String>,
    /// The digest password.
    pub password: Secret,
    /// The registration's lifetime to ask for.
    pub expires: Duration,
    /// Whether to subscribe to what waits in the line's mailbox once it is registered (RFC 3842). What the telephone
    /// system tells by itself is heard all the same.
    #[serde(default)]
    pub message_summary: bool,
    /// The name shown to the called party.
    pub display_name: Option<String>,
}

/// What carries SIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// Connections.
    Tcp,
}

/// A text that no log shows.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
