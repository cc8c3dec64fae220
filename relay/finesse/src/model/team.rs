//! Teams, queues, lists to choose from, phone books and team messages.

use super::{AgentState, UnixMillis};
use serde::{Deserialize, Serialize};

/// A team with its members (Finesse developer guide, "Team").
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Team {
    /// `id`.
    pub id: String,
    /// `name`.
    pub name: String,
    /// `users`.
    pub members: Vec<TeamMember>,
}

/// A member in a Team object or a team's notification.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TeamMember {
    /// `loginId`.
    pub login_id: String,
    /// `firstName`.
    pub first_name: String,
    /// `lastName`.
    pub last_name: String,
    /// `extension`.
    pub extension: String,
    /// `state`.
    pub state: AgentState,
    /// `pendingState`.
    pub pending_state: Option<AgentState>,
    /// `stateChangeTime`.
    pub state_change_time: Option<UnixMillis>,
    /// `reasonCode` or `ReasonCode`.
    pub reason_code: Option<ReasonCode>,
}

/// `ReasonCode`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct ReasonCode {
    /// The database id: `id`, or the end of `uri`. It, not the code, is sent when a state is changed.
    pub id: String,
    /// `code`.
    pub code: String,
    /// `label`.
    pub label: String,
    /// `systemCode`: it is set by the system and cannot be chosen.
    pub system: bool,
}

/// `WrapUpReason`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct WrapUpReason {
    /// The end of `uri`.
    pub id: String,
    /// `label`, which is what is sent.
    pub label: String,
}

/// A queue (Finesse developer guide, "Queue").
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Queue {
    /// The end of `uri`.
    pub id: String,
    /// `name`.
    pub name: String,
    /// `statistics`.
    pub statistics: QueueStatistics,
}

/// `statistics` of a queue; none where it is missing, empty or -1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct QueueStatistics {
    /// `callsInQueue`.
    pub calls_in_queue: Option<u32>,
    /// `startTimeOfLongestCallInQueue`.
    pub start_time_of_longest_call_in_queue: Option<UnixMillis>,
    /// `agentsReady`.
    pub agents_ready: Option<u32>,
    /// `agentsNotReady`.
    pub agents_not_ready: Option<u32>,
    /// `agentsBusyOther`.
    pub agents_busy_other: Option<u32>,
    /// `agentsLoggedOn`.
    pub agents_logged_on: Option<u32>,
    /// `agentsTalkingInbound`.
    pub agents_talking_inbound: Option<u32>,
    /// `agentsTalkingOutbound`.
    pub agents_talking_outbound: Option<u32>,
    /// `agentsTalkingInternal`.
    pub agents_talking_internal: Option<u32>,
    /// `agentsWrapUpNotReady`.
    pub agents_wrap_up_not_ready: Option<u32>,
    /// `agentsWrapUpReady`.
    pub agents_wrap_up_ready: Option<u32>,
}

/// `PhoneBook`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PhoneBook {
    /// The end of `uri`; empty where it has none.
    pub id: String,
    /// `name`.
    pub name: String,
    /// `contacts`: where they are to be had.
    pub contacts_uri: Option<String>,
    /// `Contacts`: themselves, where they come with the book.
    pub contacts: Vec<Contact>,
}

/// `Contact` of a phone book.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// `firstName`.
    pub first_name: String,
    /// `lastName`.
    pub last_name: String,
    /// `phoneNumber`.
    pub phone_number: String,
    /// `description`.
    pub description: String,
}

/// `TeamMessage` (Finesse 12.0 and later).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TeamMessage {
    /// The end of `uri`, or `id`.
    pub id: String,
    /// `createdBy`, or its `id`: the sender's login id.
    pub created_by: String,
    /// The sender's name, or the id again.
    pub created_by_name: String,
    /// `createdAt`, which is in seconds since the Unix epoch.
    pub created_at: Option<UnixMillis>,
    /// `duration`, in seconds.
    pub duration_s: u32,
    /// `content`.
    pub content: String,
    /// `teams`.
    pub teams: Vec<String>,
}

/// `Device`: one of several with an extension (12.6 and later).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Device {
    /// `deviceId`, which is sent as `activeDeviceId`.
    pub id: String,
    /// `deviceType`: a number of the JTAPI specification.
    pub device_type: String,
    /// `deviceTypeName`, which can be shown.
    pub type_name: String,
}
