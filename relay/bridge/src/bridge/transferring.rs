//! The user transfers the other party of a call to somebody else.

use super::Bridge;
use crate::call::BridgedCall;
use crate::leg::UserId;
use crate::transfer::{Destination, TransferPlan};
use crate::{Command, Refusal};
use sidetone_protocol::{
    CallId, CallState, EndReason, Failure, FailureCode, Party, Transfer, TransferState, TransferTarget,
};

impl Bridge {
    /// Puts the call on hold and has its other party call somebody else.
    pub(super) fn transfer(
        &mut self,
        user: UserId,
        id: CallId,
        to: TransferTarget,
    ) -> Result<(), FailureCode> {
        let (to, target) = match to {
            TransferTarget::Person(number) => {
                let target = Party { number: number.as_str().to_owned(), name: None };
                (Destination::Number(number), target)
            }
            TransferTarget::Call(other) => (Destination::Call(other), self.transfer_target(user, id, other)?),
        };
        let call = self.untied_call(user, id)?;
        call.transfer = Some(TransferPlan { to, sent: false });
        call.view.transfer = Some(Transfer { target, conference: false, state: TransferState::Trying });
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        if state.call(id).is_some_and(|call| state.is_in_focus(call)) {
            state.focus = None;
        }
        Ok(())
    }

    /// Whom an attended transfer goes to. Their phone may still ring.
    fn transfer_target(&mut self, user: UserId, id: CallId, other: CallId) -> Result<Party, FailureCode> {
        let call = self.live_call(user, other)?;
        let reachable = match call.view.state {
            CallState::Alerting { .. } | CallState::Connected | CallState::Reconnecting => true,
            CallState::Dialing | CallState::Ringing | CallState::Answering | CallState::Ended { .. } => false,
        };
        let tied = call.transfer.is_some() || call.view.conference.is_some() || other == id;
        if tied || !reachable {
            return Err(FailureCode::NotAllowedNow);
        }
        let party = call.view.party.clone();
        if self.is_transfer_target(user, other) { Err(FailureCode::NotAllowedNow) } else { Ok(party) }
    }

    /// Sends the transfers whose party is on hold by now.
    pub(super) fn send_transfers(&mut self, user: UserId) {
        for id in self.unsent_transfers(user) {
            self.send_transfer(user, id);
        }
    }

    fn unsent_transfers(&self, user: UserId) -> Vec<CallId> {
        let Some(state) = self.users.get(&user) else { return Vec::new() };
        state
            .live_calls()
            .filter(|call| call.transfer.as_ref().is_some_and(|plan| !plan.sent))
            .map(|call| call.view.id)
            .collect()
    }

    fn send_transfer(&mut self, user: UserId, id: CallId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let Some(destination) = state.call(id).and_then(|call| call.transfer.clone()).map(|plan| plan.to)
        else {
            return;
        };
        let other = match &destination {
            Destination::Number(_) => None,
            Destination::Call(other) => {
                state.call(*other).filter(|other| other.is_live()).map(|other| other.far)
            }
            Destination::Room(room) => {
                state.call(*room).filter(|room| room.takes_guests()).map(|room| room.far)
            }
        };
        let Some(call) = state.call_mut(id) else { return };
        let leg = call.far;
        let command = match (destination, other) {
            (Destination::Number(target), _) => Command::Transfer { leg, target },
            (Destination::Call(_), Some(other)) => Command::TransferTo { leg, other },
            (Destination::Call(_), None) => {
                call.fail_transfer(FailureCode::TransferFailed.into());
                return;
            }
            (Destination::Room(_), Some(room)) => Command::TransferToRoom { leg: call.far, room },
            // It has not answered yet.
            (Destination::Room(_), None) => return,
        };
        if !call.hold.is_held() {
            return;
        }
        if let Some(plan) = &mut call.transfer {
            plan.sent = true;
        }
        self.commands.extend(other.map(|other| Command::Relate { leg: other, to: leg }));
        self.commands.push_back(command);
    }

    pub(super) fn transfer_progress(&mut self, user: UserId, id: CallId, ringing: bool) {
        let Some(call) = self.users.get_mut(&user).and_then(|state| state.call_mut(id)) else { return };
        if call.transfer.as_ref().is_some_and(|plan| plan.sent)
            && let Some(shown) = &mut call.view.transfer
        {
            shown.state = if ringing { TransferState::Ringing } else { TransferState::Trying };
        }
    }

    /// The other party is with the target: the user's calls with both are over.
    pub(super) fn transfer_done(&mut self, user: UserId, id: CallId) {
        let Some(plan) = self.sent_transfer(user, id) else { return };
        if let Destination::Room(room) = plan.to {
            return self.joined_room(user, id, room);
        }
        self.end_call(user, id, EndReason::Transferred, Refusal::Unavailable);
        match plan.to {
            Destination::Number(_) | Destination::Room(_) => {}
            Destination::Call(other) => {
                self.end_call(user, other, EndReason::Transferred, Refusal::Unavailable);
            }
        }
    }

    pub(super) fn transfer_failed(&mut self, user: UserId, id: CallId, failure: Failure) {
        let Some(plan) = self.sent_transfer(user, id) else { return };
        let failure = match plan.to {
            Destination::Room(_) => Failure { code: FailureCode::ConferenceFailed, ..failure },
            Destination::Number(_) | Destination::Call(_) => failure,
        };
        let Some(state) = self.users.get_mut(&user) else { return };
        if let Some(call) = state.call_mut(id) {
            call.fail_transfer(failure);
        }
        // The target had gone, but not because the other party took its leg over.
        if let Destination::Call(other) = plan.to
            && let Some(other) = state.call_mut(other)
            && other.view.state == (CallState::Ended { reason: EndReason::Transferred })
        {
            other.view.state = CallState::Ended { reason: EndReason::Party };
        }
    }

    fn sent_transfer(&self, user: UserId, id: CallId) -> Option<TransferPlan> {
        let call = self.users.get(&user)?.call(id)?;
        call.transfer.clone().filter(|plan| plan.sent)
    }

    /// Whether another call's party is to go to the party of this one.
    pub(super) fn is_transfer_target(&self, user: UserId, id: CallId) -> bool {
        self.users.get(&user).is_some_and(|state| state.live_calls().any(|call| goes_to(call, id)))
    }

    /// Whether somebody is on the way to take over the leg of that call, so that its end means that they have.
    pub(super) fn is_being_taken_over(&self, user: UserId, id: CallId) -> bool {
        self.users.get(&user).is_some_and(|state| {
            let mut transferred = state.live_calls().filter(|call| goes_to(call, id));
            transferred.any(|call| call.transfer.as_ref().is_some_and(|plan| plan.sent))
        })
    }
}

fn goes_to(call: &BridgedCall, target: CallId) -> bool {
    call.transfer.as_ref().is_some_and(|plan| plan.to == Destination::Call(target))
}
