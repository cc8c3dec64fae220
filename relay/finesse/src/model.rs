//! The objects of the Finesse API, as its developer guide names them.
//!
//! They are read by [`crate::rest`] from answers and by [`crate::notification`] from events, which tolerate what differs between
//! versions: order of children, case of root names, empty elements, unknown values.

mod dialog;
mod system;
mod team;
mod user;

pub use dialog::{Action, Dialog, DialogState, Participant, ScheduledCallback};
pub use system::{Deployment, Node, SystemInfo};
pub use team::{
    Contact, Device, PhoneBook, Queue, QueueStatistics, ReasonCode, Team, TeamMember, TeamMessage,
    WrapUpReason,
};
pub use user::{AgentState, MobileAgent, MobileMode, TeamName, User, WrapUpMode};

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, read from `2027-05-04T08:15:30.125Z`.
pub type UnixMillis = u64;

/// An agent's id (`loginId`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgentId(pub String);

/// A dialog's id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DialogId(pub String);
