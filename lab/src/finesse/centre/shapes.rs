//! Objects as XML, with the names and the nesting that Finesse has.

use super::Centre;
use super::agent::{Agent, Reason};
use super::dialog::{Dialog, DialogState, Participant};
use super::lists::ReasonCode;
use super::state::{AgentState, Platform};
use super::time::iso;
use crate::finesse::xml::Element;

mod call;
mod objects;

impl Centre {
    /// A time as the server writes it.
    pub(super) fn written(&self, unix_ms: u64) -> String {
        iso(unix_ms.saturating_add_signed(self.skew_ms))
    }

    fn team_name(&self, id: u32) -> &str {
        let team = self.config.teams.iter().find(|team| team.id == id);
        team.map_or("", |team| team.name.as_str())
    }

    /// A user in full.
    pub(super) fn user_element(&self, _now: u64, agent: &Agent, root: &str) -> Element {
        let config = &agent.config;
        let mut roles = Element::new("roles").field("role", "Agent");
        if !config.supervises.is_empty() {
            roles = roles.field("role", "Supervisor");
        }
        let reason_id = match agent.reason {
            Reason::None => String::new(),
            Reason::Unknown => "-1".to_owned(),
            Reason::Id(id) => id.to_string(),
        };
        let mut user = Element::new(root)
            .field("uri", format!("/finesse/api/User/{}", config.id))
            .child(roles)
            .field("loginId", &config.id)
            .field("loginName", &config.login_name)
            .field("firstName", &config.first_name)
            .field("lastName", &config.last_name)
            .field("state", agent.state.name())
            .field("stateChangeTime", self.since(agent))
            .field("pendingState", agent.pending.map_or("", |(state, _)| state.name()))
            .field("reasonCodeId", reason_id);
        if let Some(code) = self.reason_of(agent) {
            user = user.child(reason_element(&code, "ReasonCode"));
        }
        let (mode, number) = agent.mobile.clone().unwrap_or_default();
        let settings = Element::new("settings")
            .field("wrapUpOnIncoming", config.wrap_up_incoming.name())
            .field("wrapUpOnOutgoing", config.wrap_up_outgoing.name())
            .field("deviceSelection", "disabled");
        let teams = config.supervises.iter().map(|id| {
            Element::new("Team")
                .field("uri", format!("/finesse/api/Team/{id}"))
                .field("id", id)
                .field("name", self.team_name(*id))
        });
        user.child(settings)
            .field("extension", &agent.extension)
            .child(Element::new("mobileAgent").field("mode", mode).field("dialNumber", number))
            .field("mediaType", 1)
            .field("teamId", config.team)
            .field("teamName", self.team_name(config.team))
            .field("skillTargetId", 5_000 + config.team)
            .field("dialogs", format!("/finesse/api/User/{}/Dialogs", config.id))
            .child(Element::new("teams").children(teams))
            .child(Element::new("services").field("service", "AgentAnswers"))
    }

    fn since(&self, agent: &Agent) -> String {
        if agent.since == 0 { String::new() } else { self.written(agent.since) }
    }

    fn reason_of(&self, agent: &Agent) -> Option<ReasonCode> {
        match agent.reason {
            Reason::Id(id) => self.reason_code(id),
            Reason::None | Reason::Unknown => None,
        }
    }

    /// A user as a team shows it. `in_list` is what is read: it names the reason in lower case.
    pub(super) fn member_element(&self, _now: u64, agent: &Agent, root: &str, in_list: bool) -> Element {
        let config = &agent.config;
        let mut member = Element::new(root)
            .field("uri", format!("/finesse/api/User/{}", config.id))
            .field("loginId", &config.id)
            .field("firstName", &config.first_name)
            .field("lastName", &config.last_name)
            .field("dialogs", format!("/finesse/api/User/{}/Dialogs", config.id))
            .field("extension", &agent.extension)
            .field("pendingState", agent.pending.map_or("", |(state, _)| state.name()))
            .field("state", agent.state.name())
            .field("stateChangeTime", self.since(agent));
        if let Some(code) = self.reason_of(agent) {
            member = member.child(reason_element(&code, if in_list { "reasonCode" } else { "ReasonCode" }));
        }
        member
    }

    /// A call.
    pub(super) fn dialog_element(&self, _now: u64, dialog: &Dialog, root: &str) -> Element {
        call::element(self, dialog, root)
    }

    /// What a participant may do now.
    pub(super) fn actions_of(&self, dialog: &Dialog, participant: &Participant) -> Vec<&'static str> {
        let other_active = participant.agent.as_deref().is_some_and(|agent| {
            self.dialogs.values().any(|other| {
                other.call != dialog.call
                    && other.of(agent).is_some_and(|participant| participant.state == DialogState::Active)
            })
        });
        let mut actions = dialog.actions(participant, other_active);
        if self.platform() == Platform::Uccx
            && participant.state == DialogState::Active
            && participant.agent.is_some()
            && dialog.watched.is_none()
        {
            actions.push("START_RECORDING");
        }
        actions
    }

    /// Whether the agent is signed in.
    pub(super) fn is_signed_in(&self, id: &str) -> bool {
        self.agents.get(id).is_some_and(|agent| agent.state != AgentState::Logout)
    }
}

/// A reason code.
pub(super) fn reason_element(code: &ReasonCode, root: &str) -> Element {
    Element::new(root)
        .field("category", code.category)
        .field("uri", format!("/finesse/api/ReasonCode/{}", code.id))
        .field("code", code.code)
        .field("label", &code.label)
        .field("forAll", true)
        .field("systemCode", code.system)
        .field("id", code.id)
}
