//! From whom RTP is accepted, and where it is sent.
//!
//! The address of signalling comes first. Behind a NAT the far end sends from another one; then the first
//! source of valid packets is taken, and stays: nobody else can take its place ("RTP bleed"), except that
//! the address of signalling, when it begins to send after all, is who signalling said it would be.

use crate::rtp::{Header, sequence_distance};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

/// A candidate that has said nothing for so long gives its place to another.
const CANDIDATE_SILENCE: Duration = Duration::from_millis(200);

/// One leg's latch.
#[derive(Debug, Clone)]
pub(crate) struct Latch {
    signalled: SocketAddr,
    latched: Option<SocketAddr>,
    candidate: Option<Candidate>,
}

/// A stranger on probation. Two packets in sequence make a source (MIN_SEQUENTIAL of RFC 3550 §A.1).
#[derive(Debug, Clone, Copy)]
struct Candidate {
    address: SocketAddr,
    ssrc: u32,
    sequence: u16,
    heard: Instant,
}

impl Latch {
    pub(crate) fn new(signalled: SocketAddr) -> Self {
        Self { signalled, latched: None, candidate: None }
    }

    /// Takes a new address from signalling; the same one again changes nothing.
    pub(crate) fn signal(&mut self, address: SocketAddr) {
        if self.signalled != address {
            *self = Self::new(address);
        }
    }

    /// Where to send.
    pub(crate) fn remote(&self) -> SocketAddr {
        self.latched.unwrap_or(self.signalled)
    }

    /// Whether a packet from that address is worth a look.
    pub(crate) fn may_accept(&self, from: SocketAddr) -> bool {
        from == self.signalled || self.latched.is_none_or(|latched| latched == from)
    }

    /// Whether a valid RTP packet from that address is to be taken.
    pub(crate) fn accepts(&mut self, now: Instant, from: SocketAddr, header: &Header) -> bool {
        if self.latched == Some(from) {
            return true;
        }
        if from == self.signalled {
            self.latched = Some(from);
            self.candidate = None;
            return true;
        }
        if self.latched.is_some() {
            return false;
        }
        match self.candidate {
            Some(known) if known.address == from && known.ssrc == header.ssrc => {
                if sequence_distance(header.sequence, known.sequence) == 1 {
                    self.latched = Some(from);
                    self.candidate = None;
                    return true;
                }
            }
            Some(known) if now.saturating_duration_since(known.heard) < CANDIDATE_SILENCE => return false,
            Some(_) | None => {}
        }
        self.candidate =
            Some(Candidate { address: from, ssrc: header.ssrc, sequence: header.sequence, heard: now });
        false
    }

    /// Whether RTCP from that address is to be taken: from the host that the RTP comes from.
    pub(crate) fn accepts_rtcp(&self, from: SocketAddr) -> bool {
        from.ip() == self.remote().ip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u8) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, n], 4000))
    }

    fn header(ssrc: u32, sequence: u16) -> Header {
        Header { marker: false, payload_type: 0, sequence, timestamp: 0, ssrc }
    }

    #[test]
    fn the_signalled_address_is_accepted_at_once_and_then_nobody_else() {
        let (now, mut latch) = (Instant::now(), Latch::new(address(1)));
        assert!(latch.accepts(now, address(1), &header(1, 1)));
        for sequence in 0..10 {
            assert!(!latch.accepts(now, address(2), &header(2, sequence)));
        }
        assert_eq!(latch.remote(), address(1));
    }

    #[test]
    fn behind_a_nat_the_first_source_of_packets_in_sequence_is_taken_and_stays() {
        let (now, mut latch) = (Instant::now(), Latch::new(address(1)));
        assert!(!latch.accepts(now, address(2), &header(2, 65_535)));
        assert_eq!(latch.remote(), address(1));
        assert!(
            !latch.accepts(now, address(3), &header(2, 0)),
            "another address does not finish its probation"
        );
        assert!(latch.accepts(now, address(2), &header(2, 0)));
        assert_eq!(latch.remote(), address(2));
        assert!(
            !latch.accepts(now, address(3), &header(3, 1)) && !latch.accepts(now, address(3), &header(3, 2))
        );
        assert!(latch.accepts(now, address(2), &header(9, 77)), "it may change its stream");
    }

    #[test]
    fn the_signalled_address_takes_over_from_a_stranger_once() {
        let (now, mut latch) = (Instant::now(), Latch::new(address(1)));
        latch.accepts(now, address(2), &header(2, 1));
        assert!(latch.accepts(now, address(2), &header(2, 2)));
        assert!(latch.accepts(now, address(1), &header(1, 1)));
        assert!(!latch.accepts(now, address(2), &header(2, 3)));
    }

    #[test]
    fn scattered_packets_never_latch() {
        let (now, mut latch) = (Instant::now(), Latch::new(address(1)));
        for sequence in [5, 9, 3, 100, 7] {
            assert!(!latch.accepts(now, address(2), &header(2, sequence)));
        }
    }

    #[test]
    fn signalling_moves_the_latch_and_repeats_do_not() {
        let (now, mut latch) = (Instant::now(), Latch::new(address(1)));
        latch.accepts(now, address(2), &header(2, 1));
        latch.accepts(now, address(2), &header(2, 2));
        latch.signal(address(1));
        assert_eq!(latch.remote(), address(2));
        latch.signal(address(5));
        assert_eq!(latch.remote(), address(5));
        assert!(!latch.accepts(now, address(2), &header(2, 3)));
        assert!(latch.accepts(now, address(5), &header(5, 3)));
    }

    #[test]
    fn rtcp_comes_from_the_host_of_the_rtp() {
        let latch = Latch::new(address(1));
        assert!(latch.accepts_rtcp(SocketAddr::from(([192, 0, 2, 1], 9))));
        assert!(!latch.accepts_rtcp(address(2)));
    }
}
