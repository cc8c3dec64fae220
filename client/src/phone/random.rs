//! Jitter for back-off times. Not for secrets.

/// SplitMix64: small, and good enough to keep a thousand clients from calling back in the same instant.
#[derive(Debug, Clone)]
pub(super) struct Jitter(u64);

impl Jitter {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The duration give or take 30 %.
    pub(super) fn spread(&mut self, milliseconds: u64) -> u64 {
        let percent = 70 + self.next() % 61;
        milliseconds.saturating_mul(percent) / 100
    }
}
