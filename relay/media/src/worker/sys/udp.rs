//! UDP sockets for media, read and written in batches.

use super::{
    address::{self, socket_len},
    check,
};
use crate::transmit::BUFFER_LEN;
use std::{
    io, mem,
    net::{SocketAddr, UdpSocket},
    os::fd::AsRawFd,
    ptr,
};

/// Expedited forwarding (RFC 4594 §4.1), in the upper six bits of the octet.
const DSCP_EF: libc::c_int = 46 << 2;

/// Opens a UDP socket for media: not blocking, with the buffer asked for as far as the system allows, and
/// marked for expedited forwarding.
pub(crate) fn media_socket(address: SocketAddr, receive_buffer: libc::c_int) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    for_media(&socket, receive_buffer)?;
    match address {
        SocketAddr::V4(_) => set_option(&socket, libc::IPPROTO_IP, libc::IP_TOS, DSCP_EF)?,
        SocketAddr::V6(_) => set_option(&socket, libc::IPPROTO_IPV6, libc::IPV6_TCLASS, DSCP_EF)?,
    }
    Ok(socket)
}

/// What every socket that receives media has: it does not block, and has room for a burst.
pub(super) fn for_media(socket: &UdpSocket, receive_buffer: libc::c_int) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    set_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUF, receive_buffer)
}

pub(super) fn set_option(
    socket: &UdpSocket,
    level: libc::c_int,
    name: libc::c_int,
    value: libc::c_int,
) -> io::Result<()> {
    let len = socket_len::<libc::c_int>();
    // SAFETY: the kernel reads an int from a pointer to one.
    check(unsafe { libc::setsockopt(socket.as_raw_fd(), level, name, (&raw const value).cast(), len) })?;
    Ok(())
}

/// Buffers for receiving several datagrams by one system call.
pub(crate) struct Receiver {
    buffers: Box<[[u8; BUFFER_LEN]]>,
    names: Box<[libc::sockaddr_storage]>,
    /// Points into the other two, which are never moved.
    headers: Box<[libc::mmsghdr]>,
    _vectors: Box<[libc::iovec]>,
}

impl Receiver {
    pub(crate) fn new(capacity: usize) -> Self {
        let mut buffers = vec![[0; BUFFER_LEN]; capacity].into_boxed_slice();
        // SAFETY: all zeros are a valid address of no family, and valid message headers that point nowhere.
        let (mut names, mut headers) = unsafe {
            (
                vec![mem::zeroed::<libc::sockaddr_storage>(); capacity].into_boxed_slice(),
                vec![mem::zeroed::<libc::mmsghdr>(); capacity].into_boxed_slice(),
            )
        };
        let mut vectors: Box<[libc::iovec]> = buffers
            .iter_mut()
            .map(|buffer| libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: BUFFER_LEN })
            .collect();
        for ((header, name), vector) in headers.iter_mut().zip(&mut names).zip(&mut vectors) {
            header.msg_hdr.msg_name = ptr::from_mut(name).cast();
            header.msg_hdr.msg_iov = vector;
            header.msg_hdr.msg_iovlen = 1;
        }
        Self { buffers, names, headers, _vectors: vectors }
    }

    /// Receives what is there, up to `limit` datagrams, and returns how many.
    pub(crate) fn receive(&mut self, socket: &UdpSocket, limit: usize) -> io::Result<usize> {
        let limit = limit.min(self.headers.len());
        for header in &mut self.headers[..limit] {
            header.msg_hdr.msg_namelen = socket_len::<libc::sockaddr_storage>();
        }
        let count = libc::c_uint::try_from(limit).unwrap_or(0);
        // SAFETY: the headers point to a buffer and an address each, of the lengths that they say, which
        // live as long as `self`; nothing else holds a reference to them during the call.
        let received = check(unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                self.headers.as_mut_ptr(),
                count,
                libc::MSG_DONTWAIT,
                ptr::null_mut(),
            )
        });
        match received {
            Ok(received) => Ok(usize::try_from(received).unwrap_or(0)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// A datagram of the last [`receive`](Self::receive) and where it came from. `None` for one that was
    /// larger than the buffer, or from no internet address.
    pub(crate) fn datagram(&mut self, index: usize) -> Option<(SocketAddr, &mut [u8])> {
        let header = &self.headers[index];
        if header.msg_hdr.msg_flags & libc::MSG_TRUNC != 0 {
            return None;
        }
        let from = address::read(&self.names[index])?;
        let len = usize::try_from(header.msg_len).ok()?;
        Some((from, self.buffers[index].get_mut(..len)?))
    }
}

/// What sending several datagrams by one system call needs; kept so that sending allocates nothing.
#[derive(Default)]
pub(crate) struct Sender {
    names: Vec<libc::sockaddr_storage>,
    vectors: Vec<libc::iovec>,
    headers: Vec<libc::mmsghdr>,
}

impl Sender {
    /// Sends the datagrams in order; returns how many the system did not take.
    pub(crate) fn send<'a>(
        &mut self,
        socket: &UdpSocket,
        is_v6: bool,
        datagrams: impl Iterator<Item = (SocketAddr, &'a [u8])>,
    ) -> Sent {
        self.names.clear();
        self.vectors.clear();
        self.headers.clear();
        for (to, bytes) in datagrams {
            self.names.push(address::write(to, is_v6));
            // The kernel only reads what it sends; the field is mutable because receiving shares it.
            self.vectors
                .push(libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() });
        }
        for (name, vector) in self.names.iter_mut().zip(&mut self.vectors) {
            // SAFETY: all zeros are a valid message header that points nowhere.
            let mut header: libc::mmsghdr = unsafe { mem::zeroed() };
            header.msg_hdr.msg_name = ptr::from_mut(name).cast();
            header.msg_hdr.msg_namelen = address::len(name);
            header.msg_hdr.msg_iov = vector;
            header.msg_hdr.msg_iovlen = 1;
            self.headers.push(header);
        }
        let mut sent = Sent::default();
        let mut at = 0;
        while at < self.headers.len() {
            let rest = &mut self.headers[at..];
            let count = libc::c_uint::try_from(rest.len()).unwrap_or(libc::c_uint::MAX);
            // SAFETY: the headers point to the addresses and the datagrams, which outlive the call: the
            // former are in `self`, the latter are borrowed for `'a`.
            let result = check(unsafe {
                libc::sendmmsg(socket.as_raw_fd(), rest.as_mut_ptr(), count, libc::MSG_DONTWAIT)
            });
            match result.map(|taken| usize::try_from(taken).unwrap_or(0)) {
                Ok(taken) if taken > 0 => {
                    sent.taken += taken;
                    at += taken;
                }
                // The first of the rest is refused; the next may go to somebody who can be reached.
                Ok(_) | Err(_) => {
                    sent.refused += 1;
                    at += 1;
                }
            }
        }
        sent
    }
}

/// What became of a batch.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) taken: usize,
    pub(crate) refused: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_sent_and_received_with_its_addresses() {
        for bind in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(left) = media_socket(bind.parse().unwrap(), 65_536) else { continue };
            let right = media_socket(bind.parse().unwrap(), 65_536).unwrap();
            let to = right.local_addr().unwrap();
            let payloads: Vec<Vec<u8>> = (0..40_u8).map(|n| vec![n; usize::from(n) + 1]).collect();
            let sent = Sender::default().send(&left, to.is_ipv6(), payloads.iter().map(|p| (to, &p[..])));
            assert_eq!((sent.taken, sent.refused), (40, 0));
            let mut receiver = Receiver::new(64);
            assert_eq!(receiver.receive(&right, 64).unwrap(), 40);
            for (index, payload) in payloads.iter().enumerate() {
                let (from, bytes) = receiver.datagram(index).unwrap();
                assert_eq!((from, &bytes[..]), (left.local_addr().unwrap(), &payload[..]));
            }
            assert_eq!(receiver.receive(&right, 64).unwrap(), 0);
        }
    }

    #[test]
    fn an_ipv6_socket_speaks_to_ipv4_by_its_plain_address() {
        let Ok(dual) = media_socket("[::]:0".parse().unwrap(), 65_536) else { return };
        let plain = media_socket("127.0.0.1:0".parse().unwrap(), 65_536).unwrap();
        let to = plain.local_addr().unwrap();
        let dual_port = dual.local_addr().unwrap().port();
        assert_eq!(Sender::default().send(&dual, true, [(to, &b"ping"[..])].into_iter()).taken, 1);
        let mut receiver = Receiver::new(1);
        assert_eq!(receiver.receive(&plain, 1).unwrap(), 1);
        let (from, _) = receiver.datagram(0).unwrap();
        assert_eq!(from.port(), dual_port);
        plain.send_to(b"pong", ("127.0.0.1", dual_port)).unwrap();
        assert_eq!(receiver.receive(&dual, 1).unwrap(), 1);
        assert_eq!(receiver.datagram(0).unwrap().0, to);
    }

    #[test]
    fn a_refused_datagram_does_not_hold_up_the_next() {
        let socket = media_socket("127.0.0.1:0".parse().unwrap(), 65_536).unwrap();
        let to = socket.local_addr().unwrap();
        let huge = vec![0; 70_000];
        let sent = Sender::default().send(&socket, false, [(to, &huge[..]), (to, b"x")].into_iter());
        assert_eq!((sent.taken, sent.refused), (1, 1));
    }
}
