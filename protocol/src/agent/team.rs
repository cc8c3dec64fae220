//! Colleagues, queues, messages and phone books.

use super::{AgentStateKind, Reason};
use serde::{Deserialize, Serialize};

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Team {
    /// The contact centre's name for it.
    pub id: String,
    /// The name that is shown.
    pub name: String,
}

/// A team with its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamView {
    /// Which.
    pub team: Team,
    /// Who is in it, as the contact centre lists them.
    pub members: Vec<TeamMember>,
}

/// A member of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMember {
    /// The agent's id.
    pub id: String,
    /// The agent's name.
    pub name: String,
    /// The extension, while signed in.
    pub extension: Option<String>,
    /// The state.
    pub state: AgentStateKind,
    /// Why.
    pub reason: Option<Reason>,
    /// What the state becomes when the call is over.
    pub pending: Option<AgentStateKind>,
    /// When the state was entered, in milliseconds since the Unix epoch; none where it is not known.
    pub since_ms: Option<u64>,
}

/// A queue and its figures. One that is not reported is none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct QueueFigures {
    /// The contact centre's name for it.
    pub id: String,
    /// The name that is shown.
    pub name: String,
    /// How many callers wait.
    pub waiting: Option<u32>,
    /// Since when the first of them has, in milliseconds since the Unix epoch.
    pub longest_since_ms: Option<u64>,
    /// How many agents are signed in.
    pub signed_in: Option<u32>,
    /// How many of them are ready.
    pub ready: Option<u32>,
    /// How many are not ready.
    pub not_ready: Option<u32>,
    /// How many are busy with something else.
    pub busy_other: Option<u32>,
    /// How many talk to a caller.
    pub talking_in: Option<u32>,
    /// How many talk to somebody they called.
    pub talking_out: Option<u32>,
    /// How many talk to a colleague.
    pub talking_internal: Option<u32>,
    /// How many are in wrap-up, ready or not ready afterwards.
    pub wrap_up: Option<u32>,
}

/// Something written to a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMessage {
    /// The contact centre's name for it.
    pub id: String,
    /// Who wrote it.
    pub from: String,
    /// What, at most 255 characters.
    pub text: String,
    /// When, in milliseconds since the Unix epoch.
    pub sent_at_ms: u64,
    /// Until when it is shown.
    pub until_ms: u64,
    /// Whether the reader wrote it and can delete it.
    pub own: bool,
}

/// An entry of a phone book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The person's name.
    pub name: String,
    /// The number.
    pub number: String,
    /// What else the book says.
    pub note: String,
}
