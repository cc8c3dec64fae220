//! The SIP sockets: one for datagrams, those that listen for connections, and the connections.
//!
//! Bytes go in and out untouched; what they mean is `sidetone-sip`'s business. Everything that waits runs in a task of its
//! own and comes back to the event loop as an input.

mod accept;
mod guests;
mod listen;
mod resolve;
mod stream;
mod tls;

use crate::config::Sip;
use crate::relay::Input;
use crate::trace::{Tap, Trace};
use anyhow::{Context, Result};
use guests::Guests;
use resolve::{Names, Question};
use sidetone_sip::{FlowId, Input as SipInput, QueryId, Settings, Transport};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use stream::{Stream, Target};
use tls::Tls;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;

pub(crate) use accept::Accepted;

/// The largest datagram: what UDP over IPv4 can carry.
const MAX_DATAGRAM: usize = 65_535;

/// The sockets, open but not yet read.
pub(crate) struct SipSockets {
    udp: UdpSocket,
    tcp: TcpListener,
    /// None: there is no certificate to show.
    tls_listener: Option<TcpListener>,
    tls: Tls,
    tls_port: u16,
    advertised: IpAddr,
}

/// Where the telephone system reaches us.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SipAddresses {
    udp: SocketAddr,
    tcp: SocketAddr,
    tls: SocketAddr,
}

impl SipAddresses {
    pub(crate) fn settings(&self) -> Settings {
        let user_agent = concat!("Sidetone/", env!("CARGO_PKG_VERSION"));
        Settings {
            udp: Some(self.udp),
            tcp: Some(self.tcp),
            tls: Some(self.tls),
            ..Settings::new(user_agent)
        }
    }
}

impl SipSockets {
    /// Opens the sockets.
    ///
    /// # Errors
    ///
    /// If a port is in use, or what TLS needs cannot be read; the text names it and its key.
    pub(crate) fn bind(config: &Sip) -> Result<Self> {
        let udp = SocketAddr::new(config.listen_ip, config.udp_port);
        let udp = listen::udp(udp).with_context(|| {
            format!("cannot listen for SIP on UDP {udp}; stop the program that uses the port or change `sip.udp_port`")
        })?;
        let tcp = SocketAddr::new(config.listen_ip, config.tcp_port);
        let tcp = listen::tcp(tcp).with_context(|| {
            format!("cannot listen for SIP on TCP {tcp}; stop the program that uses the port or change `sip.tcp_port`")
        })?;
        let tls = Tls::new(config).context("SIP over TLS cannot be had")?;
        let tls_listener = if tls.can_accept() {
            let address = SocketAddr::new(config.listen_ip, config.tls_port);
            Some(listen::tcp(address).with_context(|| {
                format!("cannot listen for SIP on TLS {address}; stop the program that uses the port or change `sip.tls_port`")
            })?)
        } else {
            None
        };
        let advertised = config.advertised_ip.unwrap_or(config.listen_ip);
        Ok(Self { udp, tcp, tls_listener, tls, tls_port: config.tls_port, advertised })
    }
}

/// The sockets at work.
pub(crate) struct SipTask {
    udp: Arc<UdpSocket>,
    streams: HashMap<FlowId, Stream>,
    guests: Guests,
    tls: Tls,
    names: Names,
    inputs: mpsc::Sender<Input>,
    tap: Tap,
}

impl SipTask {
    /// Starts to read.
    ///
    /// # Errors
    ///
    /// If a socket does not know its own address.
    pub(crate) fn start(
        sockets: SipSockets,
        inputs: mpsc::Sender<Input>,
        trace: Option<Arc<Trace>>,
    ) -> Result<(Self, SipAddresses)> {
        let local = |port: io::Result<SocketAddr>| {
            port.map(|bound| SocketAddr::new(sockets.advertised, bound.port()))
        };
        let tls = match &sockets.tls_listener {
            Some(listener) => local(listener.local_addr()).context("the SIP socket has no address")?,
            // Nobody can connect, but what we connect to can call back along the connection.
            None => SocketAddr::new(sockets.advertised, sockets.tls_port),
        };
        let addresses = SipAddresses {
            tls,
            udp: local(sockets.udp.local_addr()).context("the SIP socket has no address")?,
            tcp: local(sockets.tcp.local_addr()).context("the SIP socket has no address")?,
        };
        let udp = Arc::new(sockets.udp);
        tokio::spawn(read_datagrams(Arc::clone(&udp), addresses.udp, inputs.clone()));
        tokio::spawn(accept::tcp(sockets.tcp, inputs.clone()));
        if let Some(listener) = sockets.tls_listener {
            tokio::spawn(accept::tls(listener, sockets.tls.clone(), inputs.clone()));
        }
        let names = Names::of_system(addresses.udp.is_ipv4());
        let tap = Tap::new(trace, addresses.udp);
        let (streams, guests) = (HashMap::new(), Guests::default());
        Ok((Self { udp, streams, guests, tls: sockets.tls, names, inputs, tap }, addresses))
    }

    /// Sees what comes in before it is acted on.
    pub(crate) fn observe(&mut self, input: &SipInput) {
        self.tap.input(input);
    }

    /// Two calls, by their Call-IDs, are parts of one conversation.
    pub(crate) fn relate(&self, one: &str, other: &str) {
        self.tap.relate(one, other);
    }

    /// Sends bytes on a flow.
    pub(crate) fn send(&mut self, flow: FlowId, remote: SocketAddr, bytes: Vec<u8>) {
        self.tap.sent(flow, remote, &bytes);
        if flow == FlowId::UDP {
            // A datagram that the system has no room for is lost like any other: SIP sends it again.
            if let Err(error) = self.udp.try_send_to(&bytes, remote) {
                tracing::debug!(%error, %remote, "a SIP datagram was not sent");
            }
            return;
        }
        if let Some(stream) = self.streams.get(&flow)
            && !stream.send(bytes)
        {
            tracing::warn!(%remote, "a SIP connection does not take what is sent: it is closed");
            self.close(flow);
        }
    }

    /// Opens a connection. `Connected` or `Closed` follows.
    pub(crate) fn connect(&mut self, flow: FlowId, transport: Transport, remote: SocketAddr, host: String) {
        self.tap.connecting(flow, transport, remote);
        let tls = (transport == Transport::Tls).then(|| (self.tls.clone(), host));
        let target = Target { remote, tls };
        self.streams.insert(flow, Stream::connect(flow, target, self.inputs.clone()));
    }

    /// Takes over a connection that somebody else opened; false: there are too many of them, and it is closed.
    pub(crate) fn adopt(&mut self, flow: FlowId, accepted: Accepted) -> bool {
        let admitted = self.guests.admit(flow, accepted.remote.ip());
        if admitted {
            self.streams.insert(flow, Stream::accepted(flow, accepted.carrier, self.inputs.clone()));
        } else {
            tracing::warn!(remote = %accepted.remote, "a SIP connection is closed: too many are open to us");
        }
        admitted
    }

    /// How many connections there are.
    pub(crate) fn streams(&self) -> usize {
        self.streams.len()
    }

    /// Forgets a connection that has ended.
    pub(crate) fn forget(&mut self, flow: FlowId) {
        self.guests.leave(flow);
        self.streams.remove(&flow);
    }

    /// Closes a connection, after what was sent before has left.
    pub(crate) fn close(&mut self, flow: FlowId) {
        self.tap.closed(flow);
        self.guests.leave(flow);
        self.streams.remove(&flow);
    }

    /// Looks a host name up. `Resolved` or `Unresolved` follows.
    pub(crate) fn resolve(&self, query: QueryId, host: String, port: Option<u16>, transport: Transport) {
        let question = Question { host, port, transport };
        tokio::spawn(self.names.clone().answer(query, question, self.inputs.clone()));
    }

    /// Looks up how a host is reached. `Located` or `Unresolved` follows.
    pub(crate) fn locate(&self, query: QueryId, host: String, transports: Vec<Transport>) {
        tokio::spawn(self.names.clone().answer_how(query, host, transports, self.inputs.clone()));
    }
}

async fn read_datagrams(socket: Arc<UdpSocket>, local: SocketAddr, inputs: mpsc::Sender<Input>) {
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((length, remote)) => {
                let bytes = buffer[..length].to_vec();
                let input = SipInput::Datagram { flow: FlowId::UDP, local, remote, bytes };
                if inputs.send(Input::Sip(input)).await.is_err() {
                    return;
                }
            }
            // An ICMP error about an earlier datagram; the socket itself goes on.
            Err(error) => tracing::debug!(%error, "the SIP socket reported an error"),
        }
    }
}

#[cfg(test)]
mod tests;
