//! What the switch reports of calls, and what agents see of it.

use super::Centre;
use super::agent::AgentId;
use super::dialog::{Dialog, DialogState};
use super::state::{CtiError, Platform};
use crate::cti::{CallId, Cause, Event};

/// How long a call that failed is shown if nobody hangs up, in ms.
const GIVE_UP_MS: u64 = 15_000;

impl Centre {
    /// Takes a report of the switch.
    pub fn cti(&mut self, now: u64, event: Event) {
        match event {
            Event::Offered { call, from, to } => self.offered(now, call, &from, &to),
            Event::Originated { call, from, to } => self.originated(now, call, &from, &to),
            Event::Delivered { call, from, to } => self.delivered(now, call, &from, &to),
            Event::Diverted { call, from } => {
                if let Some(id) = self.reserved_by(call, &from) {
                    self.not_answered(now, call, &id);
                }
            }
            Event::Answered { call, by } => self.answered(now, call, &by),
            Event::Held { call, by } => self.party(now, call, &by, DialogState::Held),
            Event::Retrieved { call, by } => self.party(now, call, &by, DialogState::Active),
            Event::Transferred { survivor, ended, by, parties } => {
                self.transferred(now, survivor, ended, &by, &parties);
            }
            Event::Conferenced { survivor, ended, by, parties } => {
                self.conferenced(now, survivor, ended, &by, &parties);
            }
            Event::Redirected { call, by, to } => self.redirected(now, call, &by, &to),
            Event::PartyDropped { call, party } => self.dropped(now, call, &party),
            Event::Ended { call } => self.over(now, call),
            Event::Failed { call, cause } => self.failed(now, call, cause),
            Event::Refused { call, device, cause } => self.refused(now, call, &device, cause),
            Event::Digits { .. } | Event::InService { .. } => {}
        }
    }

    fn offered(&mut self, now: u64, call: CallId, from: &str, to: &str) {
        let Some(queue) = self.queues.values().find(|queue| queue.config.number == to) else { return };
        let id = queue.config.id;
        let kind = match self.platform() {
            Platform::Ucce => "PREROUTE_ACD_IN",
            Platform::Uccx => "ACD_IN",
        };
        let dialog_id = self.new_dialog_id();
        let agent = self.at(from);
        let dialog = self.dialogs.entry(call).or_insert_with(|| Dialog::new(dialog_id, call, from, to, kind));
        if dialog.participants.is_empty() {
            dialog.put(now, from, agent, DialogState::Initiated);
        }
        to.clone_into(&mut dialog.to);
        dialog.queue = Some(id);
        dialog.waiting = Some(now);
        self.totals.offered += 1;
        if let Some(queue) = self.queues.get_mut(&id) {
            queue.offered += 1;
        }
        self.publish_dialog(now, call);
        self.route(now);
    }

    fn originated(&mut self, now: u64, call: CallId, from: &str, to: &str) {
        let ordered = self.ordered.remove(&call).unwrap_or_default();
        let kind = match ordered.kind {
            "" if self.is_inside(to) => "AGENT_INSIDE",
            "" => "OUT",
            known => known,
        };
        let agent = self.at(from);
        let mut dialog = Dialog::new(self.new_dialog_id(), call, from, to, kind);
        dialog.variables = ordered.variables;
        dialog.watched = ordered.watched;
        dialog.associated =
            ordered.consult_of.and_then(|call| self.dialogs.get(&call)).map(|dialog| dialog.id);
        dialog.put(now, from, agent.clone(), DialogState::Initiating);
        self.dialogs.insert(call, dialog);
        self.publish_dialog(now, call);
        self.whole(now, call, DialogState::Initiated);
        self.party(now, call, from, DialogState::Initiated);
    }

    fn delivered(&mut self, now: u64, call: CallId, from: &str, to: &str) {
        let (caller, callee) = (self.at(from), self.at_or_reserved(call, to));
        let id = self.new_dialog_id();
        let dialog = self.dialogs.entry(call).or_insert_with(|| Dialog::new(id, call, from, to, "OTHER_IN"));
        if dialog.participants.is_empty() {
            dialog.put(now, from, caller, DialogState::Initiated);
        }
        if dialog.queue.is_some() {
            to.clone_into(&mut dialog.to);
        }
        dialog.put(now, to, callee.clone(), DialogState::Alerting);
        dialog.state = DialogState::Alerting;
        self.publish_dialog(now, call);
        if let Some(id) = callee {
            self.follow(now, &id);
        }
    }

    /// The agent at a telephone, or the mobile agent who is being called there.
    fn at_or_reserved(&self, call: CallId, device: &str) -> Option<AgentId> {
        self.at(device).or_else(|| self.reserved_by(call, device))
    }

    fn answered(&mut self, now: u64, call: CallId, by: &str) {
        let agent = self.at_or_reserved(call, by);
        let Some(dialog) = self.dialogs.get_mut(&call) else { return };
        // An agent whose calls are listened to sees nothing of it.
        let agent = agent.filter(|_| dialog.watched.is_none());
        dialog.put(now, by, agent.clone(), DialogState::Active);
        for participant in &mut dialog.participants {
            if matches!(participant.state, DialogState::Initiating | DialogState::Initiated) {
                participant.state = DialogState::Active;
                participant.talked = true;
                participant.changed = now;
            }
        }
        dialog.state = DialogState::Active;
        let queue = dialog.queue;
        let first = dialog.waiting.take().is_some();
        if first {
            self.totals.answered += 1;
            if let Some(queue) = queue.and_then(|id| self.queues.get_mut(&id)) {
                queue.answered += 1;
            }
        }
        self.publish_dialog(now, call);
        self.follow_all(now, call);
    }

    /// Sets the state of a participant and tells everybody.
    fn party(&mut self, now: u64, call: CallId, address: &str, state: DialogState) {
        let agent = self.at(address);
        let Some(dialog) = self.dialogs.get_mut(&call) else { return };
        dialog.put(now, address, agent, state);
        self.publish_dialog(now, call);
        self.follow_all(now, call);
    }

    fn whole(&mut self, _now: u64, call: CallId, state: DialogState) {
        if let Some(dialog) = self.dialogs.get_mut(&call) {
            dialog.state = state;
        }
    }

    /// Makes the states of all agents in a call fit.
    pub(super) fn follow_all(&mut self, now: u64, call: CallId) {
        let Some(dialog) = self.dialogs.get(&call) else { return };
        let agents: Vec<_> =
            dialog.participants.iter().filter_map(|participant| participant.agent.clone()).collect();
        for id in agents {
            self.follow(now, &id);
        }
        self.route(now);
    }

    fn dropped(&mut self, now: u64, call: CallId, party: &str) {
        let Some(dialog) = self.dialogs.get_mut(&call) else { return };
        let Some(agent) = dialog.at(party).map(|participant| participant.agent.clone()) else { return };
        let goes_on = dialog.present() > 2;
        if let Some(id) = agent.filter(|_| goes_on) {
            return self.leave(now, call, &id);
        }
        dialog.put(now, party, None, DialogState::Dropped);
        if goes_on {
            self.publish_dialog(now, call);
            let Some(dialog) = self.dialogs.get_mut(&call) else { return };
            dialog.participants.retain(|participant| participant.address != party);
            return;
        }
        self.publish_dialog(now, call);
    }

    /// An agent leaves a call that goes on.
    pub(super) fn leave(&mut self, now: u64, call: CallId, id: &str) {
        let wraps_up = self.wraps_up_after(id, call);
        let state = if wraps_up { DialogState::WrapUp } else { DialogState::Dropped };
        let Some(dialog) = self.dialogs.get_mut(&call) else { return };
        for participant in &mut dialog.participants {
            if participant.agent.as_deref() == Some(id) {
                participant.state = state;
                participant.changed = now;
            }
        }
        self.publish_dialog(now, call);
        if !wraps_up {
            self.hide(now, call, id);
            if let Some(dialog) = self.dialogs.get_mut(&call) {
                dialog.participants.retain(|participant| participant.agent.as_deref() != Some(id));
            }
        }
        self.follow(now, id);
        self.route(now);
    }

    /// A call is over for all.
    pub(super) fn over(&mut self, now: u64, call: CallId) {
        let Some(dialog) = self.dialogs.get(&call) else { return };
        let agents: Vec<_> = dialog
            .participants
            .iter()
            .filter(|participant| participant.state != DialogState::WrapUp)
            .filter_map(|participant| participant.agent.clone())
            .collect();
        let wrapping: Vec<bool> = agents.iter().map(|id| self.wraps_up_after(id, call)).collect();
        self.release(call);
        let Some(dialog) = self.dialogs.get_mut(&call) else { return };
        dialog.state = DialogState::Dropped;
        dialog.give_up = None;
        let abandoned = dialog.waiting.take().is_some();
        let queue = dialog.queue;
        for participant in &mut dialog.participants {
            let wraps = agents
                .iter()
                .zip(&wrapping)
                .any(|(id, wraps)| *wraps && participant.agent.as_ref() == Some(id));
            let state = if wraps || participant.state == DialogState::WrapUp {
                DialogState::WrapUp
            } else {
                DialogState::Dropped
            };
            if participant.state != state {
                participant.changed = now;
            }
            participant.state = state;
        }
        if abandoned {
            self.totals.abandoned += 1;
            if let Some(queue) = queue.and_then(|id| self.queues.get_mut(&id)) {
                queue.abandoned += 1;
            }
        }
        self.publish_dialog(now, call);
        for (id, wraps) in agents.iter().zip(wrapping) {
            if !wraps {
                self.hide(now, call, id);
            }
            self.follow(now, id);
        }
        self.forget_if_over(call);
        self.ordered.remove(&call);
        self.follow_reserved(now);
        self.route(now);
    }

    fn failed(&mut self, now: u64, call: CallId, cause: Cause) {
        let Some(dialog) = self.dialogs.get_mut(&call) else { return };
        if dialog.waiting.is_some() {
            return self.over(now, call);
        }
        dialog.state = DialogState::Failed;
        dialog.give_up = Some(now + GIVE_UP_MS);
        let to = dialog.to.clone();
        for participant in &mut dialog.participants {
            if participant.address == to {
                participant.state = DialogState::Dropped;
            } else {
                participant.state = DialogState::Failed;
                participant.cause = state_cause(cause);
            }
            participant.changed = now;
        }
        self.publish_dialog(now, call);
        self.follow_all(now, call);
    }

    fn refused(&mut self, now: u64, call: CallId, device: &str, cause: Cause) {
        if let Some(id) = self.reserved_by(call, device) {
            return self.not_answered(now, call, &id);
        }
        let error = match cause {
            Cause::DeviceNotAvailable => CtiError::OUT_OF_SERVICE,
            Cause::Busy
            | Cause::BadDestination
            | Cause::NoAnswer
            | Cause::Declined
            | Cause::WrongState
            | Cause::NotSupported => CtiError::CALL,
        };
        let ordered = self.ordered.remove(&call).map(|ordered| ordered.by);
        let Some(id) = ordered.or_else(|| self.at(device)) else { return };
        let request = self.asked.remove(&(call, id.clone())).unwrap_or_default();
        self.refuse_action(now, &id, call, error, &request);
        self.leave_preview(now, &id);
    }
}

fn state_cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Busy => "BUSY",
        Cause::BadDestination => "BAD_DESTINATION",
        Cause::DeviceNotAvailable => "DEVICE_RESOURCE_NOT_AVAILABLE",
        Cause::NoAnswer | Cause::Declined | Cause::WrongState | Cause::NotSupported => "OTHER",
    }
}
