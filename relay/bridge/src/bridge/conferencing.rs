//! Several calls of a user become one conversation, and come apart again.

use super::Bridge;
use crate::leg::UserId;
use crate::user::Focus;
use sidetone_protocol::{CallId, ConferenceId, FailureCode};

impl Bridge {
    /// Makes one conference of two calls and of the conferences that they are in, and turns the user to it.
    pub(super) fn join(
        &mut self,
        user: UserId,
        id: CallId,
        with: CallId,
    ) -> Result<ConferenceId, FailureCode> {
        if id == with {
            return Err(FailureCode::NotAllowedNow);
        }
        let left = self.joinable(user, id)?;
        let right = self.joinable(user, with)?;
        let conference = match right.or(left) {
            Some(known) => known,
            None => ConferenceId(self.id()),
        };
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        for call in state.calls.iter_mut().filter(|call| call.is_live()) {
            let of_either =
                call.view.conference.is_some_and(|known| Some(known) == left || Some(known) == right);
            if call.view.id == id || call.view.id == with || of_either {
                call.view.conference = Some(conference);
                call.view.consults_for = None;
                call.view.transfer = None;
            }
        }
        // There is one microphone: who was kept from hearing it is not let hear it by joining.
        let muted = state.members(conference).any(|call| call.view.muted);
        for call in state.calls.iter_mut().filter(|call| call.view.conference == Some(conference)) {
            call.view.muted = muted;
        }
        state.focus = Some(Focus::Conference(conference));
        let members: Vec<CallId> = state.members(conference).map(|call| call.view.id).collect();
        if let [first, others @ ..] = members.as_slice() {
            others.iter().for_each(|other| self.relate_calls(user, *other, *first));
        }
        Ok(conference)
    }

    /// The conference of a call that can be part of one.
    pub(super) fn joinable(&mut self, user: UserId, id: CallId) -> Result<Option<ConferenceId>, FailureCode> {
        let call = self.connected_call(user, id)?;
        let conference = call.view.conference;
        let controlled = call.control().is_some();
        if controlled || call.transfer.is_some() || self.is_transfer_target(user, id) {
            return Err(FailureCode::NotAllowedNow);
        }
        Ok(conference)
    }

    /// Takes a call out of its conference. It is on hold from then on.
    pub(super) fn split(&mut self, user: UserId, id: CallId) -> Result<(), FailureCode> {
        let call = self.live_call(user, id)?;
        if call.view.conference.is_none() {
            return Err(FailureCode::NotAllowedNow);
        }
        self.leave_conference(user, id);
        Ok(())
    }

    pub(super) fn leave_conference(&mut self, user: UserId, id: CallId) {
        self.change(user, id, |call| call.view.conference = None);
    }

    /// A conference with one other party left is a plain call again.
    pub(super) fn dissolve_conferences(&mut self, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        for conference in state.conferences() {
            let members: Vec<CallId> = state.members(conference).map(|call| call.view.id).collect();
            let [last] = members.as_slice() else { continue };
            if let Some(call) = state.call_mut(*last) {
                call.view.conference = None;
            }
            if state.focus == Some(Focus::Conference(conference)) {
                state.focus = Some(Focus::Call(*last));
            }
        }
    }
}
