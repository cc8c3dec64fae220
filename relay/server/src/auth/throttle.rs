//! How often a password may be guessed.

use std::collections::HashMap;
use std::net::IpAddr;

/// So many wrong passwords…
const ALLOWED: usize = 5;
/// …within so many milliseconds, for one name from one address.
const WINDOW: u64 = 60_000;
/// So many names and addresses are remembered; past that the oldest go.
const REMEMBERED: usize = 10_000;

/// Counts wrong passwords by name and address, so that guessing is slow and a colleague is not locked out by it.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    failures: HashMap<(String, IpAddr), Vec<u64>>,
}

impl Throttle {
    /// Whether another attempt may be made now.
    pub(crate) fn allows(&self, now: u64, name: &str, from: IpAddr) -> bool {
        let recent = self
            .failures
            .get(&(name.to_owned(), from))
            .map_or(0, |times| times.iter().filter(|time| **time + WINDOW > now).count());
        recent < ALLOWED
    }

    /// Notes a wrong password.
    pub(crate) fn failed(&mut self, now: u64, name: &str, from: IpAddr) {
        if self.failures.len() >= REMEMBERED {
            self.failures.retain(|_, times| times.iter().any(|time| *time + WINDOW > now));
        }
        if self.failures.len() >= REMEMBERED {
            self.failures.clear();
        }
        let times = self.failures.entry((name.to_owned(), from)).or_default();
        times.retain(|time| *time + WINDOW > now);
        times.push(now);
    }

    /// Forgets the wrong ones after a right one.
    pub(crate) fn succeeded(&mut self, name: &str, from: IpAddr) {
        self.failures.remove(&(name.to_owned(), from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_guess_in_a_minute_waits_and_other_addresses_do_not() {
        let (mut throttle, here, there) =
            (Throttle::default(), IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for now in 0..5 {
            assert!(throttle.allows(now, "alice", here));
            throttle.failed(now, "alice", here);
        }
        assert!(!throttle.allows(5, "alice", here));
        assert!(throttle.allows(5, "alice", there));
        assert!(throttle.allows(60_001, "alice", here));
    }

    #[test]
    fn a_right_password_clears_the_count() {
        let (mut throttle, here) = (Throttle::default(), IpAddr::from([10, 0, 0, 1]));
        (0..5).for_each(|now| throttle.failed(now, "alice", here));
        throttle.succeeded("alice", here);
        assert!(throttle.allows(6, "alice", here));
    }
}
