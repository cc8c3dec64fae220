//! An outbound campaign in preview mode: the agent sees whom to call and decides.

use std::collections::BTreeMap;

use super::agent::Reason;
use super::dialog::{Dialog, DialogState};
use super::state::{AgentState, Platform};
use super::{Centre, Ordered};
use crate::cti::{CallId, Command};

impl Centre {
    /// Shows a customer of a campaign to an agent who is ready. False where the agent is not.
    pub fn preview(&mut self, now: u64, agent: &str, number: &str, campaign: &str) -> bool {
        let Some(extension) = self
            .agents
            .get(agent)
            .filter(|agent| agent.state == AgentState::Ready)
            .map(|agent| agent.extension.clone())
        else {
            return false;
        };
        let call = self.new_call();
        let mut dialog = Dialog::new(self.new_dialog_id(), call, &extension, number, "OUTBOUND_PREVIEW");
        dialog.preview = true;
        dialog.state = DialogState::Alerting;
        dialog.variables = self.campaign(number, campaign, "PREVIEW_OUTBOUND_RESERVATION");
        dialog.put(now, &extension, Some(agent.to_owned()), DialogState::Alerting);
        self.dialogs.insert(call, dialog);
        self.set_state(now, agent, AgentState::ReservedOutboundPreview, Reason::None, "");
        if let Some(agent) = self.agents.get_mut(agent) {
            agent.after = (AgentState::Ready, Reason::None);
        }
        self.publish_dialog(now, call);
        true
    }

    fn campaign(&self, number: &str, campaign: &str, status: &str) -> BTreeMap<String, String> {
        let mut variables: BTreeMap<String, String> = [
            ("BACampaign", campaign),
            ("BAAccountNumber", "A-1"),
            ("BAResponse", ""),
            ("BAStatus", status),
            ("BADialedListID", "1"),
            ("BATimeZone", "GMT"),
            ("BABuddyName", "Customer"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        if self.platform() == Platform::Uccx {
            variables.insert("BACustomerNumber".to_owned(), number.to_owned());
        }
        variables
    }

    /// ACCEPT, REJECT or CLOSE.
    pub(super) fn decide_preview(&mut self, now: u64, agent: &str, call: CallId, action: &str) {
        let accepted = action == "ACCEPT";
        let state = if accepted { DialogState::Accepted } else { DialogState::Dropped };
        let Some(dialog) = self.dialogs.get_mut(&call) else { return };
        dialog.state = state;
        for participant in &mut dialog.participants {
            participant.state = state;
            participant.changed = now;
        }
        let (from, to) = (dialog.from.clone(), dialog.to.clone());
        let campaign = dialog.variables.get("BACampaign").cloned().unwrap_or_default();
        if accepted {
            self.publish_dialog(now, call);
        }
        self.hide(now, call, agent);
        if accepted {
            let variables = self.campaign(&to, &campaign, "PREVIEW_OUTBOUND");
            let ordered = Ordered { kind: "OUT", variables, ..Ordered::default() };
            self.order(agent, "", ordered, |call| Command::MakeCall { call, from, to });
            return;
        }
        self.leave_preview(now, agent);
    }

    /// The call of a campaign does not come about. Who talks meanwhile goes on to do so.
    pub(super) fn leave_preview(&mut self, now: u64, agent: &str) {
        let after = self
            .agents
            .get(agent)
            .filter(|agent| agent.state == AgentState::ReservedOutboundPreview)
            .map(|agent| agent.pending.unwrap_or(agent.after));
        if let Some((to, reason)) = after {
            self.set_state(now, agent, to, reason, "");
        }
        self.route(now);
    }
}
