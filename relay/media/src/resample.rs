//! Between 8 and 16 kHz, by a half-band filter: flat to 3.4 kHz, where telephone audio ends.

use std::f32::consts::PI;

/// The filter's taps on one side of its middle, but for those that are zero.
const TAPS: usize = 12;
/// The shape of the Kaiser window; −55 dB beside the band.
const BETA: f32 = 5.0;

/// 8 kHz to 16 kHz.
#[derive(Debug, Clone)]
pub(crate) struct Up {
    taps: [f32; TAPS],
    line: [f32; 2 * TAPS],
}

/// 16 kHz to 8 kHz.
#[derive(Debug, Clone)]
pub(crate) struct Down {
    taps: [f32; TAPS],
    middle: [f32; TAPS],
    line: [f32; 2 * TAPS],
}

impl Up {
    pub(crate) fn new() -> Self {
        Self { taps: half_band(), line: [0.0; 2 * TAPS] }
    }

    /// The two samples of one.
    pub(crate) fn step(&mut self, sample: i16) -> [i16; 2] {
        self.line.rotate_left(1);
        self.line[2 * TAPS - 1] = f32::from(sample);
        [clip(self.line[TAPS - 1]), clip(2.0 * convolve(&self.taps, &self.line))]
    }
}

impl Down {
    pub(crate) fn new() -> Self {
        Self { taps: half_band(), middle: [0.0; TAPS], line: [0.0; 2 * TAPS] }
    }

    /// The one sample of two.
    pub(crate) fn step(&mut self, first: i16, second: i16) -> i16 {
        self.middle.rotate_left(1);
        self.line.rotate_left(1);
        self.middle[TAPS - 1] = f32::from(first);
        self.line[2 * TAPS - 1] = f32::from(second);
        clip(0.5 * self.middle[0] + convolve(&self.taps, &self.line))
    }
}

/// The taps next to the middle first. Their sum is a quarter: with the middle one, the two sides make one.
fn half_band() -> [f32; TAPS] {
    let width = 2.0 * TAPS as f32;
    let mut taps = std::array::from_fn(|tap| {
        let at = 2.0 * tap as f32 + 1.0;
        let sinc = (PI * at / 2.0).sin() / (PI * at);
        sinc * bessel(BETA * (1.0 - (at / width).powi(2)).sqrt()) / bessel(BETA)
    });
    let sum: f32 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap *= 0.25 / sum);
    taps
}

/// The modified Bessel function of order zero, by its series.
fn bessel(x: f32) -> f32 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1_u8..20 {
        term *= (x / (2.0 * f32::from(n))).powi(2);
        sum += term;
    }
    sum
}

fn convolve(taps: &[f32; TAPS], line: &[f32; 2 * TAPS]) -> f32 {
    let (before, after) = line.split_at(TAPS);
    taps.iter().zip(before.iter().rev().zip(after)).map(|(tap, (before, after))| tap * (before + after)).sum()
}

#[expect(clippy::cast_possible_truncation, reason = "a cast from float to integer saturates, which is meant")]
fn clip(sample: f32) -> i16 {
    sample.round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::tests::{share, tone};

    #[test]
    fn telephone_audio_passes_up_and_down_as_it_was() {
        for hz in [200.0, 1000.0, 3000.0, 3400.0] {
            let (mut up, mut down) = (Up::new(), Down::new());
            let wide: Vec<i16> =
                tone(hz, 8000, 4000).into_iter().flat_map(|sample| up.step(sample)).collect();
            assert!(share(&wide[200..], hz, 16_000) > 0.999, "{hz} up");
            let narrow: Vec<i16> = wide.chunks_exact(2).map(|pair| down.step(pair[0], pair[1])).collect();
            assert!(share(&narrow[200..], hz, 8000) > 0.999, "{hz} down");
            let peak = narrow[200..].iter().max().unwrap();
            assert!((7800..8200).contains(peak), "{hz}: {peak}");
        }
    }

    #[test]
    fn what_8_khz_cannot_hold_does_not_come_back_as_something_else() {
        for hz in [4700.0, 6000.0, 7500.0] {
            let mut down = Down::new();
            let narrow: Vec<i16> =
                tone(hz, 16_000, 8000).chunks_exact(2).map(|pair| down.step(pair[0], pair[1])).collect();
            let peak = narrow[200..].iter().map(|sample| sample.unsigned_abs()).max().unwrap();
            assert!(peak < 60, "{hz}: {peak} of 8000");
        }
    }

    #[test]
    fn full_scale_does_not_wrap() {
        let (mut up, mut down) = (Up::new(), Down::new());
        // A square wave of 1 kHz, which overshoots behind any filter.
        let square = (0..4000).map(|n| if n / 4 % 2 == 0 { i16::MAX } else { i16::MIN });
        let wide: Vec<i16> = square.flat_map(|sample| up.step(sample)).collect();
        let narrow: Vec<i16> = wide.chunks_exact(2).map(|pair| down.step(pair[0], pair[1])).collect();
        assert!(wide.contains(&i16::MAX) && wide.contains(&i16::MIN));
        assert!(share(&wide, 1000.0, 16_000) > 0.8 && share(&narrow, 1000.0, 8000) > 0.8);
    }
}
