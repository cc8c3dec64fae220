//! Making audio a little longer or shorter, and going on where it is missing: all by the period of the voice, so
//! that nobody hears the seam.

/// The shortest and longest period looked for: 400 Hz to 66 Hz.
const SHORTEST: usize = 40;
pub(super) const LONGEST: usize = 240;
/// How much is compared, 10 ms.
const COMPARED: usize = 160;
/// What has to lie before the place where [`lengthen`] works, and before the end that [`last_period`] looks at.
pub(super) const CONTEXT: usize = LONGEST + COMPARED;
/// What has to lie behind the place where [`shorten`] works.
pub(super) const AHEAD: usize = 2 * LONGEST;

/// Takes one period out at `at`; returns how many samples that is. Nothing if there is too little behind it.
pub(super) fn shorten(samples: &mut Vec<i16>, at: usize) -> usize {
    if samples.len() < at + AHEAD {
        return 0;
    }
    let period = best(samples, at, |period| at + period);
    for i in 0..period {
        samples[at + i] = blend(samples[at + i], samples[at + period + i], i, period);
    }
    samples.drain(at + period..at + 2 * period);
    period
}

/// Puts one period in at `at`; returns how many samples that is. Nothing if there is too little around it.
pub(super) fn lengthen(samples: &mut Vec<i16>, at: usize) -> usize {
    if at < CONTEXT || samples.len() < at + LONGEST {
        return 0;
    }
    let period = best(samples, at, |period| at - period);
    let end = samples.len();
    samples.extend_from_within(end - period..);
    samples.copy_within(at..end - period, at + period);
    // What was at `at` is now one period later, and its beginning still stands here.
    for i in 0..period {
        samples[at + i] = blend(samples[at + period + i], samples[at - period + i], i, period);
    }
    period
}

/// The period in which the end of the audio repeats itself; the end is as long as [`CONTEXT`] at least.
pub(super) fn last_period(samples: &[i16]) -> usize {
    let at = samples.len().saturating_sub(COMPARED);
    best(samples, at, |period| at.saturating_sub(period))
}

/// Fades from one sample to another, `i` of `len` on the way.
pub(super) fn blend(from: i16, to: i16, i: usize, len: usize) -> i16 {
    let (i, len) = (i32::try_from(i).unwrap_or(0), i32::try_from(len).unwrap_or(1).max(1));
    i16::try_from((i32::from(from) * (len - i) + i32::from(to) * i) / len).unwrap_or(0)
}

/// The period at which the audio at `other(period)` is most like that at `at`.
fn best(samples: &[i16], at: usize, other: impl Fn(usize) -> usize) -> usize {
    let end = |start: usize| (start + COMPARED).min(samples.len());
    let here = samples.get(at..end(at)).unwrap_or_default();
    let likeness = |period: usize| {
        let there = samples.get(other(period)..end(other(period))).unwrap_or_default();
        let (mut product, mut energy) = (0_i64, 1_i64);
        for (a, b) in here.iter().zip(there) {
            product += i64::from(*a) * i64::from(*b);
            energy += i64::from(*b) * i64::from(*b);
        }
        let product = product.max(0) as f64;
        product * product / energy as f64
    };
    let mut found = (SHORTEST, -1.0);
    for period in SHORTEST..=LONGEST {
        let likeness = likeness(period);
        if likeness > found.1 {
            found = (period, likeness);
        }
    }
    found.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::{
        RATE,
        tests::{share, tone},
    };

    #[test]
    fn a_tone_stays_a_tone_when_it_is_shortened_or_lengthened() {
        for hz in [120.0, 440.0, 1000.0] {
            for change in [shorten, lengthen] {
                let mut samples = tone(hz, RATE, 1600);
                let before = samples.len();
                let period = change(&mut samples, 640);
                assert!((SHORTEST..=LONGEST).contains(&period));
                assert_eq!(samples.len().abs_diff(before), period);
                assert!(share(&samples, hz, RATE) > 0.95, "{hz}");
                let step = |s: &[i16]| s.windows(2).map(|p| p[0].abs_diff(p[1])).max().unwrap();
                assert!(step(&samples) < 2 * step(&tone(hz, RATE, 1600)), "{hz}: no click");
            }
        }
    }

    #[test]
    fn without_room_nothing_is_changed() {
        for len in [0, 100, 639, 640, 700] {
            let (samples, mut changed) = (tone(300.0, RATE, len), tone(300.0, RATE, len));
            assert_eq!(shorten(&mut changed, 640.min(len)) + lengthen(&mut changed, 640), 0);
            assert_eq!(changed, samples);
        }
    }

    #[test]
    fn the_period_of_a_voice_is_found() {
        let period = last_period(&tone(200.0, RATE, 1600));
        assert_eq!(period % 80, 0, "{period}");
        assert!((SHORTEST..=LONGEST).contains(&last_period(&[0; 640])));
    }
}
