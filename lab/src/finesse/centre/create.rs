//! New dialogs: calls that agents make, and calls that supervisors listen to or join.

use std::collections::BTreeMap;

use super::action::check_variables;
use super::agent::Reason;
use super::dialog::DialogState;
use super::error::ApiError;
use super::state::{AgentState, CtiError, Platform};
use super::{Centre, Ordered};
use crate::cti::{CallId, Command};

/// What a `POST` to a user's dialogs asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Create {
    /// `requestedAction`.
    pub requested: String,
    /// `fromAddress`.
    pub from: Option<String>,
    /// `toAddress`.
    pub to: Option<String>,
    /// The id at the end of `associatedDialogUri`.
    pub associated: Option<String>,
    /// `mediaProperties/callvariables`, none where there is no `mediaProperties`.
    pub variables: Option<BTreeMap<String, String>>,
}

impl Centre {
    /// Accepts or refuses a new dialog. Its outcome is published.
    pub fn create(
        &mut self,
        now: u64,
        caller: &str,
        user: &str,
        create: &Create,
        request: &str,
    ) -> Result<(), ApiError> {
        // Cisco's own sample names the user by extension, which works where both are the same.
        if !self.agents.contains_key(user) {
            return Err(ApiError::unknown_user(user));
        }
        if caller != user {
            return Err(ApiError::other_user(caller));
        }
        let needed = |value: &Option<String>, name: &str| {
            let value = value.clone().filter(|value| !value.is_empty());
            value.ok_or_else(|| ApiError::missing(name))
        };
        if create.requested.is_empty() {
            return Err(ApiError::missing("requestedAction"));
        }
        let from = needed(&create.from, "fromAddress")?;
        let to = needed(&create.to, "toAddress")?;
        if from == to {
            return Err(ApiError::new(400, "Invalid Destination", "toAddress is fromAddress", to));
        }
        if !self.is_signed_in(caller) {
            return Err(ApiError::new(400, "Invalid State", "The user is not signed in", caller));
        }
        if self.agents.get(caller).is_none_or(|agent| agent.extension != from) {
            return Err(ApiError::invalid("fromAddress is not the user's extension", &from));
        }
        match create.requested.as_str() {
            "MAKE_CALL" => self.make_call(now, caller, from, to, create, request),
            "SILENT_MONITOR" => self.monitor(now, caller, from, to, request),
            "BARGE_CALL" => self.barge(now, caller, from, create, request),
            other => Err(ApiError::invalid("Invalid requestedAction", other)),
        }
    }

    fn make_call(
        &mut self,
        now: u64,
        caller: &str,
        from: String,
        to: String,
        create: &Create,
        request: &str,
    ) -> Result<(), ApiError> {
        let uccx = self.platform() == Platform::Uccx;
        if uccx && create.variables.is_some() {
            return Err(ApiError::invalid("mediaProperties is not supported", "mediaProperties"));
        }
        let variables = create.variables.clone().unwrap_or_default();
        check_variables(&variables)?;
        let state = self.agents.get(caller).map_or(AgentState::Logout, |agent| agent.state);
        let talks = self.dialogs.values().any(|dialog| {
            dialog.of(caller).is_some_and(|it| it.state.is_in() && it.state != DialogState::Held)
        });
        let may = matches!(state, AgentState::NotReady | AgentState::Ready | AgentState::Hold);
        if !may || talks {
            self.refuse_action(now, caller, CallId(0), CtiError::WORKMODE, request);
            return Ok(());
        }
        if state == AgentState::Ready && !uccx {
            let reason = self.system_reason(50_006, "NOT_READY");
            self.set_state(now, caller, AgentState::NotReady, reason, "");
        }
        self.order(caller, request, Ordered { variables, ..Ordered::default() }, |call| Command::MakeCall {
            call,
            from,
            to,
        });
        Ok(())
    }

    /// Gives a command that begins a call, and remembers what it is to be.
    pub(super) fn order(
        &mut self,
        by: &str,
        request: &str,
        ordered: Ordered,
        command: impl FnOnce(CallId) -> Command,
    ) -> CallId {
        let call = self.new_call();
        self.asked.insert((call, by.to_owned()), request.to_owned());
        self.ordered.insert(call, Ordered { by: by.to_owned(), ..ordered });
        self.command(command(call));
        call
    }

    fn monitor(
        &mut self,
        now: u64,
        caller: &str,
        supervisor: String,
        agent: String,
        request: &str,
    ) -> Result<(), ApiError> {
        let watched_agent = self.at(&agent).ok_or_else(|| ApiError::invalid("Unknown agent", &agent))?;
        let team = self.agents.get(&watched_agent).map(|agent| agent.config.team).unwrap_or_default();
        if !self.agents.get(caller).is_some_and(|caller| caller.supervises(team)) {
            return Err(ApiError::not_supervisor(caller));
        }
        let not_ready = self.agents.get(caller).is_some_and(|it| it.state == AgentState::NotReady);
        let watched = self
            .dialogs
            .values()
            .find(|dialog| dialog.of(&watched_agent).is_some_and(|it| it.state == DialogState::Active))
            .map(|dialog| dialog.call);
        let agent_state = self.agents.get(&watched_agent).map(|agent| agent.state);
        let talks = match self.platform() {
            Platform::Ucce => agent_state == Some(AgentState::Talking),
            Platform::Uccx => matches!(agent_state, Some(AgentState::Talking | AgentState::NotReady)),
        };
        let error = match self.platform() {
            Platform::Ucce => CtiError::MONITOR_UCCE,
            Platform::Uccx => CtiError::MONITOR_UCCX,
        };
        let Some(watched) = watched.filter(|_| not_ready && talks) else {
            self.refuse_action(now, caller, CallId(0), error, request);
            return Ok(());
        };
        let ordered = Ordered { kind: "SUPERVISOR_MONITOR", watched: Some(watched), ..Ordered::default() };
        self.order(caller, request, ordered, |call| Command::Monitor { call, watched, supervisor, agent });
        Ok(())
    }

    fn barge(
        &mut self,
        now: u64,
        caller: &str,
        supervisor: String,
        create: &Create,
        request: &str,
    ) -> Result<(), ApiError> {
        let associated = create.associated.as_deref().unwrap_or_default();
        let Some(monitor) = self.call_of(associated) else { return Err(ApiError::no_dialog(associated)) };
        let watched = self
            .dialogs
            .get(&monitor)
            .filter(|dialog| dialog.of(caller).is_some())
            .and_then(|dialog| dialog.watched);
        let Some(watched) = watched.filter(|watched| self.dialogs.contains_key(watched)) else {
            self.refuse_action(now, caller, monitor, CtiError::ACTION, request);
            return Ok(());
        };
        self.asked.insert((watched, caller.to_owned()), request.to_owned());
        self.command(Command::Barge { monitor, watched, supervisor });
        Ok(())
    }

    /// A teammate or the page of controls has an agent call somebody, without the rules of the API.
    pub fn call_by_hand(&mut self, agent: &str, to: &str) -> Option<CallId> {
        let from = self.agents.get(agent).filter(|agent| !agent.extension.is_empty())?.extension.clone();
        let to = to.to_owned();
        Some(self.order(agent, "", Ordered::default(), |call| Command::MakeCall { call, from, to }))
    }

    /// The reason with which an agent is not ready, as the label.
    pub fn reason_label(&self, agent: &str) -> String {
        match self.agents.get(agent).map(|agent| agent.reason) {
            Some(Reason::Id(id)) => self.reason_code(id).map(|code| code.label).unwrap_or_default(),
            Some(Reason::None | Reason::Unknown) | None => String::new(),
        }
    }
}
