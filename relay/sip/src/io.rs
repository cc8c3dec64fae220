//! What goes into a user agent and what comes out.

use crate::stun::is_stun;
use crate::{Event, FlowId, QueryId, Transport};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// Something that happened outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A datagram came.
    Datagram {
        /// The socket: [`FlowId::UDP`].
        flow: FlowId,
        /// The address it was sent to.
        local: SocketAddr,
        /// The address it came from.
        remote: SocketAddr,
        /// Its content.
        bytes: Vec<u8>,
    },
    /// A connection asked for by [`Command::Connect`] is up.
    Connected {
        /// The connection.
        flow: FlowId,
        /// Its local address.
        local: SocketAddr,
    },
    /// Somebody connected to the listener.
    Accepted {
        /// The connection, named by [`crate::UserAgent::allocate_flow`].
        flow: FlowId,
        /// Its local address.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
        /// What it carries SIP over.
        transport: Transport,
    },
    /// Bytes came over a connection.
    Stream {
        /// The connection.
        flow: FlowId,
        /// In order, cut anywhere.
        bytes: Vec<u8>,
    },
    /// A connection was closed or reset by the other end, could not be made, or could not be written to.
    /// Not sent for a connection that [`Command::Close`] ended.
    Closed {
        /// The connection.
        flow: FlowId,
    },
    /// The name service found addresses.
    Resolved {
        /// Of this question.
        query: QueryId,
        /// Best first; may be empty.
        addresses: Vec<SocketAddr>,
    },
    /// The name service found ways to a host.
    Located {
        /// Of this question.
        query: QueryId,
        /// Best first; may be empty.
        hops: Vec<Hop>,
    },
    /// The name service found nothing or failed.
    Unresolved {
        /// For this question.
        query: QueryId,
    },
}

/// A way to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// By this.
    pub transport: Transport,
    /// To there.
    pub address: SocketAddr,
}

/// Whether what goes over a SIP socket keeps a way open and is no message: line ends (RFC 5626 §3.5.1) or STUN (§3.5.2).
#[must_use]
pub fn is_keep_alive(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| b"\r\n\0".contains(b)) || is_stun(bytes)
}

/// Something the shell has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Send bytes: one datagram, or the next bytes of a connection.
    Send {
        /// Over this.
        flow: FlowId,
        /// To there.
        remote: SocketAddr,
        /// Content.
        bytes: Vec<u8>,
    },
    /// Open a connection and answer by [`Input::Connected`] or [`Input::Closed`].
    Connect {
        /// Its name from now on.
        flow: FlowId,
        /// What it will carry.
        transport: Transport,
        /// To there.
        remote: SocketAddr,
        /// The host name or address that the URI gave, which the certificate of a TLS server has to be made
        /// for (RFC 5922 §7.2); an IPv6 address stands without brackets.
        host: String,
    },
    /// Close a connection, after what was sent before has left.
    Close {
        /// The connection.
        flow: FlowId,
    },
    /// Look up a host and answer by [`Input::Resolved`] or [`Input::Unresolved`].
    Resolve {
        /// The name of the question.
        query: QueryId,
        /// A host name, never an address.
        host: String,
        /// The port to use. None: by NAPTR and SRV (RFC 3263 §4.1 and §4.2), in the order of
        /// [`crate::order()`], else the default port of the transport.
        port: Option<u16>,
        /// Over which the addresses are to be reached, and of which NAPTR and SRV records count.
        transport: Transport,
    },
    /// Find out by which transport and at which addresses a host is reached, and answer by [`Input::Located`] or
    /// [`Input::Unresolved`]: by its NAPTR records, else by the SRV records of each transport, else the host's own
    /// addresses by the first transport and its default port (RFC 3263 §4.1 and §4.2).
    Locate {
        /// The name of the question.
        query: QueryId,
        /// A host name, never an address.
        host: String,
        /// Those that can be used, best first.
        transports: Vec<Transport>,
    },
    /// Tell the layer above.
    Event(Event),
}
