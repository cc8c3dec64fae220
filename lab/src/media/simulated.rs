//! A telephone without a network: somebody who is played, says a tone, and remembers what they heard last.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::player::{Player, Segment};
use super::room::Seat;
use super::schedule::Schedule;
use super::session::{Command, Sound};
use super::tone::{FRAME, SAMPLE_RATE, Tone, level_of};

/// What is remembered of what was heard: two seconds.
const REMEMBERED: usize = 2 * SAMPLE_RATE as usize;
/// One look: 64 ms, as in the tests' own ears.
const STRETCH: usize = 512;
/// From this level on a tone is there, alone or among others: −40 dB of full scale.
const PRESENT: f64 = 0.01;

/// What somebody who is played says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Voice {
    /// A tone of so many Hz in pulses, as speech is: a steady tone is noise to a browser.
    Tone(f64),
    /// What they hear.
    Echo,
}

/// Somebody who is played, until they are dropped.
#[derive(Debug)]
pub struct Simulated {
    sound: Sound,
    memory: Arc<Mutex<Memory>>,
}

#[derive(Debug, Default)]
struct Memory {
    samples: VecDeque<i16>,
    keys: String,
}

impl Simulated {
    /// Somebody with that voice.
    pub fn start(voice: Voice) -> Self {
        let (commands, receiver) = mpsc::unbounded_channel();
        let memory = Arc::<Mutex<Memory>>::default();
        tokio::spawn(run(voice, receiver, Arc::clone(&memory)));
        Self { sound: Sound(commands), memory }
    }

    /// Says what they hear.
    pub fn sound(&self) -> Sound {
        self.sound.clone()
    }

    /// In how many of the last 31 stretches of 64 ms a tone was heard, alone or among others.
    pub fn heard(&self, hz: f64) -> usize {
        let samples: Vec<i16> = self.memory().samples.iter().copied().collect();
        samples.chunks_exact(STRETCH).filter(|stretch| level_of(stretch, hz) >= PRESENT).count()
    }

    /// The keys that came.
    pub fn keys(&self) -> String {
        self.memory().keys.clone()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        locked(&self.memory)
    }
}

fn locked(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    // Whole after every statement, so a panic elsewhere spoils nothing.
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A pulse and the pause after it, in frames of 20 ms.
const PULSE: u64 = 15;
const PAUSE: u64 = 5;

async fn run(voice: Voice, mut commands: mpsc::UnboundedReceiver<Command>, memory: Arc<Mutex<Memory>>) {
    let started = Instant::now();
    let mut schedule = Schedule::default();
    let mut tone = match voice {
        Voice::Tone(hz) => Some(Tone::single(hz)),
        Voice::Echo => None,
    };
    let mut player = Player::default();
    let mut seat: Option<Seat> = None;
    let mut frames = 0_u64;
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(Command::Play(segments)) => {
                    seat = None;
                    player.replace(segments);
                }
                Some(Command::Sit(place)) => {
                    player.replace([]);
                    seat = Some(place);
                }
                Some(Command::Dial(digits)) => {
                    locked(&memory).keys.extend(digits.iter().map(|digit| digit.to_char()));
                    player.interrupt(digits.into_iter().flat_map(Segment::digit));
                }
                Some(Command::Connect(_) | Command::Press(_)) => {}
                None => return,
            },
            () = sleep_until(started + schedule.next()) => {
                let due = schedule.take(started.elapsed());
                for _ in 0..due.send {
                    frames += 1;
                    let heard = seat.as_ref().map(Seat::hear);
                    if let (Some(seat), Some(heard)) = (&seat, &heard) {
                        let is_pause = frames % (PULSE + PAUSE) >= PULSE;
                        seat.say(&match &mut tone {
                            Some(_) if is_pause => [0; FRAME],
                            Some(tone) => tone.next_frame(),
                            None => *heard,
                        });
                    }
                    let heard = heard.filter(|_| !player.is_playing());
                    let heard = heard.unwrap_or_else(|| player.next_frame().samples);
                    let mut memory = locked(&memory);
                    memory.samples.extend(heard);
                    let late = memory.samples.len().saturating_sub(REMEMBERED);
                    memory.samples.drain(..late);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::room::Mixer;
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn two_who_are_played_hear_each_other_and_not_themselves() {
        let mixer = Arc::new(Mutex::new(Mixer::default()));
        let (one, other) = (Simulated::start(Voice::Tone(700.0)), Simulated::start(Voice::Tone(1_100.0)));
        one.sound().join(Seat::take(&mixer));
        other.sound().join(Seat::take(&mixer));
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        assert!(one.heard(1_100.0) > 15 && other.heard(700.0) > 15);
        assert_eq!((one.heard(700.0), other.heard(1_100.0)), (0, 0));
        one.sound().play([Segment::endless_tone(350.0)]);
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        assert!(one.heard(350.0) > 25);
        assert_eq!((one.heard(1_100.0), other.heard(700.0)), (0, 0));
    }
}
