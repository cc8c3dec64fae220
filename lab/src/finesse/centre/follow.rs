//! How an agent's state follows the calls at the agent's telephone.

use super::Centre;
use super::agent::{AgentId, Reason};
use super::dialog::{Dialog, DialogState};
use super::state::{AgentState, Platform};
use crate::finesse::config::WrapUp;

/// What the calls at a telephone amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Calls {
    active: bool,
    held: bool,
    ringing: bool,
}

impl Centre {
    /// Whether a call shows in its agents' states: all of them on UCCE, those of queues and campaigns on UCCX.
    fn counts(&self, dialog: &Dialog) -> bool {
        let from_queue = dialog.queue.is_some() || dialog.variables.contains_key("BACampaign");
        !dialog.preview && (self.platform() == Platform::Ucce || from_queue)
    }

    fn calls_of(&self, id: &str, counted: bool) -> Calls {
        let mut calls = Calls::default();
        for dialog in self.dialogs.values() {
            let Some(participant) = dialog.of(id).filter(|_| !dialog.preview) else { continue };
            if self.counts(dialog) != counted {
                continue;
            }
            match participant.state {
                DialogState::Initiating
                | DialogState::Initiated
                | DialogState::Active
                | DialogState::Failed => calls.active = true,
                DialogState::Held => calls.held = true,
                DialogState::Alerting => calls.ringing = true,
                DialogState::WrapUp | DialogState::Dropped | DialogState::Accepted => {}
            }
        }
        calls
    }

    /// UCCX: whether the agent is in a call that is from no queue.
    pub(super) fn in_other_call(&self, id: &str) -> bool {
        let calls = self.calls_of(id, false);
        calls.active || calls.held
    }

    /// Makes the state of an agent fit the calls.
    pub(super) fn follow(&mut self, now: u64, id: &str) {
        let platform = self.platform();
        if platform == Platform::Uccx {
            self.follow_other_calls(now, id);
        }
        let calls = self.calls_of(id, true);
        let wanted = match platform {
            _ if calls.active => Some(AgentState::Talking),
            Platform::Ucce if calls.held => Some(AgentState::Hold),
            Platform::Uccx if calls.held => Some(AgentState::Talking),
            _ if calls.ringing => Some(AgentState::Reserved),
            Platform::Ucce | Platform::Uccx => None,
        };
        self.note_talk(id);
        let Some(agent) = self.agents.get(id) else { return };
        let (state, reason) = (agent.state, agent.reason);
        match (state, wanted) {
            (AgentState::Logout, _) => {}
            (state, Some(wanted)) if state == wanted => {}
            (AgentState::Ready, Some(AgentState::Reserved)) => {
                self.set_state(now, id, AgentState::Reserved, Reason::None, "");
            }
            // Somebody who is not waiting for calls is not reserved by one that rings.
            (
                AgentState::NotReady
                | AgentState::Work
                | AgentState::WorkReady
                | AgentState::ReservedOutbound
                | AgentState::ReservedOutboundPreview,
                Some(AgentState::Reserved),
            ) => {}
            (AgentState::Ready, Some(talking)) => {
                let made = self.system_reason(50_006, "NOT_READY");
                self.set_state(now, id, AgentState::NotReady, made, "");
                self.talk(now, id, talking);
            }
            (AgentState::Work | AgentState::WorkReady, Some(talking)) => {
                self.leave_wrap_up(now, id);
                self.set_state(now, id, AgentState::NotReady, Reason::None, "");
                self.talk(now, id, talking);
            }
            (AgentState::NotReady, Some(talking)) => {
                self.talk(now, id, talking);
                if let Some(agent) = self.agents.get_mut(id) {
                    agent.after = (AgentState::NotReady, reason);
                }
            }
            (AgentState::Reserved, Some(AgentState::Hold)) => self.talk(now, id, AgentState::Hold),
            (AgentState::Talking | AgentState::Hold, None | Some(AgentState::Reserved)) => {
                self.after_call(now, id);
            }
            (_, Some(other)) => self.set_state(now, id, other, Reason::None, ""),
            // The caller gave up; or the call is about to ring.
            (AgentState::Reserved, None) => {
                if agent.reserved.is_none() {
                    self.after_call(now, id);
                }
            }
            (_, None) => {}
        }
    }

    /// To talking, and on to hold if that is how it is.
    fn talk(&mut self, now: u64, id: &str, wanted: AgentState) {
        self.set_state(now, id, AgentState::Talking, Reason::None, "");
        if wanted != AgentState::Talking {
            self.set_state(now, id, wanted, Reason::None, "");
        }
    }

    fn follow_other_calls(&mut self, now: u64, id: &str) {
        let busy = self.in_other_call(id);
        let Some(agent) = self.agents.get_mut(id) else { return };
        if busy && agent.state == AgentState::Ready {
            self.set_state(now, id, AgentState::NotReady, Reason::Unknown, "");
            if let Some(agent) = self.agents.get_mut(id) {
                agent.ready_again = true;
            }
        } else if !busy && agent.ready_again && agent.state == AgentState::NotReady {
            self.set_state(now, id, AgentState::Ready, Reason::None, "");
        }
    }

    /// Remembers what kinds of call the agent talks in, since wrap-up depends on them.
    fn note_talk(&mut self, id: &str) {
        let (mut from_queue, mut out) = (false, false);
        for dialog in self.dialogs.values() {
            let talks = dialog.of(id).is_some_and(|participant| {
                matches!(participant.state, DialogState::Active | DialogState::Held)
            });
            if talks && self.counts(dialog) && dialog.watched.is_none() {
                from_queue |= dialog.queue.is_some();
                out |=
                    dialog.kind == "OUT" || !dialog.variables.get("BACampaign").is_none_or(String::is_empty);
            }
        }
        if let Some(agent) = self.agents.get_mut(id) {
            agent.talked = (agent.talked.0 || from_queue, agent.talked.1 || out);
        }
    }

    /// Whether wrap-up follows the agent's call.
    pub(super) fn wraps_up(&self, id: &str) -> bool {
        let Some(agent) = self.agents.get(id) else { return false };
        if !matches!(agent.state, AgentState::Talking | AgentState::Hold) {
            return false;
        }
        if agent.pending.is_some_and(|(state, _)| state == AgentState::Logout) {
            return false;
        }
        let wanted = |setting, applies: bool| {
            applies
                && match setting {
                    WrapUp::Required | WrapUp::RequiredWithWrapUpData => true,
                    WrapUp::Optional => agent.wants_wrap_up,
                    WrapUp::NotAllowed => false,
                }
        };
        let (from_queue, out) = agent.talked;
        wanted(agent.config.wrap_up_incoming, from_queue) || wanted(agent.config.wrap_up_outgoing, out)
    }

    /// Whether wrap-up follows when the agent's part in this call ends.
    pub(super) fn wraps_up_after(&self, id: &str, call: crate::cti::CallId) -> bool {
        let Some(dialog) = self.dialogs.get(&call) else { return false };
        let talked = dialog.of(id).is_some_and(|participant| participant.talked);
        let wanted = talked && dialog.watched.is_none() && (dialog.queue.is_some() || dialog.kind == "OUT");
        let another = self.dialogs.values().any(|other| {
            other.call != call
                && !other.preview
                && other.of(id).is_some_and(|participant| participant.state.is_in())
        });
        wanted && !another && self.wraps_up(id)
    }

    fn after_call(&mut self, now: u64, id: &str) {
        let wraps_up = self.wraps_up(id);
        let platform = self.platform();
        let Some(agent) = self.agents.get_mut(id) else { return };
        let pending = agent
            .pending
            .take()
            .filter(|(state, _)| !matches!(state, AgentState::Work | AgentState::WorkReady));
        let (to, reason) = pending.unwrap_or(agent.after);
        if wraps_up {
            let work = if platform == Platform::Ucce && to == AgentState::Ready {
                AgentState::WorkReady
            } else {
                AgentState::Work
            };
            self.set_state(now, id, work, Reason::None, "");
            if let Some(agent) = self.agents.get_mut(id) {
                agent.after = (to, reason);
            }
        } else {
            self.set_state(now, id, to, reason, "");
            self.end_wrap_up_dialogs(now, id);
        }
    }

    /// Ends the wrap-ups that nobody ended in time.
    pub(super) fn end_wrap_ups(&mut self, now: u64) {
        let due: Vec<AgentId> = self
            .agents
            .values()
            .filter(|agent| agent.wrap_up_until.is_some_and(|until| until <= now))
            .map(|agent| agent.config.id.clone())
            .collect();
        for id in due {
            self.leave_wrap_up(now, &id);
            let Some(agent) = self.agents.get(&id) else { continue };
            let (to, reason) = agent.after;
            self.set_state(now, &id, to, reason, "");
        }
        self.route(now);
    }

    /// Takes the calls whose results were being written from the desktop.
    pub(super) fn leave_wrap_up(&mut self, now: u64, id: &str) {
        let state = self.agents.get(id).map(|agent| agent.state);
        if matches!(state, Some(AgentState::Work | AgentState::WorkReady)) {
            self.end_wrap_up_dialogs(now, id);
        }
    }

    fn end_wrap_up_dialogs(&mut self, now: u64, id: &str) {
        let in_wrap_up = |dialog: &&Dialog| {
            dialog.of(id).is_some_and(|participant| participant.state == DialogState::WrapUp)
        };
        let calls: Vec<_> = self.dialogs.values().filter(in_wrap_up).map(|dialog| dialog.call).collect();
        for call in calls {
            if let Some(dialog) = self.dialogs.get_mut(&call) {
                for participant in &mut dialog.participants {
                    if participant.agent.as_deref() == Some(id) {
                        participant.state = DialogState::Dropped;
                        participant.changed = now;
                    }
                }
            }
            self.hide(now, call, id);
        }
    }

    /// Whether the agent has to write a result before wrap-up may end.
    pub(super) fn lacks_wrap_up(&self, id: &str) -> bool {
        let required = self
            .agents
            .get(id)
            .is_some_and(|agent| agent.config.wrap_up_incoming == WrapUp::RequiredWithWrapUpData);
        required
            && self.dialogs.values().any(|dialog| {
                let writes =
                    dialog.of(id).is_some_and(|participant| participant.state == DialogState::WrapUp);
                writes && dialog.wrap_up.is_empty() && dialog.wrap_up_items.is_empty()
            })
    }
}
