//! Cisco Finesse sites: the servers of a contact centre, and how agents work there.

use super::Config;
use super::check::Wrong;
use rustls_pki_types::ServerName;
use serde::Deserialize;
use sidetone_protocol::DialString;
use std::collections::HashSet;
use std::path::PathBuf;

/// A contact centre: one Finesse server, or two that stand in for each other.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finesse {
    /// What profiles and users name it by.
    pub name: String,
    /// The primary server's name, which its certificate has to be made for.
    pub host: String,
    /// The secondary server's name. Without it what the primary says of itself.
    pub secondary: Option<String>,
    /// The port for HTTPS.
    #[serde(default = "https")]
    pub port: u16,
    /// How notifications come.
    #[serde(default)]
    pub notifications: Notifications,
    /// The port for notifications over WebSocket. Without it 8445; before 12.6 it was 7443.
    pub websocket_port: Option<u16>,
    /// The port for notifications over BOSH. Without it 7443.
    pub bosh_port: Option<u16>,
    /// A PEM file with the certificates to trust. Without it those that the system trusts.
    pub ca: Option<PathBuf>,
    /// Which contact centre it is.
    #[serde(default)]
    pub platform: Platform,
    /// The state to be in after sign-in.
    #[serde(default)]
    pub state_after_sign_in: StateAfterSignIn,
    /// Whether agents may call while they are ready.
    #[serde(default)]
    pub dial_while_ready: DialWhileReady,
    /// How agents show who they are.
    #[serde(default)]
    pub auth: Auth,
    /// What is called when an agent asks for help. Without it the team's supervisors who are signed in are told.
    pub help_number: Option<DialString>,
}

/// How notifications come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notifications {
    /// Over WebSocket, and over BOSH where that does not work.
    #[default]
    Auto,
    /// Over WebSocket (Finesse 12.0 and later).
    Websocket,
    /// Over BOSH, which versions from 12.6 on would rather do without.
    Bosh,
}

/// Which contact centre it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// As the server says. Versions before 12.6 do not, and count as UCCE.
    #[default]
    Auto,
    /// Unified or Packaged Contact Center Enterprise.
    Ucce,
    /// Unified Contact Center Express.
    Uccx,
}

/// The state to be in after sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateAfterSignIn {
    /// No calls until the agent says so.
    #[default]
    NotReady,
    /// Calls may come at once.
    Ready,
}

/// Whether agents may call while they are ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialWhileReady {
    /// As the server's version allows: 12.5 and later of UCCE do.
    #[default]
    Auto,
    /// They may.
    Yes,
    /// They have to go not ready first.
    No,
}

/// How agents show who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// By agent id and password.
    #[default]
    Basic,
    /// By a token of single sign-on.
    Sso,
}

fn https() -> u16 {
    8445
}

pub(super) fn check(config: &Config) -> Result<(), Wrong> {
    let mut names = HashSet::new();
    for (index, site) in config.finesse.iter().enumerate() {
        let wrong = |key: &str, message: &str| {
            Err(Wrong { key: format!("finesse[{index}].{key}"), message: message.to_owned() })
        };
        if site.name.is_empty() || !names.insert(site.name.as_str()) {
            return wrong("name", "must not be empty and must not be another site's");
        }
        if ServerName::try_from(site.host.as_str()).is_err() {
            return wrong("host", "must be the name of a server, such as \"finesse1.example.com\"");
        }
        match &site.secondary {
            Some(secondary) if ServerName::try_from(secondary.as_str()).is_err() => {
                return wrong("secondary", "must be the name of a server, such as \"finesse2.example.com\"");
            }
            Some(secondary) if *secondary == site.host => {
                return wrong(
                    "secondary",
                    "must be another server than `host`; leave it out if there is one only",
                );
            }
            Some(_) | None => {}
        }
        let ports = [
            ("port", Some(site.port)),
            ("websocket_port", site.websocket_port),
            ("bosh_port", site.bosh_port),
        ];
        if let Some((key, _)) = ports.iter().find(|(_, port)| *port == Some(0)) {
            return wrong(key, "must be from 1 to 65535");
        }
        if site.notifications == Notifications::Websocket && site.bosh_port.is_some() {
            return wrong(
                "bosh_port",
                "is never used with `notifications = \"websocket\"`; leave one of them out",
            );
        }
        if site.notifications == Notifications::Bosh && site.websocket_port.is_some() {
            return wrong(
                "websocket_port",
                "is never used with `notifications = \"bosh\"`; leave one of them out",
            );
        }
    }
    Ok(())
}

/// The sites there are, for the text of an error.
pub(super) fn known(sites: &[Finesse]) -> String {
    if sites.is_empty() {
        return "there is no [[finesse]]; add one".to_owned();
    }
    let names: Vec<_> = sites.iter().map(|site| format!("{:?}", site.name)).collect();
    format!("the sites are {}", names.join(", "))
}
