//! Figures of queues, counted from the agents and the calls as they are.

use super::dialog::DialogState;
use super::publish::{Method, update};
use super::state::{AgentState, Platform};
use super::{Audience, Centre};

/// The figures of a queue. Every agent who is signed in and has the queue's skill is in exactly one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Statistics {
    /// Calls that wait.
    pub calls_in_queue: u32,
    /// Since when the oldest of them does, in ms.
    pub oldest: Option<u64>,
    /// Agents who wait.
    pub ready: u32,
    /// Agents who do not.
    pub not_ready: u32,
    /// Agents whom something else keeps: a call that rings, that is held, or that is another queue's.
    pub busy_other: u32,
    /// Agents who are signed in.
    pub logged_on: u32,
    /// In a call of this queue.
    pub talking_in: u32,
    /// In a call that they made to somebody outside.
    pub talking_out: u32,
    /// In a call with somebody inside.
    pub talking_internal: u32,
    /// In wrap-up, not ready after it.
    pub wrap_up_not_ready: u32,
    /// In wrap-up, ready after it.
    pub wrap_up_ready: u32,
}

impl Centre {
    /// The figures of a queue as they are now.
    pub fn statistics(&self, queue: u32) -> Statistics {
        let waiting = || {
            let here = self.dialogs.values().filter(move |dialog| dialog.queue == Some(queue));
            here.filter(|dialog| !self.is_reserved(dialog.call)).filter_map(|dialog| dialog.waiting)
        };
        let mut figures = Statistics {
            calls_in_queue: u32::try_from(waiting().count()).unwrap_or(u32::MAX),
            oldest: waiting().min(),
            ..Statistics::default()
        };
        for agent in self.agents.values().filter(|agent| agent.config.queues.contains(&queue)) {
            let figure = match agent.state {
                AgentState::Logout => continue,
                AgentState::Ready => &mut figures.ready,
                AgentState::NotReady => &mut figures.not_ready,
                AgentState::Work => &mut figures.wrap_up_not_ready,
                AgentState::WorkReady => &mut figures.wrap_up_ready,
                AgentState::Talking => match self.talk_of(&agent.config.id) {
                    Talk::Queue(id) if id == queue => &mut figures.talking_in,
                    Talk::Out => &mut figures.talking_out,
                    Talk::Internal => &mut figures.talking_internal,
                    Talk::Queue(_) | Talk::Other => &mut figures.busy_other,
                },
                AgentState::Reserved
                | AgentState::ReservedOutbound
                | AgentState::ReservedOutboundPreview
                | AgentState::Hold => &mut figures.busy_other,
            };
            *figure += 1;
            figures.logged_on += 1;
        }
        figures
    }

    fn talk_of(&self, id: &str) -> Talk {
        let talks =
            |state| matches!(state, DialogState::Active | DialogState::Initiating | DialogState::Initiated);
        let dialog = self
            .dialogs
            .values()
            .find(|dialog| dialog.of(id).is_some_and(|participant| talks(participant.state)));
        match dialog {
            Some(dialog) => match (dialog.queue, dialog.kind) {
                (Some(queue), _) => Talk::Queue(queue),
                (None, "OUT") => Talk::Out,
                (None, "AGENT_INSIDE" | "CONSULT" | "SUPERVISOR_MONITOR") => Talk::Internal,
                (None, _) => Talk::Other,
            },
            None => Talk::Other,
        }
    }

    /// Tells of the queues whose figures changed; UCCE only.
    pub(super) fn publish_queues(&mut self, _now: u64) {
        if self.platform() == Platform::Uccx || !self.service.in_service() {
            return;
        }
        let ids: Vec<u32> = self.queues.keys().copied().collect();
        for id in ids {
            let figures = self.statistics(id);
            let Some(queue) = self.queues.get_mut(&id) else { continue };
            if queue.published.replace(figures) == Some(figures) {
                continue;
            }
            let Some(queue) = self.queues.get(&id) else { continue };
            let node = format!("/finesse/api/Queue/{id}");
            let body = update(self.queue_element(queue, false), Method::Put, &node, "");
            self.publish(node, Audience::Subscribers, body);
        }
    }
}

/// What keeps an agent who talks.
enum Talk {
    Queue(u32),
    Out,
    Internal,
    Other,
}
