//! What happens when nothing happens.

use super::Bridge;
use crate::leg::UserId;
use crate::user::UserState;
use crate::{Millis, Refusal, Settings};
use sidetone_protocol::{CallState, EndReason, FailureCode};

impl Bridge {
    /// When [`Self::handle_timeout`] has to be called, if ever.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        self.users.values().filter_map(|user| due(user, &self.settings)).min()
    }

    /// Ends what has waited for too long.
    pub fn handle_timeout(&mut self, now: Millis) {
        let late: Vec<UserId> = self
            .users
            .values()
            .filter(|user| due(user, &self.settings).is_some_and(|at| at <= now))
            .map(|user| user.id)
            .collect();
        for user in late {
            self.expire(now, user);
        }
    }

    fn expire(&mut self, now: Millis, user: UserId) {
        let settings = self.settings.clone();
        let Some(state) = self.users.get(&user) else { return };
        if let Some(call) = state.live_call()
            && call.view.state == CallState::Ringing
            && call.view.started_at_ms + settings.ring <= now
        {
            let (id, failure) = (call.view.id, FailureCode::NoAnswer.into());
            self.end_call(user, id, EndReason::Failed { failure }, Refusal::Unavailable);
        }
        let Some(state) = self.users.get(&user) else { return };
        if state.silent_since.is_some_and(|since| since + settings.grace <= now) {
            let failure = FailureCode::MediaUnreachable.into();
            self.end_live_calls(user, &EndReason::Failed { failure });
        }
        let Some(state) = self.users.get(&user) else { return };
        if state.away_since.is_some_and(|since| since + settings.grace <= now) {
            let failure = FailureCode::SessionExpired.into();
            self.end_live_calls(user, &EndReason::Failed { failure });
            self.take_down(user);
        }
    }
}

fn due(user: &UserState, settings: &Settings) -> Option<Millis> {
    let ring = user
        .live_call()
        .filter(|call| call.view.state == CallState::Ringing)
        .map(|call| call.view.started_at_ms + settings.ring);
    let silent = user.silent_since.map(|since| since + settings.grace);
    let away = user.away_since.map(|since| since + settings.grace);
    [ring, silent, away].into_iter().flatten().min()
}
