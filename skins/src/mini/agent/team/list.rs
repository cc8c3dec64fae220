//! Which members of a team are listed, and in which order.

use crate::snapshot::MemberView;
use crate::text::Text;
use sidetone_protocol::agent::AgentStateKind;
use std::cmp::Reverse;

/// By what the members are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Who can take a call first, who is signed out last.
    State,
    /// By name.
    Name,
    /// Who has been longest in the same state first.
    Time,
}

impl Order {
    pub(super) const ALL: [Self; 3] = [Self::State, Self::Name, Self::Time];

    pub(super) fn value(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Name => "name",
            Self::Time => "time",
        }
    }

    pub(super) fn of(value: &str) -> Self {
        Self::ALL.into_iter().find(|order| order.value() == value).unwrap_or(Self::State)
    }

    pub(super) fn text(self) -> Text {
        match self {
            Self::State => Text::TeamOrderState,
            Self::Name => Text::TeamOrderName,
            Self::Time => Text::TeamOrderTime,
        }
    }
}

/// The ids of those whose name, extension or id has what is searched for, in order.
pub(super) fn listed(members: &[MemberView], search: &str, order: Order) -> Vec<String> {
    let search = search.trim().to_lowercase();
    let matches = |member: &&MemberView| {
        search.is_empty()
            || member.name.to_lowercase().contains(&search)
            || member.id.contains(&search)
            || member.extension.as_ref().is_some_and(|extension| extension.contains(&search))
    };
    let mut found: Vec<&MemberView> = members.iter().filter(matches).collect();
    found.sort_by_cached_key(|member| (member.name.to_lowercase(), member.id.clone()));
    match order {
        Order::Name => {}
        Order::State => found.sort_by_key(|member| rank(member.state)),
        // Who is signed out is in no state worth timing.
        Order::Time => found.sort_by_key(|member| {
            let out = member.state == AgentStateKind::Logout;
            (out, Reverse(member.since.is_some()), member.since)
        }),
    }
    found.into_iter().map(|member| member.id.clone()).collect()
}

fn rank(state: AgentStateKind) -> u8 {
    match state {
        AgentStateKind::Ready => 0,
        AgentStateKind::Reserved
        | AgentStateKind::ReservedOutbound
        | AgentStateKind::ReservedOutboundPreview => 1,
        AgentStateKind::Talking | AgentStateKind::Hold => 2,
        AgentStateKind::Work | AgentStateKind::WorkReady => 3,
        AgentStateKind::NotReady => 4,
        AgentStateKind::Unknown => 5,
        AgentStateKind::Logout => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(id: &str, name: &str, state: AgentStateKind, since: Option<i64>) -> MemberView {
        MemberView {
            id: id.into(),
            name: name.into(),
            extension: Some(format!("10{id}")),
            state,
            reason: None,
            pending: None,
            since,
            asked: None,
            is_user: false,
            can_monitor: false,
            barge: None,
            intercept: None,
        }
    }

    fn team() -> Vec<MemberView> {
        vec![
            member("1", "Zoe", AgentStateKind::Ready, Some(30)),
            member("2", "bob", AgentStateKind::NotReady, Some(10)),
            member("3", "Ada", AgentStateKind::Logout, Some(1)),
            member("4", "Cem", AgentStateKind::Ready, None),
        ]
    }

    #[test]
    fn members_are_sorted_by_what_was_chosen() {
        assert_eq!(listed(&team(), "", Order::Name), ["3", "2", "4", "1"]);
        assert_eq!(listed(&team(), "", Order::State), ["4", "1", "2", "3"]);
        assert_eq!(listed(&team(), "", Order::Time), ["2", "1", "4", "3"]);
    }

    #[test]
    fn members_are_found_by_a_part_of_the_name_or_the_number() {
        assert_eq!(listed(&team(), " BO ", Order::Name), ["2"]);
        assert_eq!(listed(&team(), "104", Order::Name), ["4"]);
        assert_eq!(listed(&team(), "nobody", Order::Name), [""; 0]);
    }
}
