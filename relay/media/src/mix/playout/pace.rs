//! Whether packets come too late or too early for what waits before them.

use crate::signal::RATE;

/// Frames over which it is looked at how early packets were, two seconds.
const WINDOW: u32 = 100;
/// The latest of them is kept between 5 and 40 ms early.
const TOO_LITTLE: i64 = RATE as i64 / 200;
pub(super) const TOO_MUCH: i64 = RATE as i64 / 25;

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    None,
    Shorten,
    Lengthen,
}

/// A look at the packets of a while.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    frames: u32,
    /// How early the latest packet was, in samples.
    least: i64,
    pub(super) change: Change,
}

impl Pace {
    /// Begins anew.
    pub(super) const START: Self = Self { frames: 0, least: i64::MAX, change: Change::None };

    /// Takes how early a packet was, in samples.
    pub(super) fn note(&mut self, earliness: i64) {
        self.least = self.least.min(earliness);
    }

    /// Counts a frame, and decides now and then. A decision stands until it was carried out.
    pub(super) fn tick(&mut self) {
        if self.change != Change::None {
            return;
        }
        self.frames += 1;
        if self.frames < WINDOW || self.least == i64::MAX {
            return;
        }
        let change = match self.least {
            least if least < TOO_LITTLE => Change::Lengthen,
            least if least > TOO_MUCH => Change::Shorten,
            _ => Change::None,
        };
        *self = Self { change, ..Self::START };
    }
}
