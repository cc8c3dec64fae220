//! The quadrature mirror filters of G.722, which split 16 kHz audio in two bands of 8 kHz and join them again
//! (ITU-T G.722 §3.1 and §4.4).

/// One half of the filter's 24 taps; the other half mirrors it.
const TAPS: [i32; 12] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

#[derive(Debug, Clone)]
pub(super) struct Qmf {
    /// The even and the odd line of delays, the latest last.
    even: [i32; 12],
    odd: [i32; 12],
}

impl Qmf {
    pub(super) fn new() -> Self {
        Self { even: [0; 12], odd: [0; 12] }
    }

    /// Two samples to one of the low and one of the high band.
    pub(super) fn analyse(&mut self, first: i32, second: i32) -> (i32, i32) {
        let (one, other) = self.filter(first, second);
        ((one + other) >> 14, (other - one) >> 14)
    }

    /// One sample of each band to two samples.
    pub(super) fn synthesise(&mut self, low: i32, high: i32) -> [i16; 2] {
        let (one, other) = self.filter(low + high, low - high);
        let clip = |sum: i32| i16::try_from((sum >> 11).clamp(-32_768, 32_767)).unwrap_or(0);
        [clip(other), clip(one)]
    }

    fn filter(&mut self, even: i32, odd: i32) -> (i32, i32) {
        self.even.rotate_left(1);
        self.odd.rotate_left(1);
        (self.even[11], self.odd[11]) = (even, odd);
        let one = self.even.iter().zip(TAPS).map(|(sample, tap)| sample * tap).sum();
        let other = self.odd.iter().rev().zip(TAPS).map(|(sample, tap)| sample * tap).sum();
        (one, other)
    }
}
