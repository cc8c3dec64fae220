//! A contact-centre agent as its user sees it: state, the contact centre's side of each call, team, queues, own day.
//!
//! The relay drives the contact centre (Cisco Finesse) and shows here what came of it. Names of states, reasons and
//! actions are those of the Finesse developer guide.

mod action;
mod day;
mod dialog;
mod state;
mod team;

pub use action::{
    AgentAction, AgentSignIn, CallbackChange, MemberState, MobileAgent, MobileMode, PreviewAnswer,
};
pub use day::{Day, QueueDay, StateTime};
pub use dialog::{
    AgentDialog, DialogCommand, DialogControl, DialogParticipant, ParticipantState, Preview, WrapUpRule,
};
pub use state::{
    AgentMissing, AgentService, AgentStateKind, AgentStatus, PendingState, Platform, Presence, Reason,
    StateChoice,
};
pub use team::{Contact, QueueFigures, Team, TeamMember, TeamMessage, TeamView};

use serde::{Deserialize, Serialize};

/// Everything there is to know of a user who is a contact-centre agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Who the agent is, the state, and what may be done about it.
    pub status: AgentStatus,
    /// Why one can be not ready. Empty where no reason is asked for.
    #[serde(default)]
    pub not_ready_reasons: Vec<Reason>,
    /// Why one can sign out. Empty where no reason is asked for.
    #[serde(default)]
    pub sign_out_reasons: Vec<Reason>,
    /// What a call can have been about, to choose from in wrap-up.
    #[serde(default)]
    pub wrap_up_reasons: Vec<String>,
    /// The calls as the contact centre knows them.
    #[serde(default)]
    pub dialogs: Vec<AgentDialog>,
    /// The teams whose view is open, each with its members.
    #[serde(default)]
    pub teams: Vec<TeamView>,
    /// The queues that concern the agent.
    #[serde(default)]
    pub queues: Vec<QueueFigures>,
    /// What was written to the agent's team, newest first.
    #[serde(default)]
    pub messages: Vec<TeamMessage>,
    /// What the agent has done today.
    #[serde(default)]
    pub day: Day,
}

/// A change to an [`Agent`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentEvent {
    /// The state, or what may be done about it, has changed.
    Status(AgentStatus),
    /// The lists to choose from have changed.
    Lists {
        /// Why one can be not ready.
        not_ready_reasons: Vec<Reason>,
        /// Why one can sign out.
        sign_out_reasons: Vec<Reason>,
        /// What a call can have been about.
        wrap_up_reasons: Vec<String>,
    },
    /// A call is new to the contact centre, or has changed there.
    Dialog(AgentDialog),
    /// The contact centre is done with a call, wrap-up too.
    DialogRemoved {
        /// Its [`AgentDialog::id`].
        dialog: String,
    },
    /// A team's view was opened, or has to be shown anew.
    Team(TeamView),
    /// A team's view was closed.
    TeamClosed {
        /// Its [`Team::id`].
        team: String,
    },
    /// A member of a team whose view is open has changed.
    Member {
        /// The [`Team::id`].
        team: String,
        /// As it is now.
        member: TeamMember,
    },
    /// A queue is new or has changed.
    Queue(QueueFigures),
    /// A queue does not concern the agent any more.
    QueueRemoved {
        /// Its [`QueueFigures::id`].
        queue: String,
    },
    /// What was written to the team has changed.
    Messages(Vec<TeamMessage>),
    /// A colleague of a team that the user supervises asks for help.
    HelpWanted {
        /// Who.
        member: String,
        /// Their name.
        name: String,
        /// Their extension, to listen in or to call.
        extension: String,
    },
    /// What the agent has done today has changed.
    Day(Day),
}

impl Agent {
    /// Brings it up to date.
    pub fn apply(&mut self, event: &AgentEvent) {
        match event {
            AgentEvent::Status(status) => self.status = status.clone(),
            AgentEvent::Lists { not_ready_reasons, sign_out_reasons, wrap_up_reasons } => {
                self.not_ready_reasons.clone_from(not_ready_reasons);
                self.sign_out_reasons.clone_from(sign_out_reasons);
                self.wrap_up_reasons.clone_from(wrap_up_reasons);
            }
            AgentEvent::Dialog(dialog) => put(&mut self.dialogs, dialog, |known| known.id == dialog.id),
            AgentEvent::DialogRemoved { dialog } => self.dialogs.retain(|known| known.id != *dialog),
            AgentEvent::Team(team) => put(&mut self.teams, team, |known| known.team.id == team.team.id),
            AgentEvent::TeamClosed { team } => self.teams.retain(|known| known.team.id != *team),
            AgentEvent::Member { team, member } => {
                if let Some(view) = self.teams.iter_mut().find(|known| known.team.id == *team) {
                    put(&mut view.members, member, |known| known.id == member.id);
                }
            }
            AgentEvent::Queue(queue) => put(&mut self.queues, queue, |known| known.id == queue.id),
            AgentEvent::QueueRemoved { queue } => self.queues.retain(|known| known.id != *queue),
            AgentEvent::Messages(messages) => self.messages.clone_from(messages),
            AgentEvent::HelpWanted { .. } => {}
            AgentEvent::Day(day) => self.day = day.clone(),
        }
    }
}

/// Replaces the one that is meant, or adds it.
fn put<T: Clone>(list: &mut Vec<T>, new: &T, is_it: impl Fn(&T) -> bool) {
    match list.iter_mut().find(|known| is_it(known)) {
        Some(known) => known.clone_from(new),
        None => list.push(new.clone()),
    }
}
