//! What is heard in calls of the switch besides other people. Each has a frequency of its own, so that a test can tell.

use std::time::Duration;

use crate::media::player::Segment;

/// Who is held hears this.
pub const HOLD_MUSIC_HZ: f64 = 550.0;
/// Who waits in a queue hears this.
pub const QUEUE_MUSIC_HZ: f64 = 350.0;
/// It rings at the other end.
pub const RINGBACK_HZ: f64 = 450.0;
/// The other end cannot be had.
pub const BUSY_HZ: f64 = 250.0;

/// The voice of somebody who is played, in Hz: 800 for a number that ends in 00, and 10 more for each number after it.
pub fn voice_of(number: &str) -> f64 {
    let digits: Vec<u32> = number.chars().filter_map(|character| character.to_digit(10)).collect();
    let last = digits.iter().rev().take(2).rev().fold(0, |sum, digit| sum * 10 + digit);
    800.0 + 10.0 * f64::from(last)
}

/// A second of ringing every four, for two minutes.
pub(super) fn ringback() -> Vec<Segment> {
    let ring = [Segment::tone(RINGBACK_HZ, Duration::from_secs(1)), Segment::silence(Duration::from_secs(3))];
    std::iter::repeat_n(ring, 30).flatten().collect()
}

/// Half a second of tone every second, for a minute.
pub(super) fn busy() -> Vec<Segment> {
    let half = Duration::from_millis(500);
    std::iter::repeat_n([Segment::tone(BUSY_HZ, half), Segment::silence(half)], 60).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_played_is_told_apart_by_the_last_two_digits() {
        assert!((voice_of("02079460030") - 1_100.0).abs() < f64::EPSILON);
        assert!((voice_of("1001") - 810.0).abs() < f64::EPSILON);
        assert!((voice_of("+7") - 870.0).abs() < f64::EPSILON);
    }
}
