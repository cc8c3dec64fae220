//! What the clients have seen, counted.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// A user was signed in.
    SignedIn,
    /// A user's line, and the browser if it is kept warm, was ready for calls.
    Ready,
    /// A call rang.
    Rang,
    /// A call that was answered was confirmed by its caller.
    Connected,
    /// A confirmed call was hung up by its caller.
    HungUpByCaller,
    /// A call ended in any other way.
    EndedOtherwise,
    /// The relay refused what a client asked for.
    RequestsFailed,
    /// A client ended before it was told to.
    ClientsLost,
}

/// Counters that all clients share.
#[derive(Debug, Default)]
pub struct Counts {
    signed_in: AtomicU64,
    ready: AtomicU64,
    rang: AtomicU64,
    connected: AtomicU64,
    hung_up_by_caller: AtomicU64,
    ended_otherwise: AtomicU64,
    requests_failed: AtomicU64,
    clients_lost: AtomicU64,
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Users signed in.
    pub signed_in: u64,
    /// Users who can be called.
    pub ready: u64,
    /// Calls that rang.
    pub rang: u64,
    /// Calls that were answered and confirmed.
    pub connected: u64,
    /// Confirmed calls that their callers hung up.
    pub hung_up_by_caller: u64,
    /// Calls that ended in any other way.
    pub ended_otherwise: u64,
    /// Requests that the relay refused.
    pub requests_failed: u64,
    /// Clients that ended before they were told to.
    pub clients_lost: u64,
}

impl Counts {
    pub(super) fn add(&self, what: Count) {
        let counter = match what {
            Count::SignedIn => &self.signed_in,
            Count::Ready => &self.ready,
            Count::Rang => &self.rang,
            Count::Connected => &self.connected,
            Count::HungUpByCaller => &self.hung_up_by_caller,
            Count::EndedOtherwise => &self.ended_otherwise,
            Count::RequestsFailed => &self.requests_failed,
            Count::ClientsLost => &self.clients_lost,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted so far.
    #[must_use]
    pub fn read(&self) -> Reading {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Reading {
            signed_in: read(&self.signed_in),
            ready: read(&self.ready),
            rang: read(&self.rang),
            connected: read(&self.connected),
            hung_up_by_caller: read(&self.hung_up_by_caller),
            ended_otherwise: read(&self.ended_otherwise),
            requests_failed: read(&self.requests_failed),
            clients_lost: read(&self.clients_lost),
        }
    }
}
