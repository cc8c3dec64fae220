//! What is due when.

use crate::subscription::SubscriptionId;
use crate::transaction::{ClientId, ServerId};
use crate::{AccountId, FlowId, LegId, Time, TrunkId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

/// Something to be done later. Each is set at most once at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Alarm {
    /// RFC 3261 timers A and E.
    ClientRetransmit(ClientId),
    /// Timers B and F.
    ClientTimeout(ClientId),
    /// Timers D and K, and M of RFC 6026.
    ClientEnd(ClientId),
    /// Timer G.
    ServerRetransmit(ServerId),
    /// Timers H, I and J, and L of RFC 6026.
    ServerEnd(ServerId),
    /// Register, refresh or try again.
    Register(AccountId),
    /// Repeat the 180 so that proxies keep waiting (RFC 3261 §13.3.1.1).
    Ring(LegId),
    /// The caller's patience ends (RFC 3261 §13.3.1).
    InviteExpires(LegId),
    /// Repeat the 2xx (RFC 3261 §13.3.1.4).
    RepeatAccept(LegId),
    /// Give up on the ACK.
    Unconfirmed(LegId),
    /// Give up on the 487 after a CANCEL (RFC 3261 §9.1).
    CancelUnanswered(LegId),
    /// Send an offer again that met one of the other side (RFC 3261 §14.1).
    OfferAgain(LegId),
    /// Give up on the answer to an offer.
    OfferUnanswered(LegId),
    /// Refresh the session (RFC 4028 §7.4).
    SessionRefresh(LegId),
    /// The session was not refreshed (RFC 4028 §10).
    SessionExpires(LegId),
    /// Repeat a reliable 180 (RFC 3262 §3).
    RepeatRing(LegId),
    /// Give up on its PRACK.
    RingUnheard(LegId),
    /// Give up on what the other side has to tell of a REFER of ours.
    ReferUnanswered(LegId),
    /// The other side's REFER was not answered, or not followed.
    ReferralExpires(LegId),
    /// Begin, refresh or give up a subscription.
    Subscription(SubscriptionId),
    /// A peer's subscription to our keys runs out.
    KeysExpire(LegId),
    /// Close a connection that nobody uses.
    IdleFlow(FlowId),
    /// Leave a silent server for the next (RFC 3263 §4.3).
    NextHop(ClientId),
    /// Ask the first registrar of a line whether it is there again.
    FirstRegistrar(AccountId),
    /// Keep the connection of a line to its proxy alive (RFC 5626 §4.4.1).
    KeepAlive(AccountId),
    /// Keep the flow to a proxy alive, or ask again what it has not answered (RFC 5626 §4.4.2).
    UdpFlow(SocketAddr),
    /// Give up on the pong of a connection (RFC 5626 §4.4.1).
    Pong(FlowId),
    /// Ping a peer of a trunk.
    Ping(TrunkId, usize),
}

/// All alarms.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(Alarm, Time)>", into = "Vec<(Alarm, Time)>")]
pub(crate) struct Schedule {
    due: BTreeMap<Alarm, Time>,
    queue: BTreeSet<(Time, Alarm)>,
}

impl Schedule {
    pub(crate) fn set(&mut self, alarm: Alarm, at: Time) {
        self.cancel(alarm);
        self.due.insert(alarm, at);
        self.queue.insert((at, alarm));
    }

    pub(crate) fn is_set(&self, alarm: Alarm) -> bool {
        self.due.contains_key(&alarm)
    }

    /// Sets an alarm unless it is set already.
    pub(crate) fn set_once(&mut self, alarm: Alarm, at: Time) {
        if !self.is_set(alarm) {
            self.set(alarm, at);
        }
    }

    pub(crate) fn cancel(&mut self, alarm: Alarm) {
        if let Some(at) = self.due.remove(&alarm) {
            self.queue.remove(&(at, alarm));
        }
    }

    pub(crate) fn next(&self) -> Option<Time> {
        self.queue.first().map(|(at, _)| *at)
    }

    /// Takes out the earliest alarm that is due.
    pub(crate) fn pop_due(&mut self, now: Time) -> Option<Alarm> {
        let &(at, alarm) = self.queue.first()?;
        (at <= now).then(|| {
            self.cancel(alarm);
            alarm
        })
    }
}

impl From<Vec<(Alarm, Time)>> for Schedule {
    fn from(alarms: Vec<(Alarm, Time)>) -> Self {
        alarms.into_iter().fold(Self::default(), |mut schedule, (alarm, at)| {
            schedule.set(alarm, at);
            schedule
        })
    }
}

impl From<Schedule> for Vec<(Alarm, Time)> {
    fn from(schedule: Schedule) -> Self {
        schedule.due.into_iter().collect()
    }
}
