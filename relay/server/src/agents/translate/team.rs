//! Teams, queues and messages.

use super::status::{full_name, reason, state};
use sidetone_finesse::model;
use sidetone_finesse::session::View;
use sidetone_protocol::agent::{QueueFigures, Team, TeamMember, TeamMessage, TeamView};

pub(super) fn team_view(team: &model::Team) -> TeamView {
    TeamView {
        team: Team { id: team.id.clone(), name: team.name.clone() },
        members: team.members.iter().map(member).collect(),
    }
}

pub(super) fn member(known: &model::TeamMember) -> TeamMember {
    TeamMember {
        id: known.login_id.clone(),
        name: full_name(&known.first_name, &known.last_name),
        extension: Some(known.extension.clone()).filter(|text| !text.is_empty()),
        state: state(known.state),
        reason: known.reason_code.as_ref().filter(|code| !code.label.is_empty()).map(reason),
        pending: known.pending_state.map(state),
        since_ms: known.state_change_time,
    }
}

pub(super) fn queue(queue: &model::Queue) -> QueueFigures {
    let figures = &queue.statistics;
    QueueFigures {
        id: queue.id.clone(),
        name: queue.name.clone(),
        waiting: figures.calls_in_queue,
        longest_since_ms: figures.start_time_of_longest_call_in_queue,
        signed_in: figures.agents_logged_on,
        ready: figures.agents_ready,
        not_ready: figures.agents_not_ready,
        busy_other: figures.agents_busy_other,
        talking_in: figures.agents_talking_inbound,
        talking_out: figures.agents_talking_outbound,
        talking_internal: figures.agents_talking_internal,
        wrap_up: sum(figures.agents_wrap_up_ready, figures.agents_wrap_up_not_ready),
    }
}

/// None where neither is reported.
fn sum(left: Option<u32>, right: Option<u32>) -> Option<u32> {
    match (left, right) {
        (None, None) => None,
        (left, right) => Some(left.unwrap_or_default().saturating_add(right.unwrap_or_default())),
    }
}

/// Newest first.
pub(super) fn messages(view: &View) -> Vec<TeamMessage> {
    let own = view.user.as_ref().map(|user| user.login_id.as_str());
    let mut messages: Vec<TeamMessage> = view
        .messages
        .iter()
        .map(|message| {
            let sent_at_ms = message.created_at.unwrap_or_default();
            let name = Some(&message.created_by_name).filter(|name| !name.is_empty());
            TeamMessage {
                id: message.id.clone(),
                from: name.unwrap_or(&message.created_by).clone(),
                text: message.content.clone(),
                sent_at_ms,
                until_ms: sent_at_ms.saturating_add(u64::from(message.duration_s) * 1_000),
                own: own == Some(message.created_by.as_str()),
            }
        })
        .collect();
    messages.sort_by_key(|message| std::cmp::Reverse(message.sent_at_ms));
    messages
}
