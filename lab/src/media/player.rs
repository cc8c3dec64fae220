//! What is heard when: a programme of sounds, cut into frames of 20 ms.

use std::collections::VecDeque;
use std::time::Duration;

use super::dtmf::Digit;
use super::tone::{FRAME, Tone};

/// What one RTP packet of audio covers.
pub const FRAME_TIME: Duration = Duration::from_millis(20);

/// Frames for which a digit played back is down, and those of silence after it. 100 ms each is what slow
/// receivers need; ITU-T Q.24 accepts 40 ms.
const DIGIT_FRAMES: u32 = 5;
const PAUSE_FRAMES: u32 = 5;

/// A sound and how long it lasts.
#[derive(Clone, Debug)]
pub struct Segment {
    sound: Sound,
    frames: u32,
}

#[derive(Clone, Debug)]
enum Sound {
    Silence,
    Tone(Tone),
    Digit(Digit, Tone),
}

impl Segment {
    /// A tone of `hz` for about `time`, rounded down to whole frames.
    pub fn tone(hz: f64, time: Duration) -> Self {
        Self { sound: Sound::Tone(Tone::single(hz)), frames: frames(time) }
    }

    /// A tone of `hz` for as long as the call lasts (2.7 years).
    pub fn endless_tone(hz: f64) -> Self {
        Self { sound: Sound::Tone(Tone::single(hz)), frames: u32::MAX }
    }

    /// Silence for about `time`, rounded down to whole frames.
    pub fn silence(time: Duration) -> Self {
        Self { sound: Sound::Silence, frames: frames(time) }
    }

    /// A digit as its dual tone and as an event, and the pause after it.
    pub fn digit(digit: Digit) -> [Self; 2] {
        let (low, high) = digit.frequencies();
        [
            Self { sound: Sound::Digit(digit, Tone::dual(low, high)), frames: DIGIT_FRAMES },
            Self { sound: Sound::Silence, frames: PAUSE_FRAMES },
        ]
    }
}

fn frames(time: Duration) -> u32 {
    u32::try_from(time.as_millis() / FRAME_TIME.as_millis()).unwrap_or(u32::MAX)
}

/// One frame of a digit that is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which key.
    pub digit: Digit,
    /// Frames it has been down, this one included; 1 is where it starts.
    pub frames: u32,
    /// The key is released at the end of this frame.
    pub last: bool,
}

/// 20 ms of programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What is heard.
    pub samples: [i16; FRAME],
    /// The digit that is heard, if it is one.
    pub held: Option<Held>,
}

/// Plays segments one after the other, and silence when there are none.
#[derive(Debug, Default)]
pub struct Player {
    queue: VecDeque<Segment>,
    played: u32,
}

impl Player {
    /// Adds to the end of the programme.
    pub fn enqueue(&mut self, segments: impl IntoIterator<Item = Segment>) {
        self.queue.extend(segments);
    }

    /// Drops what is left of the programme and begins another.
    pub fn replace(&mut self, segments: impl IntoIterator<Item = Segment>) {
        self.queue.clear();
        self.played = 0;
        self.enqueue(segments);
    }

    /// Plays segments first, then what is left of the programme.
    pub fn interrupt(&mut self, segments: impl IntoIterator<Item = Segment>) {
        let mut rest = std::mem::take(&mut self.queue);
        if let Some(segment) = rest.front_mut() {
            segment.frames = segment.frames.saturating_sub(self.played);
        }
        self.played = 0;
        self.queue.extend(segments);
        self.queue.append(&mut rest);
    }

    /// Whether there is something left to play.
    pub fn is_playing(&self) -> bool {
        self.queue
            .iter()
            .zip(std::iter::once(self.played).chain(std::iter::repeat(0)))
            .any(|(segment, played)| segment.frames > played)
    }

    /// The next 20 ms.
    pub fn next_frame(&mut self) -> Frame {
        while self.queue.front().is_some_and(|segment| segment.frames <= self.played) {
            self.queue.pop_front();
            self.played = 0;
        }
        let Some(segment) = self.queue.front_mut() else {
            return Frame { samples: [0; FRAME], held: None };
        };
        self.played += 1;
        let last = self.played == segment.frames;
        match &mut segment.sound {
            Sound::Silence => Frame { samples: [0; FRAME], held: None },
            Sound::Tone(tone) => Frame { samples: tone.next_frame(), held: None },
            Sound::Digit(digit, tone) => Frame {
                samples: tone.next_frame(),
                held: Some(Held { digit: *digit, frames: self.played, last }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tone::share_of_power;
    use super::*;

    fn is_silent(frame: &Frame) -> bool {
        frame.samples.iter().all(|&sample| sample == 0)
    }

    #[test]
    fn segments_follow_each_other_and_end_in_silence() {
        let mut player = Player::default();
        player.enqueue([
            Segment::tone(400.0, Duration::from_millis(45)),
            Segment::tone(800.0, Duration::from_millis(20)),
        ]);
        let frames: Vec<_> = (0..4).map(|_| player.next_frame()).collect();
        assert!(share_of_power(&frames[0].samples, 400.0) > 0.9);
        assert!(share_of_power(&frames[1].samples, 400.0) > 0.9);
        assert!(share_of_power(&frames[2].samples, 800.0) > 0.9);
        assert!(is_silent(&frames[3]));
    }

    #[test]
    fn a_digit_is_heard_and_marked_while_it_is_down() {
        let five = Digit::from_char('5').unwrap();
        let mut player = Player::default();
        player.enqueue(Segment::digit(five));
        let frames: Vec<_> = (0..10).map(|_| player.next_frame()).collect();
        for (index, frame) in (1..).zip(&frames[..5]) {
            assert_eq!(frame.held, Some(Held { digit: five, frames: index, last: index == 5 }));
            assert!(!is_silent(frame));
        }
        assert!(frames[5..].iter().all(|frame| frame.held.is_none() && is_silent(frame)));
    }

    #[test]
    fn keys_interrupt_a_programme_and_it_goes_on_afterwards() {
        let mut player = Player::default();
        assert!(!player.is_playing());
        player.enqueue([Segment::tone(400.0, Duration::from_millis(60))]);
        player.next_frame();
        player.interrupt(Segment::digit(Digit::from_char('5').unwrap()));
        let held = (0..10).filter(|_| player.next_frame().held.is_some()).count();
        assert_eq!(held, 5);
        for _ in 0..2 {
            assert!(player.is_playing());
            assert!(share_of_power(&player.next_frame().samples, 400.0) > 0.9);
        }
        assert!(!player.is_playing());
    }

    #[test]
    fn a_new_programme_starts_at_once_and_in_full() {
        let mut player = Player::default();
        player.enqueue([Segment::endless_tone(400.0)]);
        player.next_frame();
        player.replace([Segment::tone(800.0, Duration::from_millis(20))]);
        assert!(share_of_power(&player.next_frame().samples, 800.0) > 0.9);
        assert!(is_silent(&player.next_frame()));
    }
}
