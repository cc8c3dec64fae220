//! What happens when nothing happens.

use super::Bridge;
use crate::call::BridgedCall;
use crate::leg::UserId;
use crate::user::UserState;
use crate::{Millis, Refusal, Settings};
use sidetone_protocol::{CallId, CallState, EndReason, FailureCode};

impl Bridge {
    /// When [`Self::handle_timeout`] has to be called, if ever.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        self.users.values().filter_map(|user| due(user, &self.settings)).min()
    }

    /// Ends what has waited for too long, and answers what is to be answered by itself.
    pub fn handle_timeout(&mut self, now: Millis) {
        let late: Vec<UserId> = self
            .users
            .values()
            .filter(|user| due(user, &self.settings).is_some_and(|at| at <= now))
            .map(|user| user.id)
            .collect();
        for user in late {
            self.end_quiet(now, user);
            self.answer_by_itself(now, user);
            self.stop_ringing(now, user);
            self.give_up_silent(now, user);
            self.give_up_late_rooms(now, user);
            self.settle(now, user);
            self.give_up_absent(now, user);
        }
    }

    /// Answers the call whose caller's system asks for that, where it disturbs no other call and can be heard.
    fn answer_by_itself(&mut self, now: Millis, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let due: Vec<CallId> = state
            .calls
            .iter()
            .filter(|call| call.auto_answer_at.is_some_and(|at| at <= now))
            .map(|call| call.view.id)
            .collect();
        for id in due {
            let Some(state) = self.users.get_mut(&user) else { return };
            let possible = state.focus.is_none() && state.has_browser();
            if let Some(call) = state.call_mut(id) {
                call.auto_answer_at = None;
                call.view.alert.auto_answer_ms = call.view.alert.auto_answer_ms.filter(|_| possible);
            }
            if possible {
                self.answer_call(user, id);
            }
        }
    }

    /// Ends the calls that nobody has answered, or sends them on.
    fn stop_ringing(&mut self, now: Millis, user: UserId) {
        let Some(state) = self.users.get(&user) else { return };
        let patience = state.patience(&self.settings);
        let forward = state.features.forward.no_answer.clone();
        let late: Vec<CallId> = state
            .calls
            .iter()
            .filter(|call| rings(call) && call.view.started_at_ms + patience <= now)
            .map(|call| call.view.id)
            .collect();
        let (reason, refusal) = match forward {
            Some(target) => (EndReason::Elsewhere, Refusal::Forward(target)),
            None => (EndReason::Failed { failure: FailureCode::NoAnswer.into() }, Refusal::Unavailable),
        };
        for id in late {
            self.end_call(user, id, reason.clone(), refusal.clone());
        }
    }

    /// Ends the calls of a user who has had no audio for too long.
    fn give_up_silent(&mut self, now: Millis, user: UserId) {
        let Some(state) = self.users.get(&user) else { return };
        if state.silent_since.is_some_and(|since| since + self.settings.grace <= now) {
            let failure = FailureCode::MediaUnreachable.into();
            self.end_live_calls(user, &EndReason::Failed { failure });
        }
    }

    /// Ends everything of a user whose last tab has been gone for too long.
    fn give_up_absent(&mut self, now: Millis, user: UserId) {
        let Some(state) = self.users.get(&user) else { return };
        if state.away_since.is_some_and(|since| since + self.settings.grace <= now) {
            let failure = FailureCode::SessionExpired.into();
            self.end_live_calls(user, &EndReason::Failed { failure });
            self.settle(now, user);
            self.take_down(user);
        }
    }
}

fn rings(call: &BridgedCall) -> bool {
    call.view.state == CallState::Ringing
}

fn due(user: &UserState, settings: &Settings) -> Option<Millis> {
    let patience = user.patience(settings);
    let ring = user.calls.iter().filter(|call| rings(call)).map(|call| call.view.started_at_ms + patience);
    let auto_answer = user.calls.iter().filter_map(|call| call.auto_answer_at);
    let quiet = user.live_calls().filter_map(|call| call.quiet_until);
    let rooms = user.live_calls().filter_map(|call| call.room?.until());
    let silent = user.silent_since.map(|since| since + settings.grace);
    let away = user.away_since.map(|since| since + settings.grace);
    ring.chain(auto_answer).chain(quiet).chain(rooms).chain(silent).chain(away).min()
}
