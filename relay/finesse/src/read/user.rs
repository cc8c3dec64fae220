//! The User object.

use super::{Object, enumerated, filled, id, items, yes};
use crate::model::{AgentState, MobileAgent, ReasonCode, TeamName, User, WrapUpMode};
use crate::rest::Unreadable;
use crate::time;
use crate::xml::Element;

impl Object for User {
    const NAME: &'static str = "User";

    fn from_element(user: &Element) -> Result<Self, Unreadable> {
        let login_id = id(user, "loginId");
        if login_id.is_empty() {
            return Err(Unreadable::Missing("loginId"));
        }
        let text = |name| user.value(name).to_owned();
        let settings = user.child("settings");
        let setting = |name| settings.map_or("", |settings| settings.value(name));
        let wrap_up = |name| enumerated::<WrapUpMode>(setting(name)).unwrap_or_default();
        let own_team = TeamName { id: text("teamId"), name: text("teamName") };
        Ok(Self {
            login_id,
            login_name: text("loginName"),
            first_name: text("firstName"),
            last_name: text("lastName"),
            state: state(user),
            state_change_time: time::parse(user.value("stateChangeTime")),
            pending_state: pending_state(user),
            // -1: none is configured, or it was lost in a failover.
            reason_code_id: filled(user, "reasonCodeId").filter(|id| id != "-1"),
            reason_code: reason_code(user),
            extension: text("extension"),
            mobile_agent: user.child("mobileAgent").and_then(mobile_agent),
            supervisor: user.child("roles").is_some_and(|roles| {
                roles.children("role").any(|role| role.text().eq_ignore_ascii_case("Supervisor"))
            }),
            wrap_up_on_incoming: wrap_up("wrapUpOnIncoming"),
            wrap_up_on_outgoing: wrap_up("wrapUpOnOutgoing"),
            device_selection: yes(setting("deviceSelection")),
            team: Some(own_team).filter(|team| !team.id.is_empty() || !team.name.is_empty()),
            teams: user.child("teams").map(items).unwrap_or_default(),
        })
    }
}

impl super::Listed for User {
    const LIST: &'static str = "Users";
}

impl Object for TeamName {
    const NAME: &'static str = "Team";

    fn from_element(team: &Element) -> Result<Self, Unreadable> {
        let id = id(team, "id");
        if id.is_empty() {
            return Err(Unreadable::Missing("id"));
        }
        Ok(Self { id, name: team.value("name").to_owned() })
    }
}

/// `state`.
pub(super) fn state(user: &Element) -> AgentState {
    enumerated(user.value("state")).unwrap_or_default()
}

/// `pendingState`, None where it is empty.
pub(super) fn pending_state(user: &Element) -> Option<AgentState> {
    let text = filled(user, "pendingState")?;
    Some(enumerated(&text).unwrap_or_default())
}

/// `reasonCode` or `ReasonCode`, None where it is empty.
pub(super) fn reason_code(user: &Element) -> Option<ReasonCode> {
    let element = user.child("reasonCode").filter(|element| !element.is_empty())?;
    ReasonCode::from_element(element).ok()
}

fn mobile_agent(element: &Element) -> Option<MobileAgent> {
    let mode = enumerated(element.value("mode"))?;
    Some(MobileAgent { mode, dial_number: element.value("dialNumber").to_owned() })
}
