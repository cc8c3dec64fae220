//! What is due when.

use crate::subscription::SubscriptionId;
use crate::transaction::{ClientId, ServerId};
use crate::{AccountId, FlowId, LegId, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Begin, refresh or give up a subscription.
    Subscription(SubscriptionId),
    /// A peer's subscription to our keys runs out.
    KeysExpire(LegId),
    /// Close a connection that nobody uses.
    IdleFlow(FlowId),
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
