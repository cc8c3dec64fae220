//! One member's voice, evenly: packets that come when they come, or not at all, to 20 ms of audio each 20 ms.
//!
//! What waits here is a delay that everybody hears, so it is kept small: long enough that packets rarely come
//! too late, and no longer. A clock that runs faster or slower than ours, and a network that changed its mind, show in
//! how early the latest packet of a while was; then a period of the voice is taken out or put in.

use super::{
    jitter::{Jitter, Span},
    stretch,
};
use crate::{
    Codec,
    rewrite::ticks,
    rtp::Header,
    signal::{FRAME, Frame, RATE},
    transcode::{self, Decoder},
};
use std::time::{Duration, Instant};

/// What was played last and is still needed, to go on from where it breaks off.
const HISTORY: usize = stretch::CONTEXT;
/// Samples that one payload can hold at most: 160 ms of G.711.
const LONGEST_PAYLOAD: usize = 2 * super::jitter::MAX_PAYLOAD;
/// Frames that have to be waiting before a voice begins, 40 ms at most.
const START_FRAMES: u32 = 2;
/// A gap longer than this, 300 ms, is a pause of the speaker or another source: it is not filled.
const LONGEST_GAP: i64 = RATE as i64 * 3 / 10;
/// A voice that is missing for longer than this, 60 ms, is silent.
const CONCEALED: usize = 3 * FRAME;
/// How fast a voice that is missing fades: to a third each 15 ms.
const FADE: f64 = 240.0;
/// From what is made up to what came, 5 ms.
const SEAM: usize = 80;
/// Frames over which it is looked at how early packets were, two seconds.
const WINDOW: u32 = 100;
/// The latest of them is kept between 5 and 40 ms early.
const TOO_LITTLE: i64 = RATE as i64 / 200;
const TOO_MUCH: i64 = RATE as i64 / 25;
/// What waits beyond this, 200 ms, came in one lump after a standstill: it is not worth hearing late.
const FAR_TOO_MUCH: i64 = RATE as i64 / 5;

/// The voice of one member.
pub(super) struct Playout {
    jitter: Jitter,
    decoder: Option<Decoder>,
    source: Option<Source>,
    /// The last [`HISTORY`] samples that were played, and behind them what is decoded and still to be played.
    samples: Vec<i16>,
    state: State,
    /// Where in the source's time the samples end.
    next: i64,
    /// Samples made up since the last real one; what the source was silent for meanwhile is already covered.
    made_up: usize,
    covered: i64,
    /// The period in which they repeat, and how much is left of it each time, in 32,768ths.
    period: usize,
    fade: i32,
    window: Window,
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

#[derive(Debug, Clone, Copy)]
struct Window {
    frames: u32,
    /// How early the latest packet was, in samples.
    least: i64,
    change: Change,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    Shorten,
    Lengthen,
}

impl Window {
    const START: Self = Self { frames: 0, least: i64::MAX, change: Change::None };
}

impl Playout {
    pub(super) fn new() -> Self {
        let mut samples =
            Vec::with_capacity(HISTORY + 4 * FRAME + LONGEST_PAYLOAD.max(crate::opus::MAX_SAMPLES));
        samples.resize(HISTORY, 0);
        Self {
            jitter: Jitter::new(),
            decoder: None,
            source: None,
            samples,
            state: State::Waiting(0),
            next: 0,
            made_up: CONCEALED,
            covered: 0,
            period: FRAME,
            fade: 0,
            window: Window::START,
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
            self.window.least = self.window.least.min(self.earliness(now, span));
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
        let missing = FRAME.saturating_sub(self.pending());
        if missing > 0 {
            self.make_up(missing);
            self.covered += i64::try_from(missing).unwrap_or(0);
            if self.state == State::Playing && self.covered > i64::try_from(CONCEALED).unwrap_or(0) {
                self.pause();
            }
        }
        for (sample, played) in frame.iter_mut().zip(self.samples.iter().skip(HISTORY)) {
            *sample = *played;
        }
        self.samples.drain(..FRAME);
        self.watch();
    }

    /// How long a packet that arrives now would still wait, if its time were that of the packets before it.
    fn earliness(&self, now: Instant, span: Span) -> i64 {
        let since = self.pulled_at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        let since = i64::from(ticks(since, RATE).cast_signed());
        let played = self.next - i64::try_from(self.pending()).unwrap_or(0);
        span.at - played + i64::try_from(FRAME).unwrap_or(0) - since
    }

    /// How much waits, in samples.
    fn waiting(&self) -> i64 {
        let begin = match self.state {
            State::Waiting(_) => self.jitter.first().map_or(self.next, |(span, ..)| span.at),
            State::Playing => self.next,
        };
        let ahead = self.jitter.end().map_or(0, |end| (end - begin).max(0));
        ahead + i64::try_from(self.pending()).unwrap_or(0)
    }

    fn pending(&self) -> usize {
        self.samples.len() - HISTORY
    }

    fn pause(&mut self) {
        self.state = State::Waiting(0);
        self.covered = 0;
        self.window = Window::START;
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
        self.make_up(SEAM);
        self.window = Window::START;
    }

    /// Decodes until that many samples are pending, as far as there are packets.
    fn decode(&mut self, wanted: usize) {
        while self.pending() < wanted {
            let Some((span, ..)) = self.jitter.first() else { return };
            let mut gap = span.at - self.next;
            let covered = gap.clamp(0, self.covered);
            (self.next, gap, self.covered) = (self.next + covered, gap - covered, self.covered - covered);
            if span.end() <= self.next {
                self.jitter.drop_first();
            } else if gap > LONGEST_GAP {
                self.pause();
                return;
            } else if gap > 0 && self.pending() >= FRAME {
                // It may still come in time.
                return;
            } else if gap > 0 {
                // Lost: the packets after it are here, and this is the moment it would have been heard.
                let missing = usize::try_from(gap).unwrap_or(FRAME).min(FRAME);
                self.make_up(missing);
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
        let begin = self.samples.len();
        if let Some(decoder) = &mut self.decoder {
            decoder.decode(payload, &mut self.samples);
        }
        let heard = self.samples.len() - begin;
        self.next = span.end();
        self.covered = 0;
        self.jitter.drop_first();
        if self.made_up == 0 || heard == 0 {
            return;
        }
        // Out of what was made up, or of silence, into what came.
        for i in 0..SEAM.min(heard) {
            let going_on = self.repeated(begin + i);
            self.samples[begin + i] = stretch::blend(going_on, self.samples[begin + i], i, SEAM);
        }
        self.made_up = 0;
    }

    /// Goes on as the voice was, more quietly with each period.
    fn make_up(&mut self, samples: usize) {
        if self.made_up == 0 {
            self.period = stretch::last_period(&self.samples);
            self.fade = i32::from(crate::g711::saturate(32_767.0 * (-(self.period as f64) / FADE).exp()));
        }
        for _ in 0..samples {
            let sample = self.repeated(self.samples.len());
            self.samples.push(sample);
            self.made_up += 1;
        }
    }

    /// What would stand at a place if the voice went on in its period.
    fn repeated(&self, at: usize) -> i16 {
        if self.made_up >= CONCEALED {
            return 0;
        }
        let before = at.checked_sub(self.period).and_then(|at| self.samples.get(at)).copied().unwrap_or(0);
        // The first period is as loud as the voice was.
        let fade = if self.made_up < self.period { 32_767 } else { self.fade };
        i16::try_from((i32::from(before) * fade) >> 15).unwrap_or(0)
    }

    /// Makes what waits a little shorter or longer, if that was found necessary and there is enough of it here.
    fn change(&mut self) {
        let changed = match self.window.change {
            Change::None => return,
            Change::Shorten => {
                self.decode(FRAME + stretch::AHEAD);
                stretch::shorten(&mut self.samples, HISTORY)
            }
            Change::Lengthen => stretch::lengthen(&mut self.samples, HISTORY),
        };
        if changed > 0 {
            self.window = Window::START;
        }
    }

    /// Decides now and then whether packets come too late or too early.
    fn watch(&mut self) {
        if self.state != State::Playing || self.window.change != Change::None {
            return;
        }
        self.window.frames += 1;
        if self.window.frames < WINDOW || self.window.least == i64::MAX {
            return;
        }
        let change = match self.window.least {
            least if least < TOO_LITTLE => Change::Lengthen,
            least if least > TOO_MUCH => Change::Shorten,
            _ => Change::None,
        };
        self.window = Window { change, ..Window::START };
    }
}

#[cfg(test)]
mod tests;
