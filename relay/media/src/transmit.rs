//! Datagrams on their way out. The buffers are kept and used again, so that sending allocates nothing.

use std::net::SocketAddr;

/// The size of a buffer: an Ethernet frame's worth and the overhead of SRTP.
pub(crate) const BUFFER_LEN: usize = 2048;

/// The socket that a datagram leaves by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port {
    /// The worker's one port towards the browsers.
    Browser,
    /// An RTP leg's RTP port, by the leg's slot.
    Rtp(usize),
    /// An RTP leg's RTCP port, by the leg's slot.
    Rtcp(usize),
}

/// One datagram.
pub(crate) struct Datagram {
    pub(crate) port: Port,
    pub(crate) to: SocketAddr,
    buffer: Box<[u8; BUFFER_LEN]>,
    len: usize,
}

impl Datagram {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.len]
    }
}

/// The datagrams that one turn of the loop produced.
#[derive(Default)]
pub(crate) struct Transmits {
    slots: Vec<Datagram>,
    used: usize,
}

impl Transmits {
    /// Adds a datagram; `write` fills the buffer and returns the length, or nothing to send nothing.
    pub(crate) fn push(
        &mut self,
        port: Port,
        to: SocketAddr,
        write: impl FnOnce(&mut [u8; BUFFER_LEN]) -> Option<usize>,
    ) -> bool {
        if self.used == self.slots.len() {
            self.slots.push(Datagram { port, to, buffer: Box::new([0; BUFFER_LEN]), len: 0 });
        }
        let slot = &mut self.slots[self.used];
        let Some(len) = write(&mut slot.buffer).filter(|len| *len <= BUFFER_LEN) else { return false };
        (slot.port, slot.to, slot.len) = (port, to, len);
        self.used += 1;
        true
    }

    /// Adds a datagram of these bytes.
    pub(crate) fn push_bytes(&mut self, port: Port, to: SocketAddr, bytes: &[u8]) {
        self.push(port, to, |buffer| {
            buffer.get_mut(..bytes.len())?.copy_from_slice(bytes);
            Some(bytes.len())
        });
    }

    pub(crate) fn datagrams(&self) -> &[Datagram] {
        &self.slots[..self.used]
    }

    pub(crate) fn clear(&mut self) {
        self.used = 0;
    }
}
