//! A user signs out of the phone: the agent is signed out of the contact centre, which may take more than one step.

use super::answers::Waiting;
use super::{Agents, Run};
use rand_chacha::ChaCha12Rng;
use sidetone_bridge::UserId;
use sidetone_finesse::model::ReasonCode;
use sidetone_finesse::session::{Ask, ChosenState, Presence};

/// How long the contact centre may take.
const LEAVE_MS: u64 = 10_000;

/// How far an agent has come whose user has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// Nothing was asked for yet.
    Begun,
    /// UCCE signs only those out who are not ready.
    NotReadyFirst,
    /// It was asked for.
    Asked,
}

impl Agents {
    /// Begins to sign an agent out whose user has left.
    pub(super) fn begin_leaving(&mut self, now: u64, rng: &mut ChaCha12Rng, user: UserId) {
        if let Some(run) = self.run(user) {
            run.leaving = Some(Leaving::Begun);
            run.leave_by = Some(now + LEAVE_MS);
        }
        self.go_on_leaving(now, rng, user);
        self.reschedule(user);
    }

    /// Takes the next step, if the contact centre has taken the last one.
    pub(super) fn go_on_leaving(&mut self, now: u64, rng: &mut ChaCha12Rng, user: UserId) {
        let wanted = self.agents.get(&user).and_then(|agent| agent.setup.sign_out_reason.clone());
        let Some(run) = self.run(user) else { return };
        let Some(leaving) = run.leaving else { return };
        if run.session.view().presence != Presence::SignedIn {
            return self.end(user);
        }
        let Some((ask, next)) = step(run, leaving, wanted.as_deref()) else { return };
        run.leaving = Some(next);
        self.ask(now, rng, user, ask, Waiting::Leaving);
    }
}

fn step(run: &Run, leaving: Leaving, wanted: Option<&str>) -> Option<(Ask, Leaving)> {
    let view = run.session.view();
    let can = |state: ChosenState| view.choices.contains(&state);
    match leaving {
        Leaving::Begun if !can(ChosenState::SignOut) && can(ChosenState::NotReady) => {
            let reason = reason(&view.not_ready_reasons, wanted);
            Some((Ask::SetState { state: ChosenState::NotReady, reason }, Leaving::NotReadyFirst))
        }
        Leaving::Begun | Leaving::NotReadyFirst if can(ChosenState::SignOut) => {
            Some((Ask::SignOut { reason: reason(&view.sign_out_reasons, wanted) }, Leaving::Asked))
        }
        Leaving::Begun | Leaving::NotReadyFirst | Leaving::Asked => None,
    }
}

/// The reason with that label, or else the first: where there are any, one has to be named.
fn reason(reasons: &[ReasonCode], wanted: Option<&str>) -> Option<String> {
    let named = reasons.iter().find(|reason| wanted.is_some_and(|it| it.eq_ignore_ascii_case(&reason.label)));
    named.or(reasons.first()).map(|reason| reason.id.clone())
}
