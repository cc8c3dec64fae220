//! Objects, written as Finesse writes them: for the tests that read them again.

use sidetone_finesse::model::{
    Dialog, DialogId, Participant, Queue, ReasonCode, Team, TeamMember, TeamName, User,
};

/// An element: its name, and its text or what is in it.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Text(&'static str, String),
    Inside(&'static str, Vec<Self>),
}

pub(crate) fn text(name: &'static str, text: impl ToString) -> Node {
    Node::Text(name, text.to_string())
}

impl Node {
    /// Written with its children in the order that `order` gives, and with its name as `case` has it.
    pub(crate) fn write(&self, order: &mut impl FnMut(&mut Vec<String>), case: fn(&str) -> String) -> String {
        match self {
            Self::Text(name, text) => {
                let name = case(name);
                let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                format!("<{name}>{text}</{name}>")
            }
            Self::Inside(name, children) => {
                let mut written: Vec<_> = children.iter().map(|child| child.write(order, case)).collect();
                // The items of a list have one name and keep their order.
                let list = children.windows(2).any(|pair| pair[0].name() == pair[1].name());
                if !list {
                    order(&mut written);
                }
                let name = case(name);
                format!("<{name}>{}</{name}>", written.concat())
            }
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Text(name, _) | Self::Inside(name, _) => name,
        }
    }
}

/// The name of a value of an enumeration, as serde and Finesse have it.
fn named(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

/// `2027-05-04T08:15:30.125Z`, of a time in that minute.
fn time(ms: Option<u64>) -> String {
    ms.map_or_else(String::new, |ms| {
        let ms = ms - MINUTE;
        format!("2027-05-04T08:15:{:02}.{:03}Z", ms / 1_000, ms % 1_000)
    })
}

/// 2027-05-04T08:15:00Z.
pub(crate) const MINUTE: u64 = 1_809_418_500_000;

pub(crate) fn user(user: &User) -> Node {
    let empty = TeamName::default();
    let team = user.team.as_ref().unwrap_or(&empty);
    let role = if user.supervisor { "Supervisor" } else { "Agent" };
    Node::Inside(
        "User",
        vec![
            text("loginId", &user.login_id),
            text("loginName", &user.login_name),
            text("firstName", &user.first_name),
            text("lastName", &user.last_name),
            text("state", named(user.state)),
            text("stateChangeTime", time(user.state_change_time)),
            text("pendingState", user.pending_state.map(named).unwrap_or_default()),
            text("reasonCodeId", user.reason_code_id.as_deref().unwrap_or("-1")),
            reason("ReasonCode", user.reason_code.as_ref()),
            text("extension", &user.extension),
            Node::Inside("roles", vec![text("role", "Agent"), text("role", role)]),
            Node::Inside(
                "settings",
                vec![
                    text("wrapUpOnIncoming", named(user.wrap_up_on_incoming)),
                    text("wrapUpOnOutgoing", named(user.wrap_up_on_outgoing)),
                    text("deviceSelection", if user.device_selection { "enabled" } else { "disabled" }),
                ],
            ),
            text("teamId", &team.id),
            text("teamName", &team.name),
            Node::Inside(
                "teams",
                user.teams
                    .iter()
                    .map(|team| Node::Inside("Team", vec![text("id", &team.id), text("name", &team.name)]))
                    .collect(),
            ),
        ],
    )
}

fn reason(name: &'static str, reason: Option<&ReasonCode>) -> Node {
    let children = reason.map(|reason| {
        vec![
            text("uri", format!("/finesse/api/ReasonCode/{}", reason.id)),
            text("code", &reason.code),
            text("label", &reason.label),
            text("systemCode", reason.system),
        ]
    });
    Node::Inside(name, children.unwrap_or_default())
}

pub(crate) fn dialog(dialog: &Dialog) -> Node {
    let uri = |id: &Option<DialogId>| {
        id.as_ref().map_or_else(String::new, |id| format!("/finesse/api/Dialog/{}", id.0))
    };
    let callback = dialog
        .callback
        .as_ref()
        .map(|callback| vec![text("callbackTime", &callback.time), text("callbackNumber", &callback.number)]);
    Node::Inside(
        "Dialog",
        vec![
            text("id", &dialog.id.0),
            text("secondaryId", dialog.secondary_id.as_ref().map_or("", |id| id.0.as_str())),
            text("associatedDialogUri", uri(&dialog.associated)),
            text("mediaType", &dialog.media_type),
            text("fromAddress", &dialog.from_address),
            text("toAddress", &dialog.to_address),
            text("state", named(dialog.state)),
            Node::Inside(
                "mediaProperties",
                vec![
                    text("callType", &dialog.call_type),
                    text("dialedNumber", &dialog.dialed_number),
                    text("DNIS", &dialog.dnis),
                    text("outboundClassification", &dialog.outbound_classification),
                    text("queueNumber", &dialog.queue_number),
                    text("queueName", &dialog.queue_name),
                    text("wrapUpReason", &dialog.wrap_up_reason),
                    Node::Inside(
                        "wrapUpItems",
                        dialog.wrap_up_items.iter().map(|item| text("wrapUpItem", item)).collect(),
                    ),
                    Node::Inside("callvariables", dialog.variables.iter().map(variable).collect()),
                ],
            ),
            Node::Inside("participants", dialog.participants.iter().map(participant).collect()),
            Node::Inside("scheduledCallbackInfo", callback.unwrap_or_default()),
        ],
    )
}

fn variable((name, value): &(String, String)) -> Node {
    Node::Inside("CallVariable", vec![text("name", name), text("value", value)])
}

fn participant(participant: &Participant) -> Node {
    Node::Inside(
        "Participant",
        vec![
            text("mediaAddress", &participant.media_address),
            text("mediaAddressType", if participant.agent { "AGENT_DEVICE" } else { "" }),
            text("state", named(participant.state)),
            text("stateCause", &participant.state_cause),
            text("startTime", time(participant.start_time)),
            text("stateChangeTime", time(participant.state_change_time)),
            Node::Inside(
                "actions",
                participant.actions.iter().map(|action| text("action", named(action))).collect(),
            ),
        ],
    )
}

pub(crate) fn team(team: &Team) -> Node {
    let member = |member: &TeamMember| {
        Node::Inside(
            "User",
            vec![
                text("loginId", &member.login_id),
                text("firstName", &member.first_name),
                text("lastName", &member.last_name),
                text("extension", &member.extension),
                text("state", named(member.state)),
                text("pendingState", member.pending_state.map(named).unwrap_or_default()),
                text("stateChangeTime", time(member.state_change_time)),
                reason("reasonCode", member.reason_code.as_ref()),
            ],
        )
    };
    Node::Inside(
        "Team",
        vec![
            text("id", &team.id),
            text("name", &team.name),
            Node::Inside("users", team.members.iter().map(member).collect()),
        ],
    )
}

pub(crate) fn queue(queue: &Queue) -> Node {
    let count = |name, count: Option<u32>| text(name, count.map_or(-1, i64::from));
    let figures = &queue.statistics;
    Node::Inside(
        "Queue",
        vec![
            text("uri", format!("/finesse/api/Queue/{}", queue.id)),
            text("name", &queue.name),
            Node::Inside(
                "statistics",
                vec![
                    count("callsInQueue", figures.calls_in_queue),
                    text("startTimeOfLongestCallInQueue", time(figures.start_time_of_longest_call_in_queue)),
                    count("agentsReady", figures.agents_ready),
                    count("agentsNotReady", figures.agents_not_ready),
                    count("agentsBusyOther", figures.agents_busy_other),
                    count("agentsLoggedOn", figures.agents_logged_on),
                    count("agentsTalkingInbound", figures.agents_talking_inbound),
                    count("agentsTalkingOutbound", figures.agents_talking_outbound),
                    count("agentsTalkingInternal", figures.agents_talking_internal),
                    count("agentsWrapUpNotReady", figures.agents_wrap_up_not_ready),
                    count("agentsWrapUpReady", figures.agents_wrap_up_ready),
                ],
            ),
        ],
    )
}
