//! When which leg has something to do.

use super::Slot;
use std::{cmp::Reverse, collections::BinaryHeap, time::Instant};

/// Whose deadline it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timed {
    Leg(Slot),
    /// A mix, by its slot.
    Mix(usize),
}

/// Deadlines, the earliest first. An entry whose leg or mix has another deadline by now is passed over by the
/// caller, which is cheaper than taking it out.
#[derive(Default)]
pub(super) struct Timers(BinaryHeap<Reverse<(Instant, Timed)>>);

impl Timers {
    pub(super) fn push(&mut self, due: Instant, timed: Timed) {
        self.0.push(Reverse((due, timed)));
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.0.peek().map(|Reverse((due, _))| *due)
    }

    /// The next entry that is due.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Instant, Timed)> {
        if self.next()? > now {
            return None;
        }
        self.0.pop().map(|Reverse(entry)| entry)
    }
}
