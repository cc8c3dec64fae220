//! What the control side asks for.

use super::{Engine, Slot};
use crate::{
    BrowserAnswer, LegCounters, LegId, MediaError, RtpParameters,
    browser_sdp::{self, BrowserOffer},
    ice::{PASSWORD_LEN, Ufrag},
    leg::{BrowserLeg, Opening, Route, RtpLeg, Stream},
    transmit::Transmits,
};
use rand_chacha::rand_core::Rng;
use std::{net::SocketAddr, time::Instant};

impl Engine {
    /// Opens a browser leg and answers its offer.
    pub(crate) fn open_browser_leg(
        &mut self,
        now: Instant,
        leg: LegId,
        offer: &str,
    ) -> Result<BrowserAnswer, MediaError> {
        if self.legs.contains_key(&leg) {
            return Err(MediaError::LegExists(leg));
        }
        let offer = BrowserOffer::parse(offer)?;
        let ufrag: Ufrag = std::array::from_fn(|_| self.ice_char());
        let ufrag_text: String = ufrag.iter().map(|byte| char::from(*byte)).collect();
        let password: String = (0..PASSWORD_LEN).map(|_| char::from(self.ice_char())).collect();
        let random = self.random();
        let sdp = browser_sdp::answer(
            &offer,
            &browser_sdp::Local {
                ufrag: &ufrag_text,
                password: &password,
                fingerprint: self.settings.certificate.fingerprint(),
                candidates: &self.candidates,
                ssrc: random[0],
                session: self.rng.next_u32() >> 1,
            },
        );
        let opening = Opening { leg, offer, ufrag, password: &password, random };
        let browser = BrowserLeg::new(now, &self.settings, opening).map_err(|error| {
            tracing::warn!(%leg, %error, "cannot set up DTLS");
            MediaError::Dtls
        })?;
        let codecs = browser.codecs();
        let slot = self.browsers.insert(browser);
        self.by_ufrag.insert(ufrag, slot);
        self.legs.insert(leg, Slot::Browser(slot));
        self.schedule(Slot::Browser(slot));
        Ok(BrowserAnswer { sdp, codecs })
    }

    /// Opens an RTP leg; returns its slot, for which the caller owes a pair of sockets.
    pub(crate) fn open_rtp_leg(&mut self, now: Instant, leg: LegId) -> Result<usize, MediaError> {
        if self.legs.contains_key(&leg) {
            return Err(MediaError::LegExists(leg));
        }
        let random = self.random();
        let entry = self.rtps.vacant_entry();
        let slot = entry.key();
        entry.insert(RtpLeg::new(now, leg, slot, self.settings.rtp.timeout, random));
        self.legs.insert(leg, Slot::Rtp(slot));
        self.schedule(Slot::Rtp(slot));
        Ok(slot)
    }

    /// Takes what offer and answer made of a leg. Returns its slot and the multicast group that the caller owes
    /// it a socket in, if any; a socket in another group is to be closed.
    pub(crate) fn set_rtp_remote(
        &mut self,
        now: Instant,
        leg: LegId,
        parameters: RtpParameters,
    ) -> Option<(usize, Option<SocketAddr>)> {
        let Some(Slot::Rtp(slot)) = self.find(leg) else { return None };
        let ssrc = self.rng.next_u32();
        if self.rtps[slot].set_remote(now, parameters, ssrc) {
            // Whoever listens hears another source, even one that numbers its packets like the one before.
            match self.rtps[slot].route {
                Route::Nobody => {}
                Route::Browser(peer) => self.browsers[peer].stream.rewriter.restart(),
                Route::Rtp(peer) => self.rtps[peer].stream.rewriter.restart(),
                Route::Mix { mix, seat } => self.mixes[mix].restart(seat),
            }
        }
        self.schedule(Slot::Rtp(slot));
        Some((slot, self.rtps[slot].group()))
    }

    pub(crate) fn connect(&mut self, browser: LegId, rtp: LegId) {
        let (Some(Slot::Browser(browser)), Some(Slot::Rtp(rtp))) = (self.find(browser), self.find(rtp))
        else {
            return;
        };
        self.join(Slot::Browser(browser), Slot::Rtp(rtp));
    }

    /// Lets two far ends talk with each other.
    pub(crate) fn bridge(&mut self, one: LegId, other: LegId) {
        let (Some(one @ Slot::Rtp(_)), Some(other @ Slot::Rtp(_))) = (self.find(one), self.find(other))
        else {
            return;
        };
        if one != other {
            self.join(one, other);
        }
    }

    /// Makes each of two legs the other's route. What they send goes on in numbers and time, from a new source.
    fn join(&mut self, one: Slot, other: Slot) {
        let (to_one, to_other) = (Route::to(one), Route::to(other));
        if *self.route(one) == to_other {
            return;
        }
        self.detach(one);
        self.detach(other);
        *self.route(one) = to_other;
        *self.route(other) = to_one;
        self.stream(one).rewriter.restart();
        self.stream(other).rewriter.restart();
    }

    /// Sets a leg aside, whoever it talks to.
    pub(crate) fn disconnect(&mut self, leg: LegId) {
        if let Some(slot) = self.find(leg) {
            self.detach(slot);
        }
    }

    pub(crate) fn send_dtmf(&mut self, now: Instant, rtp: LegId, digits: &str, out: &mut Transmits) {
        if let Some(Slot::Rtp(slot)) = self.find(rtp) {
            if !self.rtps[slot].send_dtmf(now, digits, out, &mut self.events) {
                tracing::debug!(leg = %rtp, "the far end takes no telephone events");
            }
            self.schedule(Slot::Rtp(slot));
        }
    }

    fn stream(&mut self, slot: Slot) -> &mut Stream {
        match slot {
            Slot::Browser(index) => &mut self.browsers[index].stream,
            Slot::Rtp(index) => &mut self.rtps[index].stream,
        }
    }

    pub(crate) fn counters(&self, leg: LegId) -> Option<LegCounters> {
        Some(match self.legs.get(&leg)? {
            Slot::Browser(slot) => self.browsers[*slot].stream.counters(),
            Slot::Rtp(slot) => self.rtps[*slot].stream.counters(),
        })
    }

    /// Closes a leg. For an RTP leg returns the slot, whose sockets the caller closes after sending.
    pub(crate) fn close_leg(&mut self, now: Instant, leg: LegId, out: &mut Transmits) -> Option<usize> {
        match *self.legs.get(&leg)? {
            Slot::Browser(slot) => {
                self.browsers[slot].close(now, out);
                self.remove_browser(slot);
                None
            }
            Slot::Rtp(slot) => {
                self.detach(Slot::Rtp(slot));
                self.rtps[slot].close(now, &self.clock, out);
                self.rtps.remove(slot);
                self.legs.remove(&leg);
                Some(slot)
            }
        }
    }
}
