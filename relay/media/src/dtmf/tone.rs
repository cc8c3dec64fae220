//! Digits as tones (ITU-T Q.23), for a far end that takes no events.

use crate::{Codec, g711};
use std::{f64::consts::TAU, time::Duration};

use super::INTERVAL;

/// The low and high frequencies, in the order of the pad's rows and columns.
const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
/// Row and column of each event code: 0 to 9, star, pound, A to D.
const KEYS: [(usize, usize); 16] = [
    (3, 1),
    (0, 0),
    (0, 1),
    (0, 2),
    (1, 0),
    (1, 1),
    (1, 2),
    (2, 0),
    (2, 1),
    (2, 2),
    (3, 0),
    (3, 2),
    (0, 3),
    (1, 3),
    (2, 3),
    (3, 3),
];
/// The high tone is 2 dB stronger than the low one, since lines damp it more (ITU-T Q.23 lets them differ);
/// together they stay 8 dB below full scale.
const LOW: f64 = 5_600.0;
const HIGH: f64 = 7_050.0;
const RATE: f64 = 8_000.0;

/// Writes 20 ms of a digit's tone, beginning `elapsed` into it; returns its length. `None` for a codec that
/// is not G.711.
pub(crate) fn write(codec: Codec, event: u8, elapsed: Duration, out: &mut [u8]) -> Option<usize> {
    let encode = match codec {
        Codec::Pcmu => g711::encode_ulaw,
        Codec::Pcma => g711::encode_alaw,
        Codec::Opus | Codec::G722 => return None,
    };
    let (row, column) = *KEYS.get(usize::from(event))?;
    let len = usize::try_from(INTERVAL.as_micros() / 125).ok()?;
    let start = elapsed.as_secs_f64();
    for (octet, n) in out.get_mut(..len)?.iter_mut().zip(0_u32..) {
        let phase = TAU * (start + f64::from(n) / RATE);
        let sample = LOW * (ROWS[row] * phase).sin() + HIGH * (COLUMNS[column] * phase).sin();
        *octet = encode(g711::saturate(sample));
    }
    Some(len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtmf::event_code;

    /// The power of a signal at a frequency (Goertzel), relative to the strongest of the eight.
    fn power(samples: &[f64], hz: f64) -> f64 {
        let coefficient = 2.0 * (TAU * hz / RATE).cos();
        let (one, two) = samples.iter().fold((0.0, 0.0), |(one, two), s| (s + coefficient * one - two, one));
        one * one + two * two - coefficient * one * two
    }

    fn heard(samples: &[f64]) -> (usize, usize) {
        let strongest = |frequencies: &[f64; 4]| {
            let powers = frequencies.map(|hz| power(samples, hz));
            let best = (0..4).max_by(|a, b| powers[*a].total_cmp(&powers[*b])).unwrap();
            let next = (0..4).filter(|n| *n != best).map(|n| powers[n]).fold(0.0, f64::max);
            assert!(powers[best] > 20.0 * next, "{powers:?}");
            best
        };
        (strongest(&ROWS), strongest(&COLUMNS))
    }

    #[test]
    fn every_digit_is_its_two_frequencies() {
        let pad = ["123A", "456B", "789C", "*0#D"];
        for (row, keys) in pad.iter().enumerate() {
            for (column, key) in keys.chars().enumerate() {
                for (codec, decode) in
                    [(Codec::Pcmu, g711::decode_ulaw as fn(u8) -> i16), (Codec::Pcma, g711::decode_alaw)]
                {
                    let mut octets = [0; 800];
                    for (step, packet) in (0_u32..).zip(octets.chunks_mut(160)) {
                        let event = event_code(key).unwrap();
                        assert_eq!(write(codec, event, INTERVAL * step, packet), Some(160));
                    }
                    let samples: Vec<f64> = octets.iter().map(|octet| f64::from(decode(*octet))).collect();
                    assert_eq!(heard(&samples), (row, column), "{key} in {codec:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_digit_or_not_g711_is_not_written() {
        assert_eq!(write(Codec::Pcmu, 16, Duration::ZERO, &mut [0; 160]), None);
        assert_eq!(write(Codec::G722, 1, Duration::ZERO, &mut [0; 160]), None);
    }
}
