//! What an agent has done today.

use super::AgentStateKind;
use serde::{Deserialize, Serialize};

/// What an agent has done since midnight of the site's time zone. Durations are those of what is over; what goes on
/// counts from [`super::AgentStatus::since_ms`] and is not in them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Day {
    /// When the day began, in milliseconds since the Unix epoch.
    pub from_ms: u64,
    /// When the agent signed in for the first time today.
    pub signed_in_at_ms: Option<u64>,
    /// How long in each state, with each reason.
    pub states: Vec<StateTime>,
    /// Calls that were talked in.
    pub handled: u32,
    /// How many of them came in.
    pub inbound: u32,
    /// Calls that rang and were not answered.
    pub missed: u32,
    /// Calls that were handed to somebody else.
    pub transferred: u32,
    /// How long calls were talked in, hold not counted, in milliseconds.
    pub talk_ms: u64,
    /// How long calls were on hold, in milliseconds.
    pub hold_ms: u64,
    /// How long calls were wrapped up, in milliseconds.
    pub wrap_up_ms: u64,
    /// The same for each queue that a call came through.
    pub queues: Vec<QueueDay>,
}

/// How long an agent was in a state with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateTime {
    /// The state.
    pub state: AgentStateKind,
    /// The reason's label, where there was one.
    pub reason: Option<String>,
    /// For how long, in milliseconds.
    pub ms: u64,
}

/// What an agent has done today for one queue.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct QueueDay {
    /// The queue's name.
    pub queue: String,
    /// Calls that were talked in.
    pub handled: u32,
    /// Calls that rang and were not answered.
    pub missed: u32,
    /// How long they were talked in, hold not counted, in milliseconds.
    pub talk_ms: u64,
    /// How long they were on hold, in milliseconds.
    pub hold_ms: u64,
    /// How long they were wrapped up, in milliseconds.
    pub wrap_up_ms: u64,
}
