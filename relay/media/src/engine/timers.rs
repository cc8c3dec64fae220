//! When which leg has something to do.

use super::Slot;
use std::{cmp::Reverse, collections::BinaryHeap, time::Instant};

/// Deadlines, the earliest first. An entry whose leg has another deadline by now is passed over by the
/// caller, which is cheaper than taking it out.
#[derive(Default)]
pub(super) struct Timers(BinaryHeap<Reverse<(Instant, Slot)>>);

impl Timers {
    pub(super) fn push(&mut self, due: Instant, slot: Slot) {
        self.0.push(Reverse((due, slot)));
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.0.peek().map(|Reverse((due, _))| *due)
    }

    /// The next entry that is due.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Instant, Slot)> {
        if self.next()? > now {
            return None;
        }
        self.0.pop().map(|Reverse(entry)| entry)
    }
}
