//! A mix of telephones: each hears the sum of all others.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::tone::FRAME;

/// What is heard for 20 ms.
pub type Samples = [i16; FRAME];

/// So much waits before a voice is begun to be heard: packets do not come as regularly as they are sent.
const CUSHION: usize = 2 * FRAME;
/// More than this never waits: the oldest of it is left out.
const LONGEST: usize = 10 * FRAME;

/// What each telephone has said and each other has yet to hear.
#[derive(Debug, Default)]
pub struct Mixer {
    next: u32,
    /// By listener, then by speaker.
    ears: BTreeMap<u32, BTreeMap<u32, Voice>>,
}

#[derive(Debug, Default)]
struct Voice {
    waiting: VecDeque<i16>,
    /// Whether its cushion has been there.
    flows: bool,
}

impl Voice {
    fn say(&mut self, samples: &[i16]) {
        self.waiting.extend(samples);
        let late = self.waiting.len().saturating_sub(LONGEST);
        if late > 0 {
            self.waiting.drain(..self.waiting.len() - CUSHION);
        }
    }

    fn hear(&mut self) -> Option<Samples> {
        self.flows |= self.waiting.len() >= CUSHION;
        if !self.flows || self.waiting.len() < FRAME {
            self.flows = false;
            return None;
        }
        let mut frame = [0; FRAME];
        frame.iter_mut().zip(self.waiting.drain(..FRAME)).for_each(|(to, from)| *to = from);
        Some(frame)
    }
}

impl Mixer {
    /// A new telephone; the number names it from now on.
    pub fn enter(&mut self) -> u32 {
        let member = self.next;
        self.next += 1;
        self.ears.insert(member, BTreeMap::new());
        member
    }

    /// Forgets a telephone and all it has said.
    pub fn leave(&mut self, member: u32) {
        self.ears.remove(&member);
        self.ears.values_mut().for_each(|heard| _ = heard.remove(&member));
    }

    /// Takes what a telephone says.
    pub fn say(&mut self, speaker: u32, samples: &[i16]) {
        for (_, heard) in self.ears.iter_mut().filter(|(listener, _)| **listener != speaker) {
            heard.entry(speaker).or_default().say(samples);
        }
    }

    /// The next 20 ms for a telephone.
    pub fn hear(&mut self, listener: u32) -> Samples {
        let mut sum = [0_i16; FRAME];
        for voice in self.ears.get_mut(&listener).into_iter().flat_map(BTreeMap::values_mut) {
            let Some(frame) = voice.hear() else { continue };
            sum.iter_mut().zip(frame).for_each(|(sum, sample)| *sum = sum.saturating_add(sample));
        }
        sum
    }
}

/// A telephone's place in a mix; it is given up with the value.
#[derive(Debug)]
pub struct Seat {
    mixer: Arc<Mutex<Mixer>>,
    member: u32,
    /// Is heard by the others.
    speaks: bool,
}

impl Seat {
    /// Takes a place in a mix.
    pub fn take(mixer: &Arc<Mutex<Mixer>>) -> Self {
        Self::enter(mixer, true)
    }

    /// Takes a place in a mix to hear all and be heard by nobody.
    pub fn listen(mixer: &Arc<Mutex<Mixer>>) -> Self {
        Self::enter(mixer, false)
    }

    fn enter(mixer: &Arc<Mutex<Mixer>>, speaks: bool) -> Self {
        Self { mixer: Arc::clone(mixer), member: locked(mixer).enter(), speaks }
    }

    /// Says something to the others.
    pub fn say(&self, samples: &[i16]) {
        if self.speaks {
            locked(&self.mixer).say(self.member, samples);
        }
    }

    /// The next 20 ms of the others.
    pub fn hear(&self) -> Samples {
        locked(&self.mixer).hear(self.member)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        locked(&self.mixer).leave(self.member);
    }
}

fn locked(mixer: &Mutex<Mixer>) -> MutexGuard<'_, Mixer> {
    // A mix is whole after every statement, so a panic elsewhere spoils nothing.
    mixer.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_hears_all_and_is_not_heard() {
        let mixer = Arc::new(Mutex::new(Mixer::default()));
        let (one, other, listener) = (Seat::take(&mixer), Seat::take(&mixer), Seat::listen(&mixer));
        one.say(&[1; 2 * FRAME]);
        other.say(&[2; 2 * FRAME]);
        listener.say(&[4; 2 * FRAME]);
        assert_eq!((one.hear()[0], other.hear()[0], listener.hear()[0]), (2, 1, 3));
    }

    /// Each of three says a constant of its own, 20 ms at a time.
    fn three() -> (Mixer, [u32; 3]) {
        let mut mixer = Mixer::default();
        let members = [mixer.enter(), mixer.enter(), mixer.enter()];
        (mixer, members)
    }

    fn all_say(mixer: &mut Mixer, members: &[u32]) {
        for (member, sample) in members.iter().zip([100, 20, 3]) {
            mixer.say(*member, &[sample; FRAME]);
        }
    }

    #[test]
    fn everybody_hears_all_others_and_not_themselves() {
        let (mut mixer, members) = three();
        (0..2).for_each(|_| all_say(&mut mixer, &members));
        assert_eq!(members.map(|member| mixer.hear(member)[0]), [23, 103, 120]);
        mixer.leave(members[1]);
        all_say(&mut mixer, &members);
        assert_eq!([members[0], members[2]].map(|member| mixer.hear(member)[0]), [3, 100]);
    }

    #[test]
    fn a_voice_begins_with_a_cushion_and_again_after_a_pause() {
        let (mut mixer, members) = three();
        let [speaker, listener, _] = members;
        mixer.say(speaker, &[7; FRAME]);
        assert_eq!(mixer.hear(listener)[0], 0);
        mixer.say(speaker, &[7; FRAME]);
        assert_eq!([mixer.hear(listener)[0], mixer.hear(listener)[0], mixer.hear(listener)[0]], [7, 7, 0]);
        mixer.say(speaker, &[7; FRAME]);
        assert_eq!(mixer.hear(listener)[0], 0);
    }

    #[test]
    fn what_nobody_fetches_does_not_pile_up() {
        let (mut mixer, [speaker, listener, _]) = three();
        (0..1_000).for_each(|_| mixer.say(speaker, &[7; FRAME]));
        let heard = std::iter::repeat_with(|| mixer.hear(listener)[0]).take_while(|sample| *sample == 7);
        assert!(heard.count() * FRAME <= LONGEST);
    }

    #[test]
    fn too_loud_a_sum_is_cut_and_does_not_wrap() {
        let (mut mixer, members) = three();
        for _ in 0..2 {
            members.iter().for_each(|member| mixer.say(*member, &[i16::MAX; FRAME]));
        }
        assert_eq!(mixer.hear(members[0])[0], i16::MAX);
    }

    #[test]
    fn a_seat_is_given_up_with_its_value() {
        let mixer = Arc::new(Mutex::new(Mixer::default()));
        let (stays, goes) = (Seat::take(&mixer), Seat::take(&mixer));
        (0..2).for_each(|_| goes.say(&[7; FRAME]));
        drop(goes);
        assert_eq!(stays.hear()[0], 0);
    }
}
