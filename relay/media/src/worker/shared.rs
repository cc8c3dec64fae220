//! What the handle and a worker's thread both see.

use super::sys::Waker;
use crate::Counters;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What a worker's thread shares with the handle: nothing that a packet has to wait for.
pub(super) struct Shared {
    pub(super) waker: Waker,
    pub(super) stop: AtomicBool,
    browser_legs: AtomicU64,
    rtp_legs: AtomicU64,
    mixes: AtomicU64,
    sockets: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
    dropped: AtomicU64,
}

impl Shared {
    pub(super) fn new(waker: Waker) -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            waker,
            stop: AtomicBool::new(false),
            browser_legs: zero(),
            rtp_legs: zero(),
            mixes: zero(),
            sockets: AtomicU64::new(1),
            received: zero(),
            sent: zero(),
            dropped: zero(),
        }
    }

    /// Puts down this worker's figures.
    pub(super) fn store(&self, counters: &Counters) {
        let store = |counter: &AtomicU64, value| counter.store(value, Ordering::Relaxed);
        store(&self.browser_legs, counters.browser_legs);
        store(&self.rtp_legs, counters.rtp_legs);
        store(&self.mixes, counters.mixes);
        store(&self.sockets, counters.sockets);
        store(&self.received, counters.datagrams_received);
        store(&self.sent, counters.datagrams_sent);
        store(&self.dropped, counters.datagrams_dropped);
    }

    /// Adds this worker's figures.
    pub(super) fn add_to(&self, counters: &mut Counters) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        counters.browser_legs += read(&self.browser_legs);
        counters.rtp_legs += read(&self.rtp_legs);
        counters.mixes += read(&self.mixes);
        counters.sockets += read(&self.sockets);
        counters.datagrams_received += read(&self.received);
        counters.datagrams_sent += read(&self.sent);
        counters.datagrams_dropped += read(&self.dropped);
    }
}
