//! Calls that were asked for and that the relay has not named yet.

use super::Phone;
use super::time::Time;
use sidetone_protocol::{Call, CallId, ClientMessage, DialString, Direction, RequestId};
use sidetone_skins::Intent;
use sidetone_skins::snapshot::CallKey;

/// A call that was asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) key: CallKey,
    pub(super) what: What,
    /// Set once the relay has been asked; until then the microphone is awaited.
    pub(super) request: Option<RequestId>,
    /// The relay's name for it, which comes with its acceptance; the call itself comes next.
    pub(super) id: Option<CallId>,
    /// The user has changed their mind before the relay named the call.
    pub(super) cancelled: bool,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// To call somebody.
    Dial {
        /// As the user wrote it.
        number: String,
        target: DialString,
    },
    /// To call somebody about another call.
    Consult {
        about: CallId,
        /// The same, as skins name it.
        about_key: CallKey,
        /// As the user wrote it.
        number: String,
        target: DialString,
    },
    /// To take a call that rings elsewhere.
    PickUp { number: Option<DialString> },
}

impl Wanted {
    pub(super) fn new(key: CallKey, what: What) -> Self {
        Self { key, what, request: None, id: None, cancelled: false }
    }

    /// Whether that call is this one. A call can be seen before the acceptance that names it; one that is picked
    /// up looks like any that rings, so its name is waited for.
    pub(super) fn may_be(&self, call: &Call) -> bool {
        if self.request.is_none() {
            return false;
        }
        if let Some(named) = self.id {
            return named == call.id;
        }
        match &self.what {
            What::Dial { .. } => call.direction == Direction::Outbound && call.consults_for.is_none(),
            What::Consult { about, .. } => call.consults_for == Some(*about),
            What::PickUp { .. } => false,
        }
    }
}

impl What {
    /// What asks for the same again.
    pub(super) fn intent(&self) -> Intent {
        match self {
            Self::Dial { number, .. } => Intent::Dial { number: number.clone() },
            Self::Consult { about_key, number, .. } => {
                Intent::Consult { call: *about_key, number: number.clone() }
            }
            Self::PickUp { number } => Intent::PickUp { number: number.clone() },
        }
    }

    fn message(&self, request: RequestId) -> ClientMessage {
        match self.clone() {
            Self::Dial { target, .. } => ClientMessage::Dial { request, target },
            Self::Consult { about, target, .. } => ClientMessage::Consult { request, call: about, target },
            Self::PickUp { number } => ClientMessage::PickUp { request, number },
        }
    }
}

impl Phone {
    /// Asks for a call as soon as the microphone is there. The same call asked for again, by a second click, is
    /// one call.
    pub(super) fn want(&mut self, now: Time, what: What) {
        if self.calls.wanted.iter().any(|wanted| wanted.what == what && !wanted.cancelled) {
            return;
        }
        let key = self.calls.next_key();
        self.calls.wanted.push(Wanted::new(key, what));
        self.calls.changed = Some(key);
        self.farewell = None;
        self.panel = None;
        self.make_ready(now);
    }

    /// The microphone is live: asks the relay for what waited for it.
    pub(super) fn ask_for_wanted(&mut self, now: Time) {
        for wanted in self.calls.wanted.iter_mut().filter(|wanted| wanted.request.is_none()) {
            let (request, message) = self.requests.ask(now, |request| wanted.what.message(request));
            wanted.request = Some(request);
            self.connection.send(message, &mut self.effects);
        }
    }

    /// The user has changed their mind. Returns whether that was a call of this kind.
    pub(super) fn cancel_wanted(&mut self, key: CallKey) -> bool {
        let Some(index) = self.calls.wanted.iter().position(|wanted| wanted.key == key) else {
            return false;
        };
        if let Some(wanted) = self.calls.wanted.get_mut(index).filter(|wanted| wanted.request.is_some()) {
            wanted.cancelled = true;
        } else {
            self.calls.wanted.remove(index);
        }
        true
    }
}
