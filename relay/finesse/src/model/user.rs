//! The User object.

use super::{AgentId, ReasonCode, UnixMillis};
use serde::{Deserialize, Serialize};

/// A user (Finesse developer guide, "User").
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct User {
    /// `loginId`.
    pub login_id: String,
    /// `loginName`.
    pub login_name: String,
    /// `firstName`.
    pub first_name: String,
    /// `lastName`.
    pub last_name: String,
    /// `state`.
    pub state: AgentState,
    /// `stateChangeTime`, none where it is empty.
    pub state_change_time: Option<UnixMillis>,
    /// `pendingState`, none where it is empty.
    pub pending_state: Option<AgentState>,
    /// `reasonCodeId`: the database id; none where it is empty or -1.
    pub reason_code_id: Option<String>,
    /// `ReasonCode`.
    pub reason_code: Option<ReasonCode>,
    /// `extension`.
    pub extension: String,
    /// `mobileAgent`, none where it is empty.
    pub mobile_agent: Option<MobileAgent>,
    /// `roles` has `Supervisor`.
    pub supervisor: bool,
    /// `settings/wrapUpOnIncoming`.
    pub wrap_up_on_incoming: WrapUpMode,
    /// `settings/wrapUpOnOutgoing`.
    pub wrap_up_on_outgoing: WrapUpMode,
    /// `settings/deviceSelection` is `enabled`.
    pub device_selection: bool,
    /// `teamId` and `teamName`.
    pub team: Option<TeamName>,
    /// `teams`: those that the user supervises.
    pub teams: Vec<TeamName>,
}

impl User {
    /// The id as a type.
    #[must_use]
    pub fn id(&self) -> AgentId {
        AgentId(self.login_id.clone())
    }
}

/// A team by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TeamName {
    /// `id`.
    pub id: String,
    /// `name`.
    pub name: String,
}

/// The states (Finesse developer guide, "User API parameters").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AgentState {
    /// `LOGOUT`.
    Logout,
    /// `NOT_READY`.
    NotReady,
    /// `READY`.
    Ready,
    /// `RESERVED`.
    Reserved,
    /// `RESERVED_OUTBOUND`.
    ReservedOutbound,
    /// `RESERVED_OUTBOUND_PREVIEW`.
    ReservedOutboundPreview,
    /// `TALKING`.
    Talking,
    /// `HOLD`.
    Hold,
    /// `WORK`.
    Work,
    /// `WORK_READY`.
    WorkReady,
    /// `UNKNOWN`, or a value that this program does not know.
    #[default]
    Unknown,
}

/// `mobileAgent`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MobileAgent {
    /// `mode`.
    pub mode: MobileMode,
    /// `dialNumber`.
    pub dial_number: String,
}

/// `mobileAgent/mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MobileMode {
    /// `CALL_BY_CALL`.
    CallByCall,
    /// `NAILED_CONNECTION`.
    NailedConnection,
}

/// `settings/wrapUpOnIncoming` and `wrapUpOnOutgoing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WrapUpMode {
    /// `REQUIRED`.
    Required,
    /// `REQUIRED_WITH_WRAP_UP_DATA`.
    RequiredWithWrapUpData,
    /// `OPTIONAL`, or nothing.
    #[default]
    Optional,
    /// `NOT_ALLOWED`.
    NotAllowed,
}
