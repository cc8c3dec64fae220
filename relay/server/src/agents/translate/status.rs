//! Who the agent is, the state, and what may be done about it.

use super::About;
use super::failure::failure;
use crate::agents::routing::cannot_dial;
use sidetone_finesse::model::{self, AgentState, ReasonCode};
use sidetone_finesse::session::{self, ChosenState, Missing, Pending, Service, View};
use sidetone_protocol::agent::{
    AgentMissing, AgentService, AgentStateKind, AgentStatus, PendingState, Platform, Presence, Reason,
    StateChoice, Team,
};

pub(super) fn status(view: &View, about: &About<'_>) -> AgentStatus {
    let user = view.user.as_ref();
    let text = |of: fn(&model::User) -> &String, instead: &str| {
        user.map(of).filter(|text| !text.is_empty()).map_or_else(|| instead.to_owned(), Clone::clone)
    };
    let team = user.and_then(|user| user.team.as_ref()).map(named);
    AgentStatus {
        id: text(|user| &user.login_id, about.id),
        name: user.map(|user| full_name(&user.first_name, &user.last_name)).unwrap_or_default(),
        extension: text(|user| &user.extension, about.extension),
        platform: if view.platform.is_uccx() { Platform::Uccx } else { Platform::Ucce },
        service: service(view.service),
        presence: about.presence.clone().unwrap_or_else(|| presence(&view.presence)),
        state: view.state().map_or(AgentStateKind::Unknown, state),
        reason: user.and_then(|user| why(view, user)),
        since_ms: user.and_then(|user| user.state_change_time).unwrap_or_default(),
        pending: view.pending.as_ref().map(|it| pending(view, it)),
        choices: view.choices.iter().copied().map(choice).collect(),
        can_dial: view.can_dial,
        cannot_dial: cannot_dial(view),
        can_call_for_help: view.presence == session::Presence::SignedIn
            && (about.has_help_number || team.is_some()),
        team,
        supervises: user.map(|user| user.teams.iter().map(named).collect()).unwrap_or_default(),
        failure: view.failure.as_ref().map(failure),
    }
}

/// A name out of its two parts.
pub(super) fn full_name(first: &str, last: &str) -> String {
    format!("{first} {last}").trim().to_owned()
}

fn named(team: &model::TeamName) -> Team {
    Team { id: team.id.clone(), name: team.name.clone() }
}

/// Why the agent is in the state. Some versions name the reason's id alone.
fn why(view: &View, user: &model::User) -> Option<Reason> {
    let whole = user.reason_code.as_ref().filter(|code| !code.label.is_empty()).map(reason);
    whole.or_else(|| chosen(view, user.reason_code_id.as_deref()?))
}

fn pending(view: &View, pending: &Pending) -> PendingState {
    let reason = pending.reason.as_deref().and_then(|id| chosen(view, id));
    PendingState { state: state(pending.state), reason }
}

fn chosen(view: &View, id: &str) -> Option<Reason> {
    let mut known = view.not_ready_reasons.iter().chain(&view.sign_out_reasons);
    known.find(|known| known.id == id).map(reason)
}

/// A reason as it is shown and chosen.
#[must_use]
pub fn reason(code: &ReasonCode) -> Reason {
    Reason { id: code.id.clone(), label: code.label.clone() }
}

fn presence(presence: &session::Presence) -> Presence {
    match presence {
        session::Presence::SignedOut => Presence::SignedOut,
        session::Presence::Needs { id, credentials, extension, error } => Presence::Needs {
            id: *id,
            password: *credentials,
            extension: *extension,
            failure: Some(failure(error)),
        },
        session::Presence::ChooseDevice { devices } => Presence::ChooseDevice {
            devices: devices.iter().map(|device| (device.id.clone(), device.type_name.clone())).collect(),
        },
        session::Presence::SigningIn => Presence::SigningIn,
        session::Presence::SignedIn => Presence::SignedIn,
    }
}

fn service(service: Service) -> AgentService {
    match service {
        Service::Connecting => AgentService::Connecting,
        Service::Up => AgentService::Up,
        Service::Impaired { missing, since_ms } => {
            let missing = match missing {
                Missing::Servers => AgentMissing::Servers,
                Missing::OutOfService => AgentMissing::OutOfService,
                Missing::Notifications => AgentMissing::Notifications,
            };
            AgentService::Impaired { missing, since_ms }
        }
    }
}

fn choice(choice: ChosenState) -> StateChoice {
    match choice {
        ChosenState::Ready => StateChoice::Ready,
        ChosenState::NotReady => StateChoice::NotReady,
        ChosenState::SignOut => StateChoice::SignOut,
    }
}

/// A state of an agent.
#[must_use]
pub fn state(state: AgentState) -> AgentStateKind {
    match state {
        AgentState::Logout => AgentStateKind::Logout,
        AgentState::NotReady => AgentStateKind::NotReady,
        AgentState::Ready => AgentStateKind::Ready,
        AgentState::Reserved => AgentStateKind::Reserved,
        AgentState::ReservedOutbound => AgentStateKind::ReservedOutbound,
        AgentState::ReservedOutboundPreview => AgentStateKind::ReservedOutboundPreview,
        AgentState::Talking => AgentStateKind::Talking,
        AgentState::Hold => AgentStateKind::Hold,
        AgentState::Work => AgentStateKind::Work,
        AgentState::WorkReady => AgentStateKind::WorkReady,
        AgentState::Unknown => AgentStateKind::Unknown,
    }
}
