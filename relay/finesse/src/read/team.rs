//! Teams, queues and team messages.

use super::{Listed, Object, id, items, last_segment, user};
use crate::model::{Queue, QueueStatistics, Team, TeamMember, TeamMessage, UnixMillis};
use crate::rest::Unreadable;
use crate::time;
use crate::xml::Element;

impl Object for Team {
    const NAME: &'static str = "Team";

    fn from_element(team: &Element) -> Result<Self, Unreadable> {
        let id = id(team, "id");
        if id.is_empty() {
            return Err(Unreadable::Missing("id"));
        }
        let members = team.child("users").map(items).unwrap_or_default();
        Ok(Self { id, name: team.value("name").to_owned(), members })
    }
}

impl Object for TeamMember {
    const NAME: &'static str = "User";

    fn from_element(member: &Element) -> Result<Self, Unreadable> {
        let login_id = id(member, "loginId");
        if login_id.is_empty() {
            return Err(Unreadable::Missing("loginId"));
        }
        let text = |name| member.value(name).to_owned();
        Ok(Self {
            login_id,
            first_name: text("firstName"),
            last_name: text("lastName"),
            extension: text("extension"),
            state: user::state(member),
            pending_state: user::pending_state(member),
            state_change_time: time::parse(member.value("stateChangeTime")),
            reason_code: user::reason_code(member),
        })
    }
}

impl Object for Queue {
    const NAME: &'static str = "Queue";

    fn from_element(queue: &Element) -> Result<Self, Unreadable> {
        let id = id(queue, "id");
        if id.is_empty() {
            return Err(Unreadable::Missing("uri"));
        }
        let statistics = queue.child("statistics").map(statistics).unwrap_or_default();
        Ok(Self { id, name: queue.value("name").to_owned(), statistics })
    }
}

impl Listed for Queue {
    const LIST: &'static str = "Queues";
}

fn statistics(element: &Element) -> QueueStatistics {
    // -1, for a queue that is assigned to nobody, is no u32.
    let count = |name| element.value(name).parse().ok();
    QueueStatistics {
        calls_in_queue: count("callsInQueue"),
        start_time_of_longest_call_in_queue: time::parse(element.value("startTimeOfLongestCallInQueue")),
        agents_ready: count("agentsReady"),
        agents_not_ready: count("agentsNotReady"),
        agents_busy_other: count("agentsBusyOther"),
        agents_logged_on: count("agentsLoggedOn"),
        agents_talking_inbound: count("agentsTalkingInbound"),
        agents_talking_outbound: count("agentsTalkingOutbound"),
        agents_talking_internal: count("agentsTalkingInternal"),
        agents_wrap_up_not_ready: count("agentsWrapUpNotReady"),
        agents_wrap_up_ready: count("agentsWrapUpReady"),
    }
}

impl Object for TeamMessage {
    const NAME: &'static str = "TeamMessage";

    fn from_element(message: &Element) -> Result<Self, Unreadable> {
        let id = id(message, "id");
        if id.is_empty() {
            return Err(Unreadable::Missing("id"));
        }
        let (created_by, created_by_name) = message.child("createdBy").map(sender).unwrap_or_default();
        let teams = message.child("teams").map(|teams| teams.children("team").map(team_id).collect());
        Ok(Self {
            id,
            created_by,
            created_by_name,
            created_at: instant(message.value("createdAt")),
            duration_s: message.value("duration").parse().unwrap_or_default(),
            content: message.value("content").to_owned(),
            teams: teams.unwrap_or_default(),
        })
    }
}

impl Listed for TeamMessage {
    const LIST: &'static str = "TeamMessages";
}

/// The sender's id and name: an element for each, or the id alone as text.
fn sender(element: &Element) -> (String, String) {
    let id = match element.value("id") {
        "" => last_segment(element.text()).to_owned(),
        id => id.to_owned(),
    };
    let name = format!("{} {}", element.value("firstName"), element.value("lastName"));
    let name = if name.trim().is_empty() { id.clone() } else { name.trim().to_owned() };
    (id, name)
}

fn team_id(team: &Element) -> String {
    match team.value("id") {
        "" => last_segment(team.text()).to_owned(),
        id => id.to_owned(),
    }
}

/// Seconds since the epoch, or a time as everywhere else.
fn instant(text: &str) -> Option<UnixMillis> {
    // As milliseconds, this is in 1973; as seconds, in 5138.
    const FIRST_MILLISECONDS: u64 = 100_000_000_000;
    match text.parse::<u64>() {
        Ok(milliseconds) if milliseconds >= FIRST_MILLISECONDS => Some(milliseconds),
        Ok(seconds) => Some(seconds * 1_000),
        Err(_) => time::parse(text),
    }
}
