//! The far end: RTP on a plain socket, encrypted or not.

use super::{LOOPBACK, PATIENCE, tone};
use sidetone_media::{
    SrtpKeys,
    rtp::{self, HEADER_LEN, Header},
    srtp::{Inbound, MAX_OVERHEAD, Outbound},
};
use std::{
    net::{SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

pub(crate) struct FarEnd {
    socket: UdpSocket,
    relay: SocketAddr,
    header: Header,
    frames: usize,
    srtp: Option<(Outbound, Inbound)>,
    /// Everything heard, header and payload.
    pub heard: Vec<(Header, Vec<u8>)>,
}

impl FarEnd {
    pub(crate) fn new() -> Self {
        let socket = UdpSocket::bind((LOOPBACK, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let header = Header { marker: true, payload_type: 0, sequence: 65_530, timestamp: 7, ssrc: 0xfa };
        Self { socket, relay: SocketAddr::new(LOOPBACK, 9), header, frames: 0, srtp: None, heard: Vec::new() }
    }

    /// Encrypts, with the keys that the relay has for it.
    pub(crate) fn encrypt(&mut self, keys: &SrtpKeys) {
        self.srtp = Some((Outbound::new(keys.receive.clone()), Inbound::new(keys.send.clone())));
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub(crate) fn send_to(&mut self, relay: SocketAddr) {
        self.relay = relay;
    }

    /// Says 20 ms of a tone.
    pub(crate) fn speak(&mut self, hz: f64) {
        let payload = tone::frame(hz, self.frames);
        self.frames += 1;
        self.send(0, &payload);
        self.header.timestamp = self.header.timestamp.wrapping_add(160);
    }

    /// Sends a packet under the timestamp of this moment.
    pub(crate) fn send(&mut self, payload_type: u8, payload: &[u8]) {
        let mut head = [0; HEADER_LEN];
        Header { payload_type, ..self.header }.write(&mut head);
        self.header.marker = false;
        self.header.sequence = self.header.sequence.wrapping_add(1);
        let mut packet = [&head[..], payload].concat();
        if let Some((outbound, _)) = &mut self.srtp {
            let len = packet.len();
            packet.resize(len + MAX_OVERHEAD, 0);
            let len = outbound.protect_rtp(&mut packet, len).unwrap();
            packet.truncate(len);
        }
        self.socket.send_to(&packet, self.relay).unwrap();
    }

    /// Takes what has come.
    pub(crate) fn listen(&mut self) {
        let mut buffer = [0; 2048];
        while let Ok((len, _)) = self.socket.recv_from(&mut buffer) {
            let len = match &mut self.srtp {
                Some((_, inbound)) => inbound.unprotect_rtp(&mut buffer[..len]).unwrap(),
                None => len,
            };
            if let Some(packet) = rtp::parse(&buffer[..len]) {
                self.heard.push((packet.header, packet.payload.to_vec()));
            }
        }
    }

    /// Listens until that many packets have come.
    pub(crate) fn listen_for(&mut self, packets: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.heard.len() < packets {
            assert!(Instant::now() < deadline, "{} packets of {packets}", self.heard.len());
            self.listen();
        }
    }

    /// The audio heard so far.
    pub(crate) fn audio(&self) -> Vec<u8> {
        self.heard
            .iter()
            .filter(|(header, _)| header.payload_type == 0)
            .flat_map(|(_, payload)| payload.clone())
            .collect()
    }
}
