//! One worker's legs and how packets pass between them. Pure: the time, the packets and the commands
//! come in; datagrams, events and the next deadline come out.

mod browser;
mod rtp;
mod timers;

use crate::{
    BrowserAnswer, Event, LegCounters, LegId, MediaError, RtpParameters, Settings,
    browser_sdp::{self, BrowserOffer},
    clock::NtpClock,
    ice::{PASSWORD_LEN, UFRAG_LEN, Ufrag},
    leg::{BrowserLeg, Opening, RtpLeg},
    transmit::Transmits,
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use slab::Slab;
use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    time::{Instant, SystemTime},
};
use timers::Timers;

/// `ice-char` of RFC 8839 §5.4, without the two that look odd in a log.
const ICE_ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A leg by its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Slot {
    Browser(usize),
    Rtp(usize),
}

pub(crate) struct Engine {
    settings: Settings,
    /// Where browsers reach this worker.
    candidates: Vec<SocketAddr>,
    clock: NtpClock,
    rng: ChaCha20Rng,
    legs: HashMap<LegId, Slot>,
    browsers: Slab<BrowserLeg>,
    rtps: Slab<RtpLeg>,
    by_ufrag: HashMap<Ufrag, usize>,
    by_address: HashMap<SocketAddr, usize>,
    timers: Timers,
    events: VecDeque<Event>,
    /// Datagrams that nobody was meant to get, or that were not what they should be.
    pub(crate) dropped: u64,
}

impl Engine {
    pub(crate) fn new(
        now: Instant,
        time: SystemTime,
        seed: [u8; 32],
        settings: Settings,
        candidates: Vec<SocketAddr>,
    ) -> Self {
        Self {
            settings,
            candidates,
            clock: NtpClock::new(now, time),
            rng: ChaCha20Rng::from_seed(seed),
            legs: HashMap::new(),
            browsers: Slab::new(),
            rtps: Slab::new(),
            by_ufrag: HashMap::new(),
            by_address: HashMap::new(),
            timers: Timers::default(),
            events: VecDeque::new(),
            dropped: 0,
        }
    }

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
        debug_assert_eq!(ufrag_text.len(), UFRAG_LEN);
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

    pub(crate) fn set_rtp_remote(&mut self, now: Instant, leg: LegId, parameters: RtpParameters) {
        if let Some(Slot::Rtp(slot)) = self.find(leg) {
            self.rtps[slot].set_remote(now, parameters);
            self.schedule(Slot::Rtp(slot));
        }
    }

    pub(crate) fn connect(&mut self, browser: LegId, rtp: LegId) {
        let (Some(Slot::Browser(browser)), Some(Slot::Rtp(rtp))) = (self.find(browser), self.find(rtp))
        else {
            return;
        };
        if self.rtps[rtp].peer == Some(browser) {
            return;
        }
        self.detach(Slot::Browser(browser));
        self.detach(Slot::Rtp(rtp));
        self.browsers[browser].peer = Some(rtp);
        self.rtps[rtp].peer = Some(browser);
        self.browsers[browser].stream.rewriter.restart();
        self.rtps[rtp].stream.rewriter.restart();
    }

    pub(crate) fn disconnect(&mut self, rtp: LegId) {
        if let Some(slot @ Slot::Rtp(_)) = self.find(rtp) {
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

    /// Every leg, for an orderly end.
    pub(crate) fn leg_ids(&self) -> Vec<LegId> {
        self.legs.keys().copied().collect()
    }

    pub(crate) fn browser_legs(&self) -> usize {
        self.browsers.len()
    }

    pub(crate) fn rtp_legs(&self) -> usize {
        self.rtps.len()
    }

    pub(crate) fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant, out: &mut Transmits) {
        while let Some((due, slot)) = self.timers.pop(now) {
            let random = self.rng.next_u32();
            match slot {
                Slot::Browser(index) => {
                    let Some(leg) = self.browsers.get_mut(index).filter(|leg| leg.scheduled == Some(due))
                    else {
                        continue;
                    };
                    leg.scheduled = None;
                    if let Err(cause) = leg.handle_timeout(now, random, &self.clock, out) {
                        self.lose(index, cause);
                        continue;
                    }
                }
                Slot::Rtp(index) => {
                    let Some(leg) = self.rtps.get_mut(index).filter(|leg| leg.scheduled == Some(due)) else {
                        continue;
                    };
                    leg.scheduled = None;
                    leg.handle_timeout(now, random, &self.clock, out, &mut self.events);
                }
            }
            self.schedule(slot);
        }
    }

    /// Sees to it that a leg is called at its deadline. Not needed after packets of media: they only
    /// put a deadline off, which the leg notices when it is called.
    fn schedule(&mut self, slot: Slot) {
        let (deadline, scheduled) = match slot {
            Slot::Browser(index) => (self.browsers[index].deadline(), &mut self.browsers[index].scheduled),
            Slot::Rtp(index) => (self.rtps[index].deadline(), &mut self.rtps[index].scheduled),
        };
        if scheduled.is_none_or(|scheduled| deadline < scheduled) {
            *scheduled = Some(deadline);
            self.timers.push(deadline, slot);
        }
    }

    /// Finds a leg that a command names. It may have ended by itself a moment ago.
    fn find(&self, leg: LegId) -> Option<Slot> {
        let slot = self.legs.get(&leg).copied();
        if slot.is_none() {
            tracing::debug!(%leg, "a command for a leg that is gone");
        }
        slot
    }

    fn detach(&mut self, slot: Slot) {
        match slot {
            Slot::Browser(index) => {
                if let Some(peer) = self.browsers[index].peer.take() {
                    self.rtps[peer].peer = None;
                }
            }
            Slot::Rtp(index) => {
                if let Some(peer) = self.rtps[index].peer.take() {
                    self.browsers[peer].peer = None;
                }
            }
        }
    }

    fn remove_browser(&mut self, index: usize) {
        self.detach(Slot::Browser(index));
        let leg = self.browsers.remove(index);
        self.legs.remove(&leg.leg);
        self.by_ufrag.remove(leg.agent.ufrag());
        for address in leg.agent.validated() {
            // Another leg may have taken the address over.
            if self.by_address.get(address) == Some(&index) {
                self.by_address.remove(address);
            }
        }
    }

    fn lose(&mut self, index: usize, cause: crate::LostCause) {
        let leg = self.browsers[index].leg;
        self.remove_browser(index);
        self.events.push_back(Event::BrowserLost { leg, cause });
    }

    fn ice_char(&mut self) -> u8 {
        loop {
            // The six low bits, but for the two values past the alphabet, so that each is as likely.
            let index = usize::try_from(self.rng.next_u32() & 63).unwrap_or(0);
            if let Some(byte) = ICE_ALPHABET.get(index) {
                return *byte;
            }
        }
    }

    fn random(&mut self) -> [u32; 4] {
        std::array::from_fn(|_| self.rng.next_u32())
    }
}

#[cfg(test)]
mod tests;
