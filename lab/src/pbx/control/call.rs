//! A call of the switch, and what each of its parties is to hear and to know.

use std::sync::{Arc, Mutex};

use rsipstack::dialog::DialogId;
use rsipstack::sip::StatusCode;
use tokio::sync::{mpsc, watch};
use tracing::debug;

use super::leg::{Order, PartyId, Wanted};
use super::tones;
use crate::cti::{Address, CallId};
use crate::media::player::Segment;
use crate::media::room::{Mixer, Seat};
use crate::media::session::Sound;
use crate::media::simulated::Simulated;
use crate::pbx::sdp::Direction;

/// A call, on all its way.
pub(super) struct Call {
    pub(super) id: CallId,
    pub(super) from: Address,
    pub(super) parties: Vec<Party>,
    /// The queue that it waits in or came from.
    pub(super) queue: Option<Address>,
    /// A call to hear another one, at this agent's.
    pub(super) watched: Option<(CallId, Address)>,
    /// It did not reach its destination, and is over but for the tone that says so.
    pub(super) failed: bool,
    pub(super) mixer: Arc<Mutex<Mixer>>,
}

/// Somebody in a call.
pub(super) struct Party {
    pub(super) id: PartyId,
    pub(super) address: Address,
    pub(super) state: State,
    /// Holds, since we were told so.
    pub(super) held: bool,
    /// Holds by its own telephone.
    pub(super) holds: bool,
    /// Its audio is there.
    pub(super) is_connected: bool,
    /// That it rings there has been reported.
    pub(super) delivered: bool,
    /// What is done once its telephone, which is called first, has answered.
    pub(super) then: Option<Then>,
    pub(super) dialog: Option<DialogId>,
    pub(super) end: End,
    sound: Sound,
    hears: Hears,
}

/// Where a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Calls somebody.
    Calling,
    Ringing,
    /// Waits in a queue.
    Waiting,
    Talking,
    /// Hears that whom it called cannot be had.
    Failed,
}

/// What a telephone that is called first was called for.
#[derive(Clone, Debug)]
pub(super) enum Then {
    /// To call somebody.
    Reach(Address),
    /// To hear a call.
    Listen,
}

/// The other end of a party.
pub(super) enum End {
    Telephone { orders: mpsc::UnboundedSender<Order>, wanted: watch::Sender<Wanted> },
    Played(Simulated),
}

/// What a party hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hears {
    Nothing,
    /// The others in this call, who hear it.
    Mix(CallId),
    /// A call in which nobody hears it.
    Secretly(CallId),
    HoldMusic,
    QueueMusic,
    Ringback,
    Busy,
}

impl Party {
    pub(super) fn new(id: PartyId, address: &str, state: State, sound: Sound, end: End) -> Self {
        Self {
            id,
            address: address.to_owned(),
            state,
            held: false,
            holds: false,
            is_connected: false,
            delivered: false,
            then: None,
            dialog: None,
            end,
            sound,
            hears: Hears::Nothing,
        }
    }

    pub(super) fn is_holding(&self) -> bool {
        self.state == State::Talking && (self.held || self.holds)
    }

    pub(super) fn is_talking(&self) -> bool {
        self.state == State::Talking && !self.held && !self.holds
    }

    pub(super) fn dial(&self, digits: Vec<crate::media::dtmf::Digit>) {
        self.sound.dial(digits);
    }

    pub(super) fn order(&self, order: Order) {
        match &self.end {
            End::Telephone { orders, .. } => {
                if orders.send(order).is_err() {
                    debug!("a telephone is gone already");
                }
            }
            End::Played(_) => {}
        }
    }

    pub(super) fn is_connected_telephone(&self) -> bool {
        self.is_connected && matches!(self.end, End::Telephone { .. })
    }

    pub(super) fn hang_up_unanswered(&self, status: StatusCode) {
        if !self.is_connected {
            self.hang_up(status);
        }
    }

    pub(super) fn hang_up(&self, status: StatusCode) {
        self.order(Order::HangUp(status));
    }

    /// Has the telephone told all again, even if nothing has changed.
    pub(super) fn tell_again(&self) {
        if let End::Telephone { wanted, .. } = &self.end {
            wanted.send_modify(|wanted| wanted.again += 1);
        }
    }

    fn hear(&mut self, hears: Hears, mixer: &Arc<Mutex<Mixer>>) {
        if std::mem::replace(&mut self.hears, hears) == hears {
            return;
        }
        match hears {
            Hears::Nothing => self.sound.play([]),
            Hears::Mix(_) => self.sound.join(Seat::take(mixer)),
            Hears::Secretly(_) => self.sound.join(Seat::listen(mixer)),
            Hears::HoldMusic => self.sound.play([Segment::endless_tone(tones::HOLD_MUSIC_HZ)]),
            Hears::QueueMusic => self.sound.play([Segment::endless_tone(tones::QUEUE_MUSIC_HZ)]),
            Hears::Ringback => self.sound.play(tones::ringback()),
            Hears::Busy => self.sound.play(tones::busy()),
        }
    }

    fn know(&self, direction: Direction, with: Option<&str>) {
        let End::Telephone { wanted, .. } = &self.end else { return };
        wanted.send_if_modified(|wanted| {
            let before = wanted.clone();
            wanted.direction = direction;
            if let Some(with) = with {
                with.clone_into(&mut wanted.with);
            }
            *wanted != before
        });
    }
}

/// Who is not one number: a conference.
const CONFERENCE: &str = "conference";

impl Call {
    pub(super) fn new(id: CallId, from: &str) -> Self {
        Self {
            id,
            from: from.to_owned(),
            parties: Vec::new(),
            queue: None,
            watched: None,
            failed: false,
            mixer: Arc::default(),
        }
    }

    pub(super) fn party(&self, address: &str) -> Option<&Party> {
        self.parties.iter().find(|party| party.address == address)
    }

    pub(super) fn party_mut(&mut self, address: &str) -> Option<&mut Party> {
        self.parties.iter_mut().find(|party| party.address == address)
    }

    pub(super) fn addresses(&self) -> Vec<Address> {
        self.parties.iter().map(|party| party.address.clone()).collect()
    }

    /// Has each party hear and know what follows from where all are. `watched` is the mix of the call that this one hears.
    pub(super) fn settle(&mut self, watched: Option<&Arc<Mutex<Mixer>>>) {
        let views: Vec<_> = self
            .parties
            .iter()
            .map(|party| (self.hears(party), self.with(party).map(str::to_owned)))
            .collect();
        for (party, (hears, with)) in self.parties.iter_mut().zip(views) {
            let direction = if party.state == State::Talking && party.held {
                Direction::Inactive
            } else if hears == Hears::HoldMusic {
                Direction::SendOnly
            } else {
                Direction::SendReceive
            };
            let mixer = match hears {
                Hears::Secretly(_) => watched.unwrap_or(&self.mixer),
                Hears::Nothing
                | Hears::Mix(_)
                | Hears::HoldMusic
                | Hears::QueueMusic
                | Hears::Ringback
                | Hears::Busy => &self.mixer,
            };
            party.hear(hears, mixer);
            party.know(direction, with.as_deref());
        }
    }

    fn hears(&self, party: &Party) -> Hears {
        let rings = self.parties.iter().any(|party| party.state == State::Ringing);
        match party.state {
            State::Ringing => Hears::Nothing,
            State::Calling if rings => Hears::Ringback,
            State::Calling => Hears::Nothing,
            State::Waiting => Hears::QueueMusic,
            State::Failed => Hears::Busy,
            State::Talking if party.is_holding() => Hears::Nothing,
            State::Talking => match &self.watched {
                Some((watched, _)) => Hears::Secretly(*watched),
                None if self.parties.iter().filter(|party| party.is_talking()).count() > 1 => {
                    Hears::Mix(self.id)
                }
                None if self.parties.iter().any(Party::is_holding) => Hears::HoldMusic,
                None if rings => Hears::Ringback,
                None => Hears::Nothing,
            },
        }
    }

    /// With whom a party is, where that is known by now.
    fn with(&self, party: &Party) -> Option<&str> {
        if self.watched.is_some() || party.state != State::Talking {
            return None;
        }
        let mut others =
            self.parties.iter().filter(|other| other.id != party.id && other.state == State::Talking);
        let other = others.next()?;
        Some(if others.next().is_some() { CONFERENCE } else { &other.address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parties without anything at their other ends.
    fn call(states: &[State]) -> Call {
        let mut call = Call::new(CallId(1), "1");
        for (number, &state) in (1..).zip(states) {
            let (orders, _) = mpsc::unbounded_channel();
            let wanted = Wanted { direction: Direction::SendReceive, with: "nobody".to_owned(), again: 0 };
            let end = End::Telephone { orders, wanted: watch::channel(wanted).0 };
            let sound = Sound::to_nobody();
            call.parties.push(Party::new(PartyId(number), &number.to_string(), state, sound, end));
        }
        call
    }

    fn settled(call: &mut Call) -> Vec<(Hears, Direction, String)> {
        call.settle(None);
        let known = |party: &Party| match &party.end {
            End::Telephone { wanted, .. } => wanted.borrow().clone(),
            End::Played(_) => unreachable!("all are telephones here"),
        };
        call.parties
            .iter()
            .map(|party| {
                let known = known(party);
                (party.hears, known.direction, known.with)
            })
            .collect()
    }

    const BOTH: Direction = Direction::SendReceive;

    #[test]
    fn two_who_talk_hear_each_other_and_know_whom() {
        let mix = Hears::Mix(CallId(1));
        assert_eq!(
            settled(&mut call(&[State::Talking, State::Talking])),
            [(mix, BOTH, "2".into()), (mix, BOTH, "1".into())]
        );
        let three = settled(&mut call(&[State::Talking; 3]));
        assert!(three.iter().all(|(hears, _, with)| *hears == mix && with == "conference"));
    }

    #[test]
    fn who_is_held_hears_music_and_who_holds_nothing() {
        let mut call = call(&[State::Talking, State::Talking]);
        call.parties[0].held = true;
        let seen = settled(&mut call);
        assert_eq!(
            (seen[0].0, seen[0].1, seen[1].0, seen[1].1),
            (Hears::Nothing, Direction::Inactive, Hears::HoldMusic, Direction::SendOnly)
        );
        // A telephone that holds by itself has described its stream itself.
        call.parties[0].held = false;
        call.parties[0].holds = true;
        let seen = settled(&mut call);
        assert_eq!((seen[0].0, seen[0].1, seen[1].0), (Hears::Nothing, BOTH, Hears::HoldMusic));
    }

    #[test]
    fn two_others_talk_on_while_the_third_holds() {
        let mut call = call(&[State::Talking; 3]);
        call.parties[2].held = true;
        let hears: Vec<_> = settled(&mut call).into_iter().map(|(hears, ..)| hears).collect();
        assert_eq!(hears, [Hears::Mix(CallId(1)), Hears::Mix(CallId(1)), Hears::Nothing]);
    }

    #[test]
    fn callers_hear_how_far_their_call_is() {
        let hears = |states: &[State]| settled(&mut call(states))[0].0;
        assert_eq!(hears(&[State::Calling]), Hears::Nothing);
        assert_eq!(hears(&[State::Calling, State::Ringing]), Hears::Ringback);
        assert_eq!(hears(&[State::Waiting, State::Ringing]), Hears::QueueMusic);
        assert_eq!(hears(&[State::Talking, State::Ringing]), Hears::Ringback);
        assert_eq!(hears(&[State::Failed]), Hears::Busy);
    }
}
