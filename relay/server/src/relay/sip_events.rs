//! What SIP tells about lines and calls: one arm per event.

use super::lines::user_of;
use super::transferring::target_of;
use super::{Relay, outcome};
use crate::sip_io::Accepted;
use sidetone_bridge::{FarEvent, UserId};
use sidetone_protocol::{LineState, Party};
use sidetone_sip::{Caller, Cause, Event, Input, LegId};

impl Relay {
    pub(super) fn handle_sip(&mut self, input: Input) {
        self.sockets.observe(&input);
        if let Input::Closed { flow } = input {
            self.sockets.forget(flow);
        }
        let time = self.sip_time();
        self.sip.handle_input(time, &mut self.rng, input);
    }

    pub(super) fn accept(&mut self, accepted: Accepted) {
        let Accepted { local, remote, transport, .. } = accepted;
        let flow = self.sip.allocate_flow();
        if self.sockets.adopt(flow, accepted) {
            self.handle_sip(Input::Accepted { flow, local, remote, transport });
        }
    }

    pub(super) fn sip_event(&mut self, event: Event) {
        match event {
            Event::Registered { account, expires: _ } => {
                self.bridge.line_changed(user_of(account), LineState::Ready);
            }
            Event::RegistrationFailed { account, cause, retry_at: _ } => {
                let failure = outcome::line_failure(&cause);
                tracing::warn!(
                    line = account.0,
                    code = failure.code.as_str(),
                    ?cause,
                    "a line is not registered"
                );
                self.bridge.line_changed(user_of(account), LineState::Unavailable { failure });
            }
            Event::RegistrationLost { account } => {
                tracing::info!(
                    line = account.0,
                    "the connection to the registrar is lost; a new one is being made"
                );
                self.bridge.line_changed(user_of(account), LineState::Registering);
            }
            Event::InService { account } => self.bridge.line_changed(user_of(account), LineState::Ready),
            Event::OutOfService { account } => {
                let failure = outcome::line_failure(&Cause::Timeout);
                self.bridge.line_changed(user_of(account), LineState::Unavailable { failure });
            }
            Event::PeerUp { trunk, peer } => {
                tracing::info!(trunk = trunk.0, peer, "a peer of a trunk answers again");
            }
            Event::PeerDown { trunk, peer, cause } => {
                tracing::warn!(trunk = trunk.0, peer, ?cause, "a peer of a trunk does not answer");
            }
            Event::Unregistered { account } => self.lines.went_down(user_of(account)),
            Event::Incoming { leg, account, caller, diverted_by: _, alert, replaces, sdp } => {
                match replaces {
                    Some(old) => self.replaced(leg, old, caller, sdp),
                    None => self.incoming(leg, user_of(account), caller, &alert, sdp),
                }
            }
            Event::Progress { leg, status: _, reason: _, sdp } => self.progress(leg, sdp),
            Event::Answered { leg, sdp } => self.answered(leg, sdp),
            Event::Confirmed { leg, sdp } => self.confirmed(leg, sdp),
            Event::Offered { leg, sdp } => self.offered(leg, sdp),
            Event::OfferAnswered { leg, sdp } => self.offer_answered(leg, &sdp),
            Event::OfferRefused { leg, cause } => self.offer_refused(leg, &cause),
            Event::ReferProgress { leg, status, reason: _ } => self.transfer_progress(leg, status),
            Event::ReferDone { leg, outcome } => self.transfer_done(leg, outcome),
            Event::ReferRequested { leg, target, name, replaces, referred_by: _ } => {
                self.transfer_requested(leg, target_of(&target, name, replaces.is_some()));
            }
            Event::PartyChanged { leg, party } => {
                let Some(user) = self.far.by_sip(leg).and_then(|id| self.far.get(id)).map(|leg| leg.user)
                else {
                    return;
                };
                let party = self.party_of(user, party);
                self.tell_far(leg, FarEvent::PartyChanged { party });
            }
            Event::FocusChanged { leg, focus } => {
                self.tell_far(leg, FarEvent::FocusChanged { is_focus: focus });
            }
            Event::Dtmf { leg, digit } => {
                if let Some(id) = self.far.by_sip(leg) {
                    self.dtmf_received(id, digit);
                }
            }
            Event::DtmfRefused { leg, digit: _, cause } => {
                let leg = self.far.by_sip(leg).map(|id| id.0);
                tracing::warn!(leg, ?cause, "the other side did not take a key");
            }
            Event::KpmlSubscribed { leg } => self.keys_by_signalling(leg, true),
            Event::KpmlEnded { leg } => self.keys_by_signalling(leg, false),
            Event::MessageSummary { account, summary } => {
                self.mailbox(account, &summary);
            }
            Event::MessageSummaryUnknown { account, reason } => {
                tracing::info!(line = account.0, ?reason, "a mailbox cannot be subscribed to");
            }
            Event::DialogState { account, target, state, calls: _ } => {
                self.watched_phone(account, &target, &state);
            }
            Event::Ended { leg, cause } => {
                if let Some(id) = self.far.by_sip(leg)
                    && !self.insist_on_encryption(id, &cause)
                {
                    tracing::debug!(leg = id.0, ?cause, "the far leg has ended");
                    self.drop_far_leg(id, outcome::leg_end(&cause));
                }
            }
        }
    }

    /// The other side as the bridge knows it: with the number by which the user can call back.
    pub(super) fn party_of(&self, user: UserId, caller: Caller) -> Party {
        let number = match self.plans.caller(user, &caller.number).dial_back {
            Some(number) => String::from(number),
            None => caller.number,
        };
        Party { number, name: caller.display_name }
    }

    /// Tells the bridge what happened on a leg, if that is still known.
    pub(super) fn tell_far(&mut self, sip: LegId, event: FarEvent) {
        if let Some(id) = self.far.by_sip(sip) {
            self.bridge.far_leg(self.clock.millis(), id, event);
        }
    }
}
