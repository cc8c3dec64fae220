//! What the relay tells of an agent.

use super::{Agents, AskedState, DialogMemory, JOINING_MS};
use crate::phone::{Phone, Time};
use sidetone_protocol::Snapshot as RelaySnapshot;
use sidetone_protocol::agent::{
    Agent, AgentDialog, AgentEvent, AgentStateKind, AgentStatus, DialogCommand, ParticipantState, Presence,
    StateChoice,
};
use sidetone_skins::snapshot::{DialogAsked, HelpWanted};

impl Phone {
    /// Something has changed; the relay's snapshot is up to date with it.
    pub(in crate::phone) fn agent_event(&mut self, now: Time, event: &AgentEvent) {
        if self.relay.as_ref().is_none_or(|relay| relay.agent.is_none()) {
            return;
        }
        match event {
            AgentEvent::Status(status) => self.agents.see_status(status),
            AgentEvent::Dialog(dialog) => self.agents.see_dialog(now, dialog),
            AgentEvent::DialogRemoved { dialog } => {
                self.agents.dialogs.remove(dialog);
            }
            AgentEvent::Team(view) => {
                for member in &view.members {
                    self.agents.members.remove(&member.id);
                }
            }
            AgentEvent::Member { member, .. } => {
                self.agents.members.remove(&member.id);
            }
            AgentEvent::TeamClosed { team } => {
                self.agents.team.opened.take_if(|opened| opened == team);
            }
            AgentEvent::HelpWanted { member, name, extension } => {
                self.agents.help.retain(|known| known.member != *member);
                let (member, name, extension) = (member.clone(), name.clone(), extension.clone());
                self.agents.help.push(HelpWanted { member, name, extension });
            }
            AgentEvent::Lists { .. }
            | AgentEvent::Queue(_)
            | AgentEvent::QueueRemoved { .. }
            | AgentEvent::Messages(_)
            | AgentEvent::Day(_) => {}
        }
    }

    /// A full snapshot takes the place of all that was known.
    pub(in crate::phone) fn agent_taken(&mut self, now: Time) {
        match self.relay.as_ref().and_then(|relay| relay.agent.as_ref()) {
            Some(agent) => self.agents.take(now, agent),
            None => self.agents = Agents::default(),
        }
    }

    /// Takes note of the calls that dialogs have been joined with.
    pub(in crate::phone) fn see_joined_calls(&mut self) {
        let Some(relay) = &self.relay else { return };
        for memory in self.agents.dialogs.values_mut() {
            memory.call_seen |= is_listed(relay, memory);
        }
    }
}

fn is_listed(relay: &RelaySnapshot, memory: &DialogMemory) -> bool {
    memory.call.is_some_and(|call| relay.call(call).is_some())
}

impl Agents {
    fn take(&mut self, now: Time, agent: &Agent) {
        self.see_status(&agent.status);
        self.dialogs.retain(|id, _| agent.dialogs.iter().any(|dialog| dialog.id == *id));
        for dialog in &agent.dialogs {
            self.see_dialog(now, dialog);
        }
        self.members.clear();
        let is_open = |id: &String| agent.teams.iter().any(|view| view.team.id == *id);
        self.team.opened.take_if(|opened| !is_open(opened));
    }

    fn see_status(&mut self, status: &AgentStatus) {
        self.state.take_if(|asked| asked.is_settled_by(status));
        self.signing_in.take_if(|asked| asked.before != status.presence);
        if status.presence != Presence::SignedIn {
            self.help.clear();
        }
        // What has gone may come again, and is then news.
        self.read.take_if(|read| status.failure.as_ref() != Some(read));
    }

    fn see_dialog(&mut self, now: Time, dialog: &AgentDialog) {
        self.dialogs.entry(dialog.id.clone()).or_default().see(now, dialog);
    }
}

impl AskedState {
    /// Whether it has come, is noted for after the call, or was refused after all.
    fn is_settled_by(&self, status: &AgentStatus) -> bool {
        let state = state_of(self.choice);
        let same_reason =
            |reason: Option<&str>| self.reason.as_ref().is_none_or(|(id, _)| reason == Some(id.as_str()));
        let entered = status.state == state && same_reason(status.reason.as_ref().map(|it| it.id.as_str()));
        let pending = status.pending.as_ref().is_some_and(|pending| {
            pending.state == state && same_reason(pending.reason.as_ref().map(|it| it.id.as_str()))
        });
        let left = self.choice == StateChoice::SignOut && status.presence == Presence::SignedOut;
        let refused = status.failure.is_some() && status.failure != self.failure_before;
        entered || pending || left || refused
    }
}

/// The state that a choice leads to.
pub(super) fn state_of(choice: StateChoice) -> AgentStateKind {
    match choice {
        StateChoice::Ready => AgentStateKind::Ready,
        StateChoice::NotReady => AgentStateKind::NotReady,
        StateChoice::SignOut => AgentStateKind::Logout,
    }
}

impl DialogMemory {
    /// Takes note of how the dialog is now.
    fn see(&mut self, now: Time, dialog: &AgentDialog) {
        if self.seen.is_none() {
            self.call_awaited = Some(now + JOINING_MS);
        }
        if let Some(call) = dialog.call
            && self.call != Some(call)
        {
            self.call = Some(call);
            self.call_seen = false;
        }
        let changed = self.seen.as_ref() != Some(dialog);
        if changed {
            if self.asked.is_some_and(|(asked, ..)| asked == DialogAsked::Barge) {
                self.joined |= !dialog.actions.contains(&DialogCommand::Barge)
                    && dialog.state == ParticipantState::Active;
            }
            self.asked = None;
        }
        let said_otherwise = self.seen.as_ref().is_some_and(|seen| seen.wrap_up != dialog.wrap_up);
        self.wrap_up.take_if(|(chosen, ..)| *chosen == dialog.wrap_up || said_otherwise);
        self.seen = Some(dialog.clone());
    }
}
