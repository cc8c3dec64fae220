//! The page's clock, and the relay's as seen from it.

use std::ops::Add;

/// A moment of the page's clock, in milliseconds since the page was loaded. Never the user's wall clock,
/// which may be wrong or be set while a call is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub u64);

impl Add<u64> for Time {
    type Output = Self;

    fn add(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }
}

impl Time {
    /// The milliseconds since an earlier moment; zero if it was not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    pub(super) fn signed(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }
}

/// How far the relay's clock is ahead of the page's. Call timers count from the relay's moments, so
/// that all tabs and a reloaded page show the same.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RelayClock {
    offset: Option<Offset>,
}

#[derive(Debug, Clone, Copy)]
struct Offset {
    ahead_ms: i64,
    /// Half of the round trip it was measured with: how wrong it may be.
    error_ms: u64,
}

/// The error taken for a relay time whose travel was not measured.
const UNMEASURED_ERROR_MS: u64 = 1_000;

impl RelayClock {
    /// A relay time that has just come, after an unknown travel.
    pub(super) fn read(&mut self, now: Time, relay_ms: u64) {
        self.offer(now, relay_ms, UNMEASURED_ERROR_MS);
    }

    /// A relay time that has just come in answer to a question of `asked`.
    pub(super) fn read_round_trip(&mut self, asked: Time, now: Time, relay_ms: u64) {
        let half = now.since(asked) / 2;
        self.offer(asked + half, relay_ms, half);
    }

    /// Forgets the offset, since the next connection may lead to another relay.
    pub(super) fn reset(&mut self) {
        self.offset = None;
    }

    fn offer(&mut self, at: Time, relay_ms: u64, error_ms: u64) {
        // Only a better reading replaces one, else the timer on the screen would jump about.
        if self.offset.is_none_or(|known| error_ms < known.error_ms) {
            let ahead_ms = i64::try_from(relay_ms).unwrap_or(i64::MAX).saturating_sub(at.signed());
            self.offset = Some(Offset { ahead_ms, error_ms });
        }
    }

    /// A moment of the relay's clock on the page's: before zero if it was before the page was loaded.
    pub(super) fn on_page(&self, relay_ms: u64) -> Option<i64> {
        let relay_ms = i64::try_from(relay_ms).ok()?;
        self.offset.map(|offset| relay_ms.saturating_sub(offset.ahead_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reading_with_the_shortest_round_trip_counts() {
        let mut clock = RelayClock::default();
        clock.read(Time(1_000), 500_000);
        assert_eq!(clock.on_page(500_000), Some(1_000));
        clock.read_round_trip(Time(2_000), Time(2_100), 501_000);
        assert_eq!(clock.on_page(501_000), Some(2_050));
        clock.read_round_trip(Time(3_000), Time(3_800), 502_000);
        assert_eq!(clock.on_page(501_000), Some(2_050), "a worse reading changes nothing");
        assert_eq!(clock.on_page(400_000), Some(-98_950), "a call can be older than the page");
    }
}
