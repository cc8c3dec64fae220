//! Queues: who gets which call, and what becomes of calls that nobody answers.

use super::agent::{AgentId, Reason};
use super::dialog::{Dialog, DialogState};
use super::state::AgentState;
use super::{Centre, Output};
use crate::cti::{CallId, Command};

impl Centre {
    /// Gives the calls that wait, the oldest first, to the agents who have waited longest.
    pub(super) fn route(&mut self, now: u64) {
        let mut waiting: Vec<_> = self
            .dialogs
            .values()
            .filter_map(|dialog| Some((dialog.waiting?, dialog.call, dialog.queue?)))
            .filter(|(_, call, _)| !self.is_reserved(*call))
            .collect();
        waiting.sort_unstable();
        for (_, call, queue) in waiting {
            if let Some(agent) = self.longest_available(queue) {
                self.reserve(now, &agent, call);
            }
        }
    }

    pub(super) fn is_reserved(&self, call: CallId) -> bool {
        self.agents.values().any(|agent| agent.reserved.is_some_and(|(reserved, _)| reserved == call))
    }

    fn longest_available(&self, queue: u32) -> Option<AgentId> {
        self.agents
            .values()
            .filter(|agent| {
                agent.state == AgentState::Ready
                    && agent.config.queues.contains(&queue)
                    && !self.rings(&agent.config.id)
            })
            .min_by_key(|agent| (agent.since, &agent.config.id))
            .map(|agent| agent.config.id.clone())
    }

    /// Whether the telephone of an agent is in use by a call that does not show in the state.
    fn rings(&self, id: &str) -> bool {
        let uses = |dialog: &Dialog| dialog.of(id).is_some_and(|participant| participant.state.is_in());
        self.dialogs.values().any(uses)
    }

    fn reserve(&mut self, now: u64, id: &str, call: CallId) {
        let until = now + self.config.ring_ms;
        let Some(agent) = self.agents.get_mut(id) else { return };
        let device = agent.extension.clone();
        agent.reserved = Some((call, until));
        self.set_state(now, id, AgentState::Reserved, Reason::None, "");
        self.command(Command::Route { call, device });
    }

    /// Takes calls back from agents who let them ring.
    pub(super) fn take_back_unanswered(&mut self, now: u64) {
        let late: Vec<_> = self
            .agents
            .values_mut()
            .filter(|agent| agent.reserved.is_some_and(|(_, until)| until <= now))
            .filter_map(|agent| {
                let (call, _) = agent.reserved?;
                // Once; the state changes when the switch has done it.
                agent.reserved = Some((call, u64::MAX));
                Some((call, agent.extension.clone()))
            })
            .collect();
        for (call, device) in late {
            self.command(Command::Divert { call, device });
        }
    }

    /// The call does not ring at the agent any more, or never did.
    pub(super) fn not_answered(&mut self, now: u64, call: CallId, id: &str) {
        self.totals.missed += 1;
        if let Some(dialog) = self.dialogs.get_mut(&call) {
            for participant in &mut dialog.participants {
                if participant.agent.as_deref() == Some(id) {
                    participant.state = DialogState::Dropped;
                    participant.changed = now;
                }
            }
            dialog.state = DialogState::Initiating;
            dialog.waiting.get_or_insert(now);
        }
        self.hide(now, call, id);
        if let Some(dialog) = self.dialogs.get_mut(&call) {
            dialog.participants.retain(|participant| participant.agent.as_deref() != Some(id));
        }
        let pending = self.agents.get(id).and_then(|agent| agent.pending);
        let state = self.agents.get(id).map(|agent| agent.state);
        if state == Some(AgentState::Reserved) {
            let (to, reason) = match pending {
                Some((to @ (AgentState::NotReady | AgentState::Logout), reason)) => (to, reason),
                Some(_) | None => (AgentState::NotReady, self.no_answer()),
            };
            self.set_state(now, id, to, reason, "");
        }
        self.route(now);
    }

    /// Nobody is reserved for a call any more.
    pub(super) fn release(&mut self, call: CallId) {
        for agent in self.agents.values_mut() {
            agent.reserved = agent.reserved.filter(|(reserved, _)| *reserved != call);
        }
    }

    /// Frees those who are reserved though no call is about to come.
    pub(super) fn follow_reserved(&mut self, now: u64) {
        let idle: Vec<AgentId> = self
            .agents
            .values()
            .filter(|agent| agent.state == AgentState::Reserved && agent.reserved.is_none())
            .map(|agent| agent.config.id.clone())
            .collect();
        for id in idle {
            self.follow(now, &id);
        }
    }

    /// Ends the calls that did not come about, when nobody did it.
    pub(super) fn give_up_failed(&mut self, now: u64) {
        let due: Vec<CallId> = self
            .dialogs
            .values()
            .filter(|dialog| dialog.give_up.is_some_and(|at| at <= now))
            .map(|dialog| dialog.call)
            .collect();
        for call in due {
            self.over(now, call);
        }
    }

    /// Whether a call waits for an agent; and the agent it is reserved for.
    pub(super) fn reserved_by(&self, call: CallId, device: &str) -> Option<AgentId> {
        self.agents
            .values()
            .find(|agent| {
                agent.reserved.is_some_and(|(reserved, _)| reserved == call)
                    && (device.is_empty() || agent.extension == device)
            })
            .map(|agent| agent.config.id.clone())
    }

    /// A customer calls a queue; who plays telephones has to make the call.
    pub fn customer_calls(&mut self, from: &str, to: &str) -> CallId {
        let call = self.new_call();
        let (from, to) = (from.to_owned(), to.to_owned());
        self.outputs.push_back(Output::Command(Command::CallFromOutside { call, from, to }));
        call
    }
}
