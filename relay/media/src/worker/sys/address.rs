//! Socket addresses between the kernel's form and the standard library's.

use std::{
    mem,
    net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6},
    ptr,
};

/// The length of a type, as the socket calls take it.
pub(super) fn socket_len<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or(0)
}

/// The length of an address of its family.
pub(super) fn len(name: &libc::sockaddr_storage) -> libc::socklen_t {
    if libc::c_int::from(name.ss_family) == libc::AF_INET {
        socket_len::<libc::sockaddr_in>()
    } else {
        socket_len::<libc::sockaddr_in6>()
    }
}

/// An address as the kernel wrote it; an IPv4 one on an IPv6 socket becomes IPv4 again.
pub(super) fn read(name: &libc::sockaddr_storage) -> Option<SocketAddr> {
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
pub(super) fn write(address: SocketAddr, is_v6: bool) -> libc::sockaddr_storage {
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
