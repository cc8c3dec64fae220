//! Who may sign in, and their lines on the telephone system.

use super::{Conference, ConferenceFactory, MediaEncryption, Secret, UserAgent};
use serde::Deserialize;
use sidetone_protocol::DialString;

/// Somebody who may sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name to sign in with.
    pub name: String,
    /// The name that is shown. Without it `name`.
    pub display_name: Option<String>,
    /// The user's own number, as it is shown. Without it the user part of the SIP address.
    pub extension: Option<String>,
    /// The profile by which the user works. Without it the one that is called `default`, if there is one.
    pub profile: Option<String>,
    /// Who mixes the calls that the user joins. Without it the profile says so.
    pub conference: Option<Conference>,
    /// What is called to have the telephone system make a conference. Without it the profile says so.
    pub conference_factory: Option<ConferenceFactory>,
    /// Whose phones the user watches.
    #[serde(default)]
    pub watch: Vec<Watch>,
    /// An Argon2id hash, as `sidetone hash-password` prints it.
    pub password_hash: Option<String>,
    /// The password itself, for trials.
    pub password: Option<Secret>,
    /// The line on the telephone system.
    pub sip: Account,
    /// Who the user is in the contact centre.
    pub agent: Option<UserAgent>,
}

impl User {
    /// The user's own number, as it is shown.
    #[must_use]
    pub fn number(&self) -> &str {
        self.extension.as_deref().unwrap_or_else(|| self.sip.user_part())
    }
}

/// A phone that a user watches.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// Its number.
    pub number: DialString,
    /// Whose it is.
    pub name: String,
}

/// A line on the telephone system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// `line`, `proxy` or `trunk`. Without it `proxy` if there is an `outbound_proxy`, else `line`.
    pub kind: Option<Kind>,
    /// The line's address, for example `sip:1001@pbx.example.com`.
    pub address_of_record: Option<String>,
    /// Where to register, for example `sip:pbx.example.com:5060`.
    pub registrar: Option<String>,
    /// Where to register while the registrar does not answer, best first.
    #[serde(default)]
    pub registrars: Vec<String>,
    /// The proxy that every request goes to first, for example `sip:proxy.example.com:5060`.
    pub outbound_proxy: Option<String>,
    /// The name of the trunk that the line hangs on.
    pub trunk: Option<String>,
    /// The line's number on its trunk.
    pub number: Option<String>,
    /// `udp`, `tcp`, `tls`, or `auto` for what the name service says.
    #[serde(default)]
    pub transport: Transport,
    /// The name to authenticate with. Without it the user part of the address.
    pub auth_user: Option<String>,
    /// The password to authenticate with.
    #[serde(default)]
    pub password: Secret,
    /// How long a registration is asked for, in seconds.
    #[serde(default = "default_expires")]
    pub expires_s: u32,
    /// Whether to subscribe to what waits in the line's mailbox. Without it only what the telephone system tells by
    /// itself is heard.
    #[serde(default)]
    pub message_summary: bool,
    /// Whether audio is encrypted. Without it as the profile says; on a trunk as the trunk says.
    pub media_encryption: Option<MediaEncryption>,
    /// The codecs to offer and accept, best first.
    #[serde(default = "default_codecs")]
    pub codecs: Vec<Codec>,
}

impl Account {
    /// How the telephone system reaches the line.
    #[must_use]
    pub fn kind(&self) -> Kind {
        let usual = if self.outbound_proxy.is_some() { Kind::Proxy } else { Kind::Line };
        self.kind.unwrap_or(usual)
    }

    /// The line's number: on a trunk as it is named there, else the part of its address before the `@`.
    #[must_use]
    pub fn user_part(&self) -> &str {
        if let Some(number) = &self.number {
            return number;
        }
        let address = self.address_of_record.as_deref().unwrap_or_default();
        let address = address.strip_prefix("sip:").or(address.strip_prefix("sips:")).unwrap_or(address);
        address.split_once('@').map_or(address, |(user, _)| user)
    }
}

/// How the telephone system reaches a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It registers like a phone.
    Line,
    /// It registers like a phone, through a proxy.
    Proxy,
    /// It is an extension behind a trunk.
    Trunk,
}

/// How SIP travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Datagrams.
    #[default]
    Udp,
    /// A connection.
    Tcp,
    /// An encrypted connection.
    Tls,
    /// As the name service says for each host.
    Auto,
}

/// A codec, by the name it has in SDP, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// Opus, 48 kHz.
    Opus,
    /// G.722, 16 kHz.
    G722,
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

fn default_expires() -> u32 {
    3_600
}

/// Best sound first; the far end picks.
fn default_codecs() -> Vec<Codec> {
    vec![Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma]
}
