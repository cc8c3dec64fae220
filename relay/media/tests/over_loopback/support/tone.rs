//! Tones in G.711 µ-law, and how to find them.

use std::f64::consts::TAU;

const RATE: f64 = 8000.0;
/// Samples in a packet of 20 ms.
pub(crate) const FRAME: usize = 160;

/// One packet's worth of a tone, µ-law.
pub(crate) fn frame(hz: f64, index: usize) -> Vec<u8> {
    (0..FRAME)
        .map(|n| encode((8000.0 * (TAU * hz * (index * FRAME + n) as f64 / RATE).sin()) as i16))
        .collect()
}

/// The share of a signal's power that lies at a frequency (Goertzel), 0 to 1.
pub(crate) fn share(ulaw: &[u8], hz: f64) -> f64 {
    let samples: Vec<f64> = ulaw.iter().map(|byte| f64::from(decode(*byte))).collect();
    let coefficient = 2.0 * (TAU * hz / RATE).cos();
    let (mut one, mut two) = (0.0, 0.0);
    for sample in &samples {
        (one, two) = (sample + coefficient * one - two, one);
    }
    let power = one * one + two * two - coefficient * one * two;
    let total: f64 = samples.iter().map(|sample| sample * sample).sum();
    if total == 0.0 { 0.0 } else { 2.0 * power / (total * samples.len() as f64) }
}

/// ITU-T G.711 µ-law.
fn encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (i32::from(sample).abs() + 132).min(32_767);
    let exponent = (31 - magnitude.leading_zeros()).saturating_sub(7);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !(sign | (exponent as u8) << 4 | mantissa as u8)
}

fn decode(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = ((i32::from(byte & 0x0f) << 3) + 132) << ((byte >> 4) & 7);
    let sample = (magnitude - 132) as i16;
    if byte & 0x80 == 0 { sample } else { -sample }
}

#[test]
fn a_tone_is_found_where_it_is_and_nowhere_else() {
    let audio: Vec<u8> = (0..20).flat_map(|index| frame(1000.0, index)).collect();
    assert!(share(&audio, 1000.0) > 0.95);
    assert!(share(&audio, 440.0) < 0.01);
    assert_eq!(share(&[0xff; 160], 1000.0), 0.0);
}
