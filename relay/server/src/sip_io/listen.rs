//! Sockets that others reach us at.

use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::SocketAddr;
use tokio::net::{TcpListener, UdpSocket};

/// How many connections may wait to be taken up.
const BACKLOG: i32 = 1_024;

pub(super) fn udp(address: SocketAddr) -> io::Result<UdpSocket> {
    UdpSocket::from_std(bound(address, Type::DGRAM, Protocol::UDP)?.into())
}

pub(super) fn tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = bound(address, Type::STREAM, Protocol::TCP)?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

fn bound(address: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if address.is_ipv6() {
        // What we write into messages is an IPv6 address: nobody could answer to it over IPv4.
        socket.set_only_v6(true)?;
    }
    if kind == Type::STREAM {
        // Connections of an earlier process that fade out must not keep us from listening again.
        socket.set_reuse_address(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_for_ipv6_is_for_ipv6_alone() {
        let Ok(six) = tcp("[::]:0".parse().unwrap()) else { return };
        let port = six.local_addr().unwrap().port();
        // The same port is free for IPv4, which it would not be if the other socket had it too.
        let four = tcp(SocketAddr::from(([0, 0, 0, 0], port))).unwrap();
        assert_eq!(four.local_addr().unwrap().port(), port);
    }

    #[tokio::test]
    async fn a_port_in_use_is_an_error() {
        let first = udp("127.0.0.1:0".parse().unwrap()).unwrap();
        let error = udp(first.local_addr().unwrap()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        let first = tcp("127.0.0.1:0".parse().unwrap()).unwrap();
        let error = tcp(first.local_addr().unwrap()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
