//! The system calls: epoll, an event descriptor to be woken by, and UDP in batches. The only unsafe code
//! of the crate, since the standard library has none of these.
#![expect(
    unsafe_code,
    reason = "recvmmsg, sendmmsg, epoll and eventfd have no safe form in the standard library"
)]

mod address;
mod epoll;
mod files;
mod group;
mod udp;

pub(crate) use epoll::{Epoll, Ready, Waker};
pub(crate) use files::allow_open_files;
pub(crate) use group::group_socket;
pub(crate) use udp::{Receiver, Sender, media_socket};

use std::io;

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
