//! What a notification is about, and the nodes it is published on.

use crate::model::{AgentId, DialogId};
use std::fmt;

/// The resource that a notification is about, or the node that it is published on: both are paths of the API.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// `/finesse/api/User/{id}`.
    User(AgentId),
    /// `/finesse/api/User/{id}/Dialogs`.
    Dialogs(AgentId),
    /// `/finesse/api/Dialog/{id}`.
    Dialog(DialogId),
    /// `/finesse/api/Team/{id}`.
    Team(String),
    /// `/finesse/api/Team/{id}/Users`.
    TeamUsers(String),
    /// `/finesse/api/Team/{id}/TeamMessages`: the messages of a team. As a node it is not documented.
    TeamMessages(String),
    /// `/finesse/api/TeamMessage/{id}`.
    TeamMessage(String),
    /// `/finesse/api/Queue/{id}`.
    Queue(String),
    /// `/finesse/api/User/{id}/Queues`.
    UserQueues(AgentId),
    /// `/finesse/api/SystemInfo`.
    SystemInfo,
    /// Anything else, as it was written.
    Other(String),
}

impl Source {
    /// Reads a path.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let path = text.split('?').next().unwrap_or_default();
        let path = path.split_once("finesse/api/").map_or(path, |(_, path)| path);
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let first = segments.next().unwrap_or_default().to_ascii_lowercase();
        let second = segments.next().map(str::trim).unwrap_or_default().to_owned();
        let third = segments.next().unwrap_or_default().to_ascii_lowercase();
        let more = segments.next().is_some();
        let other = || Self::Other(text.trim().to_owned());
        if more || (second.is_empty() && first != "systeminfo") {
            return other();
        }
        match (first.as_str(), third.as_str()) {
            ("user", "") => Self::User(AgentId(second)),
            ("user", "dialogs") => Self::Dialogs(AgentId(second)),
            ("user", "queues") => Self::UserQueues(AgentId(second)),
            ("dialog", "") => Self::Dialog(DialogId(second)),
            ("team", "") => Self::Team(second),
            ("team", "users") => Self::TeamUsers(second),
            ("team", "teammessage" | "teammessages") => Self::TeamMessages(second),
            ("teammessage" | "teammessages", "") => Self::TeamMessage(second),
            ("queue", "") => Self::Queue(second),
            ("systeminfo", "") => Self::SystemInfo,
            _ => other(),
        }
    }
}

/// The path, which is also the name of the node to subscribe to.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "/finesse/api/User/{}", id.0),
            Self::Dialogs(id) => write!(f, "/finesse/api/User/{}/Dialogs", id.0),
            Self::Dialog(id) => write!(f, "/finesse/api/Dialog/{}", id.0),
            Self::Team(id) => write!(f, "/finesse/api/Team/{id}"),
            Self::TeamUsers(id) => write!(f, "/finesse/api/Team/{id}/Users"),
            Self::TeamMessages(id) => write!(f, "/finesse/api/Team/{id}/TeamMessages"),
            Self::TeamMessage(id) => write!(f, "/finesse/api/TeamMessage/{id}"),
            Self::Queue(id) => write!(f, "/finesse/api/Queue/{id}"),
            Self::UserQueues(id) => write!(f, "/finesse/api/User/{}/Queues", id.0),
            Self::SystemInfo => f.write_str("/finesse/api/SystemInfo"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sources_are_read_and_written() {
        let agent = || AgentId("70123".to_owned());
        for (source, text) in [
            (Source::User(agent()), "/finesse/api/User/70123"),
            (Source::Dialogs(agent()), "/finesse/api/User/70123/Dialogs"),
            (Source::Dialog(DialogId("40077001".to_owned())), "/finesse/api/Dialog/40077001"),
            (Source::Team("81".to_owned()), "/finesse/api/Team/81"),
            (Source::TeamUsers("81".to_owned()), "/finesse/api/Team/81/Users"),
            (Source::TeamMessages("81".to_owned()), "/finesse/api/Team/81/TeamMessages"),
            (Source::TeamMessage("5e2c".to_owned()), "/finesse/api/TeamMessage/5e2c"),
            (Source::Queue("9".to_owned()), "/finesse/api/Queue/9"),
            (Source::UserQueues(agent()), "/finesse/api/User/70123/Queues"),
            (Source::SystemInfo, "/finesse/api/SystemInfo"),
            (Source::Other("/finesse/api/User/70123/Media/5".to_owned()), "/finesse/api/User/70123/Media/5"),
            (Source::Other("/finesse/api/User".to_owned()), "/finesse/api/User"),
            (Source::Other(String::new()), ""),
        ] {
            assert_eq!(Source::parse(text), source, "{text}");
            assert_eq!(source.to_string(), text);
        }
    }

    #[test]
    fn a_source_may_have_no_slash_another_case_or_a_host() {
        for text in [
            "finesse/api/Dialog/7",
            "/finesse/api/dialog/7/",
            "https://fin1.example:8445/finesse/api/Dialog/7?x=1",
            " /finesse/api/Dialog/7 ",
        ] {
            assert_eq!(Source::parse(text), Source::Dialog(DialogId("7".to_owned())), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(text in "(/?finesse/api)?(/(User|Team|Queue|[a-z0-9/?]*)){0,4}") {
            let read = Source::parse(&text);
            prop_assert_eq!(Source::parse(&read.to_string()), read);
        }
    }
}
