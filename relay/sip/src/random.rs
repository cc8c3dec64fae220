//! Names that nobody can guess (RFC 3261 §19.3).

use crate::{CryptoRng, Time};
use std::time::Duration;

/// The moment of a call into the user agent, with its source of randomness.
pub(crate) struct At<'a> {
    pub(crate) now: Time,
    pub(crate) rng: &'a mut dyn CryptoRng,
}

impl At<'_> {
    /// A text of letters and digits with 5 bits of chance in each.
    pub(crate) fn token(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        (0..length).map(|_| char::from(ALPHABET[(self.rng.next_u32() % 32) as usize])).collect()
    }

    /// A branch for Via.
    pub(crate) fn branch(&mut self) -> String {
        format!("{}{}", crate::message::Via::COOKIE, self.token(16))
    }

    /// A part of a duration, from `lowest` to all of it (in percent).
    pub(crate) fn part_of(&mut self, duration: Duration, lowest: u32) -> Duration {
        let percent = lowest + self.rng.next_u32() % (101 - lowest.min(100));
        duration * percent / 100
    }
}
