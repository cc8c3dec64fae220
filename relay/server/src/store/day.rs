//! An agent's own day, out of what happened: pure, and the same whether it grows event by event or is read anew.

mod calls;
mod states;
#[cfg(test)]
mod tests;

use super::record::{AgentEvent, Happening};
use calls::Calls;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sidetone_protocol::agent::{AgentStateKind, Day};
use states::States;

/// How far before midnight to read: what was going on then began after that.
const LOOK_BACK_MS: u64 = 86_400_000;

/// The totals of one agent's day, from midnight to midnight of a time zone.
///
/// Events can be applied in any order and as often as they come: what counts is when each happened. A state lasts until
/// the next one, so that a gap in which nobody watched is filled by what is read after it.
#[derive(Debug, Clone)]
pub struct DayTally {
    zone: TimeZone,
    from_ms: u64,
    to_ms: u64,
    states: States,
    calls: Calls,
    /// Each in the order of time, once.
    sign_ins: Vec<u64>,
}

/// The part of time that is counted.
#[derive(Debug, Clone, Copy)]
struct Window {
    from_ms: u64,
    /// The next midnight, which is not in it.
    to_ms: u64,
    now_ms: u64,
}

impl Window {
    /// How much of a span is in it.
    fn ms(self, from_ms: u64, to_ms: u64) -> u64 {
        to_ms.min(self.to_ms).min(self.now_ms).saturating_sub(from_ms.max(self.from_ms))
    }

    fn has(self, at_ms: u64) -> bool {
        (self.from_ms..self.to_ms).contains(&at_ms) && at_ms <= self.now_ms
    }
}

impl DayTally {
    /// An empty one of the day that it is in the time zone.
    #[must_use]
    pub fn new(zone: TimeZone, now_ms: u64) -> Self {
        let (from_ms, to_ms) = day_of(&zone, now_ms);
        Self {
            zone,
            from_ms,
            to_ms,
            states: States::default(),
            calls: Calls::default(),
            sign_ins: Vec::new(),
        }
    }

    /// From when on events are needed to make it from scratch; beside them the last state before.
    #[must_use]
    pub fn reads_from_ms(&self) -> u64 {
        self.from_ms.saturating_sub(LOOK_BACK_MS)
    }

    /// When the day is over, in milliseconds since the Unix epoch: the totals are to be shown anew then.
    #[must_use]
    pub fn ends_at_ms(&self) -> u64 {
        self.to_ms
    }

    /// Takes note of what happened.
    pub fn apply(&mut self, event: &AgentEvent) {
        match &event.what {
            Happening::SignedIn => {
                if let Err(place) = self.sign_ins.binary_search(&event.at_ms) {
                    self.sign_ins.insert(place, event.at_ms);
                }
            }
            Happening::SignedOut { reason: _ } => {
                self.states.apply(event.at_ms, AgentStateKind::Logout, None)
            }
            Happening::State { state, reason } => self.states.apply(event.at_ms, *state, reason.as_ref()),
            Happening::Call { dialog, direction, queue, step } => {
                self.calls.apply(event.at_ms, dialog, *direction, queue.as_deref(), *step);
            }
        }
    }

    /// The totals. Of a new day if midnight has passed: what was going on then counts from midnight on.
    pub fn snapshot(&mut self, now_ms: u64) -> Day {
        if now_ms >= self.to_ms {
            self.begin_day(now_ms);
        }
        let window = Window { from_ms: self.from_ms, to_ms: self.to_ms, now_ms };
        let mut day = Day { from_ms: self.from_ms, ..Day::default() };
        self.states.count(window, &mut day);
        let seen = self.sign_ins.iter().copied().find(|at| window.has(*at));
        day.signed_in_at_ms = [day.signed_in_at_ms, seen].into_iter().flatten().min();
        self.calls.count(window, &mut day);
        day
    }

    fn begin_day(&mut self, now_ms: u64) {
        (self.from_ms, self.to_ms) = day_of(&self.zone, now_ms);
        self.states.forget_before(self.from_ms);
        self.calls.forget_before(self.from_ms);
        self.sign_ins.retain(|at| *at >= self.from_ms);
    }
}

/// From midnight to midnight: 23 or 25 hours where the clocks change.
fn day_of(zone: &TimeZone, now_ms: u64) -> (u64, u64) {
    let bounds = || {
        let now =
            Timestamp::from_millisecond(i64::try_from(now_ms).ok()?).ok()?.to_zoned_datetime(zone.clone());
        let from = now.start_of_day().ok()?;
        let to = now.tomorrow().ok()?.start_of_day().ok()?;
        let millis = |at: jiff::ZonedDateTime| u64::try_from(at.timestamp().as_millisecond()).ok();
        Some((millis(from)?, millis(to)?))
    };
    // A clock that is before 1970 or after the year 9999 was never set.
    bounds().unwrap_or((now_ms, u64::MAX))
}
