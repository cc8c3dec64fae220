//! Who hears the user, and what the user hears.

use super::calls::{Answer, Entry};
use super::effect::Sound;
use super::{Phone, RelaySnapshot};
use sidetone_protocol::{Call, CallState};

impl Phone {
    /// Whether the microphone has to be on.
    pub(super) fn needs_microphone(&self) -> bool {
        let here = !self.leg.is_elsewhere();
        self.checking_microphone
            || self.testing_microphone
            || self.is_about_to_talk()
            || (here && (self.has_voice() || self.answers_itself()))
    }

    /// Whether anybody may hear the user: silent while all calls are on hold, also in the moment between the user's
    /// wish and the relay's doing.
    pub(super) fn is_heard(&self) -> bool {
        let voiced: Vec<(&Call, Option<&Entry>)> = self.voiced().collect();
        let talks = |(call, entry): &(&Call, Option<&Entry>)| {
            let held = entry.map_or(call.hold.by_user, |entry| entry.is_held(call));
            let muted = entry.and_then(|entry| entry.muted).unwrap_or(call.muted);
            !held && !muted
        };
        // Ready for who comes next, or for a test, once nobody is left to overhear it.
        let overheard = voiced.iter().any(|(call, _)| !call.hold.by_user);
        let by_itself = self.is_about_to_talk() || self.testing_microphone;
        voiced.iter().any(talks) || (by_itself && !overheard)
    }

    /// Whether the user has asked for a call or has answered one.
    fn is_about_to_talk(&self) -> bool {
        self.calls.wanted.iter().any(|wanted| !wanted.cancelled)
            || self.calls.entries().any(|entry| entry.answer != Answer::No)
    }

    /// Whether a call rings that will be answered for the user, who should be heard from the first word.
    fn answers_itself(&self) -> bool {
        self.relay.iter().flat_map(|relay| &relay.calls).any(|call| {
            call.state == CallState::Ringing && call.alert.auto_answer_ms.is_some() && !self.ends(call.id)
        })
    }

    /// Whether a call is past ringing and not yet over, so that the other party may hear the user.
    fn has_voice(&self) -> bool {
        self.voiced().next().is_some()
    }

    fn voiced(&self) -> impl Iterator<Item = (&Call, Option<&Entry>)> {
        let calls = self.relay.iter().flat_map(|relay: &RelaySnapshot| &relay.calls);
        calls.map(|call| (call, self.calls.entry(call.id))).filter(|(call, _)| match call.state {
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Answering
            | CallState::Connected
            | CallState::Reconnecting => !self.ends(call.id),
            CallState::Ringing | CallState::Ended { .. } => false,
        })
    }

    /// The sound of the moment; none where another tab makes it.
    pub(super) fn sound(&self) -> Option<Sound> {
        if self.leg.is_elsewhere() {
            return None;
        }
        let in_call = self.has_voice();
        let mut ringback = None;
        let mut talking = false;
        for call in self.relay.iter().flat_map(|relay| &relay.calls) {
            let dealt_with =
                self.calls.entry(call.id).is_some_and(|entry| entry.ending || entry.answer != Answer::No);
            match call.state {
                CallState::Ringing if dealt_with => {}
                CallState::Ringing if in_call => return Some(Sound::CallWaiting),
                CallState::Ringing => return Some(Sound::Ring(call.alert.ring)),
                CallState::Alerting { early_media: false } if !dealt_with && !call.hold.by_user => {
                    ringback = Some(Sound::Ringback);
                }
                CallState::Connected | CallState::Reconnecting => talking |= !call.hold.by_user,
                CallState::Dialing
                | CallState::Alerting { .. }
                | CallState::Answering
                | CallState::Ended { .. } => {}
            }
        }
        // How another call failed is not played into a talk.
        ringback.or(self.farewell.map(|(sound, _)| sound).filter(|_| !talking))
    }
}
