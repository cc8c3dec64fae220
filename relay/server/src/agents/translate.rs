//! What the session of an agent knows, in the words of the protocol.

mod dialog;
mod failure;
mod status;
mod team;
#[cfg(test)]
mod tests;

pub use failure::failure;
pub use status::{reason, state};

use super::joining::Joining;
use sidetone_finesse::model::DialogId;
use sidetone_finesse::session::{Change, View};
use sidetone_protocol::agent::{Agent, AgentEvent, Day, Presence};

/// What the session does not know of its agent.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// What has to come before the session can say anything.
    pub presence: Option<Presence>,
    /// The agent's id, until the session knows it.
    pub id: &'a str,
    /// The extension, until the session knows it.
    pub extension: &'a str,
    /// Whether there is a number to call for help.
    pub has_help_number: bool,
    /// Which of the phone's calls the dialogs belong to; none where the agent's calls come to a phone elsewhere.
    pub joining: Option<&'a Joining>,
}

impl About<'_> {
    /// Whether a dialog is to be shown already.
    fn shows(&self, dialog: &DialogId) -> bool {
        self.joining.is_none_or(|joining| joining.is_shown(dialog))
    }
}

/// All of it, but for the day.
#[must_use]
pub fn agent(view: &View, about: &About<'_>) -> Agent {
    Agent {
        status: status::status(view, about),
        not_ready_reasons: view.not_ready_reasons.iter().map(reason).collect(),
        sign_out_reasons: view.sign_out_reasons.iter().map(reason).collect(),
        wrap_up_reasons: wrap_up_reasons(view),
        dialogs: view
            .dialogs
            .values()
            .filter(|dialog| about.shows(&dialog.id))
            .map(|it| dialog::dialog(view, it, about))
            .collect(),
        teams: view.teams.values().map(team::team_view).collect(),
        queues: view.queues.values().map(team::queue).collect(),
        messages: team::messages(view),
        day: Day::default(),
    }
}

/// What a change means; none where it means nothing to the user. Where the joining says that a dialog is to be shown, that is a
/// [`Change::Dialog`] too.
#[must_use]
pub fn event(view: &View, change: &Change, about: &About<'_>) -> Option<AgentEvent> {
    Some(match change {
        Change::Status => AgentEvent::Status(status::status(view, about)),
        Change::Lists => AgentEvent::Lists {
            not_ready_reasons: view.not_ready_reasons.iter().map(reason).collect(),
            sign_out_reasons: view.sign_out_reasons.iter().map(reason).collect(),
            wrap_up_reasons: wrap_up_reasons(view),
        },
        Change::Dialog(id) => {
            let known = view.dialogs.get(id).filter(|dialog| about.shows(&dialog.id))?;
            AgentEvent::Dialog(dialog::dialog(view, known, about))
        }
        Change::DialogRemoved(DialogId(id), _) => AgentEvent::DialogRemoved { dialog: id.clone() },
        Change::Team(id) => match view.teams.get(id) {
            Some(team) => AgentEvent::Team(team::team_view(team)),
            None => AgentEvent::TeamClosed { team: id.clone() },
        },
        Change::Member { team, id } => {
            let members = &view.teams.get(team)?.members;
            let known = members.iter().find(|member| member.login_id == *id)?;
            AgentEvent::Member { team: team.clone(), member: team::member(known) }
        }
        Change::Queue(id) => AgentEvent::Queue(team::queue(view.queues.get(id)?)),
        Change::QueueRemoved(id) => AgentEvent::QueueRemoved { queue: id.clone() },
        Change::Messages => AgentEvent::Messages(team::messages(view)),
        Change::Contacts => return None,
    })
}

fn wrap_up_reasons(view: &View) -> Vec<String> {
    view.wrap_up_reasons.iter().map(|reason| reason.label.clone()).collect()
}
