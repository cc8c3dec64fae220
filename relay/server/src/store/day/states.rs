//! How long an agent was in which state.

use super::Window;
use sidetone_protocol::agent::{AgentStateKind, Day, Reason, StateTime};

/// The changes of one agent's state, in the order of time.
#[derive(Debug, Clone, Default)]
pub(super) struct States {
    changes: Vec<Change>,
    /// The states that occurred, each with its reason: thousands of agents are kept in memory all day.
    known: Vec<(AgentStateKind, Option<String>)>,
}

#[derive(Debug, Clone, Copy)]
struct Change {
    at_ms: u64,
    /// In `known`.
    state: usize,
}

impl States {
    pub(super) fn apply(&mut self, at_ms: u64, state: AgentStateKind, reason: Option<&Reason>) {
        let reason = reason.map(|reason| reason.label.as_str());
        let first = self.changes.partition_point(|change| change.at_ms < at_ms);
        let after = self.changes.partition_point(|change| change.at_ms <= at_ms);
        let same = (first..after).find(|at| self.known[self.changes[*at].state].0 == state);
        match (same, reason) {
            // Known already; the reason may be learnt later than the state.
            (Some(_), None) => {}
            (Some(at), Some(_)) => self.changes[at].state = self.know(state, reason),
            (None, _) => {
                let state = self.know(state, reason);
                self.changes.insert(after, Change { at_ms, state });
            }
        }
    }

    fn know(&mut self, state: AgentStateKind, reason: Option<&str>) -> usize {
        let known = self.known.iter().position(|known| known.0 == state && known.1.as_deref() == reason);
        known.unwrap_or_else(|| {
            self.known.push((state, reason.map(str::to_owned)));
            self.known.len() - 1
        })
    }

    /// Adds up what is over: each state lasted until the next one began.
    pub(super) fn count(&self, window: Window, day: &mut Day) {
        let mut was_in = false;
        for (index, change) in self.changes.iter().enumerate() {
            let (state, reason) = &self.known[change.state];
            let is_in = is_signed_in(*state);
            if is_in && !was_in && window.has(change.at_ms) {
                day.signed_in_at_ms.get_or_insert(change.at_ms);
            }
            was_in = is_in;
            let Some(next) = self.changes.get(index + 1).filter(|_| is_in) else { continue };
            let ms = window.ms(change.at_ms, next.at_ms);
            if ms == 0 {
                continue;
            }
            match day.states.iter_mut().find(|it| it.state == *state && it.reason == *reason) {
                Some(time) => time.ms += ms,
                None => day.states.push(StateTime { state: *state, reason: reason.clone(), ms }),
            }
        }
    }

    /// Forgets what was over before that moment.
    pub(super) fn forget_before(&mut self, at_ms: u64) {
        let began = self.changes.partition_point(|change| change.at_ms <= at_ms);
        self.changes.drain(..began.saturating_sub(1));
    }
}

fn is_signed_in(state: AgentStateKind) -> bool {
    match state {
        AgentStateKind::Logout | AgentStateKind::Unknown => false,
        AgentStateKind::NotReady
        | AgentStateKind::Ready
        | AgentStateKind::Reserved
        | AgentStateKind::ReservedOutbound
        | AgentStateKind::ReservedOutboundPreview
        | AgentStateKind::Talking
        | AgentStateKind::Hold
        | AgentStateKind::Work
        | AgentStateKind::WorkReady => true,
    }
}
