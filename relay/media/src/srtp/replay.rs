//! Which packet indices have been seen (RFC 3711 §3.3.2).

use serde::{Deserialize, Serialize};

/// A window of 128 packets below the highest index. RFC 3711 asks for at least 64; a burst that a Wi-Fi
/// driver delivers late and backwards is longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayWindow {
    highest: u64,
    /// Bit *n* is set if `highest - n` was seen.
    seen: u128,
}

impl ReplayWindow {
    /// A window that has seen one index.
    #[must_use]
    pub fn new(index: u64) -> Self {
        Self { highest: index, seen: 1 }
    }

    /// The highest index seen.
    #[must_use]
    pub fn highest(&self) -> u64 {
        self.highest
    }

    /// Whether the index is new and not too old to tell.
    #[must_use]
    pub fn is_fresh(&self, index: u64) -> bool {
        match self.highest.checked_sub(index) {
            None => true,
            Some(age) if age < 128 => self.seen >> age & 1 == 0,
            Some(_) => false,
        }
    }

    /// Notes an index. Only for one whose packet was authenticated.
    pub fn note(&mut self, index: u64) {
        match index.checked_sub(self.highest) {
            Some(ahead) => {
                self.seen = if ahead < 128 { self.seen << ahead | 1 } else { 1 };
                self.highest = index;
            }
            None => {
                let age = self.highest - index;
                if age < 128 {
                    self.seen |= 1 << age;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_index_is_fresh_once_in_any_order() {
        let mut window = ReplayWindow::new(1000);
        for index in [1003, 1001, 1002, 990, 2000, 1999] {
            assert!(window.is_fresh(index), "{index}");
            window.note(index);
            assert!(!window.is_fresh(index), "{index}");
        }
        assert!(!window.is_fresh(2000 - 128), "older than the window");
        assert!(window.is_fresh(2000 - 127));
    }
}
