//! The other party's leg.

use super::Bridge;
use crate::call::BridgedCall;
use crate::leg::{FarEvent, FarLegId, LegEnd, UserId};
use crate::{Command, Millis, Refusal};
use sidetone_protocol::{CallId, EndReason, Event};

impl Bridge {
    /// Something happened on the leg to the other party.
    pub fn far_leg(&mut self, now: Millis, leg: FarLegId, event: FarEvent) {
        let Some(user) = self.far_legs.get(&leg).map(|leg| leg.user) else { return };
        if let FarEvent::Ended { .. } = event {
            self.far_legs.remove(&leg);
            self.forget_wires(user, leg);
        }
        // A call that its user has ended or dismissed may still have a leg that is being taken down.
        match self.part_of(user, leg) {
            Some(Part::Main(call)) => self.main_event(now, user, call, leg, event),
            Some(Part::Successor(call)) => self.successor_event(now, user, call, event),
            None => self.event_of_ending_leg(leg, &event),
        }
        self.settle(now, user);
    }

    fn part_of(&self, user: UserId, leg: FarLegId) -> Option<Part> {
        self.users.get(&user)?.live_calls().find_map(|call| {
            let successor = call.successor.as_ref().is_some_and(|successor| successor.leg == leg);
            match (call.far == leg, successor) {
                (true, _) => Some(Part::Main(call.view.id)),
                (false, true) => Some(Part::Successor(call.view.id)),
                (false, false) => None,
            }
        })
    }

    fn main_event(&mut self, now: Millis, user: UserId, id: CallId, leg: FarLegId, event: FarEvent) {
        match event {
            FarEvent::Alerting { early_media } => self.change(user, id, |call| call.alerting(early_media)),
            FarEvent::Answered { codec } | FarEvent::Confirmed { codec } => {
                self.change(user, id, |call| call.connect(codec, now));
                self.room_answered(user, id);
            }
            FarEvent::FocusChanged { is_focus } => self.focus_changed(user, id, is_focus),
            FarEvent::CodecChanged { codec } => {
                self.change(user, id, |call| call.view.codec = Some(codec));
            }
            FarEvent::PartyChanged { party } => self.change(user, id, |call| call.view.party = party),
            FarEvent::Dtmf { digits } => self.tell_all(user, &Event::DtmfReceived { call: id, digits }),
            FarEvent::HoldDone { held } => self.change(user, id, |call| call.hold_done(held)),
            FarEvent::HoldRefused { held, failure } => self.hold_refused(user, id, held, &failure),
            FarEvent::PartyHold { held } => {
                self.change(user, id, |call| call.party_held(held, now));
            }
            FarEvent::TransferProgress { ringing } => self.transfer_progress(user, id, ringing),
            FarEvent::TransferDone => self.transfer_done(user, id),
            FarEvent::TransferFailed { failure } => self.transfer_failed(user, id, failure),
            FarEvent::TransferRequested { target } => self.transfer_requested(user, id, leg, target),
            FarEvent::Ended { end } => self.main_leg_ended(user, id, end),
        }
    }

    fn main_leg_ended(&mut self, user: UserId, id: CallId, end: LegEnd) {
        if self.outlive_old_leg(user, id) || self.room_failed(user, id, &end) {
            return;
        }
        if end == LegEnd::Party && self.end_as_told(user, id) {
            return;
        }
        let reason = match end {
            // The party that is transferred here takes the leg over, and that ends it.
            LegEnd::Party if self.is_being_taken_over(user, id) => EndReason::Transferred,
            LegEnd::Party => EndReason::Party,
            LegEnd::Elsewhere => EndReason::Elsewhere,
            LegEnd::Failed(failure) => EndReason::Failed { failure },
        };
        self.end_call(user, id, reason, Refusal::Unavailable);
    }

    /// Whoever asks for something on a leg that is being taken down gets an answer too.
    fn event_of_ending_leg(&mut self, leg: FarLegId, event: &FarEvent) {
        if let FarEvent::TransferRequested { .. } = event {
            self.commands.push_back(Command::RefuseTransfer { leg });
        }
    }

    pub(super) fn change(&mut self, user: UserId, id: CallId, change: impl FnOnce(&mut BridgedCall)) {
        if let Some(call) = self.users.get_mut(&user).and_then(|state| state.call_mut(id)) {
            change(call);
        }
    }
}

/// Which part a leg has in a live call.
enum Part {
    Main(CallId),
    Successor(CallId),
}
