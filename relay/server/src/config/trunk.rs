//! Trunks: ways to a telephone system without registration.

use super::{MediaEncryption, Secret, Transport};
use serde::Deserialize;
use sidetone_sip::Network;

/// A trunk to a telephone system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trunk {
    /// The name that users' lines refer to it by.
    pub name: String,
    /// The domain in the addresses of our users, as the telephone system sees them.
    pub domain: String,
    /// The servers on the other side.
    #[serde(rename = "peer")]
    pub peers: Vec<Peer>,
    /// Addresses and ranges, beside the peers', that calls may come from.
    #[serde(default)]
    pub allowed: Vec<Network>,
    /// The name to authenticate with, if the peers ask for it.
    pub auth_user: Option<String>,
    /// The password to authenticate with.
    #[serde(default)]
    pub password: Secret,
    /// How often each peer is asked whether it is there, in seconds. 0: only while it is not.
    #[serde(default = "default_ping")]
    pub ping_s: u16,
    /// How long a peer may be silent before a call goes to the next one, in milliseconds.
    #[serde(default = "default_next_peer")]
    pub next_peer_ms: u16,
    /// Whether audio is encrypted. Without it as each user's profile says.
    pub media_encryption: Option<MediaEncryption>,
}

/// A server on the other side of a trunk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its name or address.
    pub host: String,
    /// Its port. Without it by DNS, else 5060, with TLS 5061.
    pub port: Option<u16>,
    /// `udp`, `tcp`, `tls`, or `auto` for what the name service says.
    #[serde(default)]
    pub transport: Transport,
    /// Peers with the lowest value are tried first.
    #[serde(default)]
    pub priority: u16,
    /// The share of calls among peers of the same priority.
    #[serde(default = "default_weight")]
    pub weight: u16,
}

fn default_ping() -> u16 {
    30
}

fn default_next_peer() -> u16 {
    800
}

fn default_weight() -> u16 {
    1
}
