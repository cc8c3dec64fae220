//! Hold, resume, and what the other side says to it.

use super::Bridge;
use crate::leg::UserId;
use crate::request::Until;
use crate::user::{Focus, UserState};
use crate::{Command, FarLegId};
use sidetone_protocol::{CallId, Failure, FailureCode};

impl Bridge {
    /// Holds a call, or the user's part in its conference; or comes back to it.
    pub(super) fn set_held(&mut self, user: UserId, id: CallId, held: bool) -> Result<Until, FailureCode> {
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        let call = state.call_mut(id).ok_or(FailureCode::NoSuchCall)?;
        if held {
            if state.call(id).is_some_and(|call| state.is_in_focus(call)) {
                state.focus = None;
            }
            return Ok(Until::Held);
        }
        // Who is being transferred cannot be talked to until that has failed.
        if call.transfer.is_some() {
            return Err(FailureCode::NotAllowedNow);
        }
        call.view.transfer = None;
        state.turn_to(id);
        Ok(Until::Resumed)
    }

    /// Asks the other sides for what their legs have to be.
    pub(super) fn settle_holds(&mut self, user: UserId) -> Vec<Command> {
        let Some(state) = self.users.get_mut(&user) else { return Vec::new() };
        let wanted: Vec<(CallId, bool)> = state
            .live_calls()
            // Whom the contact centre holds stays held, by whatever means.
            .filter(|call| call.view.is_connected() && !call.is_held_by_control() && !call.resume_refused)
            .map(|call| (call.view.id, state.wants_leg_held(call)))
            .collect();
        let mut asked: Vec<(FarLegId, bool)> = Vec::new();
        for (id, held) in wanted {
            if let Some(call) = state.call_mut(id)
                && let Some(held) = call.hold.ask(held)
            {
                asked.push((call.far, held));
            }
        }
        asked.into_iter().map(|(leg, held)| Command::Hold { leg, held }).collect()
    }

    pub(super) fn hold_refused(&mut self, user: UserId, id: CallId, held: bool, failure: &Failure) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let Some(call) = state.call_mut(id) else { return };
        if !call.hold.refused(held) {
            return;
        }
        if held {
            self.hold_was_refused(user, id, failure)
        } else {
            self.resume_was_refused(user, id, failure)
        }
    }

    /// A hold that the user has asked for is taken back. One that makes room for another call, or for a transfer,
    /// is kept on our end.
    fn hold_was_refused(&mut self, user: UserId, id: CallId, failure: &Failure) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let Some(call) = state.call(id).filter(|call| state.wants_leg_held(call)) else { return };
        if state.focus.is_none() && call.transfer.is_none() && is_awaited(state, id, Until::Held) {
            state.focus = Some(Focus::Call(id));
            self.refuse_waiting(user, |wait| wait.call == id && wait.until == Until::Held, failure);
        } else if let Some(call) = state.call_mut(id) {
            call.hold.hold_here();
        }
    }

    /// The call stays on hold, and out of the conference that it was to join.
    fn resume_was_refused(&mut self, user: UserId, id: CallId, failure: &Failure) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let Some(call) = state.call(id).filter(|call| !state.wants_leg_held(call)) else { return };
        let conference = call.view.conference;
        let controlled = call.control().is_some();
        self.change(user, id, |call| call.resume_refused = controlled);
        let Some(state) = self.users.get_mut(&user) else { return };
        match conference {
            Some(conference) => {
                self.leave_conference(user, id);
                self.refuse_waiting(user, |wait| wait.until == Until::Joined(conference), failure);
            }
            None => state.focus = None,
        }
        self.refuse_waiting(user, |wait| wait.call == id && wait.until == Until::Resumed, failure);
    }
}

fn is_awaited(state: &UserState, id: CallId, until: Until) -> bool {
    state.waiting.iter().any(|wait| wait.call == id && wait.until == until)
}
