//! One outgoing RTP stream out of many incoming ones: the far end sees one source whose sequence and
//! timestamps go on through hold, transfer, a reloaded browser and digits sent in between.

use crate::rtp::{Header, sequence_distance};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// A jump that no loss explains: the source has started over (MAX_DROPOUT of RFC 3550 §A.1).
const MAX_JUMP: i32 = 3000;
/// The same as a step back.
const MAX_STRAGGLE: u16 = 3000;
/// Where a source begins to count: far from the end, so that a receiver who misses the first packets still knows how
/// often the count has begun anew, which SRTP needs to know (RFC 3711 §3.3.1).
pub(crate) const FIRST_SEQUENCES: u16 = 0x3fff;
/// What a new source's first packet is ahead of the last one by at least, in time.
const SHORTEST_STEP: Duration = Duration::from_millis(20);

/// The numbering of one outgoing stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rewriter {
    ssrc: u32,
    /// The last sequence number sent; before the first packet, the one before it.
    sequence: u16,
    /// The timestamp of the latest packet sent.
    timestamp: u32,
    /// When that was. A clock of this process, so it is not kept with the rest.
    #[serde(skip)]
    sent_at: Option<Instant>,
    source: Option<Source>,
}

/// How an incoming source maps to the outgoing stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Source {
    ssrc: u32,
    clock_rate: u32,
    /// Nothing from before this packet is forwarded: its number may be taken.
    first: u16,
    highest: u16,
    sequence_offset: u16,
    timestamp_offset: u32,
    /// Something was inserted: the next packet follows it, whatever its number.
    rebase: bool,
}

impl Rewriter {
    /// A stream that starts at random numbers (RFC 3550 §5.1).
    pub(crate) fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        Self { ssrc, sequence, timestamp, sent_at: None, source: None }
    }

    /// The outgoing source.
    pub(crate) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The header to send a packet of the source with. `None` for a packet that comes too late to be
    /// numbered. The payload type is left alone.
    pub(crate) fn forward(&mut self, now: Instant, header: &Header, clock_rate: u32) -> Option<Header> {
        let mut marker = header.marker;
        let known = self.source.filter(|source| {
            source.ssrc == header.ssrc
                && source.clock_rate == clock_rate
                && sequence_distance(header.sequence, source.highest).abs() <= MAX_JUMP
        });
        let mut source = match known {
            Some(source) => source,
            None => {
                // The receiver adapts its buffer at the start of a talk spurt (RFC 3551 §4.1).
                marker = true;
                self.adopt(now, header, clock_rate)
            }
        };
        if source.rebase && sequence_distance(header.sequence, source.highest) > 0 {
            source.rebase = false;
            source.first = header.sequence;
            source.sequence_offset = self.sequence.wrapping_add(1).wrapping_sub(header.sequence);
        }
        if source.rebase || sequence_distance(header.sequence, source.first) < 0 {
            return None;
        }
        let sequence = header.sequence.wrapping_add(source.sequence_offset);
        let timestamp = header.timestamp.wrapping_add(source.timestamp_offset);
        if sequence_distance(header.sequence, source.highest) >= 0 {
            source.highest = header.sequence;
            // The bound follows at a distance that nothing straggles by, or it would be ahead one day.
            if sequence_distance(source.highest, source.first) > MAX_JUMP {
                source.first = source.highest.wrapping_sub(MAX_STRAGGLE);
            }
            self.sequence = sequence;
            self.timestamp = timestamp;
            self.sent_at = Some(now);
        }
        self.source = Some(source);
        Some(Header { marker, payload_type: header.payload_type, sequence, timestamp, ssrc: self.ssrc })
    }

    /// Passes over a packet that is not forwarded, so that the far end does not count it as lost.
    pub(crate) fn skip(&mut self, header: &Header) {
        if let Some(source) = &mut self.source
            && source.ssrc == header.ssrc
            && sequence_distance(header.sequence, source.highest) == 1
        {
            source.highest = header.sequence;
            source.sequence_offset = source.sequence_offset.wrapping_sub(1);
            source.first = header.sequence.wrapping_add(1);
        }
    }

    /// Numbers a packet of our own.
    pub(crate) fn insert(&mut self) -> u16 {
        self.sequence = self.sequence.wrapping_add(1);
        if let Some(source) = &mut self.source {
            source.rebase = true;
        }
        self.sequence
    }

    /// Numbers a packet of our own audio, after which whatever source comes is a new one.
    pub(crate) fn append(&mut self, now: Instant, payload_type: u8, clock_rate: u32) -> Header {
        let takes_over = self.source.take().is_some();
        let marker = takes_over || self.sent_at.is_none();
        let elapsed = now.saturating_duration_since(*self.sent_at.get_or_insert(now));
        let elapsed = if takes_over { elapsed.max(SHORTEST_STEP) } else { elapsed };
        self.timestamp = self.timestamp.wrapping_add(ticks(elapsed, clock_rate));
        self.sent_at = Some(now);
        let sequence = self.insert();
        Header { marker, payload_type, sequence, timestamp: self.timestamp, ssrc: self.ssrc }
    }

    /// The timestamp of this moment, in the clock of the stream.
    pub(crate) fn timestamp_at(&mut self, now: Instant, clock_rate: u32) -> u32 {
        let elapsed = now.saturating_duration_since(*self.sent_at.get_or_insert(now));
        self.timestamp.wrapping_add(ticks(elapsed, clock_rate))
    }

    /// Becomes another source for the far end, whose time goes on.
    pub(crate) fn become_another(&mut self, ssrc: u32) {
        self.ssrc = ssrc;
        self.sequence &= FIRST_SEQUENCES;
        self.source = None;
    }

    /// Forgets the source: whatever comes next is a new one, even under the same number.
    pub(crate) fn restart(&mut self) {
        self.source = None;
    }

    fn adopt(&mut self, now: Instant, header: &Header, clock_rate: u32) -> Source {
        let elapsed = self.sent_at.map(|sent_at| now.saturating_duration_since(sent_at).max(SHORTEST_STEP));
        let timestamp = self.timestamp.wrapping_add(ticks(elapsed.unwrap_or_default(), clock_rate));
        Source {
            ssrc: header.ssrc,
            clock_rate,
            first: header.sequence,
            highest: header.sequence,
            sequence_offset: self.sequence.wrapping_add(1).wrapping_sub(header.sequence),
            timestamp_offset: timestamp.wrapping_sub(header.timestamp),
            rebase: false,
        }
    }
}

/// A duration in units of a clock, modulo 2³².
pub(crate) fn ticks(duration: Duration, clock_rate: u32) -> u32 {
    let ticks = duration.as_micros() * u128::from(clock_rate) / 1_000_000;
    u32::try_from(ticks & u128::from(u32::MAX)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(ssrc: u32, sequence: u16, timestamp: u32) -> Header {
        Header { marker: false, payload_type: 0, sequence, timestamp, ssrc }
    }

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn a_stream_goes_on_when_its_source_changes() {
        let (start, mut rewriter) = (Instant::now(), Rewriter::new(1, 999, 5000));
        let first = rewriter.forward(start, &header(10, 65_535, 80), 8000).unwrap();
        assert_eq!((first.sequence, first.timestamp, first.ssrc, first.marker), (1000, 5000, 1, true));
        let second = rewriter.forward(at(start, 20), &header(10, 0, 240), 8000).unwrap();
        assert_eq!((second.sequence, second.timestamp, second.marker), (1001, 5160, false));
        let other = rewriter.forward(at(start, 520), &header(11, 7, 9), 8000).unwrap();
        assert_eq!((other.sequence, other.timestamp, other.marker), (1002, 5160 + 4000, true));
        assert_eq!(other.ssrc, 1);
    }

    #[test]
    fn loss_and_reordering_stay_visible() {
        let (now, mut rewriter) = (Instant::now(), Rewriter::new(1, 0, 0));
        let mut send =
            |sequence: u16| rewriter.forward(now, &header(9, sequence, 0), 8000).map(|h| h.sequence);
        assert_eq!([send(100), send(102), send(101), send(105)], [Some(1), Some(3), Some(2), Some(6)]);
        assert_eq!(send(99), None, "a packet from before the first has no number");
    }

    #[test]
    fn a_jump_that_no_loss_explains_is_a_new_source() {
        let (now, mut rewriter) = (Instant::now(), Rewriter::new(1, 0, 0));
        rewriter.forward(now, &header(9, 100, 0), 8000);
        let restarted = rewriter.forward(now, &header(9, 40_000, 77), 8000).unwrap();
        assert_eq!((restarted.sequence, restarted.timestamp), (2, 160));
    }

    #[test]
    fn what_is_inserted_gets_numbers_of_its_own() {
        let (start, mut rewriter) = (Instant::now(), Rewriter::new(1, 0, 0));
        rewriter.forward(start, &header(9, 100, 0), 8000);
        assert_eq!(rewriter.timestamp_at(at(start, 100), 8000), 800);
        assert_eq!((rewriter.insert(), rewriter.insert()), (2, 3));
        // The source went on meanwhile, unheard: its time passed, its numbers do not show.
        let next = rewriter.forward(at(start, 220), &header(9, 111, 1760), 8000).unwrap();
        assert_eq!((next.sequence, next.timestamp), (4, 1760));
        assert_eq!(rewriter.forward(start, &header(9, 110, 1600), 8000), None, "its number is taken");
    }

    #[test]
    fn our_own_audio_takes_a_sources_place_and_gives_it_back() {
        let (start, mut rewriter) = (Instant::now(), Rewriter::new(1, 0, 0));
        rewriter.forward(start, &header(9, 100, 0), 8000);
        let silence = rewriter.append(at(start, 200), 0, 8000);
        assert_eq!((silence.sequence, silence.timestamp, silence.marker), (2, 1600, true));
        let silence = rewriter.append(at(start, 220), 0, 8000);
        assert_eq!((silence.sequence, silence.timestamp, silence.marker), (3, 1760, false));
        // The source was late by a little: its time must not go back behind what was sent.
        let next = rewriter.forward(at(start, 225), &header(9, 111, 1600), 8000).unwrap();
        assert_eq!((next.sequence, next.timestamp, next.marker), (4, 1920, true));
    }

    #[test]
    fn what_is_skipped_is_not_missed() {
        let (now, mut rewriter) = (Instant::now(), Rewriter::new(1, 0, 0));
        rewriter.forward(now, &header(9, 100, 0), 8000);
        rewriter.skip(&header(9, 101, 160));
        assert_eq!(rewriter.forward(now, &header(9, 102, 320), 8000).unwrap().sequence, 2);
        assert_eq!(
            rewriter.forward(now, &header(9, 104, 640), 8000).unwrap().sequence,
            4,
            "a real loss shows"
        );
    }
}
