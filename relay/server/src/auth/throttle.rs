//! How often a password may be guessed.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};

/// So many milliseconds a wrong password counts.
const WINDOW: u64 = 60_000;
/// So many wrong passwords may come within that time for one name from one address.
const FOR_BOTH: usize = 5;
/// So many for one name from all addresses together, but for those from where it has signed in before: whoever guesses
/// from everywhere does not keep its owner out.
const FOR_NAME: usize = 20;
/// So many from one address for all names together. A whole office can stand behind one address.
const FOR_ADDRESS: usize = 100;
/// So many keys of each kind are remembered; past that the one with the fewest wrong passwords goes, the oldest of those.
const REMEMBERED: usize = 10_000;

/// Counts wrong passwords, so that guessing is slow and colleagues are not locked out by it.
#[derive(Debug)]
pub(crate) struct Throttle {
    hasher: RandomState,
    both: Counts<(Name, IpAddr)>,
    names: Counts<Name>,
    addresses: Counts<IpAddr>,
    /// From where names have signed in, and when last.
    at_home: HashMap<(Name, IpAddr), u64>,
}

/// The hash of a name: strangers choose names as long as they like.
type Name = u64;

/// An attempt that counts as a wrong one until it is known to be none.
#[derive(Debug)]
#[must_use = "an attempt that succeeds or is withdrawn has to say so"]
pub(crate) struct Attempt {
    at: u64,
    name: Name,
    from: IpAddr,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            both: Counts::new(FOR_BOTH),
            names: Counts::new(FOR_NAME),
            addresses: Counts::new(FOR_ADDRESS),
            at_home: HashMap::new(),
        }
    }
}

impl Throttle {
    /// Lets an attempt through, unless there were too many wrong ones. It counts as a wrong one from now on, so that many
    /// guesses at the same time are counted too.
    pub(crate) fn attempt(&mut self, now: u64, name: &str, from: IpAddr) -> Option<Attempt> {
        let attempt = Attempt { at: now, name: self.hasher.hash_one(name), from: network(from) };
        let Attempt { name, from, .. } = attempt;
        let elsewhere = !self.at_home.contains_key(&(name, from));
        if self.both.are_too_many(now, &(name, from))
            || self.addresses.are_too_many(now, &from)
            || (elsewhere && self.names.are_too_many(now, &name))
        {
            return None;
        }
        self.both.note(now, (name, from));
        self.addresses.note(now, from);
        if elsewhere {
            self.names.note(now, name);
        }
        Some(attempt)
    }

    /// The password was right: earlier slips of the same person are forgotten.
    pub(crate) fn succeeded(&mut self, attempt: Attempt) {
        let (home, at) = ((attempt.name, attempt.from), attempt.at);
        self.withdraw(attempt);
        self.both.forget(&home);
        if self.at_home.len() >= REMEMBERED && !self.at_home.contains_key(&home) {
            let oldest = self.at_home.iter().min_by_key(|(_, at)| **at).map(|(home, _)| *home);
            oldest.and_then(|oldest| self.at_home.remove(&oldest));
        }
        self.at_home.insert(home, at);
    }

    /// The password was not looked at.
    pub(crate) fn withdraw(&mut self, attempt: Attempt) {
        let Attempt { at, name, from } = attempt;
        self.both.take_back(at, &(name, from));
        self.names.take_back(at, &name);
        self.addresses.take_back(at, &from);
    }
}

/// Who has one IPv6 address has a whole /64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// When wrong passwords came, by key.
#[derive(Debug)]
struct Counts<K> {
    allowed: usize,
    times: HashMap<K, Vec<u64>>,
}

impl<K: Copy + Eq + Hash> Counts<K> {
    fn new(allowed: usize) -> Self {
        Self { allowed, times: HashMap::new() }
    }

    fn are_too_many(&self, now: u64, key: &K) -> bool {
        let counts = |times: &Vec<u64>| times.iter().filter(|time| is_recent(now, **time)).count();
        self.times.get(key).map_or(0, counts) >= self.allowed
    }

    fn note(&mut self, now: u64, key: K) {
        if !self.times.contains_key(&key) {
            self.make_room(now);
        }
        let times = self.times.entry(key).or_default();
        times.retain(|time| is_recent(now, *time));
        times.push(now);
    }

    fn make_room(&mut self, now: u64) {
        let last = |times: &Vec<u64>| times.last().copied().unwrap_or_default();
        if self.times.len() >= REMEMBERED {
            self.times.retain(|_, times| is_recent(now, last(times)));
        }
        if self.times.len() >= REMEMBERED {
            // A flood of new keys must not clear the count of one that is being guessed at.
            let least = self.times.iter().min_by_key(|(_, times)| (times.len(), last(times)));
            least.map(|(key, _)| *key).and_then(|least| self.times.remove(&least));
        }
    }

    fn take_back(&mut self, at: u64, key: &K) {
        let Some(times) = self.times.get_mut(key) else { return };
        if let Some(index) = times.iter().position(|time| *time == at) {
            times.remove(index);
        }
        if times.is_empty() {
            self.times.remove(key);
        }
    }

    fn forget(&mut self, key: &K) {
        self.times.remove(key);
    }
}

fn is_recent(now: u64, time: u64) -> bool {
    time + WINDOW > now
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: usize) -> IpAddr {
        IpAddr::from([10, 0, u8::try_from(last / 256).unwrap(), u8::try_from(last % 256).unwrap()])
    }

    /// Whether a guess, a wrong one, is looked at.
    fn guess(throttle: &mut Throttle, now: u64, name: &str, from: IpAddr) -> bool {
        throttle.attempt(now, name, from).is_some()
    }

    fn sign_in(throttle: &mut Throttle, now: u64, name: &str, from: IpAddr) -> bool {
        let attempt = throttle.attempt(now, name, from);
        attempt.map(|attempt| throttle.succeeded(attempt)).is_some()
    }

    #[test]
    fn the_sixth_guess_in_a_minute_waits_and_other_addresses_do_not() {
        let mut throttle = Throttle::default();
        assert!((0..5).all(|now| guess(&mut throttle, now, "alice", address(1))));
        assert!(!guess(&mut throttle, 5, "alice", address(1)));
        assert!(guess(&mut throttle, 5, "alice", address(2)));
        assert!(guess(&mut throttle, 60_001, "alice", address(1)));
    }

    #[test]
    fn a_right_password_clears_the_count() {
        let mut throttle = Throttle::default();
        assert!((0..4).all(|now| guess(&mut throttle, now, "alice", address(1))));
        assert!(sign_in(&mut throttle, 4, "alice", address(1)));
        assert!((5..10).all(|now| guess(&mut throttle, now, "alice", address(1))));
        assert!(!guess(&mut throttle, 10, "alice", address(1)));
    }

    #[test]
    fn who_tries_one_password_on_many_names_is_slowed_down() {
        let mut throttle = Throttle::default();
        assert!((0..100).all(|now| guess(&mut throttle, now, &format!("user-{now}"), address(1))));
        assert!(!guess(&mut throttle, 100, "user-100", address(1)));
        assert!(guess(&mut throttle, 100, "user-100", address(2)));
        // An account of their own does not help.
        assert!(!sign_in(&mut throttle, 101, "mallory", address(1)));
    }

    #[test]
    fn who_guesses_from_everywhere_is_slowed_down_and_does_not_keep_the_owner_out() {
        let mut throttle = Throttle::default();
        assert!(sign_in(&mut throttle, 0, "alice", address(1)));
        assert!((2..22).all(|host| guess(&mut throttle, 1, "alice", address(host))));
        assert!(!guess(&mut throttle, 1, "alice", address(22)));
        assert!(sign_in(&mut throttle, 1, "alice", address(1)));
    }

    #[test]
    fn an_attempt_that_nobody_looked_at_is_no_wrong_one() {
        let mut throttle = Throttle::default();
        for now in 0..200 {
            let attempt = throttle.attempt(now, "alice", address(1)).unwrap();
            throttle.withdraw(attempt);
        }
        assert!(throttle.both.times.is_empty() && throttle.names.times.is_empty());
        assert!(throttle.addresses.times.is_empty());
    }

    #[test]
    fn one_ipv6_network_is_one_address() {
        let mut throttle = Throttle::default();
        let host = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
        assert!((0..5).all(|last| guess(&mut throttle, 0, "alice", host(last))));
        assert!(!guess(&mut throttle, 0, "alice", host(9)));
        assert!(guess(&mut throttle, 0, "alice", IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 9])));
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), IpAddr::from([10, 0, 0, 1]));
    }

    #[test]
    fn a_flood_of_names_and_addresses_neither_fills_the_memory_nor_clears_the_others_counts() {
        let mut throttle = Throttle::default();
        let here = IpAddr::from([192, 0, 2, 1]);
        assert!((0..5).all(|now| guess(&mut throttle, now, "alice", here)));
        for flood in 0..REMEMBERED + 100 {
            assert!(guess(&mut throttle, 5, &format!("flood-{flood}"), address(flood)));
        }
        assert_eq!(throttle.both.times.len(), REMEMBERED);
        assert_eq!(throttle.addresses.times.len(), REMEMBERED);
        assert!(!guess(&mut throttle, 6, "alice", here));
    }
}
