//! The other party of a call becomes somebody else: it transfers the user, or somebody calls in its place.
//!
//! The new leg takes the old one's place when it is up. Until then the old one goes on; should the old one end
//! first, as it does after many a blind transfer, the call waits for the new one.

use super::Bridge;
use crate::leg::{FarEvent, FarLegId, UserId};
use crate::transfer::{Origin, Ringing, Successor};
use crate::{Command, Millis, Refusal};
use sidetone_protocol::{CallId, CallState, Codec, FailureCode, Party};

impl Bridge {
    /// Somebody calls in place of the other party of a leg (INVITE with Replaces, RFC 3891). Names the new leg,
    /// which is answered at once and without ringing; nothing if there is no such call to be replaced.
    pub fn replaced(&mut self, now: Millis, old: FarLegId, caller: Party) -> Option<FarLegId> {
        let user = self.far_legs.get(&old)?.user;
        let call = self.users.get_mut(&user)?.calls.iter_mut().find(|call| call.far == old)?;
        // A call that rings here was made by the other side: only the maker's own dialogs can be replaced while
        // they are early (RFC 3891 §3).
        let replaceable = match call.view.state {
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Answering
            | CallState::Connected
            | CallState::Reconnecting => true,
            CallState::Ringing | CallState::Ended { .. } => false,
        };
        if !replaceable || call.successor.is_some() {
            return None;
        }
        let id = call.view.id;
        let leg = self.new_far_leg(user);
        self.commands.push_back(Command::Answer { leg });
        self.commands.push_back(Command::Relate { leg, to: old });
        self.set_successor(user, id, leg, caller, Origin::Replaces);
        self.settle(now, user);
        Some(leg)
    }

    /// The other party asks us to call somebody else in its place.
    pub(super) fn transfer_requested(&mut self, user: UserId, id: CallId, leg: FarLegId, target: Party) {
        let Some(state) = self.users.get(&user) else { return };
        let follows = state.settings.follow_transfers
            && state
                .call(id)
                .is_some_and(|call| call.far == leg && call.view.is_connected() && call.successor.is_none());
        if !follows {
            self.commands.push_back(Command::RefuseTransfer { leg });
            return;
        }
        let new = self.new_far_leg(user);
        self.commands.push_back(Command::FollowTransfer { leg, new });
        self.commands.push_back(Command::Relate { leg: new, to: leg });
        self.set_successor(user, id, new, target, Origin::Transferred);
    }

    fn set_successor(&mut self, user: UserId, id: CallId, leg: FarLegId, party: Party, origin: Origin) {
        self.change(user, id, |call| {
            call.successor = Some(Successor { leg, party, origin, is_focus: false, ringing: None });
        });
    }

    /// Something happened on a leg that is to take another's place.
    pub(super) fn successor_event(&mut self, now: Millis, user: UserId, id: CallId, event: FarEvent) {
        let Some(call) = self.users.get_mut(&user).and_then(|state| state.call_mut(id)) else { return };
        let Some(successor) = &mut call.successor else { return };
        match event {
            FarEvent::Alerting { early_media } => successor.ringing = Some(Ringing { early_media }),
            FarEvent::Answered { codec } | FarEvent::Confirmed { codec } => {
                self.succeed(now, user, id, codec)
            }
            FarEvent::PartyChanged { party } => successor.party = party,
            FarEvent::FocusChanged { is_focus } => successor.is_focus = is_focus,
            FarEvent::TransferRequested { .. } => {
                let leg = successor.leg;
                self.commands.push_back(Command::RefuseTransfer { leg });
            }
            FarEvent::Ended { .. } => call.successor = None,
            FarEvent::CodecChanged { .. }
            | FarEvent::Dtmf { .. }
            | FarEvent::HoldDone { .. }
            | FarEvent::HoldRefused { .. }
            | FarEvent::PartyHold { .. }
            | FarEvent::TransferProgress { .. }
            | FarEvent::TransferDone
            | FarEvent::TransferFailed { .. } => {}
        }
    }

    /// The new leg is up: the old one has done its duty.
    fn succeed(&mut self, now: Millis, user: UserId, id: CallId, codec: Codec) {
        let Some(old) = self.move_to_successor(user, id) else { return };
        self.change(user, id, |call| call.connect(codec, now));
        self.end_far_leg(old, Refusal::Unavailable);
    }

    /// The old leg has ended and the new one is not up yet. Says whether there is a new one.
    pub(super) fn outlive_old_leg(&mut self, user: UserId, id: CallId) -> bool {
        let Some(successor) =
            self.users.get(&user).and_then(|state| state.call(id)).and_then(|call| call.successor.clone())
        else {
            return false;
        };
        self.move_to_successor(user, id);
        let Some(call) = self.users.get_mut(&user).and_then(|state| state.call_mut(id)) else { return false };
        call.view.codec = None;
        call.view.state = match successor.origin {
            Origin::Transferred => CallState::Dialing,
            Origin::Replaces => CallState::Answering,
        };
        if let Some(ringing) = successor.ringing {
            call.alerting(ringing.early_media);
        }
        true
    }

    /// Puts the new leg in the old one's place, which is named. A transfer that was asked of the old one has failed.
    fn move_to_successor(&mut self, user: UserId, id: CallId) -> Option<FarLegId> {
        let call = self.users.get_mut(&user)?.call_mut(id)?;
        let successor = call.successor.take()?;
        let old = std::mem::replace(&mut call.far, successor.leg);
        call.hold = crate::hold::LegHold::default();
        call.party_holds = false;
        call.view.party = successor.party;
        call.fail_transfer(FailureCode::TransferFailed.into());
        self.focus_changed(user, id, successor.is_focus);
        Some(old)
    }
}
