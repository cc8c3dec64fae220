//! Sending digits.

use super::{Payload, event_code};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// One packet each 20 ms, as the audio has.
pub(crate) const INTERVAL: Duration = Duration::from_millis(20);
/// Packets while the tone lasts: 100 ms. Exchanges want 40 at least (ITU-T Q.24), people press for 100.
const TONE_PACKETS: u16 = 5;
/// The last packet is sent three times, since it is the one that must not be lost (RFC 4733 §2.5.1.4).
const END_PACKETS: u16 = 3;
/// Packet times from the start of a digit to the next: a tone of 100 ms, a pause of 100 ms.
const DIGIT_PACKETS: u16 = 10;

/// One packet time of a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beat {
    /// The event code.
    pub(crate) event: u8,
    /// When the digit began, in the clock of the stream.
    pub(crate) timestamp: u32,
    step: u16,
}

/// An event packet to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EventPacket {
    /// On the first packet of an event (RFC 4733 §2.2.1).
    pub(crate) marker: bool,
    /// When the event began; the same on all its packets.
    pub(crate) timestamp: u32,
    /// The payload.
    pub(crate) payload: [u8; 4],
}

impl Beat {
    /// The event packet of this time, or nothing in the pause.
    pub(crate) fn event_packet(&self, clock_rate: u32) -> Option<EventPacket> {
        if self.step >= TONE_PACKETS + END_PACKETS {
            return None;
        }
        let elapsed = (self.step + 1).min(TONE_PACKETS);
        let per_packet = u16::try_from(clock_rate / 50).unwrap_or(u16::MAX);
        let duration = elapsed.saturating_mul(per_packet);
        let payload = Payload { event: self.event, end: self.step >= TONE_PACKETS, duration };
        Some(EventPacket { marker: self.step == 0, timestamp: self.timestamp, payload: payload.write() })
    }

    /// How far the tone is at the beginning of this time, or nothing in the pause.
    pub(crate) fn tone_elapsed(&self) -> Option<Duration> {
        (self.step < TONE_PACKETS).then(|| INTERVAL * u32::from(self.step))
    }
}

/// The digits of one leg that are still to be sent.
#[derive(Debug, Default)]
pub(crate) struct Generator {
    queue: VecDeque<u8>,
    current: Option<Current>,
}

#[derive(Debug, Clone, Copy)]
struct Current {
    event: u8,
    timestamp: u32,
    /// How many packet times have been dealt with.
    step: u16,
    due: Instant,
}

impl Generator {
    /// Queues digits; the first starts at once if none is under way.
    pub(crate) fn push(&mut self, digits: &str) {
        self.queue.extend(digits.chars().filter_map(event_code));
    }

    /// Whether the audio has to be held back.
    pub(crate) fn is_active(&self) -> bool {
        self.current.is_some() || !self.queue.is_empty()
    }

    /// When [`poll`](Self::poll) has something to do, if it depends on the time.
    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.current.map(|current| current.due)
    }

    /// The packet time that begins now, if one is due. `timestamp` is that of this moment.
    pub(crate) fn poll(&mut self, now: Instant, timestamp: u32) -> Option<Beat> {
        let mut current = match self.current {
            Some(current) if now < current.due => return None,
            Some(current) if current.step < DIGIT_PACKETS => current,
            Some(_) | None => {
                self.current = None;
                let event = self.queue.pop_front()?;
                Current { event, timestamp, step: 0, due: now }
            }
        };
        let beat = Beat { event: current.event, timestamp: current.timestamp, step: current.step };
        current.step += 1;
        current.due += INTERVAL;
        self.current = Some(current);
        Some(beat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every packet of the digits, with the milliseconds at which it was due.
    fn packets(digits: &str, clock_rate: u32) -> Vec<(u64, EventPacket)> {
        let start = Instant::now();
        let (mut now, mut generator, mut sent) = (start, Generator::default(), Vec::new());
        generator.push(digits);
        while generator.is_active() {
            let ms = u64::try_from((now - start).as_millis()).unwrap();
            let timestamp = 1000 + u32::try_from(ms).unwrap() * (clock_rate / 1000);
            while let Some(beat) = generator.poll(now, timestamp) {
                sent.extend(beat.event_packet(clock_rate).map(|packet| (ms, packet)));
            }
            now = generator.next_timeout().unwrap_or(now);
        }
        sent
    }

    #[test]
    fn a_digit_is_a_tone_of_100_ms_with_three_ends_and_a_pause() {
        let sent = packets("5", 8000);
        let parsed: Vec<_> =
            sent.iter().map(|(_, packet)| Payload::parse(&packet.payload).unwrap()).collect();
        assert_eq!(
            parsed.iter().map(|p| p.duration).collect::<Vec<_>>(),
            [160, 320, 480, 640, 800, 800, 800, 800]
        );
        assert_eq!(
            parsed.iter().map(|p| p.end).collect::<Vec<_>>(),
            [false, false, false, false, false, true, true, true]
        );
        assert!(parsed.iter().all(|p| p.digit() == Some('5')));
        assert!(sent.iter().all(|(_, packet)| packet.timestamp == 1000));
        assert_eq!(sent.iter().filter(|(_, packet)| packet.marker).count(), 1);
        assert!(sent[0].1.marker);
        assert_eq!(sent.iter().map(|(ms, _)| *ms).collect::<Vec<_>>(), [0, 20, 40, 60, 80, 100, 120, 140]);
    }

    #[test]
    fn digits_follow_each_other_with_a_pause() {
        let sent = packets("1a#", 48_000);
        let starts: Vec<_> =
            sent.iter().filter(|(_, packet)| packet.marker).map(|(ms, p)| (*ms, p.timestamp)).collect();
        assert_eq!(starts, [(0, 1000), (200, 1000 + 9600), (400, 1000 + 19_200)]);
        let last = Payload::parse(&sent.last().unwrap().1.payload).unwrap();
        assert_eq!((last.digit(), last.duration), (Some('#'), 4800));
        assert!(sent.iter().any(|(_, p)| Payload::parse(&p.payload).unwrap().digit() == Some('A')));
    }
}
