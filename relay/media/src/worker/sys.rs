//! The system calls: epoll, an event descriptor to be woken by, and UDP in batches. The only unsafe code
//! of the crate, since the standard library has none of these.
#![expect(
    unsafe_code,
    reason = "recvmmsg, sendmmsg, epoll and eventfd have no safe form in the standard library"
)]

use crate::transmit::BUFFER_LEN;
use std::{
    io, mem,
    net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket},
    os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd},
    ptr,
    time::Duration,
};

/// Expedited forwarding (RFC 4594 §4.1), in the upper six bits of the octet.
const DSCP_EF: libc::c_int = 46 << 2;

/// Waits for many descriptors.
pub(crate) struct Epoll(OwnedFd);

impl Epoll {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: the call takes no pointers; a non-negative result is a descriptor that nobody else owns.
        let fd = check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: see above.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Adds a descriptor until it is closed. `token` comes back when it can be read.
    pub(crate) fn add(&self, fd: &impl AsRawFd, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event { events: libc::EPOLLIN.cast_unsigned(), u64: token };
        // SAFETY: `event` lives through the call, and both descriptors are open.
        check(unsafe {
            libc::epoll_ctl(self.0.as_raw_fd(), libc::EPOLL_CTL_ADD, fd.as_raw_fd(), &raw mut event)
        })?;
        Ok(())
    }

    /// Waits; the tokens of what can be read are put into `ready`.
    pub(crate) fn wait(&self, ready: &mut Ready, timeout: Option<Duration>) -> io::Result<()> {
        // Rounded up: waking before the deadline would only mean to wait again.
        let ms = timeout.map_or(-1, |timeout| {
            libc::c_int::try_from(timeout.as_micros().div_ceil(1000)).unwrap_or(libc::c_int::MAX)
        });
        let capacity = libc::c_int::try_from(ready.events.len()).unwrap_or(libc::c_int::MAX);
        // SAFETY: the kernel writes at most `capacity` events into the buffer, which is that long.
        let count = unsafe { libc::epoll_wait(self.0.as_raw_fd(), ready.events.as_mut_ptr(), capacity, ms) };
        ready.count = match check(count) {
            Ok(count) => usize::try_from(count).unwrap_or(0),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            Err(error) => return Err(error),
        };
        Ok(())
    }
}

/// What [`Epoll::wait`] found.
pub(crate) struct Ready {
    events: Box<[libc::epoll_event]>,
    count: usize,
}

impl Ready {
    pub(crate) fn new() -> Self {
        Self { events: vec![libc::epoll_event { events: 0, u64: 0 }; 256].into(), count: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn token(&self, index: usize) -> u64 {
        self.events[index].u64
    }
}

/// Wakes a worker from another thread.
pub(crate) struct Waker(OwnedFd);

impl Waker {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: the call takes no pointers; a non-negative result is a descriptor that nobody else owns.
        let fd = check(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) })?;
        // SAFETY: see above.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Wakes the worker. A counter that is full wakes it just as well, so the result says nothing.
    pub(crate) fn wake(&self) {
        let one = 1_u64.to_ne_bytes();
        // SAFETY: eight bytes are read from a buffer of eight.
        unsafe { libc::write(self.0.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    /// Forgets that somebody woke the worker. Nothing to forget is no error.
    pub(crate) fn clear(&self) {
        let mut count = [0_u8; 8];
        // SAFETY: eight bytes are written to a buffer of eight.
        unsafe { libc::read(self.0.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
    }
}

impl AsRawFd for Waker {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// Opens a UDP socket for media: not blocking, with the buffer asked for as far as the system allows, and
/// marked for expedited forwarding.
pub(crate) fn media_socket(address: SocketAddr, receive_buffer: libc::c_int) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    set_option(&socket, libc::SOL_SOCKET, libc::SO_RCVBUF, receive_buffer)?;
    match address {
        SocketAddr::V4(_) => set_option(&socket, libc::IPPROTO_IP, libc::IP_TOS, DSCP_EF)?,
        SocketAddr::V6(_) => set_option(&socket, libc::IPPROTO_IPV6, libc::IPV6_TCLASS, DSCP_EF)?,
    }
    Ok(socket)
}

fn set_option(
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
        let from = read_address(&self.names[index])?;
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
            self.names.push(write_address(to, is_v6));
            // The kernel only reads what it sends; the field is mutable because receiving shares it.
            self.vectors
                .push(libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() });
        }
        for (name, vector) in self.names.iter_mut().zip(&mut self.vectors) {
            // SAFETY: all zeros are a valid message header that points nowhere.
            let mut header: libc::mmsghdr = unsafe { mem::zeroed() };
            header.msg_hdr.msg_name = ptr::from_mut(name).cast();
            header.msg_hdr.msg_namelen = name_len(name);
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

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn socket_len<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or(0)
}

fn name_len(name: &libc::sockaddr_storage) -> libc::socklen_t {
    if libc::c_int::from(name.ss_family) == libc::AF_INET {
        socket_len::<libc::sockaddr_in>()
    } else {
        socket_len::<libc::sockaddr_in6>()
    }
}

/// An address as the kernel wrote it; an IPv4 one on an IPv6 socket becomes IPv4 again.
fn read_address(name: &libc::sockaddr_storage) -> Option<SocketAddr> {
    let pointer = ptr::from_ref(name);
    match libc::c_int::from(name.ss_family) {
        libc::AF_INET => {
            // SAFETY: the storage is large and aligned enough for every address, and the family says which.
            let address = unsafe { &*pointer.cast::<libc::sockaddr_in>() };
            let ip = u32::from_be(address.sin_addr.s_addr);
            Some(SocketAddr::V4(SocketAddrV4::new(ip.into(), u16::from_be(address.sin_port))))
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            let address = unsafe { &*pointer.cast::<libc::sockaddr_in6>() };
            let (ip, port) = (address.sin6_addr.s6_addr.into(), u16::from_be(address.sin6_port));
            let address = SocketAddrV6::new(ip, port, address.sin6_flowinfo, address.sin6_scope_id);
            Some(match IpAddr::V6(ip).to_canonical() {
                IpAddr::V4(ip) => SocketAddr::new(ip.into(), port),
                IpAddr::V6(_) => SocketAddr::V6(address),
            })
        }
        _ => None,
    }
}

/// An address as the kernel reads it; an IPv4 one becomes mapped for an IPv6 socket (RFC 3493 §3.7).
fn write_address(address: SocketAddr, is_v6: bool) -> libc::sockaddr_storage {
    // SAFETY: all zeros are a valid address of no family.
    let mut name: libc::sockaddr_storage = unsafe { mem::zeroed() };
    let pointer = &raw mut name;
    let address = match address {
        SocketAddr::V4(v4) if is_v6 => SocketAddrV6::new(v4.ip().to_ipv6_mapped(), v4.port(), 0, 0).into(),
        address => address,
    };
    match address {
        SocketAddr::V4(address) => {
            // SAFETY: the storage is large and aligned enough for every address.
            let target = unsafe { &mut *pointer.cast::<libc::sockaddr_in>() };
            target.sin_family = family(libc::AF_INET);
            target.sin_port = address.port().to_be();
            target.sin_addr.s_addr = u32::from(*address.ip()).to_be();
        }
        SocketAddr::V6(address) => {
            // SAFETY: as above.
            let target = unsafe { &mut *pointer.cast::<libc::sockaddr_in6>() };
            target.sin6_family = family(libc::AF_INET6);
            target.sin6_port = address.port().to_be();
            target.sin6_addr.s6_addr = address.ip().octets();
            target.sin6_flowinfo = address.flowinfo();
            target.sin6_scope_id = address.scope_id();
        }
    }
    name
}

fn family(family: libc::c_int) -> libc::sa_family_t {
    libc::sa_family_t::try_from(family).unwrap_or(0)
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

    #[test]
    fn a_wake_is_seen_once() {
        let (epoll, waker, mut ready) = (Epoll::new().unwrap(), Waker::new().unwrap(), Ready::new());
        epoll.add(&waker, 7).unwrap();
        waker.wake();
        waker.wake();
        epoll.wait(&mut ready, Some(Duration::ZERO)).unwrap();
        assert_eq!((ready.len(), ready.token(0)), (1, 7));
        waker.clear();
        epoll.wait(&mut ready, Some(Duration::ZERO)).unwrap();
        assert_eq!(ready.len(), 0);
    }
}
