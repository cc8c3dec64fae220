//! The time of day for sender reports (RFC 3550 §4), from the one clock that is passed in.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// From 1900, where NTP begins, to 1970.
const UNIX_IN_NTP: u64 = 2_208_988_800;

/// Turns an instant into NTP time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NtpClock {
    epoch: Instant,
    since_1900: Duration,
}

impl NtpClock {
    /// A clock for which it was `time` at `epoch`.
    pub(crate) fn new(epoch: Instant, time: SystemTime) -> Self {
        let unix = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { epoch, since_1900: unix + Duration::from_secs(UNIX_IN_NTP) }
    }

    /// NTP time: seconds in the upper 32 bits, their fraction in the lower.
    pub(crate) fn at(&self, now: Instant) -> u64 {
        let time = self.since_1900 + now.saturating_duration_since(self.epoch);
        (time.as_secs() << 32) | ((u64::from(time.subsec_nanos()) << 32) / 1_000_000_000)
    }

    /// The middle 32 bits, by which reports refer to it.
    pub(crate) fn middle_at(&self, now: Instant) -> u32 {
        u32::try_from(self.at(now) >> 16 & 0xffff_ffff).unwrap_or(0)
    }

    /// The round trip that a report tells of (RFC 3550 §6.4.1), in microseconds.
    pub(crate) fn round_trip_us(&self, now: Instant, last_report: u32, delay: u32) -> Option<u32> {
        let units = self.middle_at(now).wrapping_sub(last_report).wrapping_sub(delay);
        // A report that was never ours, or a far end that counts wrongly, makes it negative.
        (last_report != 0 && units < 1 << 31)
            .then(|| u32::try_from(u64::from(units) * 1_000_000 / 65_536).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_round_trip_is_what_neither_side_held_the_report() {
        let start = Instant::now();
        let clock = NtpClock::new(start, UNIX_EPOCH + Duration::from_millis(500));
        assert_eq!(clock.at(start), UNIX_IN_NTP << 32 | 1 << 31);
        let sent = clock.middle_at(start);
        let us = clock.round_trip_us(start + Duration::from_millis(1030), sent, 65_536).unwrap();
        assert!((29_900..30_100).contains(&us), "{us}");
        assert_eq!(clock.round_trip_us(start, sent, 65_536), None);
        assert_eq!(clock.round_trip_us(start, 0, 0), None);
    }
}
