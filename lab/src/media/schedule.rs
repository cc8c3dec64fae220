//! When frames are due: 50 a second on average, however late a task wakes up.

use std::time::Duration;

use super::player::FRAME_TIME;

/// After a longer sleep than this the frames missed are dropped: a burst of half a second helps nobody.
const CATCH_UP: u32 = 5;

/// The clock of one sender; all times count from its start.
#[derive(Debug, Default)]
pub struct Schedule {
    next: Duration,
}

/// What to do on waking up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Frames too late to send, for which only the timestamp moves on.
    pub skip: u32,
    /// Frames to send now.
    pub send: u32,
}

impl Schedule {
    /// When the next frame is due.
    pub fn next(&self) -> Duration {
        self.next
    }

    /// Takes the frames that are due at `elapsed`.
    pub fn take(&mut self, elapsed: Duration) -> Due {
        let Some(late) = elapsed.checked_sub(self.next) else {
            return Due { skip: 0, send: 0 };
        };
        let due = u32::try_from(late.as_nanos() / FRAME_TIME.as_nanos()).unwrap_or(u32::MAX - 1) + 1;
        self.next += FRAME_TIME * due;
        let send = due.min(CATCH_UP);
        Due { skip: due - send, send }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn one_frame_is_due_every_twenty_milliseconds() {
        let mut schedule = Schedule::default();
        for frame in 0..1_000 {
            assert_eq!(schedule.next(), ms(20 * frame));
            assert_eq!(schedule.take(ms(20 * frame)), Due { skip: 0, send: 1 });
            assert_eq!(schedule.take(ms(20 * frame + 19)), Due { skip: 0, send: 0 });
        }
    }

    #[test]
    fn waking_late_does_not_slow_the_clock() {
        let mut schedule = Schedule::default();
        let sent: u32 = (0..1_000).map(|wake| schedule.take(ms(wake * 27)).send).sum();
        // 999 · 27 ms hold 1,348 whole frames, and one is due at the start.
        assert_eq!(sent, 1_349);
    }

    #[test]
    fn a_long_sleep_is_skipped_but_for_its_end() {
        let mut schedule = Schedule::default();
        schedule.take(ms(0));
        assert_eq!(schedule.take(ms(1_000)), Due { skip: 45, send: 5 });
        assert_eq!(schedule.next(), ms(1_020));
    }
}
