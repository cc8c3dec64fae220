//! Trunks: a way to a telephone system without registration, over one or several peers.

use crate::message::{Host, SipUri, Uri, escape_user};
use crate::transaction::ClientId;
use crate::transport::{Destination, Reach};
use crate::{Error, Network, Secret, Time, Transport};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

/// A trunk as it is configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trunk {
    /// The domain in From and To of our requests.
    pub domain: String,
    /// Where calls go, and where they come from.
    pub peers: Vec<Peer>,
    /// Addresses beside the peers' that calls may come from.
    pub allowed: Vec<Network>,
    /// The user name for peers that challenge us. None: they do not.
    pub auth_user: Option<String>,
    /// The password for peers that challenge us.
    pub password: Secret,
    /// How often each peer is pinged by OPTIONS. None: only while it counts as dead.
    pub ping: Option<Duration>,
    /// How long an INVITE waits for any response of a peer before it goes to the next one.
    pub next_peer_after: Duration,
}

/// One server of a trunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Its name or address; IPv6 addresses stand in brackets.
    pub host: String,
    /// Its port. None: by NAPTR and SRV, else the default port of the transport.
    pub port: Option<u16>,
    /// What to reach it over. None: as the name service says, as with [`crate::Account::transport`].
    pub transport: Option<Transport>,
    /// Peers of the lowest priority are tried first.
    pub priority: u16,
    /// The odds among peers of the same priority (RFC 2782).
    pub weight: u16,
}

/// A trunk at work.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TrunkState {
    pub(crate) config: Trunk,
    pub(crate) domain: Host,
    pub(crate) peers: Vec<PeerState>,
}

/// What is known of a peer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PeerState {
    uri: SipUri,
    reach: Reach,
    /// False from the first silence to the next response. A peer counts as alive until it is found dead.
    pub(crate) alive: bool,
    /// It asked not to be sent anything before (RFC 3261 §21.5.4).
    pub(crate) busy_until: Option<Time>,
    /// The ping under way.
    pub(crate) ping: Option<ClientId>,
    /// The addresses that its name was found to have.
    pub(crate) addresses: BTreeSet<IpAddr>,
}

/// The peers that a call has yet to try.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) trunk: crate::TrunkId,
    /// The peer that was asked last.
    pub(crate) peer: usize,
    /// The next ones, best last.
    pub(crate) rest: Vec<usize>,
    /// Whom to call.
    pub(crate) user: String,
}

impl TrunkState {
    /// `reaches` says how each peer is reached.
    pub(crate) fn new(config: Trunk, reaches: &[Reach]) -> Result<Self, Error> {
        let bad = |text: &str| Error::BadAddress(text.to_owned());
        let domain = match format!("sip:{}", config.domain).parse() {
            Ok(Uri::Sip(SipUri { host, port: None, user: None, .. })) => host,
            Ok(_) | Err(_) => return Err(bad(&config.domain)),
        };
        if config.peers.is_empty() {
            return Err(bad(&config.domain));
        }
        let peer = |(peer, reach): (&Peer, &Reach)| match format!("sip:{}", peer.host).parse() {
            Ok(Uri::Sip(uri)) if uri.user.is_none() && uri.port.is_none() => {
                Ok(PeerState::new(SipUri { port: peer.port, ..uri }, *reach))
            }
            Ok(_) | Err(_) => Err(bad(&peer.host)),
        };
        let peers = config.peers.iter().zip(reaches).map(peer).collect::<Result<_, _>>()?;
        Ok(Self { config, domain, peers })
    }

    /// Whether calls may come from an address.
    pub(crate) fn trusts(&self, source: IpAddr) -> bool {
        let source = source.to_canonical();
        self.peers.iter().any(|peer| peer.is_at(source))
            || self.config.allowed.iter().any(|network| network.contains(source))
    }

    /// Whether a URI is of the telephone system behind the trunk.
    pub(crate) fn is_home(&self, uri: &Uri) -> bool {
        let Some(uri) = uri.as_sip() else { return false };
        let is_of = |peer: &PeerState| match uri.host {
            Host::Ip(address) => peer.is_at(address.to_canonical()),
            Host::Name(_) => peer.uri.host == uri.host,
        };
        uri.host == self.domain || self.peers.iter().any(is_of)
    }

    /// Whether a peer can be asked.
    pub(crate) fn is_usable(&self, peer: usize, now: Time) -> bool {
        self.peers.get(peer).is_some_and(|p| p.alive && p.busy_until.is_none_or(|until| until <= now))
    }

    /// Whether there is a peer that is not known to be dead.
    pub(crate) fn is_alive(&self) -> bool {
        self.peers.iter().any(|peer| peer.alive)
    }
}

impl PeerState {
    fn new(mut uri: SipUri, reach: Reach) -> Self {
        if !reach.by_name {
            reach.transport.name_in(&mut uri.params);
        }
        Self { uri, reach, alive: true, busy_until: None, ping: None, addresses: BTreeSet::new() }
    }

    fn is_at(&self, source: IpAddr) -> bool {
        self.uri.host == Host::Ip(source) || self.addresses.contains(&source)
    }

    /// The peer itself as a Request-URI.
    pub(crate) fn uri(&self) -> Uri {
        Uri::Sip(self.uri.clone())
    }

    /// Somebody behind the peer as a Request-URI.
    pub(crate) fn uri_of(&self, user: &str) -> Uri {
        Uri::Sip(SipUri { user: Some(escape_user(user)), ..self.uri.clone() })
    }

    pub(crate) fn destination(&self) -> Option<Destination> {
        Destination::of_uri(&self.uri(), self.reach)
    }

    /// The transport, or a guess where the name service has to say it.
    pub(crate) fn transport(&self) -> Transport {
        self.reach.transport
    }
}
