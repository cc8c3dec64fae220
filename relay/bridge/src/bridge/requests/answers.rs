//! Each request is carried out once and answered once, at once or when the other side has decided.

use super::Asker;
use crate::bridge::Bridge;
use crate::request::{Outcome, Until, WaitingRequest};
use crate::user::{Tab, UserState};
use crate::{ClientId, UserId};
use sidetone_protocol::{CallId, Failure, FailureCode, RequestId};

pub(super) type Answered = Result<Carried, FailureCode>;

/// How far a request has been carried out.
pub(super) enum Carried {
    /// Altogether, or as far as its asker has to know. Names the call it is about.
    Out(Option<CallId>),
    /// The other side decides what becomes of it.
    UnderWay(CallId, Until),
}

impl Bridge {
    /// Carries a request out, unless it was already: then its answer is said again, as soon as there is one.
    pub(super) fn once(
        &mut self,
        who: Asker,
        request: RequestId,
        carry_out: impl FnOnce(&mut Self) -> Answered,
    ) {
        let Asker { now, user, client } = who;
        if let Some(outcome) = self.tab_mut(user, client).and_then(|tab| tab.answered.outcome(request)) {
            self.tell(client, outcome.message(request));
            return;
        }
        if self.is_waiting(user, client, request) {
            return;
        }
        let outcome = match carry_out(self) {
            Ok(Carried::Out(call)) => Some(Outcome::Accepted(call)),
            Err(code) => Some(Outcome::Failed(code.into())),
            Ok(Carried::UnderWay(call, until)) => {
                // What was asked of the same call before is overtaken.
                self.finish_waiting(user, |wait| wait.call == call, &Outcome::Accepted(Some(call)));
                if let Some(state) = self.users.get_mut(&user) {
                    state.waiting.push(WaitingRequest { client, request, call, until });
                }
                None
            }
        };
        self.settle(now, user);
        if let Some(outcome) = outcome {
            self.finish(user, client, request, outcome);
        }
    }

    /// Answers the requests that have come to an end.
    pub(in crate::bridge) fn answer_waiting(&mut self, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let waiting = std::mem::take(&mut state.waiting);
        let (over, open): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .map(|wait| (result(state, &wait), wait))
            .partition(|(result, _)| result.is_some());
        state.waiting = open.into_iter().map(|(_, wait)| wait).collect();
        for (outcome, wait) in over {
            if let Some(outcome) = outcome {
                self.finish(user, wait.client, wait.request, outcome);
            }
        }
    }

    /// Refuses those of the waiting requests.
    pub(in crate::bridge) fn refuse_waiting(
        &mut self,
        user: UserId,
        which: impl Fn(&WaitingRequest) -> bool,
        failure: &Failure,
    ) {
        self.finish_waiting(user, which, &Outcome::Failed(failure.clone()));
    }

    fn finish_waiting(&mut self, user: UserId, which: impl Fn(&WaitingRequest) -> bool, outcome: &Outcome) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let (over, open): (Vec<_>, Vec<_>) = state.waiting.drain(..).partition(|wait| which(wait));
        state.waiting = open;
        for wait in over {
            self.finish(user, wait.client, wait.request, outcome.clone());
        }
    }

    fn is_waiting(&self, user: UserId, client: ClientId, request: RequestId) -> bool {
        self.users.get(&user).is_some_and(|state| {
            state.waiting.iter().any(|wait| wait.client == client && wait.request == request)
        })
    }

    fn finish(&mut self, user: UserId, client: ClientId, request: RequestId, outcome: Outcome) {
        if let Some(tab) = self.tab_mut(user, client) {
            tab.answered.remember(request, outcome.clone());
        }
        self.tell(client, outcome.message(request));
    }

    fn tab_mut(&mut self, user: UserId, client: ClientId) -> Option<&mut Tab> {
        self.users.get_mut(&user)?.tabs.get_mut(&client)
    }
}

/// What has become of a waiting request, if that is known. One that a later request has overtaken was carried out.
fn result(state: &UserState, wait: &WaitingRequest) -> Option<Outcome> {
    let Some(call) = state.call(wait.call).filter(|call| call.is_live()) else {
        let gone = match wait.until {
            Until::Opened => FailureCode::ConferenceFailed,
            Until::Held | Until::Resumed | Until::Joined(_) => FailureCode::NoSuchCall,
        };
        return Some(Outcome::Failed(gone.into()));
    };
    let accepted = Outcome::Accepted(Some(wait.call));
    match wait.until {
        Until::Held => {
            let overtaken = !state.wants_leg_held(call);
            (overtaken || call.hold.is_held()).then_some(accepted)
        }
        Until::Resumed => {
            let overtaken = state.wants_leg_held(call);
            (overtaken || call.hold.is_up()).then_some(accepted)
        }
        Until::Joined(_) => match call.view.conference {
            Some(conference) => state.members(conference).all(|call| call.hold.is_up()).then_some(accepted),
            None => Some(Outcome::Failed(FailureCode::ConferenceFailed.into())),
        },
        Until::Opened => call.takes_guests().then_some(accepted),
    }
}
