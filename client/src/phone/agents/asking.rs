//! What an agent asks for, with what is shown until it comes.

use super::{AskedState, CONFIRMATION_MS, PAUSE_MS, SIGN_IN_MS, Search, SigningIn};
use crate::phone::{Phone, Time};
use sidetone_protocol::agent::{AgentAction, AgentSignIn, MemberState, Reason, StateChoice};
use sidetone_protocol::{ClientMessage, DialString, FailureCode, RequestId};
use sidetone_skins::AgentIntent;
use sidetone_skins::snapshot::{AgentPanel, DialogAsked, Found, Notice, Panel};

impl Phone {
    pub(in crate::phone) fn agent_intent(&mut self, now: Time, intent: AgentIntent) {
        if self.relay.as_ref().is_none_or(|relay| relay.agent.is_none()) {
            return;
        }
        match intent {
            AgentIntent::SignIn(with) => self.agent_sign_in(now, with),
            AgentIntent::SetState { state, reason } => self.set_state(now, state, reason),
            AgentIntent::Control { dialog, control } => {
                let action = AgentAction::Control { dialog: dialog.clone(), control };
                self.ask_dialog(now, dialog, DialogAsked::Control(control), action);
            }
            AgentIntent::WrapUp { dialog, reasons } => self.wrap_up(now, dialog, reasons),
            AgentIntent::SetVariables { dialog, variables } => {
                let action = AgentAction::SetVariables { dialog: dialog.clone(), variables };
                self.ask_dialog(now, dialog, DialogAsked::Data, action);
            }
            AgentIntent::Consult { dialog, number } => {
                if let Some(target) = self.dialog_target(&dialog, &number) {
                    let action = AgentAction::Consult { dialog: dialog.clone(), target };
                    self.ask_dialog(now, dialog, DialogAsked::Consult, action);
                }
            }
            AgentIntent::HandOver { dialog, number } => {
                if let Some(to) = self.dialog_target(&dialog, &number) {
                    let action = AgentAction::SingleStepTransfer { dialog: dialog.clone(), to };
                    self.ask_dialog(now, dialog, DialogAsked::Transfer, action);
                }
            }
            AgentIntent::SendKeys { dialog, keys } => {
                if let Ok(digits) = keys.parse() {
                    self.ask_agent(now, AgentAction::SendDtmf { dialog, digits });
                }
            }
            AgentIntent::DropParticipant { dialog, number } => {
                let action = AgentAction::DropParticipant { dialog: dialog.clone(), number };
                self.ask_dialog(now, dialog, DialogAsked::DropParticipant, action);
            }
            AgentIntent::Preview { dialog, answer } => {
                let action = AgentAction::Preview { dialog: dialog.clone(), answer };
                self.ask_dialog(now, dialog, DialogAsked::Preview(answer), action);
            }
            AgentIntent::Reclassify { dialog, classification } => {
                let action = AgentAction::Reclassify { dialog: dialog.clone(), classification };
                self.ask_dialog(now, dialog, DialogAsked::Data, action);
            }
            AgentIntent::Callback { dialog, change } => {
                let action = AgentAction::Callback { dialog: dialog.clone(), change };
                self.ask_dialog(now, dialog, DialogAsked::Data, action);
            }
            AgentIntent::ChooseTeam(team) => {
                self.agents.team.chosen = Some(team);
                self.agents.team.refused = None;
                self.agents.team.notice = None;
            }
            AgentIntent::SetMemberState { member, state } => self.set_member_state(now, member, state),
            AgentIntent::Monitor(extension) => {
                self.agents.team.notice = None;
                self.ask_agent(now, AgentAction::Monitor { extension });
            }
            AgentIntent::Barge(dialog) => {
                let action = AgentAction::Barge { dialog: dialog.clone() };
                self.ask_dialog(now, dialog, DialogAsked::Barge, action);
            }
            AgentIntent::Intercept(dialog) => {
                let action = AgentAction::Intercept { dialog: dialog.clone() };
                self.ask_dialog(now, dialog, DialogAsked::Intercept, action);
            }
            AgentIntent::CallForHelp => {
                self.agents.notice = None;
                self.ask_agent(now, AgentAction::CallForHelp);
            }
            AgentIntent::DismissHelp(member) => self.agents.help.retain(|help| help.member != member),
            AgentIntent::SendMessage { teams, text, for_s } => {
                self.agents.messages.notice = None;
                let request = self.ask_agent(now, AgentAction::SendMessage { teams, text, for_s });
                self.agents.messages.sending = Some(request);
            }
            AgentIntent::DeleteMessage(message) => {
                self.agents.messages.notice = None;
                self.ask_agent(now, AgentAction::DeleteMessage { message });
            }
            AgentIntent::FindContact(text) => self.find_contact(now, &text),
            AgentIntent::DismissNotice => self.dismiss_agent_notices(),
        }
    }

    fn agent_sign_in(&mut self, now: Time, with: AgentSignIn) {
        let Some(agent) = self.relay.as_ref().and_then(|relay| relay.agent.as_ref()) else { return };
        let before = agent.status.presence.clone();
        self.agents.read.clone_from(&agent.status.failure);
        self.agents.notice = None;
        let request = self.ask_agent(now, AgentAction::SignIn(Box::new(with)));
        self.agents.signing_in = Some(SigningIn { request, until: now + SIGN_IN_MS, before });
    }

    fn set_state(&mut self, now: Time, choice: StateChoice, reason: Option<String>) {
        let Some(agent) = self.relay.as_ref().and_then(|relay| relay.agent.as_ref()) else { return };
        let failure_before = agent.status.failure.clone();
        let reasons: &[Reason] = match choice {
            StateChoice::Ready => &[],
            StateChoice::NotReady => &agent.not_ready_reasons,
            StateChoice::SignOut => &agent.sign_out_reasons,
        };
        let named = reasons.iter().find(|known| Some(&known.id) == reason.as_ref());
        let named = named.map(|reason| (reason.id.clone(), reason.label.clone()));
        if named.is_none() && !reasons.is_empty() {
            self.agents.notice = Some(Notice::new(FailureCode::AgentReasonRequired));
            return;
        }
        self.agents.notice = None;
        self.agents.read.clone_from(&failure_before);
        self.panel.take_if(|panel| *panel == Panel::Agent(AgentPanel::State));
        let reason = named.as_ref().map(|(id, _)| id.clone());
        let request = self.ask_agent(now, AgentAction::SetState { state: choice, reason });
        let until = now + CONFIRMATION_MS;
        self.agents.state = Some(AskedState { choice, reason: named, request, until, failure_before });
    }

    fn wrap_up(&mut self, now: Time, dialog: String, reasons: Vec<String>) {
        let action = AgentAction::WrapUp { dialog: dialog.clone(), reasons: reasons.clone() };
        let request = self.ask_agent(now, action);
        let memory = self.agents.dialogs.entry(dialog).or_default();
        memory.notice = None;
        memory.wrap_up = Some((reasons, request, now + CONFIRMATION_MS));
    }

    fn set_member_state(&mut self, now: Time, member: String, state: MemberState) {
        self.agents.team.notice = None;
        let action = AgentAction::SetMemberState { member: member.clone(), state };
        self.ask_agent(now, action);
        self.agents.members.insert(member, (state, now + CONFIRMATION_MS));
    }

    /// Asks for a change of a dialog, and not again while it is under way.
    fn ask_dialog(&mut self, now: Time, dialog: String, asked: DialogAsked, action: AgentAction) {
        let memory = self.agents.dialogs.get(&dialog);
        if memory.is_some_and(|memory| memory.asked.is_some_and(|(under_way, ..)| under_way == asked)) {
            return;
        }
        let request = self.ask_agent(now, action);
        let memory = self.agents.dialogs.entry(dialog).or_default();
        memory.notice = None;
        memory.asked = Some((asked, request, now + CONFIRMATION_MS));
    }

    /// What can be dialled of what was written, or a word at the dialog why not.
    fn dialog_target(&mut self, dialog: &str, number: &str) -> Option<DialString> {
        let target = number.parse().map_err(|_| FailureCode::BadNumber.into());
        let target = target.and_then(|target| self.blocked(&target).map_or(Ok(target), Err));
        match target {
            Ok(target) => Some(target),
            Err(failure) => {
                let memory = self.agents.dialogs.entry(dialog.to_owned()).or_default();
                memory.notice = Some(Notice { failure, retry: None });
                None
            }
        }
    }

    /// The phone books are asked once the user pauses.
    fn find_contact(&mut self, now: Time, text: &str) {
        let text = text.trim();
        if self.agents.search.text == text {
            return;
        }
        let due = (!text.is_empty()).then_some(now + PAUSE_MS);
        let found = if text.is_empty() { Found::Nothing } else { Found::Searching };
        self.agents.search = Search { text: text.to_owned(), due, request: None, found };
    }

    pub(in crate::phone) fn agent_timeout(&mut self, now: Time) {
        self.agents.expire(now);
        if self.agents.search.due.take_if(|due| *due <= now).is_some() {
            let text = self.agents.search.text.clone();
            let request = self.ask_agent(now, AgentAction::FindContact { text });
            self.agents.search.request = Some(request);
        }
    }

    /// What the open panel needs is asked for, and what it needed is given back.
    pub(in crate::phone) fn settle_agent(&mut self, now: Time) {
        let Some(agent) = self.relay.as_ref().and_then(|relay| relay.agent.as_ref()) else { return };
        if self.panel == Some(Panel::Agent(AgentPanel::Messages)) {
            self.agents.messages.read = agent.messages.iter().map(|message| message.id.clone()).collect();
        }
        let supervises = &agent.status.supervises;
        let chosen = supervises.iter().find(|team| Some(&team.id) == self.agents.team.chosen.as_ref());
        let looks_at = chosen
            .or(supervises.first())
            .filter(|_| self.panel == Some(Panel::Agent(AgentPanel::Team)))
            .map(|team| team.id.clone());
        let is_open = |id: &str| agent.teams.iter().any(|view| view.team.id == id);
        let missing =
            looks_at.clone().filter(|id| !is_open(id) && self.agents.team.refused.as_ref() != Some(id));
        if !self.is_on() {
            // The next connection starts with what the relay keeps open.
            self.agents.team.opened = None;
            return;
        }
        if let Some(opened) = self.agents.team.opened.take_if(|opened| looks_at.as_ref() != Some(opened)) {
            self.ask_agent(now, AgentAction::CloseTeam { team: opened });
        }
        if looks_at.is_none() {
            self.agents.team.refused = None;
            self.agents.team.notice = None;
        }
        if let Some(team) = missing.filter(|team| self.agents.team.opened.as_ref() != Some(team)) {
            self.agents.team.opened = Some(team.clone());
            self.ask_agent(now, AgentAction::OpenTeam { team });
        }
    }

    fn ask_agent(&mut self, now: Time, action: AgentAction) -> RequestId {
        let (request, message) = self.requests.ask(now, |request| ClientMessage::Agent { request, action });
        if self.is_on() {
            self.connection.send(message, &mut self.effects);
        }
        request
    }

    fn dismiss_agent_notices(&mut self) {
        let told = self.relay.as_ref().and_then(|relay| relay.agent.as_ref()?.status.failure.clone());
        self.agents.read = told;
        self.agents.notice = None;
        self.agents.team.notice = None;
        self.agents.messages.notice = None;
        for dialog in self.agents.dialogs.values_mut() {
            dialog.notice = None;
        }
    }
}
