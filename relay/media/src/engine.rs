//! One worker's legs and how packets pass between them. Pure: the time, the packets and the commands
//! come in; datagrams, events and the next deadline come out.

mod browser;
mod commands;
mod mix;
mod rtp;
mod timers;

use crate::{
    Event, LegId, MixId, Settings,
    clock::NtpClock,
    ice::Ufrag,
    leg::{BrowserLeg, Format, Media, Route, RtpLeg},
    mix::Mix,
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
use timers::{Timed, Timers};

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
    mixes: Slab<Mix>,
    mix_slots: HashMap<MixId, usize>,
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
            mixes: Slab::new(),
            mix_slots: HashMap::new(),
            by_ufrag: HashMap::new(),
            by_address: HashMap::new(),
            timers: Timers::default(),
            events: VecDeque::new(),
            dropped: 0,
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

    pub(crate) fn mixes(&self) -> usize {
        self.mixes.len()
    }

    pub(crate) fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant, out: &mut Transmits) {
        while let Some((due, timed)) = self.timers.pop(now) {
            let slot = match timed {
                Timed::Mix(index) => {
                    self.mix(now, index, due, out);
                    continue;
                }
                Timed::Leg(slot) => slot,
            };
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
            self.timers.push(deadline, Timed::Leg(slot));
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

    /// The route of a leg that exists.
    fn route(&mut self, slot: Slot) -> &mut Route {
        match slot {
            Slot::Browser(index) => &mut self.browsers[index].route,
            Slot::Rtp(index) => &mut self.rtps[index].route,
        }
    }

    /// Takes a leg from wherever its audio goes.
    fn detach(&mut self, slot: Slot) {
        match std::mem::take(self.route(slot)) {
            Route::Nobody => {}
            Route::Browser(peer) => *self.route(Slot::Browser(peer)) = Route::Nobody,
            Route::Rtp(peer) => *self.route(Slot::Rtp(peer)) = Route::Nobody,
            Route::Mix { mix, seat } => {
                self.mixes[mix].leave(seat);
                // What the mix said to it, silence says from now on.
                self.schedule(slot);
            }
        }
    }

    /// Gives a packet to whom its leg talks to; false if they do not take its format.
    fn pass_on(&mut self, now: Instant, route: Route, media: &Media<'_>, out: &mut Transmits) -> bool {
        match route {
            Route::Nobody => media.format != Format::Other,
            Route::Browser(peer) => self.browsers.get_mut(peer).is_none_or(|peer| peer.send(now, media, out)),
            Route::Rtp(peer) => self.rtps.get_mut(peer).is_none_or(|peer| peer.send(now, media, out)),
            Route::Mix { mix, seat } => {
                if let Some(mix) = self.mixes.get_mut(mix) {
                    mix.take(now, seat, media);
                }
                media.format != Format::Other
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
