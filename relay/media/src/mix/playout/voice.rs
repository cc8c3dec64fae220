//! The audio of one member, without holes: what was played last, what is to be played next, and what is made up
//! where nothing came.

use super::super::{jitter, stretch};
use crate::{
    g711::saturate,
    opus,
    signal::{FRAME, Frame},
    transcode::Decoder,
};

/// What was played last and is still needed, to go on from where it breaks off.
const HISTORY: usize = stretch::CONTEXT;
/// Samples that one payload can hold at most.
pub(super) const LONGEST_PAYLOAD: usize =
    if 2 * jitter::MAX_PAYLOAD > opus::MAX_SAMPLES { 2 * jitter::MAX_PAYLOAD } else { opus::MAX_SAMPLES };
/// A voice that is missing for longer than this, 60 ms, is silent.
pub(super) const CONCEALED: usize = 3 * FRAME;
/// How fast a voice that is missing fades: to a third each 15 ms.
const FADE: f64 = 240.0;
/// From what is made up to what came, 5 ms.
pub(super) const SEAM: usize = 80;
/// How much has to be pending to be made shorter.
pub(super) const SHORTENED: usize = FRAME + stretch::AHEAD;

pub(super) struct Voice {
    /// The last [`HISTORY`] samples that were played, and behind them what is still to be played.
    samples: Vec<i16>,
    /// Samples made up since the last real one.
    made_up: usize,
    /// The period in which they repeat, and how much is left of it each time, in 32,768ths.
    period: usize,
    fade: i32,
}

impl Voice {
    /// A voice that has been silent.
    pub(super) fn new() -> Self {
        let mut samples = Vec::with_capacity(HISTORY + SHORTENED + 2 * FRAME + LONGEST_PAYLOAD);
        samples.resize(HISTORY, 0);
        Self { samples, made_up: CONCEALED, period: FRAME, fade: 0 }
    }

    /// Samples that are still to be played.
    pub(super) fn pending(&self) -> usize {
        self.samples.len() - HISTORY
    }

    /// Adds what came.
    pub(super) fn decode(&mut self, decoder: &mut Decoder, payload: &[u8]) {
        let begin = self.samples.len();
        decoder.decode(payload, &mut self.samples);
        let heard = self.samples.len() - begin;
        if self.made_up == 0 || heard == 0 {
            return;
        }
        // Out of what was made up, or of silence, into what came.
        for i in 0..SEAM.min(heard) {
            let going_on = self.repeated(begin + i);
            self.samples[begin + i] = stretch::blend(going_on, self.samples[begin + i], i, SEAM);
        }
        self.made_up = 0;
    }

    /// Goes on as the voice was, more quietly with each period.
    pub(super) fn make_up(&mut self, samples: usize) {
        if self.made_up == 0 {
            self.period = stretch::last_period(&self.samples);
            self.fade = i32::from(saturate(32_767.0 * (-(self.period as f64) / FADE).exp()));
        }
        for _ in 0..samples {
            let sample = self.repeated(self.samples.len());
            self.samples.push(sample);
            self.made_up += 1;
        }
    }

    /// Plays 20 ms, which have to be pending.
    pub(super) fn play(&mut self, frame: &mut Frame) {
        for (sample, played) in frame.iter_mut().zip(self.samples.iter().skip(HISTORY)) {
            *sample = *played;
        }
        self.samples.drain(..FRAME.min(self.pending()));
    }

    /// Takes a period out of what is pending; false if there is too little of it.
    pub(super) fn shorten(&mut self) -> bool {
        stretch::shorten(&mut self.samples, HISTORY) > 0
    }

    /// Puts a period into what is pending; false if there is too little of it.
    pub(super) fn lengthen(&mut self) -> bool {
        stretch::lengthen(&mut self.samples, HISTORY) > 0
    }

    /// What would stand at a place if the voice went on in its period.
    fn repeated(&self, at: usize) -> i16 {
        if self.made_up >= CONCEALED {
            return 0;
        }
        let before = at.checked_sub(self.period).and_then(|at| self.samples.get(at)).copied().unwrap_or(0);
        // The first period is as loud as the voice was.
        let fade = if self.made_up < self.period { 32_767 } else { self.fade };
        i16::try_from((i32::from(before) * fade) >> 15).unwrap_or(0)
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.samples.capacity()
    }
}
