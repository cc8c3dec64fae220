//! How much a browser may say: a page that runs wild, or is not ours, must not take the event loop for itself.

/// So many messages may come at once. A page that was away for a while repeats some dozens.
const BURST: u32 = 200;
/// So many milliseconds earn a further one. People press keys, and the page pings, far less often.
const EARNED_AFTER: u64 = 20;

/// What one connection may still say.
#[derive(Debug)]
pub(super) struct Pace {
    left: u32,
    /// Until when what was earned is counted in `left`, in milliseconds.
    counted_until: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { left: BURST, counted_until: 0 }
    }
}

impl Pace {
    /// Takes note of a message; false: it is one too many.
    pub(super) fn allows(&mut self, now: u64) -> bool {
        let earned = now.saturating_sub(self.counted_until) / EARNED_AFTER;
        self.counted_until += earned * EARNED_AFTER;
        self.left = self.left.saturating_add(u32::try_from(earned).unwrap_or(BURST)).min(BURST);
        let allowed = self.left > 0;
        self.left = self.left.saturating_sub(1);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many messages at the same time are allowed.
    fn allowed(pace: &mut Pace, now: u64, messages: usize) -> usize {
        (0..messages).filter(|_| pace.allows(now)).count()
    }

    #[test]
    fn a_burst_is_allowed_and_then_a_steady_pace() {
        let mut pace = Pace::default();
        let now = 1_700_000_000_000;
        assert_eq!(allowed(&mut pace, now, 300), 200);
        assert_eq!(allowed(&mut pace, now + 19, 10), 0);
        assert_eq!(allowed(&mut pace, now + 20, 10), 1);
        // What has not made up a whole one is not lost.
        assert_eq!(allowed(&mut pace, now + 30, 10), 0);
        assert_eq!(allowed(&mut pace, now + 40, 10), 1);
        assert_eq!(allowed(&mut pace, now + 1_040, 100), 50);
        assert_eq!(allowed(&mut pace, now + 3_600_000, 300), 200);
    }

    #[test]
    fn who_speaks_steadily_may_do_so_for_ever() {
        let mut pace = Pace::default();
        assert!((0..100_000).all(|message| pace.allows(5_000 + message * 20)));
    }
}
