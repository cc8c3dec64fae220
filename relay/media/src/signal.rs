//! 16-bit audio at the rate that everything is mixed in.

/// Samples a second.
pub(crate) const RATE: u32 = 16_000;
/// Samples in 20 ms.
pub(crate) const FRAME: usize = 320;

/// 20 ms of audio.
pub(crate) type Frame = [i16; FRAME];

#[cfg(test)]
pub(crate) mod tests {
    use std::f64::consts::TAU;

    /// A tone of amplitude 8000.
    pub(crate) fn tone(hz: f64, rate: u32, samples: usize) -> Vec<i16> {
        (0..samples)
            .map(|n| crate::g711::saturate((8000.0 * (TAU * hz * n as f64 / f64::from(rate)).sin()).round()))
            .collect()
    }

    /// The share of a signal's power that lies at a frequency (Goertzel), 0 to 1.
    pub(crate) fn share(samples: &[i16], hz: f64, rate: u32) -> f64 {
        let coefficient = 2.0 * (TAU * hz / f64::from(rate)).cos();
        let (mut one, mut two) = (0.0, 0.0);
        for sample in samples {
            (one, two) = (f64::from(*sample) + coefficient * one - two, one);
        }
        let power = one * one + two * two - coefficient * one * two;
        let total: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        if total == 0.0 { 0.0 } else { 2.0 * power / (total * samples.len() as f64) }
    }

    #[test]
    fn a_tone_is_found_where_it_is() {
        let samples = tone(1000.0, 16_000, 3200);
        assert!(share(&samples, 1000.0, 16_000) > 0.999 && share(&samples, 440.0, 16_000) < 0.001);
        assert_eq!(share(&[0; 320], 440.0, 16_000), 0.0);
    }
}
