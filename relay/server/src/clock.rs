//! One clock for the whole relay.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells the time of day, but never goes back: it is read once at the start and counted on from there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: Instant,
    unix_at_start: Duration,
}

impl Clock {
    pub(crate) fn start() -> Self {
        // A clock before 1970 is a machine whose time was never set; counting from zero then serves as well.
        let unix_at_start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { start: Instant::now(), unix_at_start }
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) fn millis(&self) -> u64 {
        u64::try_from((self.unix_at_start + self.start.elapsed()).as_millis()).unwrap_or(u64::MAX)
    }

    /// Microseconds since the start.
    pub(crate) fn micros(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Microseconds since the Unix epoch.
    pub(crate) fn unix_micros(&self) -> u64 {
        u64::try_from((self.unix_at_start + self.start.elapsed()).as_micros()).unwrap_or(u64::MAX)
    }

    /// How long until a moment in milliseconds since the Unix epoch.
    pub(crate) fn until_millis(&self, at: u64) -> Duration {
        Duration::from_millis(at).saturating_sub(self.unix_at_start + self.start.elapsed())
    }

    /// How long until a moment in microseconds since the start.
    pub(crate) fn until_micros(&self, at: u64) -> Duration {
        Duration::from_micros(at).saturating_sub(self.start.elapsed())
    }
}
