//! Sockets that listen to a multicast group.

use super::{
    address, check,
    udp::{for_media, set_option},
};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    ptr,
};

/// Opens a socket that receives what is sent to that group and port, and nothing else. Several legs may
/// listen to the same group; the group is left when the socket is closed. `interface` is our own address in the
/// network that the group is heard from; an unspecified one leaves the choice to the routing table.
pub(crate) fn group_socket(
    group: SocketAddr,
    interface: IpAddr,
    receive_buffer: libc::c_int,
) -> io::Result<UdpSocket> {
    let IpAddr::V4(ip) = group.ip() else { return Err(io::ErrorKind::Unsupported.into()) };
    let interface = match interface {
        IpAddr::V4(interface) => interface,
        IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
    };
    let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC;
    // SAFETY: the call takes no pointers; a non-negative result is a descriptor that nobody else owns.
    let fd = check(unsafe { libc::socket(libc::AF_INET, kind, 0) })?;
    // SAFETY: see above.
    let socket = UdpSocket::from(unsafe { OwnedFd::from_raw_fd(fd) });
    for_media(&socket, receive_buffer)?;
    // The standard library binds before the option can be set, without which a second leg could not listen.
    set_option(&socket, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1)?;
    let name = address::write(group, false);
    // SAFETY: the kernel reads an address of the length said from a pointer to one.
    check(unsafe { libc::bind(socket.as_raw_fd(), ptr::from_ref(&name).cast(), address::len(&name)) })?;
    socket.join_multicast_v4(&ip, &interface)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::sys::{Receiver, media_socket};

    #[test]
    fn every_socket_of_a_group_hears_it_and_no_other_group() {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let (group, other) = ("239.77.1.1:45100".parse().unwrap(), "239.77.1.2:45100".parse().unwrap());
        let sockets = [0; 2].map(|_| group_socket(group, loopback, 65_536).unwrap());
        let elsewhere = group_socket(other, loopback, 65_536).unwrap();
        let server = media_socket("127.0.0.1:0".parse().unwrap(), 65_536).unwrap();
        server.send_to(b"music", group).unwrap();
        let mut receiver = Receiver::new(4);
        for socket in &sockets {
            assert_eq!(receiver.receive(socket, 4).unwrap(), 1);
            let (from, bytes) = receiver.datagram(0).unwrap();
            assert_eq!((from, &bytes[..]), (server.local_addr().unwrap(), &b"music"[..]));
        }
        assert_eq!(receiver.receive(&elsewhere, 4).unwrap(), 0);
    }
}
