//! The ports of the PBX.

use std::io;
use std::net::{IpAddr, SocketAddr};

use rsipstack::sip::Transport;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::tcp::TcpConnection;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, SipConnection};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::StartError;

/// Bound, not served yet.
pub(super) struct Listeners {
    pub(super) udp: UdpConnection,
    pub(super) tcp: TcpListener,
    /// What others are told.
    pub(super) address: SocketAddr,
}

/// Port 0 asks for a free UDP port, whose TCP twin may be taken; then for another.
const ATTEMPTS: usize = 16;

/// Binds the same port for UDP and TCP.
pub(super) async fn bind(
    listen: SocketAddr,
    advertise: Option<IpAddr>,
    stack: &CancellationToken,
) -> Result<Listeners, StartError> {
    for _ in 1..ATTEMPTS {
        match bind_once(listen, advertise, stack).await {
            Err(StartError::Listen { transport: "TCP", source, .. })
                if listen.port() == 0 && source.kind() == io::ErrorKind::AddrInUse => {}
            result => return result,
        }
    }
    bind_once(listen, advertise, stack).await
}

async fn bind_once(
    listen: SocketAddr,
    advertise: Option<IpAddr>,
    stack: &CancellationToken,
) -> Result<Listeners, StartError> {
    let failed = |transport, address| move |source| StartError::Listen { transport, address, source };
    let mut udp = match UdpConnection::create_connection(listen, None, Some(stack.child_token())).await {
        Ok(udp) => udp,
        Err(rsipstack::Error::IoError(source)) => return Err(failed("UDP", listen)(source)),
        Err(error) => return Err(StartError::stack(error)),
    };
    // Where `listen` is unspecified, the stack has found an address of this machine.
    let mut address = udp.get_addr().get_socketaddr().map_err(StartError::stack)?;
    // The stack would bind TCP only once it serves, and then merely log a failure; so TCP is bound here.
    let twin = SocketAddr::new(listen.ip(), address.port());
    let tcp = TcpListener::bind(twin).await.map_err(failed("TCP", twin))?;
    if let Some(advertise) = advertise {
        address.set_ip(advertise);
        udp.external = Some(SipAddr::new(Transport::Udp, address.into()));
    }
    Ok(Listeners { udp, tcp, address })
}

/// Hands connections to the stack until it ends.
pub(super) async fn accept(
    listener: TcpListener,
    address: SocketAddr,
    endpoint: EndpointInnerRef,
    stack: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stack.cancelled() => return,
        };
        match accepted.and_then(|(stream, _)| connection(stream, address, &stack)) {
            Ok(connection) => endpoint.transport_layer.add_connection(connection),
            Err(error) => {
                warn!(%error, "a TCP connection was not accepted");
                // Out of file descriptors the next attempt fails at once, too.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

fn connection(
    stream: TcpStream,
    address: SocketAddr,
    stack: &CancellationToken,
) -> io::Result<SipConnection> {
    // Messages are small and each waits for the answer to the last: Nagle's algorithm would only delay.
    stream.set_nodelay(true)?;
    let local = SipAddr::new(Transport::Tcp, address.into());
    let connection = TcpConnection::from_stream(stream, local, Some(stack.child_token()));
    connection.map(SipConnection::from).map_err(io::Error::other)
}
