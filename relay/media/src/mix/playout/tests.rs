//! Loss, disorder, jitter and clocks that differ. The speaker says a tone, by G.711; the listener takes a frame each
//! 20 ms of its own time.

use super::*;
use crate::{
    g711,
    signal::tests::{share, tone},
};
use std::collections::BinaryHeap;

const HZ: f64 = 440.0;

/// A packet on its way: when it arrives, in microseconds of the listener's time, and which it is.
type InFlight = std::cmp::Reverse<(u64, u32)>;

/// Plays `seconds` of a speaker whose clock is off by `ppm`, through a network that delays each packet by so many
/// microseconds, or loses it.
fn play(seconds: u32, ppm: i64, network: impl Fn(u32) -> Option<u64>) -> (Playout, Vec<i16>, Vec<i64>) {
    let mut playout = Playout::new();
    let said = tone(HZ, 8000, 800);
    let mut flying = BinaryHeap::<InFlight>::new();
    let (start, mut heard, mut waited, mut sent) = (Instant::now(), Vec::new(), Vec::new(), 0_u32);
    for tick in 1..=seconds * 50 {
        let now = u64::from(tick) * 20_000;
        // A clock that is 100 ppm fast says its packets earlier.
        let said_at =
            |n: u32| u64::try_from(i64::from(n) * 20_000 * 1_000_000 / (1_000_000 + ppm)).unwrap() + 7000;
        while said_at(sent) <= now {
            if let Some(delay) = network(sent) {
                flying.push(std::cmp::Reverse((said_at(sent) + delay, sent)));
            }
            sent += 1;
        }
        while flying.peek().is_some_and(|std::cmp::Reverse((at, _))| *at <= now) {
            let std::cmp::Reverse((at, n)) = flying.pop().unwrap();
            let from = usize::try_from(n).unwrap() * 160 % 800;
            let payload: Vec<u8> = said[from..from + 160].iter().map(|s| g711::encode_ulaw(*s)).collect();
            playout.put(start + Duration::from_micros(at), &header(n), Codec::Pcmu, &payload);
        }
        let mut frame = [0; FRAME];
        playout.pull(start + Duration::from_micros(now), &mut frame);
        heard.extend(frame);
        waited.push(playout.waiting());
    }
    (playout, heard, waited)
}

fn header(n: u32) -> Header {
    Header {
        marker: false,
        payload_type: 0,
        sequence: u16::try_from(n & 0xffff).unwrap(),
        timestamp: 0xffff_f000_u32.wrapping_add(n * 160),
        ssrc: 5,
    }
}

/// A number without a pattern, the same each time.
fn noise(n: u32) -> u32 {
    let mut x = n.wrapping_add(1).wrapping_mul(0x9e37_79b9);
    x ^= x >> 16;
    x = x.wrapping_mul(0x85eb_ca6b);
    x ^ x >> 13
}

fn ms(samples: i64) -> i64 {
    samples / 16
}

#[test]
fn a_steady_speaker_is_heard_whole_within_40_ms() {
    let (_, heard, waited) = play(10, 0, |_| Some(0));
    assert!(share(&heard[3200..], HZ, RATE) > 0.99);
    assert!(waited.iter().all(|waited| ms(*waited) <= 40), "{:?}", waited.iter().max());
    let begins = heard.iter().position(|sample| sample.abs() > 1000).unwrap();
    assert!(begins < 2 * FRAME + 200, "{begins}");
}

#[test]
fn a_speaker_with_packets_of_any_usual_length_is_heard_whole() {
    for ms in [10, 30, 40, 60] {
        let (start, mut playout) = (Instant::now(), Playout::new());
        let octets = usize::try_from(8 * ms).unwrap();
        let said: Vec<u8> = tone(HZ, 8000, 8000).into_iter().map(g711::encode_ulaw).collect();
        let (mut sent, mut heard, mut most) = (0_u64, Vec::new(), 0);
        for tick in 1..=1000_u64 {
            // A packet can be sent when its last sample was said.
            while (sent + 1) * ms + 7 <= tick * 20 {
                let n = usize::try_from(sent).unwrap();
                let timestamp = u32::try_from(8 * ms * sent).unwrap();
                let header = Header { timestamp, sequence: u16::try_from(sent).unwrap(), ..header(0) };
                let at = start + Duration::from_millis((sent + 1) * ms + 7);
                let from = n * octets % 8000;
                let payload: Vec<u8> = said.iter().cycle().skip(from).take(octets).copied().collect();
                playout.put(at, &header, Codec::Pcmu, &payload);
                sent += 1;
            }
            let mut frame = [0; FRAME];
            playout.pull(start + Duration::from_millis(tick * 20), &mut frame);
            heard.extend(frame);
            most = most.max(playout.waiting());
        }
        // What has to wait for the next packet may take a moment to be learnt.
        for (n, second) in heard.chunks(16_000).enumerate().skip(5) {
            assert!(share(second, HZ, RATE) > 0.95, "{ms} ms, second {n}: {}", share(second, HZ, RATE));
        }
        assert!(most / 16 <= 80 + i64::try_from(ms).unwrap(), "{ms} ms: {}", most / 16);
    }
}

#[test]
fn reordered_and_doubled_packets_are_heard_in_order() {
    // Each third packet is overtaken by the next.
    let (_, heard, _) = play(20, 0, |n| Some(if n % 3 == 0 { 25_000 } else { 0 }));
    assert!(share(&heard[5 * 16_000..], HZ, RATE) > 0.99);
    let (start, mut playout) = (Instant::now(), Playout::new());
    let payload = [0x80; 160];
    let mut frame = [0; FRAME];
    for n in 0..50 {
        let now = start + Duration::from_millis(u64::from(n) * 20);
        playout.put(now, &header(n), Codec::Pcmu, &payload);
        playout.put(now, &header(n), Codec::Pcmu, &payload);
        playout.pull(now, &mut frame);
    }
    assert!(ms(playout.waiting()) <= 40);
}

#[test]
fn five_packets_in_a_hundred_may_be_missing() {
    let (_, heard, waited) = play(60, 0, |n| (noise(n) % 100 >= 5).then_some(0));
    assert!(share(&heard[3200..], HZ, RATE) > 0.9, "{}", share(&heard[3200..], HZ, RATE));
    assert!(waited.iter().all(|waited| ms(*waited) <= 80), "{:?}", waited.iter().max().map(|w| ms(*w)));
    assert!(heard[3200..].chunks(FRAME).all(|frame| frame.iter().any(|s| s.abs() > 500)), "no hole");
}

#[test]
fn jitter_is_learned_and_forgotten() {
    let rough = |n| (noise(n) % 60) * 1000;
    let (_, heard, waited) = play(60, 0, |n| Some(u64::from(if n < 1500 { rough(n) } else { 0 })));
    let second = |n: usize| &heard[n * 16_000..(n + 1) * 16_000];
    for n in 20..29 {
        assert!(share(second(n), HZ, RATE) > 0.9, "learned: second {n} {}", share(second(n), HZ, RATE));
    }
    assert!(share(&heard[35 * 16_000..], HZ, RATE) > 0.95);
    assert!(waited.iter().all(|waited| ms(*waited) <= 130), "{:?}", waited.iter().max().map(|w| ms(*w)));
    let calm = &waited[55 * 50..];
    assert!(
        calm.iter().all(|waited| ms(*waited) <= 60),
        "forgotten: {:?}",
        calm.iter().max().map(|w| ms(*w))
    );
}

#[test]
fn ten_minutes_with_another_clock_neither_starve_nor_pile_up() {
    for ppm in [-100, 100] {
        let (_, heard, waited) = play(600, ppm, |_| Some(0));
        let (late, early) = (&waited[100..], &heard[3200..]);
        assert!(
            late.iter().all(|waited| ms(*waited) <= 62),
            "{ppm}: {:?}",
            late.iter().max().map(|w| ms(*w))
        );
        for (n, second) in early.chunks(16_000).enumerate() {
            // A seam shows as a step in phase, which takes a little of one second's share.
            assert!(share(second, HZ, RATE) > 0.7, "{ppm}: second {n} has {}", share(second, HZ, RATE));
        }
        let holes = early.chunks(80).filter(|chunk| chunk.iter().all(|s| s.abs() < 500)).count();
        assert_eq!(holes, 0, "{ppm}");
    }
}

#[test]
fn ten_minutes_of_another_clock_over_a_bad_network_stay_within_bounds() {
    for ppm in [-100, 100] {
        // Two in a hundred are lost, the others up to 30 ms late and out of order.
        let network = |n| (!noise(n).is_multiple_of(50)).then_some(u64::from(noise(n + 7) % 30) * 1000);
        let (_, heard, waited) = play(600, ppm, network);
        let late = &waited[250..];
        assert!(
            late.iter().all(|waited| ms(*waited) <= 100),
            "{ppm}: {:?}",
            late.iter().max().map(|w| ms(*w))
        );
        let mean = |waited: &[i64]| ms(waited.iter().sum::<i64>() / i64::try_from(waited.len()).unwrap());
        let minutes: Vec<_> = late.chunks(3000).map(mean).collect();
        assert!(
            minutes.iter().all(|mean| (5..=60).contains(mean)),
            "{ppm}: {minutes:?} ms, minute by minute"
        );
        let seconds = heard[5 * 16_000..].chunks(16_000);
        let poor = seconds.filter(|second| share(second, HZ, RATE) < 0.7).count();
        assert!(poor <= 30, "{ppm}: {poor} seconds of 595 are torn");
    }
}

#[test]
fn a_pause_of_the_speaker_is_silence_and_not_delay() {
    // Silence suppression: nothing is sent for two seconds in three.
    let (_, heard, waited) = play(30, 0, |n| (n % 150 < 50).then_some(0));
    assert!(waited.iter().all(|waited| ms(*waited) <= 60), "{:?}", waited.iter().max().map(|w| ms(*w)));
    let second = |n: usize| &heard[n * 16_000 + 3200..(n + 1) * 16_000];
    for n in (3..30).step_by(3) {
        assert!(share(second(n), HZ, RATE) > 0.9, "second {n}");
        assert!(second(n + 1).iter().all(|sample| *sample == 0), "second {}", n + 1);
    }
}

#[test]
fn what_comes_in_a_lump_after_a_standstill_is_not_heard_late() {
    // A second of packets arrives at once.
    let (_, heard, waited) =
        play(20, 0, |n| Some(if (200..250).contains(&n) { u64::from(250 - n) * 20_000 } else { 0 }));
    assert!(waited[300..].iter().all(|waited| ms(*waited) <= 70), "{:?}", waited[300..].iter().max());
    assert!(share(&heard[7 * 16_000..], HZ, RATE) > 0.95);
}

#[test]
fn another_source_and_another_codec_are_followed_at_once() {
    let (start, mut playout) = (Instant::now(), Playout::new());
    let mut frame = [0; FRAME];
    let mut encoder = transcode::Encoder::new(Codec::G722).unwrap();
    let said: Vec<Frame> =
        tone(1000.0, RATE, 40 * FRAME).chunks_exact(FRAME).map(|frame| frame.try_into().unwrap()).collect();
    let mut heard = Vec::new();
    for n in 0..80_u32 {
        let (before, header) = (n < 40, header(n));
        let now = start + Duration::from_millis(u64::from(n) * 20);
        let mut payload = [0; 512];
        if before {
            playout.put(now, &header, Codec::Pcmu, &[0xff; 160]);
        } else {
            let len = encoder.encode(&said[usize::try_from(n).unwrap() - 40], &mut payload).unwrap();
            // The new source counts from elsewhere.
            let header = Header { ssrc: 6, timestamp: header.timestamp.wrapping_sub(900_000), ..header };
            playout.put(now, &header, Codec::G722, &payload[..len]);
        }
        playout.pull(now, &mut frame);
        heard.extend(frame);
    }
    assert!(heard[..40 * FRAME].iter().all(|sample| sample.abs() < 10));
    assert!(share(&heard[45 * FRAME..], 1000.0, RATE) > 0.99);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn any_packets_are_played_in_bounded_room(
        packets in proptest::collection::vec(
            (0..3_u32, proptest::prelude::any::<u32>(), 0..4_u8, proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400), 0..3_u8),
            0..60,
        )
    ) {
        let (mut now, mut playout, mut frame) = (Instant::now(), Playout::new(), [0; FRAME]);
        let capacity = playout.voice.capacity();
        for (ssrc, timestamp, codec, payload, pulls) in packets {
            let timestamp = if timestamp % 2 == 0 { timestamp } else { timestamp % 4000 };
            let codec = Codec::ALL[usize::from(codec)];
            let header = Header { marker: false, payload_type: 0, sequence: 0, timestamp, ssrc };
            playout.put(now, &header, codec, &payload);
            for _ in 0..pulls {
                now += Duration::from_millis(20);
                playout.pull(now, &mut frame);
            }
            proptest::prop_assert!(playout.voice.pending() <= voice::LONGEST_PAYLOAD + 4 * FRAME);
            proptest::prop_assert_eq!(playout.voice.capacity(), capacity);
        }
    }
}
