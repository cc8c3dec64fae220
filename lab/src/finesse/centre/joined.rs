//! Calls that become one, and calls that are sent on.

use super::Centre;
use super::agent::AgentId;
use super::dialog::DialogState;
use crate::cti::CallId;

impl Centre {
    pub(super) fn transferred(
        &mut self,
        now: u64,
        survivor: CallId,
        ended: CallId,
        by: &str,
        parties: &[String],
    ) {
        let agent = self.at(by);
        self.merge(now, survivor, ended, by, parties, "TRANSFER");
        if let Some(id) = agent {
            self.leave(now, survivor, &id);
        } else if let Some(dialog) = self.dialogs.get_mut(&survivor) {
            dialog.participants.retain(|participant| participant.address != by);
        }
        self.publish_dialog(now, survivor);
        self.follow_all(now, survivor);
    }

    pub(super) fn conferenced(
        &mut self,
        now: u64,
        survivor: CallId,
        ended: CallId,
        by: &str,
        parties: &[String],
    ) {
        self.merge(now, survivor, ended, by, parties, "CONFERENCE");
        self.publish_dialog(now, survivor);
        self.follow_all(now, survivor);
    }

    /// Takes `ended` from all desktops and has its parties in `survivor`.
    fn merge(
        &mut self,
        now: u64,
        survivor: CallId,
        ended: CallId,
        by: &str,
        parties: &[String],
        kind: &'static str,
    ) {
        let agents: Vec<Option<AgentId>> = parties.iter().map(|party| self.at(party)).collect();
        let Some(mut other) = self.dialogs.remove(&ended) else { return };
        let Some(dialog) = self.dialogs.get_mut(&survivor) else { return };
        dialog.secondary = Some(other.id);
        if dialog.watched.is_none() && other.watched.is_none() {
            dialog.kind = kind;
        } else {
            dialog.kind = "CONFERENCE";
        }
        // What is known of the customer stays with the customer, whichever call survives.
        dialog.queue = dialog.queue.or(other.queue);
        for (name, value) in &other.variables {
            dialog.variables.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let mut all_in = DialogState::Active;
        for (party, agent) in parties.iter().zip(agents) {
            let before = other.at(party).or_else(|| dialog.at(party)).map(|known| known.state);
            let state = match before {
                Some(DialogState::Alerting) => {
                    all_in = DialogState::Alerting;
                    DialogState::Alerting
                }
                Some(DialogState::Held) if party != by => DialogState::Held,
                _ => DialogState::Active,
            };
            dialog.put(now, party, agent, state);
        }
        dialog.state = all_in;
        if kind == "TRANSFER" {
            let who = |skip: &str| parties.iter().find(|party| *party != skip).cloned();
            if dialog.from == by {
                dialog.from = who(&dialog.to).unwrap_or_default();
            }
            if dialog.to == by {
                dialog.to = who(&dialog.from).unwrap_or_default();
            }
        }
        // The call that is no more goes from every desktop that shows it.
        other.state = DialogState::Dropped;
        for participant in &mut other.participants {
            participant.state = DialogState::Dropped;
            participant.changed = now;
        }
        let seen: Vec<AgentId> = other.visible.iter().cloned().collect();
        self.dialogs.insert(ended, other);
        for id in seen {
            self.hide(now, ended, &id);
        }
        self.dialogs.remove(&ended);
    }

    pub(super) fn redirected(&mut self, now: u64, call: CallId, by: &str, to: &str) {
        let agent = self.at(by);
        let Some(dialog) = self.dialogs.get_mut(&call) else { return };
        if dialog.from == by {
            dialog.from = dialog.to.clone();
        }
        to.clone_into(&mut dialog.to);
        dialog.kind = "TRANSFER";
        match agent {
            Some(id) => self.leave(now, call, &id),
            None => dialog.participants.retain(|participant| participant.address != by),
        }
    }
}
