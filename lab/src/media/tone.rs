//! Sine tones at the telephone sampling rate.

use std::f64::consts::TAU;

/// Samples per second of narrow-band telephony, and the RTP clock of G.711.
pub const SAMPLE_RATE: u32 = 8_000;

/// Samples in the 20 ms that one RTP packet carries.
pub const FRAME: usize = 160;

/// Peak of a whole tone, about −10 dBm0: loud and clear, without reaching the clipping of G.711.
const PEAK: f64 = 10_000.0;

/// A tone of one or two sines, continuous over frames.
#[derive(Clone, Debug)]
pub struct Tone {
    steps: [f64; 2],
    phases: [f64; 2],
    peaks: [f64; 2],
}

impl Tone {
    /// One sine of `hz`.
    pub fn single(hz: f64) -> Self {
        Self { steps: [step(hz), 0.0], phases: [0.0; 2], peaks: [PEAK, 0.0] }
    }

    /// Two sines of the same level, as in DTMF; together they peak where a single tone does.
    pub fn dual(low_hz: f64, high_hz: f64) -> Self {
        Self { steps: [step(low_hz), step(high_hz)], phases: [0.0; 2], peaks: [PEAK / 2.0; 2] }
    }

    /// The next 20 ms.
    pub fn next_frame(&mut self) -> [i16; FRAME] {
        let mut frame = [0; FRAME];
        frame.fill_with(|| self.next_sample());
        frame
    }

    fn next_sample(&mut self) -> i16 {
        let mut value = 0.0;
        for ((phase, step), peak) in self.phases.iter_mut().zip(self.steps).zip(self.peaks) {
            value += phase.sin() * peak;
            *phase = (*phase + step) % TAU;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the peaks add up to 10,000, within 16 bits")]
        let sample = value.round() as i16;
        sample
    }
}

/// The level of a tone among others: the peak of the sine at `hz`, where 1.0 is full scale. Looked at through a Hann
/// window, so that a tone of another frequency does not show.
pub fn level_of(samples: &[i16], hz: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a length of samples is far below 2^52")]
    let length = samples.len() as f64;
    let (mut real, mut imaginary, mut turn, mut window) = (0.0, 0.0, 0.0_f64, 0.0_f64);
    for &sample in samples {
        let weighted = f64::from(sample) * (0.5 - 0.5 * window.cos());
        real += weighted * turn.cos();
        imaginary += weighted * turn.sin();
        turn = (turn + step(hz)) % TAU;
        window += TAU / length;
    }
    // The window halves the amplitude, and half of it is at the negative frequency.
    4.0 * real.hypot(imaginary) / length / f64::from(i16::MAX)
}

fn step(hz: f64) -> f64 {
    TAU * hz / f64::from(SAMPLE_RATE)
}

/// Share of the power of `samples` that lies at `hz`: 1.0 for a pure tone, 0.0 for none of it (Goertzel).
///
/// For tests and for simulators that have to recognise what they hear.
pub fn share_of_power(samples: &[i16], hz: f64) -> f64 {
    let total: f64 = samples.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    if total == 0.0 {
        return 0.0;
    }
    let coefficient = 2.0 * step(hz).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for &sample in samples {
        let value = f64::from(sample) + coefficient * last - before;
        before = last;
        last = value;
    }
    let power = last.powi(2) + before.powi(2) - coefficient * last * before;
    #[expect(clippy::cast_precision_loss, reason = "a length of samples is far below 2^52")]
    let length = samples.len() as f64;
    // A sine of peak A has A²/2 per sample in total and (A·N/2)² in its bin.
    power / (total * length / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(mut tone: Tone) -> Vec<i16> {
        (0..50).flat_map(|_| tone.next_frame()).collect()
    }

    #[test]
    fn a_single_tone_has_all_its_power_at_its_frequency() {
        let samples = second(Tone::single(440.0));
        assert!(share_of_power(&samples, 440.0) > 0.99);
        assert!(share_of_power(&samples, 880.0) < 0.001);
        assert!(share_of_power(&samples, 450.0) < 0.001);
    }

    #[test]
    fn a_dual_tone_shares_its_power_between_both() {
        let samples = second(Tone::dual(697.0, 1209.0));
        assert!((share_of_power(&samples, 697.0) - 0.5).abs() < 0.01);
        assert!((share_of_power(&samples, 1209.0) - 0.5).abs() < 0.01);
    }

    #[test]
    fn frames_join_without_a_step() {
        let samples = second(Tone::single(440.0));
        // The steepest slope of the sine is PEAK · ω, plus one for rounding on either side.
        let steepest = PEAK * step(440.0) + 2.0;
        for pair in samples.windows(2) {
            assert!(f64::from(pair[1]) - f64::from(pair[0]) <= steepest);
        }
    }

    #[test]
    fn the_level_of_a_tone_shows_also_among_others() {
        let mut both = Tone::dual(700.0, 1_100.0);
        let samples: Vec<i16> = (0..4).flat_map(|_| both.next_frame()).take(512).collect();
        for hz in [700.0, 1_100.0] {
            assert!((level_of(&samples, hz) - PEAK / 2.0 / f64::from(i16::MAX)).abs() < 0.01);
        }
        for hz in [350.0, 550.0, 900.0, 1_700.0] {
            assert!(level_of(&samples, hz) < 0.002, "{hz}");
        }
    }

    #[test]
    fn silence_has_no_power_anywhere() {
        assert!(share_of_power(&[0; FRAME], 440.0) < f64::EPSILON);
    }
}
