//! The warm leg: one peer connection, made after sign-in and kept over calls, so that answering never
//! waits for ICE.

use super::effect::{Effect, PeerEvent};
use super::time::Time;
use sidetone_protocol::{ClientMessage, Failure, FailureCode, MediaGeneration, MediaHolder};

/// How long the browser may take for an offer, the relay for its answer, and ICE with DTLS after it.
const OFFER_TIMEOUT_MS: u64 = 5_000;
const ANSWER_TIMEOUT_MS: u64 = 10_000;
const CONNECT_TIMEOUT_MS: u64 = 12_000;
/// A path that is silent for that long is replaced; Chromium itself has waited 5 s before it says so.
const UNSTABLE_MS: u64 = 2_000;
/// Waits between tries double between these two; in a call they stay short.
const RETRY_MIN_MS: u64 = 500;
const RETRY_MAX_MS: u64 = 15_000;
const RETRY_MAX_IN_CALL_MS: u64 = 2_000;
/// When another tab lets go of the phone it may only be reloading: it gets that long to come back.
const ORPHAN_MS: u64 = 5_000;

/// The peer connection, or what keeps it from being there.
#[derive(Debug, Default)]
pub(super) struct WarmLeg {
    generation: MediaGeneration,
    state: State,
    failures: u32,
    failure: Option<Failure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// Nobody is signed in, or there is no connection to offer over.
    #[default]
    Off,
    /// Another tab has the phone; the user has to ask for it.
    Elsewhere,
    /// The next try is due then.
    Waiting { until: Time },
    /// The browser makes the peer connection and the offer.
    Creating { take_over: bool, until: Time },
    /// The relay has the offer.
    Offered { until: Time },
    /// The answer is set; ICE and DTLS are under way.
    Connecting { until: Time },
    /// Ready for calls.
    Connected,
    /// Was connected; replaced if it is not back by then.
    Unstable { until: Time },
}

impl WarmLeg {
    /// The peer connection there is, ready or not.
    pub(super) fn generation(&self) -> Option<MediaGeneration> {
        match self.state {
            State::Off | State::Elsewhere | State::Waiting { .. } => None,
            State::Creating { .. }
            | State::Offered { .. }
            | State::Connecting { .. }
            | State::Connected
            | State::Unstable { .. } => Some(self.generation),
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        matches!(self.state, State::Connected | State::Unstable { .. })
    }

    pub(super) fn is_elsewhere(&self) -> bool {
        self.state == State::Elsewhere
    }

    /// Why there is no path, once a second try has failed too: the first is repeated without bothering anybody.
    pub(super) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref().filter(|_| self.failures > 1)
    }

    /// The session is on, and that is who has the phone.
    pub(super) fn signed_in(&mut self, now: Time, media: MediaHolder, effects: &mut impl Extend<Effect>) {
        match media {
            MediaHolder::Elsewhere => self.moved(effects),
            // Only the signalling broke: packets may never have stopped.
            MediaHolder::Here if self.is_connected() => {}
            MediaHolder::Here | MediaHolder::Nobody => self.start(now, false, effects),
        }
    }

    /// The phone has moved between tabs.
    pub(super) fn holder_changed(
        &mut self,
        now: Time,
        media: MediaHolder,
        effects: &mut impl Extend<Effect>,
    ) {
        match media {
            MediaHolder::Elsewhere => self.moved(effects),
            MediaHolder::Nobody if self.is_elsewhere() => {
                self.state = State::Waiting { until: now + ORPHAN_MS };
            }
            MediaHolder::Here | MediaHolder::Nobody => {}
        }
    }

    /// The user wants the phone in this tab.
    pub(super) fn take_over(&mut self, now: Time, effects: &mut impl Extend<Effect>) {
        if self.is_elsewhere() {
            self.start(now, true, effects);
        }
    }

    /// A call needs the path: does not wait for the next try.
    pub(super) fn hurry(&mut self, now: Time) {
        if let State::Waiting { .. } = self.state {
            self.state = State::Waiting { until: now };
        }
    }

    /// The connection to the relay broke. A path that stands stays; an exchange under way has to start anew.
    pub(super) fn disconnected(&mut self, effects: &mut impl Extend<Effect>) {
        match self.state {
            State::Connected | State::Unstable { .. } | State::Elsewhere => {}
            State::Off
            | State::Waiting { .. }
            | State::Creating { .. }
            | State::Offered { .. }
            | State::Connecting { .. } => {
                // The relay has forgotten it with the connection; there is nobody to tell.
                self.close(effects);
            }
        }
    }

    /// Closes it for good. Returns the generation that the relay should be told of.
    pub(super) fn close(&mut self, effects: &mut impl Extend<Effect>) -> Option<MediaGeneration> {
        let open = self.generation();
        effects.extend(open.map(Effect::ClosePeer));
        self.state = State::Off;
        open
    }

    /// Something has happened to the peer connection. Returns what the relay has to be told.
    pub(super) fn peer(
        &mut self,
        now: Time,
        in_call: bool,
        generation: MediaGeneration,
        event: PeerEvent,
        effects: &mut impl Extend<Effect>,
    ) -> Option<ClientMessage> {
        if self.generation() != Some(generation) {
            return None;
        }
        match (event, self.state) {
            (PeerEvent::Offered { sdp }, State::Creating { take_over, .. }) => {
                self.state = State::Offered { until: now + ANSWER_TIMEOUT_MS };
                return Some(ClientMessage::MediaOffer { generation, sdp, take_over });
            }
            (PeerEvent::Connected, State::Connecting { .. } | State::Unstable { .. }) => {
                self.state = State::Connected;
                self.failures = 0;
                self.failure = None;
            }
            (PeerEvent::Disconnected, State::Connected) => {
                self.state = State::Unstable { until: now + UNSTABLE_MS };
            }
            (PeerEvent::Failed, _) => {
                self.failed(now, in_call, FailureCode::MediaUnreachable.into(), effects);
            }
            (PeerEvent::Offered { .. } | PeerEvent::Connected | PeerEvent::Disconnected, _) => {}
        }
        None
    }

    /// The relay's answer.
    pub(super) fn answered(
        &mut self,
        now: Time,
        generation: MediaGeneration,
        sdp: String,
        effects: &mut impl Extend<Effect>,
    ) {
        if let State::Offered { .. } = self.state
            && generation == self.generation
        {
            self.state = State::Connecting { until: now + CONNECT_TIMEOUT_MS };
            effects.extend([Effect::ApplyAnswer { generation, sdp }]);
        }
    }

    /// The relay has no use for the peer connection any more.
    pub(super) fn lost(
        &mut self,
        now: Time,
        in_call: bool,
        generation: MediaGeneration,
        failure: Failure,
        effects: &mut impl Extend<Effect>,
    ) {
        if self.generation() == Some(generation) {
            self.refused(now, in_call, failure, effects);
        }
    }

    /// The relay has refused the offer, if one is under way. Returns whether one was.
    pub(super) fn offer_refused(
        &mut self,
        now: Time,
        in_call: bool,
        failure: &Failure,
        effects: &mut impl Extend<Effect>,
    ) -> bool {
        let offered = matches!(self.state, State::Offered { .. });
        if offered {
            self.refused(now, in_call, failure.clone(), effects);
        }
        offered
    }

    pub(super) fn next_timeout(&self) -> Option<Time> {
        match self.state {
            State::Off | State::Elsewhere | State::Connected => None,
            State::Waiting { until }
            | State::Creating { until, .. }
            | State::Offered { until }
            | State::Connecting { until }
            | State::Unstable { until } => Some(until),
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Time, in_call: bool, effects: &mut impl Extend<Effect>) {
        if self.next_timeout().is_none_or(|due| due > now) {
            return;
        }
        if let State::Waiting { .. } = self.state {
            self.start(now, false, effects);
        } else {
            self.failed(now, in_call, FailureCode::MediaUnreachable.into(), effects);
        }
    }

    fn start(&mut self, now: Time, take_over: bool, effects: &mut impl Extend<Effect>) {
        self.close(effects);
        self.generation = self.generation.next();
        self.state = State::Creating { take_over, until: now + OFFER_TIMEOUT_MS };
        effects.extend([Effect::OpenPeer(self.generation)]);
    }

    fn moved(&mut self, effects: &mut impl Extend<Effect>) {
        // A take-over that is under way is what will bring the phone here.
        let taking_over =
            matches!(self.state, State::Creating { take_over: true, .. } | State::Offered { .. });
        if !taking_over {
            self.close(effects);
            self.state = State::Elsewhere;
        }
    }

    fn refused(&mut self, now: Time, in_call: bool, failure: Failure, effects: &mut impl Extend<Effect>) {
        if failure.code == FailureCode::PhoneInOtherTab {
            self.close(effects);
            self.state = State::Elsewhere;
        } else {
            self.failed(now, in_call, failure, effects);
        }
    }

    fn failed(&mut self, now: Time, in_call: bool, failure: Failure, effects: &mut impl Extend<Effect>) {
        let was_up = self.is_connected();
        self.close(effects);
        let max = if in_call { RETRY_MAX_IN_CALL_MS } else { RETRY_MAX_MS };
        let wait = match self.failures {
            0 if was_up => 0,
            n => (RETRY_MIN_MS << n.min(5)).min(max),
        };
        self.failures = self.failures.saturating_add(1);
        self.failure = Some(failure);
        self.state = State::Waiting { until: now + wait };
    }
}
