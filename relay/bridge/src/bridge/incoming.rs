//! A call comes in: whether it rings, and what its caller is told if it does not.

use super::Bridge;
use crate::leg::{FarLegId, UserId};
use crate::user::UserState;
use crate::{Command, Millis, Refusal, Settings};
use sidetone_protocol::{Alert, DialString, Direction, Party};

/// A call that came in and may ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingCall {
    /// Whose phone is called.
    pub user: UserId,
    /// Who calls.
    pub caller: Party,
    /// How the caller's system wants the phone to ring, and whether to answer by itself (Alert-Info and
    /// Call-Info, RFC 3261 §20.4 and §20.9).
    pub alert: Alert,
}

impl Bridge {
    /// A call has come in. Names its leg, or says what the caller is to be told.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unavailable`] if nobody is there, [`Refusal::Busy`] if the user takes no further call or none at
    /// all, [`Refusal::Forward`] where the user wants such calls to go elsewhere.
    pub fn incoming(&mut self, now: Millis, call: IncomingCall) -> Result<FarLegId, Refusal> {
        let Some(user) = self.users.get(&call.user) else { return Err(Refusal::Unavailable) };
        refusal(now, user, &self.settings).map_or(Ok(()), Err)?;
        let auto_answer = call.alert.auto_answer_ms.filter(|_| user.settings.auto_answer);
        let (id, leg) = self.add_call(now, call.user, Direction::Inbound, call.caller);
        if let Some(added) = self.users.get_mut(&call.user).and_then(|user| user.call_mut(id)) {
            added.view.alert = Alert { auto_answer_ms: auto_answer, ..call.alert };
            added.auto_answer_at = auto_answer.map(|millis| now + u64::from(millis));
        }
        self.commands.push_back(Command::Alert { leg });
        self.settle(now, call.user);
        Ok(leg)
    }
}

/// Why a call does not ring here, if it does not.
fn refusal(now: Millis, user: &UserState, settings: &Settings) -> Option<Refusal> {
    let forward = &user.features.forward;
    let or =
        |target: &Option<DialString>, else_: Refusal| Some(target.clone().map_or(else_, Refusal::Forward));
    if let Some(target) = &forward.always {
        return Some(Refusal::Forward(target.clone()));
    }
    if !user.reachable(now, settings.reload) {
        return or(&forward.no_answer, Refusal::Unavailable);
    }
    let live = user.live_calls().count();
    let full = live >= user.settings.max_calls || (live > 0 && !user.settings.call_waiting);
    if user.features.do_not_disturb || full {
        return or(&forward.busy, Refusal::Busy);
    }
    None
}
