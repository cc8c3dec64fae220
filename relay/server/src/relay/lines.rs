//! The users' lines on the telephone system.

use super::media_format;
use crate::config::{self, Config, Kind};
use sidetone_bridge::UserId;
use sidetone_sip as sip;
use sidetone_sip::offer_answer::{Codec, Encryption};
use std::collections::HashSet;
use std::net::Ipv6Addr;
use std::time::Duration;

/// Every configured line, and which are up.
#[derive(Debug)]
pub(super) struct Lines {
    lines: Vec<Line>,
    up: HashSet<UserId>,
}

#[derive(Debug)]
struct Line {
    account: sip::Account,
    codecs: Vec<Codec>,
    encryption: Encryption,
}

impl Lines {
    pub(super) fn new(config: &Config) -> Self {
        let line = |user| Line::new(user, &config.trunks, config.media_encryption(user));
        Self { lines: config.users.iter().map(line).collect(), up: HashSet::new() }
    }

    pub(super) fn account(&self, user: UserId) -> Option<sip::Account> {
        self.line(user).map(|line| line.account.clone())
    }

    /// The codecs that the line may use, best first.
    pub(super) fn codecs(&self, user: UserId) -> &[Codec] {
        self.line(user).map_or(&[], |line| &line.codecs)
    }

    /// Whether the line's audio is encrypted.
    pub(super) fn encryption(&self, user: UserId) -> Encryption {
        self.line(user).map(|line| line.encryption).unwrap_or_default()
    }

    /// Notes that a line has an account in the SIP machine.
    pub(super) fn went_up(&mut self, user: UserId) {
        self.up.insert(user);
    }

    /// Notes that it has none any more.
    pub(super) fn went_down(&mut self, user: UserId) {
        self.up.remove(&user);
    }

    pub(super) fn all_down(&self) -> bool {
        self.up.is_empty()
    }

    fn line(&self, user: UserId) -> Option<&Line> {
        self.lines.get(usize::try_from(user.0).ok()?)
    }
}

impl Line {
    fn new(user: &config::User, trunks: &[config::Trunk], encryption: config::MediaEncryption) -> Self {
        let line = &user.sip;
        let trunk = trunks.iter().zip(0..).find(|(trunk, _)| Some(&trunk.name) == line.trunk.as_ref());
        let kind = match (line.kind(), trunk) {
            (Kind::Trunk, Some((_, id))) => sip::Kind::Trunk(sip::TrunkId(id)),
            (Kind::Proxy, _) => sip::Kind::Proxy,
            // A line of a trunk that does not exist was refused with the configuration.
            (Kind::Line, _) | (Kind::Trunk, None) => sip::Kind::Line,
        };
        let address_of_record = match (trunk, &line.address_of_record) {
            (Some((trunk, _)), None) => format!("sip:{}@{}", line.user_part(), host(&trunk.domain)),
            (_, address) => address.clone().unwrap_or_default(),
        };
        let account = sip::Account {
            kind,
            address_of_record,
            registrar: line.registrar.clone(),
            further_registrars: line.registrars.clone(),
            outbound_proxy: line.outbound_proxy.clone(),
            transport: transport(line.transport),
            auth_user: line.auth_user.clone(),
            password: sip::Secret::new(line.password.reveal()),
            expires: Duration::from_secs(u64::from(line.expires_s)),
            message_summary: line.message_summary,
            display_name: Some(user.display_name.clone().unwrap_or_else(|| user.name.clone())),
        };
        Self {
            account,
            codecs: line.codecs.iter().copied().map(media_format::sip).collect(),
            encryption: media_format::encryption(encryption),
        }
    }
}

/// The configured trunks. They are counted as they stand in the file.
pub(super) fn trunks(config: &Config) -> impl Iterator<Item = (sip::TrunkId, sip::Trunk)> {
    config.trunks.iter().zip(0..).map(|(trunk, id)| {
        let peers = trunk.peers.iter().map(|peer| sip::Peer {
            host: host(&peer.host),
            port: peer.port,
            transport: transport(peer.transport),
            priority: peer.priority,
            weight: peer.weight,
        });
        let trunk = sip::Trunk {
            domain: host(&trunk.domain),
            peers: peers.collect(),
            allowed: trunk.allowed.clone(),
            auth_user: trunk.auth_user.clone(),
            password: sip::Secret::new(trunk.password.reveal()),
            ping: (trunk.ping_s != 0).then(|| Duration::from_secs(u64::from(trunk.ping_s))),
            next_peer_after: Duration::from_millis(u64::from(trunk.next_peer_ms)),
        };
        (sip::TrunkId(id), trunk)
    })
}

/// None: by the name service.
fn transport(transport: config::Transport) -> Option<sip::Transport> {
    match transport {
        config::Transport::Udp => Some(sip::Transport::Udp),
        config::Transport::Tcp => Some(sip::Transport::Tcp),
        config::Transport::Tls => Some(sip::Transport::Tls),
        config::Transport::Auto => None,
    }
}

/// A host as it stands in a URI: IPv6 addresses in brackets.
fn host(text: &str) -> String {
    match text.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => text.to_owned(),
    }
}

/// The account of a user's line. Users and accounts are counted alike.
pub(super) fn account_of(user: UserId) -> sip::AccountId {
    sip::AccountId(user.0)
}

/// The user of an account.
pub(super) fn user_of(account: sip::AccountId) -> UserId {
    UserId(account.0)
}
