//! A phone line as it is configured.

use crate::TrunkId;
use crate::message::Params;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// One line: an address of record, how it is reached from the telephone system, and its credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// `sip:user@domain`.
    pub address_of_record: String,
    /// Whether it registers, and how.
    pub kind: Kind,
    /// Where to register, as a SIP URI: `sip:host[:port]`. None: the domain of the address of record.
    pub registrar: Option<String>,
    /// Where to register while the registrar does not answer, best first; the line returns to the registrar as
    /// soon as that answers again and no call is up. Third-party phones have to do so by themselves: CUCM does
    /// not move them.
    pub further_registrars: Vec<String>,
    /// Where every request outside of a dialog goes first, as a SIP URI. None: by the request's own URI,
    /// for calls to the domain of the address of record by the registrar.
    pub outbound_proxy: Option<String>,
    /// The transport of everything this account starts. None: the name service says it of each host whose URI names
    /// neither a port nor a transport (RFC 3263 §4.1); of others it is the first of UDP, TCP and TLS that we have.
    ///
    /// Requests stay on UDP even above 1300 bytes (RFC 3261 §18.1.1 would have them change to TCP):
    /// peers that authenticate a line by its address, as CUCM does, would refuse them otherwise.
    pub transport: Option<Transport>,
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

impl Account {
    /// A line at a registrar, over UDP and without any extras: the rest is for struct update syntax to say.
    #[must_use]
    pub fn line(address_of_record: &str, registrar: &str, password: Secret) -> Self {
        Self {
            address_of_record: address_of_record.into(),
            kind: Kind::Line,
            registrar: Some(registrar.into()),
            further_registrars: Vec::new(),
            outbound_proxy: None,
            transport: Some(Transport::Udp),
            auth_user: None,
            password,
            expires: Duration::from_secs(3_600),
            message_summary: false,
            display_name: None,
        }
    }
}

/// How the telephone system reaches an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// As a phone that registers: one Contact, no extensions of SIP, as CUCM wants it of third-party phones.
    #[default]
    Line,
    /// As a phone that registers through a proxy: a loose route to it, Path (RFC 3327), Service-Route
    /// (RFC 3608), and a flow that is kept alive and made anew (RFC 5626).
    Proxy,
    /// As an extension behind a trunk: it does not register. The address of record gives its user part only,
    /// the domain is the trunk's.
    Trunk(TrunkId),
}

impl Kind {
    /// Whether accounts of this kind register.
    #[must_use]
    pub fn registers(self) -> bool {
        match self {
            Self::Line | Self::Proxy => true,
            Self::Trunk(_) => false,
        }
    }
}

/// What carries SIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// Connections.
    Tcp,
    /// Connections inside of TLS.
    Tls,
}

impl Transport {
    /// The port of a URI that names none (RFC 3261 §19.1.2).
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
        }
    }

    /// Whether it is made of connections.
    #[must_use]
    pub fn is_stream(self) -> bool {
        match self {
            Self::Udp => false,
            Self::Tcp | Self::Tls => true,
        }
    }

    /// Its name in Via.
    pub(crate) fn via(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }

    /// Names it in the parameters of a URI; without a name there it is UDP.
    pub(crate) fn name_in(self, params: &mut Params) {
        match self.parameter().split_once('=') {
            Some((_, name)) => params.set("transport", Some(name.to_owned())),
            None => params.remove("transport"),
        }
    }

    /// The parameter that names it in a URI of ours.
    pub(crate) fn parameter(self) -> &'static str {
        match self {
            Self::Udp => "",
            Self::Tcp => ";transport=tcp",
            Self::Tls => ";transport=tls",
        }
    }
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
