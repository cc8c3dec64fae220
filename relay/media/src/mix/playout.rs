//! One member's voice, evenly: packets that come when they come, or not at all, to 20 ms of audio each 20 ms.
//!
//! What waits here is a delay that everybody hears, so it is kept small: long enough that packets rarely come
//! too late, and no longer. A clock that runs faster or slower than ours, and a network that changed its mind, show in
//! how early the latest packet of a while was; then a period of the voice is taken out or put in.

mod pace;
mod voice;

use super::jitter::{Jitter, Span};
use crate::{
    Codec,
    rewrite::ticks,
    rtp::Header,
    signal::{FRAME, Frame, RATE},
    transcode::{self, Decoder},
};
use pace::{Change, Pace, TOO_MUCH};
use std::time::{Duration, Instant};
use voice::{CONCEALED, SEAM, SHORTENED, Voice};

/// Frames that have to be waiting before a voice begins, 40 ms at most.
const START_FRAMES: u32 = 2;
/// A gap longer than this, 300 ms, is a pause of the speaker or another source: it is not filled.
const LONGEST_GAP: i64 = RATE as i64 * 3 / 10;
/// What waits beyond this, 200 ms, came in one lump after a standstill: it is not worth hearing late.
const FAR_TOO_MUCH: i64 = RATE as i64 / 5;

/// The voice of one member.
pub(super) struct Playout {
    jitter: Jitter,
    decoder: Option<Decoder>,
    source: Option<Source>,
    voice: Voice,
    state: State,
    /// Where in the source's time the voice ends.
    next: i64,
    /// What was made up while no packet was there: if the source's next is as much later, that is covered.
    covered: i64,
    pace: Pace,
    /// When a frame was last taken.
    pulled_at: Option<Instant>,
}

/// Where a member's timestamps are.
#[derive(Debug, Clone, Copy)]
struct Source {
    ssrc: u32,
    clock_rate: u32,
    timestamp: u32,
    at: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Silent; packets have been there for so many frames.
    Waiting(u32),
    Playing,
}

impl Playout {
    pub(super) fn new() -> Self {
        Self {
            jitter: Jitter::new(),
            decoder: None,
            source: None,
            voice: Voice::new(),
            state: State::Waiting(0),
            next: 0,
            covered: 0,
            pace: Pace::START,
            pulled_at: None,
        }
    }

    /// Takes a packet of the member.
    pub(super) fn put(&mut self, now: Instant, header: &Header, codec: Codec, payload: &[u8]) {
        let Some(samples) = transcode::samples(codec, payload) else { return };
        let clock_rate = codec.clock_rate();
        let known =
            self.source.filter(|source| source.ssrc == header.ssrc && source.clock_rate == clock_rate);
        let at = match known {
            Some(source) => {
                let ticks = i64::from(header.timestamp.wrapping_sub(source.timestamp).cast_signed());
                source.at + ticks * i64::from(RATE) / i64::from(clock_rate)
            }
            None => {
                self.restart();
                0
            }
        };
        if self.source.is_none_or(|source| at >= source.at) {
            let Header { ssrc, timestamp, .. } = *header;
            self.source = Some(Source { ssrc, clock_rate, timestamp, at });
        }
        let span = Span { at, len: i64::try_from(samples).unwrap_or(0) };
        if self.state == State::Playing {
            self.pace.note(self.earliness(now, span));
        }
        if self.state == State::Playing && span.end() <= self.next {
            // Too late, unless the source has gone back in time for good.
            if self.next - at > LONGEST_GAP {
                self.restart();
            }
            return;
        }
        self.jitter.put(span, codec, payload);
    }

    /// Whatever comes next is another source.
    pub(super) fn restart(&mut self) {
        self.jitter.clear();
        self.source = None;
        self.pause();
    }

    /// The next 20 ms, due at that moment.
    pub(super) fn pull(&mut self, at: Instant, frame: &mut Frame) {
        self.pulled_at = Some(at);
        if let State::Waiting(frames) = self.state {
            let begins = self.jitter.first().map(|(span, ..)| span.at);
            self.state = match begins {
                Some(at) if frames + 1 >= START_FRAMES => {
                    (self.next, self.covered) = (at, 0);
                    State::Playing
                }
                Some(_) => State::Waiting(frames + 1),
                None => State::Waiting(0),
            };
        }
        if self.state == State::Playing {
            self.skip_a_lump();
            self.decode(FRAME);
            self.change();
        }
        let missing = FRAME.saturating_sub(self.voice.pending());
        if missing > 0 {
            self.voice.make_up(missing);
            self.covered += i64::try_from(missing).unwrap_or(0);
            if self.state == State::Playing && self.covered > i64::try_from(CONCEALED).unwrap_or(0) {
                self.pause();
            }
        }
        self.voice.play(frame);
        if self.state == State::Playing {
            self.pace.tick();
        }
    }

    /// How long a packet that arrives now would still wait, if its time were that of the packets before it.
    fn earliness(&self, now: Instant, span: Span) -> i64 {
        let since = self.pulled_at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        let since = i64::from(ticks(since, RATE).cast_signed());
        let played = self.next - i64::try_from(self.voice.pending()).unwrap_or(0);
        span.at - played + i64::try_from(FRAME).unwrap_or(0) - since
    }

    /// How much waits, in samples.
    fn waiting(&self) -> i64 {
        let begin = match self.state {
            State::Waiting(_) => self.jitter.first().map_or(self.next, |(span, ..)| span.at),
            State::Playing => self.next,
        };
        let ahead = self.jitter.end().map_or(0, |end| (end - begin).max(0));
        ahead + i64::try_from(self.voice.pending()).unwrap_or(0)
    }

    fn pause(&mut self) {
        self.state = State::Waiting(0);
        self.covered = 0;
        self.pace = Pace::START;
    }

    fn skip_a_lump(&mut self) {
        if self.waiting() <= FAR_TOO_MUCH {
            return;
        }
        while self.waiting() > TOO_MUCH + i64::try_from(FRAME).unwrap_or(0)
            && let Some((span, ..)) = self.jitter.first()
        {
            self.next = span.end();
            self.jitter.drop_first();
        }
        self.voice.make_up(SEAM);
        self.pace = Pace::START;
    }

    /// Decodes until that many samples are pending, as far as there are packets.
    fn decode(&mut self, wanted: usize) {
        while self.voice.pending() < wanted {
            let Some((span, ..)) = self.jitter.first() else { return };
            let mut gap = span.at - self.next;
            let covered = gap.clamp(0, self.covered);
            (self.next, gap, self.covered) = (self.next + covered, gap - covered, self.covered - covered);
            if span.end() <= self.next {
                self.jitter.drop_first();
            } else if gap > LONGEST_GAP {
                self.pause();
                return;
            } else if gap > 0 && self.voice.pending() >= FRAME {
                // It may still come in time.
                return;
            } else if gap > 0 {
                // Lost: the packets after it are here, and this is the moment it would have been heard.
                let missing = usize::try_from(gap).unwrap_or(FRAME).min(FRAME);
                self.voice.make_up(missing);
                self.next += i64::try_from(missing).unwrap_or(0);
            } else {
                self.decode_first();
            }
        }
    }

    fn decode_first(&mut self) {
        let Some((span, codec, payload)) = self.jitter.first() else { return };
        if self.decoder.as_ref().is_none_or(|decoder| decoder.codec() != codec) {
            self.decoder = Decoder::new(codec);
        }
        if let Some(decoder) = &mut self.decoder {
            self.voice.decode(decoder, payload);
        }
        self.next = span.end();
        self.covered = 0;
        self.jitter.drop_first();
    }

    /// Makes what waits a little shorter or longer, if that was found necessary and there is enough of it here.
    fn change(&mut self) {
        let is_done = match self.pace.change {
            Change::None => return,
            Change::Shorten => {
                self.decode(SHORTENED);
                self.voice.shorten()
            }
            Change::Lengthen => self.voice.lengthen(),
        };
        if is_done {
            self.pace = Pace::START;
        }
    }
}

#[cfg(test)]
mod tests;
