//! Against an encoder and a decoder that are not ours: `OCTETS` and `CHECKSUM` are what FFmpeg 8's G.722 made of
//! [`noise`] and of the octets.

use super::*;
use crate::signal::{
    RATE,
    tests::{share, tone},
};

const OCTETS: &str = "\
308520852284048b0d90d2d65cbc35b1299e0dffb52d0d9ab42c11bb2c10759bd1310e739e7f9b5e9c5ebf79b07d1c961a0d\
693aac907a5cb18e7e3aeede91f436161aeab7b8babd9f9e9fbdb9b4adf10e3b2ed197b3f2132bfefc1c93bbf239f5b32fff\
1bfcacceb533f6396c8bedd2ab543d6fd2aa7ad03e7057cfac7bdecd3cea7979d9d452cc3ae9716deeed6bee289b4eddd8fe\
fbf729995074b52b0cf86d9cd26b96d76a99779bd42a102d0f2d116e1a98dfb57e1d9b5c1a9c5e3fb86e3a16e9916e371659\
acbe9c988f6e313431342cd5989dffb6fc0d7c33d1bef90e2d96fc112cffb536faecd0b93bbbead1ebd1add3edd7ab581fed\
d2ab3a90ec76cf3dec5dcf3dea7cda54cc3be9f675f9fafddf5e5edefe7c76f16baa290a9d79f62b9650f86e9851b4300fb3\
2f0e6b9bd729126d526f516e156f3d9c5d126f3b";
const CHECKSUM: u16 = 1373;

/// 40 ms of a sweep that folds over itself: every level and frequency.
fn noise() -> Vec<i16> {
    (0..640_i32).map(|n| i16::try_from(n * n * 37 % 20_001 - 10_000).unwrap()).collect()
}

fn octets() -> Vec<u8> {
    let digit = |n: usize| u8::from_str_radix(&OCTETS[2 * n..2 * n + 2], 16).unwrap();
    (0..OCTETS.len() / 2).map(digit).collect()
}

fn encode(samples: &[i16]) -> Vec<u8> {
    let mut out = vec![0; samples.len() / 2];
    assert_eq!(Encoder::new().encode(samples, &mut out), out.len());
    out
}

fn decode(octets: &[u8]) -> Vec<i16> {
    let mut decoder = Decoder::new();
    octets.iter().flat_map(|octet| decoder.decode(*octet)).collect()
}

#[test]
fn each_bit_is_that_of_another_implementation() {
    assert_eq!(encode(&noise()), octets());
    let decoded = decode(&octets());
    let checksum = decoded.iter().fold(0_u16, |sum, s| sum.wrapping_mul(31).wrapping_add(s.cast_unsigned()));
    assert_eq!((decoded.len(), checksum), (640, CHECKSUM));
}

#[test]
fn a_tone_comes_back_clean_and_late_by_the_filters() {
    for (hz, decibels) in [(300.0, 45.0), (1000.0, 45.0), (3000.0, 30.0), (6000.0, 15.0)] {
        let samples = tone(hz, RATE, 8000);
        let decoded = decode(&encode(&samples));
        // Two filters of 24 taps delay by 22 samples.
        let (mut signal, mut error) = (0.0, 0.0);
        for (sent, heard) in samples[1000..7000].iter().zip(&decoded[1022..]) {
            signal += f64::from(*sent).powi(2);
            error += (f64::from(*sent) - f64::from(*heard)).powi(2);
        }
        assert!(10.0 * (signal / error).log10() > decibels, "{hz}: {}", 10.0 * (signal / error).log10());
        assert!(share(&decoded[1000..], hz, RATE) > 0.95);
    }
}

#[test]
fn silence_is_silent_and_a_new_decoder_knows_nothing() {
    let octets = encode(&[0; 3200]);
    assert!(decode(&octets).iter().all(|sample| sample.abs() < 16));
    // The octet that fills a pause when nobody speaks.
    assert!(decode(&[0xfd; 1600])[400..].iter().all(|sample| sample.abs() < 16));
    let tail = decode(&octets[100..]);
    assert_eq!(decode(&octets[100..]), tail);
}

#[test]
fn any_octets_decode_to_something_in_range() {
    let mut seed = 1_u32;
    let octets: Vec<u8> = (0..20_000)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_le_bytes()[3]
        })
        .collect();
    assert_eq!(decode(&octets).len(), 40_000);
    let loud: Vec<i16> = (0..8000).map(|n| if n / 8 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
    assert!(decode(&encode(&loud)).iter().any(|sample| *sample > 16_000));
}

#[test]
fn the_output_ends_where_there_is_no_more_room() {
    let mut out = [0; 3];
    assert_eq!(Encoder::new().encode(&[0; 100], &mut out), 3);
    assert_eq!(Encoder::new().encode(&[0; 3], &mut out), 1);
}
