//! What the relay answers to what an agent asked for.

use crate::phone::Phone;
use sidetone_protocol::agent::{AgentAction, Contact};
use sidetone_protocol::{Failure, RequestId};
use sidetone_skins::snapshot::{Found, Notice};

impl Phone {
    /// Takes back what was shown as if it had happened, and says why where it was asked for.
    pub(in crate::phone) fn agent_refused(
        &mut self,
        request: RequestId,
        action: &AgentAction,
        failure: Failure,
    ) {
        let notice = Some(Notice { failure, retry: None });
        let agents = &mut self.agents;
        match action {
            AgentAction::SignIn(_) => {
                agents.signing_in.take_if(|asked| asked.request == request);
                agents.notice = notice;
            }
            AgentAction::SetState { .. } => {
                agents.state.take_if(|asked| asked.request == request);
                agents.notice = notice;
            }
            AgentAction::CallForHelp => agents.notice = notice,
            AgentAction::Control { dialog, .. }
            | AgentAction::WrapUp { dialog, .. }
            | AgentAction::SetVariables { dialog, .. }
            | AgentAction::SingleStepTransfer { dialog, .. }
            | AgentAction::Consult { dialog, .. }
            | AgentAction::SendDtmf { dialog, .. }
            | AgentAction::DropParticipant { dialog, .. }
            | AgentAction::Preview { dialog, .. }
            | AgentAction::Reclassify { dialog, .. }
            | AgentAction::Callback { dialog, .. }
            | AgentAction::Barge { dialog }
            | AgentAction::Intercept { dialog } => match agents.dialogs.get_mut(dialog) {
                Some(memory) => {
                    memory.asked.take_if(|(_, asked, _)| *asked == request);
                    memory.wrap_up.take_if(|(_, asked, _)| *asked == request);
                    memory.notice = notice;
                }
                None => agents.notice = notice,
            },
            AgentAction::OpenTeam { team } => {
                agents.team.opened.take_if(|opened| opened == team);
                agents.team.refused = Some(team.clone());
                agents.team.notice = notice;
            }
            // Nobody waits for it.
            AgentAction::CloseTeam { .. } => {}
            AgentAction::SetMemberState { member, .. } => {
                agents.members.remove(member);
                agents.team.notice = notice;
            }
            AgentAction::Monitor { .. } => agents.team.notice = notice,
            AgentAction::SendMessage { .. } => {
                agents.messages.sending.take_if(|asked| *asked == request);
                agents.messages.notice = notice;
            }
            AgentAction::DeleteMessage { .. } => agents.messages.notice = notice,
            AgentAction::FindContact { .. } => {
                if agents.search.request.take_if(|asked| *asked == request).is_some()
                    && let Some(Notice { failure, .. }) = notice
                {
                    agents.search.found = Found::Failed(failure);
                }
            }
        }
    }

    /// It was taken on; what comes of it is told by events, but for what has none.
    pub(in crate::phone) fn agent_accepted(&mut self, request: RequestId) {
        self.agents.messages.sending.take_if(|asked| *asked == request);
    }

    /// An answer to what is looked for now; one to what was looked for before is of no interest.
    pub(in crate::phone) fn contacts(&mut self, request: RequestId, contacts: Vec<Contact>) {
        if self.agents.search.request.take_if(|asked| *asked == request).is_some() {
            self.agents.search.found = Found::Contacts(contacts);
        }
    }
}
