//! The relay's configuration: one TOML file, every key of which can be overridden by the environment.
//!
//! `docs/configuration.md` describes each key for operators; the types here are what is read. An unknown key or a bad
//! value is an error that names the file, the key and what is allowed, and the relay does not start.

mod agent;
mod check;
mod conference;
mod finesse;
mod load;
mod media_encryption;
mod profile;
#[cfg(test)]
mod reading;
mod secret;
mod store;
mod trunk;
mod user;
mod value;

pub use agent::{AgentOf, DialBy, Mobile, MobileMode, OnSignOut, ProfileAgent, SignIn, UserAgent};
pub use conference::{Conference, ConferenceFactory};
pub use finesse::{Auth, DialWhileReady, Finesse, Notifications, Platform, StateAfterSignIn};
#[cfg(test)]
pub(crate) use load::parse;
pub use load::{ConfigError, load};
pub use media_encryption::MediaEncryption;
pub use profile::{DEFAULT_PROFILE, Profile};
pub use secret::Secret;
pub use store::{Store, TimeZone};
pub use trunk::{Peer, Trunk};
pub use user::{Account, Codec, Kind, Transport, User, Watch};
pub use value::PortRange;

use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the relay keeps what it makes itself: the self-signed certificate, and the store if that is a file.
    #[serde(default = "default_data_dir")]
    pub data_dir: PathBuf,
    /// The time zone in which a day begins at midnight, for users whose profile names none.
    #[serde(default)]
    pub time_zone: TimeZone,
    /// Where what the relay keeps is kept, and for how long.
    #[serde(default)]
    pub store: Store,
    /// What is logged, and how.
    #[serde(default)]
    pub log: Log,
    /// The side that browsers load the page from and talk to.
    #[serde(default)]
    pub http: Http,
    /// The packets.
    #[serde(default)]
    pub media: Media,
    /// The side that faces the telephone system.
    #[serde(default)]
    pub sip: Sip,
    /// How long calls wait for what.
    #[serde(default)]
    pub calls: Calls,
    /// What users have in common who work alike.
    #[serde(default, rename = "profile")]
    pub profiles: Vec<Profile>,
    /// Figures for operators.
    #[serde(default)]
    pub metrics: Metrics,
    /// Ways to a telephone system without registration.
    #[serde(default, rename = "trunk")]
    pub trunks: Vec<Trunk>,
    /// Contact centres.
    #[serde(default)]
    pub finesse: Vec<Finesse>,
    /// What is kept of SIP for admins to look at.
    #[serde(default)]
    pub trace: Trace,
    /// Who may look into the relay. Nobody without it.
    pub admin: Option<Admin>,
    /// Who may sign in.
    #[serde(default, rename = "user")]
    pub users: Vec<User>,
}

/// What is logged, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` for people or `json` for log collectors.
    pub format: LogFormat,
    /// A `tracing` filter such as `info` or `info,sidetone_server=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One readable line each.
    Text,
    /// One JSON object each.
    Json,
}

/// The side that browsers load the page from and talk to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Where to listen for HTTPS and WSS.
    pub listen: SocketAddr,
    /// A PEM file with the certificate chain. Without it the relay makes a self-signed one.
    pub certificate: Option<PathBuf>,
    /// A PEM file with the certificate's private key.
    pub key: Option<PathBuf>,
    /// Names and addresses that the self-signed certificate is made for.
    pub names: Vec<String>,
    /// Other origins (`https://host`) whose pages may connect; the relay's own always may.
    pub allowed_origins: Vec<String>,
    /// How often a browser has to show that it is there, in milliseconds; three misses and it is gone.
    pub heartbeat_ms: u32,
    /// How long a session lasts without anybody using it, in hours.
    pub session_hours: u32,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8445)),
            certificate: None,
            key: None,
            names: ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec(),
            allowed_origins: Vec::new(),
            heartbeat_ms: 5_000,
            session_hours: 12,
        }
    }
}

/// The packets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Media {
    /// How many worker threads. 0 takes one per core.
    pub workers: u16,
    /// The address to receive browsers' packets on.
    pub listen_ip: IpAddr,
    /// The addresses that browsers are told to send to. Empty takes `listen_ip`, which then must be a real address.
    pub advertised_ips: Vec<IpAddr>,
    /// The UDP port of the first worker towards browsers; each further worker takes the next.
    pub browser_port: u16,
    /// How long a browser may be silent before its leg counts as lost, in seconds.
    pub browser_silence_s: u16,
    /// The UDP ports towards the telephone system, two for each call.
    pub rtp_ports: PortRange,
    /// How long the other party may send no packet, though it should, before the call is ended, in seconds.
    pub rtp_timeout_s: u16,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            workers: 0,
            listen_ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            advertised_ips: Vec::new(),
            browser_port: 20_000,
            browser_silence_s: 15,
            rtp_ports: PortRange::default(),
            rtp_timeout_s: 60,
        }
    }
}

/// The side that faces the telephone system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sip {
    /// The address to send and receive SIP and RTP on.
    pub listen_ip: IpAddr,
    /// The address written into SIP and SDP. Without it `listen_ip`, which then must be a real address.
    pub advertised_ip: Option<IpAddr>,
    /// The port for SIP over UDP. 0 takes any free one.
    pub udp_port: u16,
    /// The port for SIP over TCP. 0 takes any free one.
    pub tcp_port: u16,
    /// The port for SIP over TLS, which is listened on if there is a certificate. 0 takes any free one.
    pub tls_port: u16,
    /// A PEM file with the certificate chain to show over TLS, to those who connect and to those who ask.
    pub certificate: Option<PathBuf>,
    /// A PEM file with the certificate's private key.
    pub key: Option<PathBuf>,
    /// A PEM file with the certificates to trust over TLS. Without it those that the system trusts.
    pub ca: Option<PathBuf>,
    /// Whether those who connect over TLS have to show a certificate that we trust.
    pub require_client_certificate: bool,
}

impl Default for Sip {
    fn default() -> Self {
        Self {
            listen_ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            advertised_ip: None,
            udp_port: 5060,
            tcp_port: 5060,
            tls_port: 5061,
            certificate: None,
            key: None,
            ca: None,
            require_client_certificate: false,
        }
    }
}

/// How long calls wait for what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calls {
    /// How long a call is kept whose browser is gone, in seconds.
    pub grace_s: u16,
    /// How long an incoming call rings, in seconds.
    pub ring_s: u16,
}

impl Default for Calls {
    fn default() -> Self {
        Self { grace_s: 60, ring_s: 180 }
    }
}

/// Figures for operators.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// Where to serve them, such as `127.0.0.1:9464`; not at all without it.
    pub listen: Option<SocketAddr>,
}

/// What is kept of SIP for admins to look at.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trace {
    /// Whether anything is.
    pub enabled: bool,
    /// How many megabytes of messages at most.
    pub megabytes: u32,
    /// How many calls at most.
    pub calls: u32,
}

impl Default for Trace {
    fn default() -> Self {
        Self { enabled: true, megabytes: 16, calls: 1_000 }
    }
}

/// Who may look into the relay.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// The name to sign in with.
    pub name: String,
    /// An Argon2id hash, as `sidetone hash-password` prints it.
    pub password_hash: String,
}

fn default_data_dir() -> PathBuf {
    PathBuf::from("sidetone-data")
}
