//! What arrives on the ports towards SIP.

use super::Engine;
use crate::{rtp, transmit::Transmits};
use std::{net::SocketAddr, time::Instant};

impl Engine {
    /// Handles a datagram that came to the multicast group of a leg.
    pub(crate) fn handle_group_datagram(
        &mut self,
        now: Instant,
        slot: usize,
        from: SocketAddr,
        datagram: &mut [u8],
        out: &mut Transmits,
    ) {
        let listens = self.rtps.get(slot).is_some_and(|leg| leg.group().is_some());
        if listens && !rtp::is_rtcp(datagram) {
            self.handle_rtp(now, slot, from, datagram, out);
        }
    }

    /// Handles a datagram on a leg's RTP port. Some far ends send RTCP there too (RFC 5761).
    pub(crate) fn handle_rtp_datagram(
        &mut self,
        now: Instant,
        slot: usize,
        from: SocketAddr,
        datagram: &mut [u8],
        out: &mut Transmits,
    ) {
        if rtp::is_rtcp(datagram) {
            self.handle_rtcp_datagram(now, slot, from, datagram);
            return;
        }
        // While the far end's audio comes by a group, who sends to the port is not the far end.
        match self.rtps.get_mut(slot) {
            Some(leg) if leg.group().is_some() => {
                leg.stream.rejected += 1;
                self.dropped += 1;
            }
            Some(_) | None => self.handle_rtp(now, slot, from, datagram, out),
        }
    }

    fn handle_rtp(
        &mut self,
        now: Instant,
        slot: usize,
        from: SocketAddr,
        datagram: &mut [u8],
        out: &mut Transmits,
    ) {
        let Some(leg) = self.rtps.get_mut(slot) else { return };
        let Some(media) = leg.receive_rtp(now, from, datagram, &mut self.events) else {
            self.dropped += 1;
            return;
        };
        let route = leg.route;
        if !self.pass_on(now, route, &media, out)
            && let Some(leg) = self.rtps.get_mut(slot)
        {
            leg.stream.wrong_codec += 1;
        }
    }

    /// Handles a datagram on a leg's RTCP port.
    pub(crate) fn handle_rtcp_datagram(
        &mut self,
        now: Instant,
        slot: usize,
        from: SocketAddr,
        datagram: &mut [u8],
    ) {
        if let Some(leg) = self.rtps.get_mut(slot) {
            leg.receive_rtcp(now, from, datagram, &self.clock);
        }
    }
}
