//! A programme as RTP: G.711 audio with the telephone-events beside it.

use super::dtmf::Event;
use super::g711::Law;
use super::player::{Frame, Player, Segment};
use super::rtp::{Label, Packet};
use super::tone::FRAME;

/// Samples in a frame, in the units of RTP timestamps and event durations.
const FRAME_TICKS: u16 = 160;
const _: () = assert!(FRAME_TICKS as usize == FRAME);

/// The end of an event is sent three times, so that losing it is unlikely (RFC 4733 §2.5.1.4).
const ENDS: usize = 3;

/// How a session description says that we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The law of the audio.
    pub law: Law,
    /// Payload type of the audio.
    pub audio: u8,
    /// Payload type of telephone-events at 8000 Hz, where the other side takes them.
    pub events: Option<u8>,
}

/// Turns a programme into packets.
#[derive(Debug)]
pub struct Talker {
    player: Player,
    label: Label,
    timestamp: u32,
    event_start: u32,
    fresh: bool,
}

impl Talker {
    /// A talker whose programme is silence; `timestamp` is that of its first frame.
    pub fn new(label: Label, timestamp: u32) -> Self {
        Self { player: Player::default(), label, timestamp, event_start: timestamp, fresh: true }
    }

    /// The programme.
    pub fn player(&mut self) -> &mut Player {
        &mut self.player
    }

    /// Adds to the end of the programme.
    pub fn enqueue(&mut self, segments: impl IntoIterator<Item = Segment>) {
        self.player.enqueue(segments);
    }

    /// Lets a frame pass unsent: its time is over, or the other side is on hold.
    pub fn skip_frame(&mut self) {
        self.player.next_frame();
        self.advance();
        self.fresh = true;
    }

    /// The packets of the next frame: one of audio, and what an event in it needs.
    pub fn next_packets(&mut self, format: Format) -> Vec<Packet> {
        let frame = self.player.next_frame();
        let audio = frame.samples.iter().map(|&sample| format.law.encode(sample)).collect();
        // RFC 3551 §4.1: the marker says where a talk spurt begins.
        let marker = std::mem::take(&mut self.fresh);
        let mut packets = vec![self.label.packet(marker, format.audio, self.timestamp, audio)];
        if let Some(payload_type) = format.events {
            packets.extend(self.event_packets(payload_type, &frame));
        }
        self.advance();
        packets
    }

    /// The packet of the next frame, which holds these samples instead of what the programme has.
    pub fn say(&mut self, format: Format, samples: &[i16]) -> Packet {
        let audio = samples.iter().map(|&sample| format.law.encode(sample)).collect();
        let marker = std::mem::take(&mut self.fresh);
        let packet = self.label.packet(marker, format.audio, self.timestamp, audio);
        self.advance();
        packet
    }

    fn event_packets(&mut self, payload_type: u8, frame: &Frame) -> Vec<Packet> {
        let Some(held) = frame.held else { return Vec::new() };
        let starts = held.frames == 1;
        if starts {
            self.event_start = self.timestamp;
        }
        let duration = u16::try_from(held.frames).unwrap_or(u16::MAX).saturating_mul(FRAME_TICKS);
        let payload = Event { digit: held.digit, end: held.last, duration }.to_bytes();
        let times = if held.last { ENDS } else { 1 };
        let timestamp = self.event_start;
        (0..times)
            .map(|time| self.label.packet(starts && time == 0, payload_type, timestamp, payload.to_vec()))
            .collect()
    }

    fn advance(&mut self) {
        self.timestamp = self.timestamp.wrapping_add(u32::from(FRAME_TICKS));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::dtmf::{Collector, Digit};
    use super::super::tone::share_of_power;
    use super::*;

    const FORMAT: Format = Format { law: Law::A, audio: 8, events: Some(101) };

    fn talker(segments: impl IntoIterator<Item = Segment>) -> Talker {
        let mut talker = Talker::new(Label::new(1, 65_534), u32::MAX - 159);
        talker.enqueue(segments);
        talker
    }

    #[test]
    fn audio_packets_follow_each_other_over_the_wrap_of_both_counters() {
        let mut talker = talker([Segment::endless_tone(440.0)]);
        let packets: Vec<_> = (0..4).flat_map(|_| talker.next_packets(FORMAT)).collect();
        let counters: Vec<_> = packets.iter().map(|packet| (packet.sequence, packet.timestamp)).collect();
        assert_eq!(counters, [(65_534, u32::MAX - 159), (65_535, 0), (0, 160), (1, 320)]);
        assert_eq!(
            packets.iter().map(|packet| packet.marker).collect::<Vec<_>>(),
            [true, false, false, false]
        );
        assert!(packets.iter().all(|packet| packet.payload_type == 8 && packet.payload.len() == 160));
    }

    #[test]
    fn the_tone_is_in_the_packets() {
        let mut talker = talker([Segment::endless_tone(440.0)]);
        let heard: Vec<i16> = (0..50)
            .flat_map(|_| talker.next_packets(FORMAT))
            .flat_map(|packet| packet.payload)
            .map(|byte| Law::A.decode(byte))
            .collect();
        assert!(share_of_power(&heard, 440.0) > 0.99);
    }

    #[test]
    fn a_digit_is_sent_as_an_event_with_three_ends_beside_its_tone() {
        let five = Digit::from_char('5').unwrap();
        let mut talker = talker(Segment::digit(five));
        let packets: Vec<_> = (0..10).flat_map(|_| talker.next_packets(FORMAT)).collect();
        let (events, audio): (Vec<_>, Vec<_>) = packets.into_iter().partition(|p| p.payload_type == 101);
        assert_eq!(audio.len(), 10);
        let sent: Vec<_> = events
            .iter()
            .map(|packet| {
                let event = Event::parse(&packet.payload).unwrap();
                (packet.marker, packet.timestamp, event.duration, event.end)
            })
            .collect();
        let start = u32::MAX - 159;
        assert_eq!(
            sent,
            [
                (true, start, 160, false),
                (false, start, 320, false),
                (false, start, 480, false),
                (false, start, 640, false),
                (false, start, 800, true),
                (false, start, 800, true),
                (false, start, 800, true),
            ]
        );
        let heard: Vec<i16> =
            audio[..5].iter().flat_map(|packet| &packet.payload).map(|&byte| Law::A.decode(byte)).collect();
        assert!(share_of_power(&heard, 770.0) > 0.45 && share_of_power(&heard, 1336.0) > 0.45);
    }

    #[test]
    fn a_receiver_collects_the_digits_that_were_played() {
        let mut talker = talker("1#1".chars().filter_map(Digit::from_char).flat_map(Segment::digit));
        let mut collector = Collector::default();
        let heard: String = (0..40)
            .flat_map(|_| talker.next_packets(FORMAT))
            .filter(|packet| packet.payload_type == 101)
            .filter_map(|packet| collector.receive(packet.timestamp, Event::parse(&packet.payload)?))
            .map(Digit::to_char)
            .collect();
        assert_eq!(heard, "1#1");
    }

    #[test]
    fn without_events_in_the_description_none_are_sent() {
        let mut talker = talker(Segment::digit(Digit::from_char('5').unwrap()));
        let audio_only = Format { events: None, ..FORMAT };
        assert_eq!((0..10).flat_map(|_| talker.next_packets(audio_only)).count(), 10);
    }

    #[test]
    fn a_skipped_frame_moves_the_clock_and_starts_a_spurt() {
        let mut talker = talker([Segment::tone(440.0, Duration::from_secs(1))]);
        talker.next_packets(FORMAT);
        talker.skip_frame();
        let packet = talker.next_packets(FORMAT).remove(0);
        assert_eq!((packet.sequence, packet.timestamp, packet.marker), (65_535, 160, true));
    }
}
