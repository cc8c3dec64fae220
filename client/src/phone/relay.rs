//! What comes over the WebSocket.

use super::calls::Answer;
use super::connection::Sequence;
use super::effect::{Effect, SocketEvent, Sound};
use super::{Phone, Session, Time};
use sidetone_protocol::{
    Call, CallState, ClientMessage, Direction, EndReason, Event, Failure, FailureCode, PROTOCOL_VERSION,
    RelayFrame, RelayMessage, RequestId, SessionToken, Snapshot as RelaySnapshot,
};
use sidetone_skins::snapshot::Notice;
use std::sync::Arc;

/// How long the sound of a failed call lasts.
const FAREWELL_MS: u64 = 3_000;

impl Phone {
    pub(super) fn socket(&mut self, now: Time, event: SocketEvent) {
        match event {
            SocketEvent::Opened => self.connection.greet(&mut self.effects),
            SocketEvent::Received(frame) => self.frame(now, *frame),
            // Whatever it said is lost; a fresh snapshot makes good for it.
            SocketEvent::Unreadable => self.ask_for_snapshot(),
            SocketEvent::Closed => self.connection_broken(now),
        }
    }

    fn frame(&mut self, now: Time, frame: RelayFrame) {
        match self.connection.sequence(frame.seq) {
            Sequence::Next => {}
            Sequence::Gap => self.ask_for_snapshot(),
            Sequence::Repeated => return,
        }
        self.message(now, frame.message);
    }

    fn ask_for_snapshot(&mut self) {
        if self.is_on() {
            self.connection.send(ClientMessage::Sync, &mut self.effects);
        }
    }

    fn message(&mut self, now: Time, message: RelayMessage) {
        match message {
            RelayMessage::Welcome { version, heartbeat_ms } => self.welcome(now, version, heartbeat_ms),
            RelayMessage::SignedIn { token, grace_ms: _, snapshot, dial_plan } => {
                self.dial_plan = dial_plan.map(Arc::from);
                self.signed_in(now, token, snapshot);
            }
            RelayMessage::Snapshot { snapshot } => {
                let media = snapshot.media;
                self.take(now, snapshot);
                self.leg.holder_changed(now, media, &mut self.effects);
            }
            RelayMessage::SignedOut { failure } => self.sign_out(failure),
            RelayMessage::Event { event } => self.event(now, event),
            RelayMessage::MediaAnswer { generation, sdp } => {
                self.leg.answered(now, generation, sdp, &mut self.effects);
            }
            RelayMessage::MediaLost { generation, failure } => {
                let in_call = self.in_call();
                self.leg.lost(now, in_call, generation, failure, &mut self.effects);
            }
            RelayMessage::SendCodec { generation, codec } => {
                if self.leg.generation() == Some(generation) {
                    self.effects.push_back(Effect::SetSendCodec { generation, codec });
                }
            }
            RelayMessage::Accepted { request, call } => {
                self.requests.answered(request);
                self.agent_accepted(request);
                let cancelled = call.and_then(|call| self.calls.named(request, call));
                if let Some(call) = cancelled {
                    self.end(now, call, |request, call| ClientMessage::HangUp { request, call });
                }
            }
            RelayMessage::Failed { request: Some(request), failure } => {
                self.request_failed(request, failure);
            }
            RelayMessage::Failed { request: None, failure } => self.failed(now, failure),
            RelayMessage::Contacts { request, contacts } => {
                self.requests.answered(request);
                self.contacts(request, contacts);
            }
            RelayMessage::Pong { nonce, now_ms } => {
                if let Some(asked) = self.connection.pong(nonce) {
                    self.clock.read_round_trip(asked, now, now_ms);
                }
            }
        }
    }

    fn welcome(&mut self, now: Time, version: u16, heartbeat_ms: u32) {
        if version != PROTOCOL_VERSION {
            self.outdated();
            return;
        }
        self.connection.greeted(now, heartbeat_ms);
        let say = match &self.session {
            Session::SigningIn { user, password } => {
                ClientMessage::SignIn { user: user.clone(), password: password.clone() }
            }
            Session::Resuming { token } => ClientMessage::Resume { token: token.clone() },
            Session::SignedOut { .. } | Session::On { .. } | Session::Outdated => return,
        };
        self.connection.send(say, &mut self.effects);
    }

    /// The token stays: the page that is loaded next resumes with it.
    fn outdated(&mut self) {
        self.leg.close(&mut self.effects);
        self.connection.close(&mut self.effects);
        self.session = Session::Outdated;
    }

    fn signed_in(&mut self, now: Time, token: SessionToken, snapshot: RelaySnapshot) {
        self.connection.settled();
        self.effects.push_back(Effect::StoreToken(token.clone()));
        self.session = Session::On { token };
        self.notice.take_if(|notice| is_about_connection(notice.failure.code));
        let media = snapshot.media;
        self.take(now, snapshot);
        let (repeat, given_up) = self.requests.repeat(now);
        for message in repeat {
            self.connection.send(message, &mut self.effects);
        }
        for message in given_up {
            self.refused(message, FailureCode::RelayUnreachable.into());
        }
        self.leg.signed_in(now, media, &mut self.effects);
        self.effects.push_back(Effect::ListDevices);
    }

    /// A full snapshot takes the place of all that was known.
    fn take(&mut self, now: Time, snapshot: RelaySnapshot) {
        self.clock.read(now, snapshot.now_ms);
        self.calls.retain(&snapshot.calls);
        let calls = snapshot.calls.clone();
        self.relay = Some(snapshot);
        for call in &calls {
            self.see(now, call);
        }
        self.agent_taken(now);
    }

    fn event(&mut self, now: Time, event: Event) {
        let Some(relay) = self.relay.as_mut() else { return };
        relay.apply(&event);
        match event {
            Event::CallChanged { call } => self.see(now, &call),
            Event::CallRemoved { call } => self.calls.remove(call),
            Event::LineChanged { .. } | Event::WatchedChanged { .. } => {}
            Event::Agent(event) => self.agent_event(now, &event),
            Event::FeaturesChanged { .. } => self.do_not_disturb = None,
            Event::MediaHolderChanged { media } => {
                self.leg.holder_changed(now, media, &mut self.effects);
            }
            Event::DtmfReceived { call, digits } => {
                if let Some(entry) = self.calls.by_id(call) {
                    entry.keys_received.push_str(digits.as_str());
                }
            }
        }
    }

    fn see(&mut self, now: Time, call: &Call) {
        let known = self.calls.entry(call.id).is_some() || !self.calls.wanted.is_empty();
        let seen = self.calls.see(call, now, &self.clock);
        if seen.cancelled && !call.is_ended() {
            self.end(now, call.id, |request, call| ClientMessage::HangUp { request, call });
        }
        if seen.answered_itself && !self.leg.is_elsewhere() {
            self.effects.push_back(Effect::PlayAnswered);
        }
        if seen.just_ended && known {
            self.farewell = farewell(call).map(|sound| (sound, now + FAREWELL_MS));
        }
        if call.state == CallState::Ringing {
            // A new call is the more important sound.
            self.farewell = None;
        }
    }

    /// A refusal without a request: of the sign-in, of an offer, or of the connection as a whole.
    fn failed(&mut self, now: Time, failure: Failure) {
        if failure.code == FailureCode::VersionMismatch {
            self.outdated();
            return;
        }
        match self.session {
            Session::SigningIn { .. } => self.sign_out(Some(failure)),
            Session::Resuming { .. } if failure.code == FailureCode::SessionExpired => {
                self.sign_out(Some(failure));
            }
            Session::Resuming { .. } => self.connection_broken(now),
            Session::On { .. } => {
                let in_call = self.in_call();
                if !self.leg.offer_refused(now, in_call, &failure, &mut self.effects) {
                    self.notice = Some(Notice { failure, retry: None });
                }
            }
            Session::SignedOut { .. } | Session::Outdated => {}
        }
    }

    fn request_failed(&mut self, request: RequestId, failure: Failure) {
        if let Some(message) = self.requests.answered(request) {
            self.refused(message, failure);
        }
    }

    /// Tells the user at the place where they asked.
    fn refused(&mut self, message: ClientMessage, failure: Failure) {
        match message {
            ClientMessage::Dial { request, .. }
            | ClientMessage::Consult { request, .. }
            | ClientMessage::PickUp { request, .. } => {
                if let Some(wanted) = self.calls.refused(request).filter(|wanted| !wanted.cancelled) {
                    self.notice = Some(Notice { failure, retry: Some(wanted.what.intent()) });
                }
            }
            ClientMessage::SetDoNotDisturb { .. } => {
                self.do_not_disturb = None;
                self.notice = Some(Notice { failure, retry: None });
            }
            ClientMessage::SetForward { .. } => self.notice = Some(Notice { failure, retry: None }),
            ClientMessage::Agent { request, action } => self.agent_refused(request, &action, failure),
            ClientMessage::HangUp { .. } | ClientMessage::Reject { .. } | ClientMessage::Dismiss { .. }
                if failure.code == FailureCode::NoSuchCall =>
            {
                // What was wanted is so already; only the list is out of date.
                self.ask_for_snapshot();
            }
            ClientMessage::Answer { call, .. }
            | ClientMessage::HangUp { call, .. }
            | ClientMessage::Reject { call, .. }
            | ClientMessage::SetMuted { call, .. }
            | ClientMessage::SendDtmf { call, .. }
            | ClientMessage::SetHeld { call, .. }
            | ClientMessage::Transfer { call, .. }
            | ClientMessage::Join { call, .. }
            | ClientMessage::Split { call, .. }
            | ClientMessage::Park { call, .. }
            | ClientMessage::Dismiss { call, .. } => {
                let notice = Notice { failure, retry: None };
                for fellow in self.fellows(call) {
                    if let Some(entry) = self.calls.by_id(fellow) {
                        entry.muted = None;
                        entry.asked = None;
                    }
                }
                match self.calls.by_id(call) {
                    Some(entry) => {
                        entry.answer = Answer::No;
                        entry.ending = false;
                        entry.notice = Some(notice);
                    }
                    None => self.notice = Some(notice),
                }
            }
            ClientMessage::Hello { .. }
            | ClientMessage::SignIn { .. }
            | ClientMessage::Resume { .. }
            | ClientMessage::SignOut
            | ClientMessage::Sync
            | ClientMessage::Ping { .. }
            | ClientMessage::MediaOffer { .. }
            | ClientMessage::MediaClosed { .. } => {}
        }
    }
}

/// What the network of the other side would play.
fn farewell(call: &Call) -> Option<Sound> {
    match (&call.state, call.direction) {
        (CallState::Ended { reason: EndReason::Failed { failure } }, Direction::Outbound)
            if call.answered_at_ms.is_none() =>
        {
            Some(if failure.code == FailureCode::Busy { Sound::Busy } else { Sound::Congestion })
        }
        _ => None,
    }
}

fn is_about_connection(code: FailureCode) -> bool {
    matches!(code, FailureCode::RelayUnreachable | FailureCode::RelayStopping)
}
