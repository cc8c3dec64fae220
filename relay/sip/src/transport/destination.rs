//! Where messages are to go.

use super::{Net, Path};
use crate::Transport;
use crate::io::Hop;
use crate::message::{Host, Uri};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::net::SocketAddr;

/// How a line or a peer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reach {
    /// The transport where nothing says another.
    pub(crate) transport: Transport,
    /// Whether the name service is asked for it, for hosts whose URI names neither port nor transport (RFC 3263 §4.1).
    pub(crate) by_name: bool,
}

impl Reach {
    /// Over this transport, whatever the name service says.
    pub(crate) fn over(transport: Transport) -> Self {
        Self { transport, by_name: false }
    }
}

/// Where a message is to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Destination {
    pub(crate) transport: Transport,
    /// Whether the name service has to say which transport it is; until then it is a guess.
    pub(crate) by_name: bool,
    pub(crate) host: Host,
    pub(crate) port: Option<u16>,
    /// A connection to prefer while it is open and leads to the same host: a peer behind NAT cannot be
    /// connected to.
    pub(crate) prefer: Option<Path>,
    /// How many of the found addresses to leave for last, since they failed before.
    pub(crate) skip: u32,
    /// Addresses to go to if a connection to the host cannot be made.
    pub(crate) rest: VecDeque<SocketAddr>,
    /// Ways to go after those, by other transports.
    pub(crate) others: VecDeque<Hop>,
    /// The name that the host was found by, where that is an address now.
    pub(crate) found_by: Option<String>,
}

impl Destination {
    /// By a URI; its transport parameter goes before the given one.
    pub(crate) fn of_uri(uri: &Uri, reach: Reach) -> Option<Self> {
        let uri = uri.as_sip()?;
        let host = match uri.params.get("maddr").and_then(|maddr| maddr.parse().ok()) {
            Some(address) => Host::Ip(address),
            None => uri.host.clone(),
        };
        let (named, port) = (uri.transport(), uri.port);
        let by_name = reach.by_name && named.is_none() && port.is_none() && matches!(host, Host::Name(_));
        let transport = named.unwrap_or(reach.transport);
        let (prefer, found_by) = (None, None);
        let (rest, others) = (VecDeque::new(), VecDeque::new());
        Some(Self { transport, by_name, host, port, prefer, skip: 0, rest, others, found_by })
    }

    pub(crate) fn address(transport: Transport, address: SocketAddr) -> Self {
        Self {
            transport,
            by_name: false,
            host: Host::Ip(address.ip()),
            port: Some(address.port()),
            prefer: None,
            skip: 0,
            rest: VecDeque::new(),
            others: VecDeque::new(),
            found_by: None,
        }
    }

    /// The first of the ways that the name service has told for a name. None: there is none.
    pub(crate) fn of_hops(mut hops: VecDeque<Hop>, found_by: String) -> Option<Self> {
        let Hop { transport, address } = hops.pop_front()?;
        let same = hops.iter().take_while(|hop| hop.transport == transport).count();
        let others = hops.split_off(same);
        let rest = hops.into_iter().map(|hop| hop.address).collect();
        Some(Self { rest, others, found_by: Some(found_by), ..Self::address(transport, address) })
    }

    /// Along a known path, over a new connection if that one is gone.
    pub(crate) fn along(path: Path, found_by: Option<String>) -> Self {
        Self { prefer: Some(path), found_by, ..Self::address(path.transport, path.remote) }
    }

    /// The name or address that a TLS certificate has to be made for.
    pub(crate) fn identity(&self) -> String {
        self.found_by.clone().unwrap_or_else(|| match &self.host {
            Host::Ip(address) => address.to_string(),
            Host::Name(name) => name.clone(),
        })
    }
}

impl Net {
    /// How something is reached for which this transport is named. None: we do not have it, or none at all.
    pub(crate) fn reach(&self, named: Option<Transport>) -> Option<Reach> {
        let transport = match named {
            Some(named) => self.local(named).map(|_| named),
            None => self.transports().next(),
        };
        Some(Reach { transport: transport?, by_name: named.is_none() })
    }

    /// The transports that we have, the one first that is used where nothing else is known (RFC 3263 §4.1).
    pub(super) fn transports(&self) -> impl Iterator<Item = Transport> {
        [Transport::Udp, Transport::Tcp, Transport::Tls].into_iter().filter(|own| self.local(*own).is_some())
    }
}
