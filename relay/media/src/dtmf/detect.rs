//! Hearing digits.

use super::Payload;
use crate::rtp::Header;
use std::time::{Duration, Instant};

/// An event whose packets stop for so long is over, even if every end packet was lost.
const LOST_END: Duration = Duration::from_millis(150);

/// What a digit takes at least, with the pause after it (ITU-T Q.24 has 40 ms for each).
const SHORTEST: Duration = Duration::from_millis(50);
/// How far packets may run ahead of that, after the network stood still: 16 digits.
const LEAD: Duration = Duration::from_millis(16 * 50);

/// Turns event packets into digits: one for each press, however many packets tell of it.
#[derive(Debug, Default)]
pub(crate) struct Detector {
    last: Option<Last>,
    /// When the digits told of so far would have ended if each were as short as can be.
    pressed_until: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    ssrc: u32,
    event: u8,
    timestamp: u32,
    ended: bool,
    heard: Instant,
}

impl Detector {
    /// Takes an event packet; returns a digit at the first packet of each press. Of more digits than anybody can press
    /// the rest is left out: who hears of them has other work.
    pub(crate) fn handle(&mut self, now: Instant, header: &Header, payload: &[u8]) -> Option<char> {
        let digit = self.press(now, header, payload)?;
        let until = self.pressed_until.map_or(now, |until| until.max(now));
        if until.saturating_duration_since(now) >= LEAD {
            return None;
        }
        self.pressed_until = Some(until + SHORTEST);
        Some(digit)
    }

    fn press(&mut self, now: Instant, header: &Header, payload: &[u8]) -> Option<char> {
        let event = Payload::parse(payload)?;
        let digit = event.digit()?;
        let fresh = Last {
            ssrc: header.ssrc,
            event: event.event,
            timestamp: header.timestamp,
            ended: event.end,
            heard: now,
        };
        let Some(last) = self.last.as_mut().filter(|last| last.ssrc == header.ssrc) else {
            self.last = Some(fresh);
            return Some(digit);
        };
        if last.timestamp == header.timestamp && last.event == event.event {
            last.ended |= event.end;
            last.heard = now;
            return None;
        }
        if header.timestamp.wrapping_sub(last.timestamp).cast_signed() < 0 {
            // A straggler of an earlier press.
            return None;
        }
        // A press longer than its duration field goes on under a new timestamp (RFC 4733 §2.5.1.3), and
        // some gateways move the timestamp with every packet. Either way there is no marker and no end.
        let goes_on = last.event == event.event
            && !last.ended
            && !header.marker
            && now.saturating_duration_since(last.heard) < LOST_END;
        *last = fresh;
        (!goes_on).then_some(digit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Phone {
        now: Instant,
        detector: Detector,
    }

    impl Phone {
        fn new() -> Self {
            Self { now: Instant::now(), detector: Detector::default() }
        }

        fn packet(&mut self, ms: u64, timestamp: u32, event: u8, end: bool, marker: bool) -> Option<char> {
            self.now += Duration::from_millis(ms);
            let header = Header { marker, payload_type: 101, sequence: 0, timestamp, ssrc: 1 };
            self.detector.handle(self.now, &header, &Payload { event, end, duration: 160 }.write())
        }
    }

    #[test]
    fn a_press_is_one_digit_however_many_packets_tell_of_it() {
        let mut phone = Phone::new();
        let heard: String = (0..8).filter_map(|n| phone.packet(20, 100, 7, n > 4, n == 0)).collect();
        assert_eq!(heard, "7");
    }

    #[test]
    fn the_same_digit_twice_is_two() {
        let mut phone = Phone::new();
        assert_eq!(phone.packet(0, 100, 7, false, true), Some('7'));
        assert_eq!(phone.packet(20, 100, 7, true, false), None);
        assert_eq!(phone.packet(80, 1700, 7, false, true), Some('7'));
    }

    #[test]
    fn only_an_end_packet_arriving_is_enough() {
        assert_eq!(Phone::new().packet(0, 100, 11, true, false), Some('#'));
    }

    #[test]
    fn a_long_press_in_segments_is_one_digit() {
        let mut phone = Phone::new();
        assert_eq!(phone.packet(0, 100, 7, false, true), Some('7'));
        assert_eq!(phone.packet(20, 100 + 0xffff, 7, false, false), None);
        assert_eq!(phone.packet(20, 100 + 0xffff, 7, true, false), None);
    }

    #[test]
    fn a_lost_end_does_not_swallow_the_next_press() {
        let mut phone = Phone::new();
        assert_eq!(phone.packet(0, 100, 7, false, true), Some('7'));
        assert_eq!(phone.packet(400, 3300, 7, false, false), Some('7'), "the marker was lost too");
    }

    #[test]
    fn more_digits_than_can_be_pressed_are_not_told_of() {
        let mut phone = Phone::new();
        let told =
            (0..1000).filter_map(|n| phone.packet(1, n * 160, u8::from(n % 2 == 0), true, true)).count();
        assert!((16..=40).contains(&told), "{told} in a second");
        phone.now += Duration::from_secs(1);
        let told: String =
            (0..12).filter_map(|n| phone.packet(0, 200_000 + n * 800, 3, true, true)).collect();
        assert_eq!(told, "3".repeat(12), "a number that was held up by the network");
    }

    #[test]
    fn a_straggler_and_events_that_are_no_digits_are_nothing() {
        let mut phone = Phone::new();
        assert_eq!(phone.packet(0, 2000, 7, true, true), Some('7'));
        assert_eq!(phone.packet(20, 100, 6, true, false), None);
        assert_eq!(phone.packet(20, 4000, 16, true, true), None, "hook flash");
    }
}
