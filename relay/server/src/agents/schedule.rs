//! When which session has to be woken up.

use sidetone_bridge::UserId;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// When which session has to be woken up. Looking for the first of thousands costs nothing.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    heap: BinaryHeap<Reverse<(u64, UserId)>>,
    /// What counts; the heap also holds what was replaced.
    due: HashMap<UserId, u64>,
}

impl Schedule {
    /// Notes when a session has to be woken up next.
    pub(super) fn set(&mut self, user: UserId, at: Option<u64>) {
        let before = match at {
            Some(at) => self.due.insert(user, at),
            None => self.due.remove(&user),
        };
        if let Some(at) = at.filter(|_| at != before) {
            self.heap.push(Reverse((at, user)));
        }
        // Each replaced entry goes when its time comes, unless there are too many.
        if self.heap.len() > 64 + 4 * self.due.len() {
            self.heap = self.due.iter().map(|(user, at)| Reverse((*at, *user))).collect();
        }
    }

    /// When the first is due.
    pub(super) fn next(&mut self) -> Option<u64> {
        while let Some(Reverse((at, user))) = self.heap.peek() {
            if self.due.get(user) == Some(at) {
                return Some(*at);
            }
            self.heap.pop();
        }
        None
    }

    /// Takes one that is due.
    pub(super) fn take(&mut self, now: u64) -> Option<UserId> {
        self.next().filter(|at| *at <= now)?;
        let Reverse((_, user)) = self.heap.pop()?;
        self.due.remove(&user);
        Some(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_about_a_user_counts() {
        let mut schedule = Schedule::default();
        schedule.set(UserId(1), Some(30));
        schedule.set(UserId(2), Some(20));
        schedule.set(UserId(1), Some(10));
        assert_eq!(schedule.next(), Some(10));
        schedule.set(UserId(1), Some(40));
        assert_eq!((schedule.take(15), schedule.take(25), schedule.take(35)), (None, Some(UserId(2)), None));
        schedule.set(UserId(1), None);
        assert_eq!(schedule.next(), None);
    }

    #[test]
    fn it_does_not_grow_with_what_was_replaced() {
        let mut schedule = Schedule::default();
        (0..10_000).for_each(|at| schedule.set(UserId(1), Some(at)));
        assert!(schedule.heap.len() < 100);
        assert_eq!(schedule.next(), Some(9_999));
    }
}
