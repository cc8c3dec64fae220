//! The agent's state and what may be done about it.

use crate::{Failure, agent::Team};
use serde::{Deserialize, Serialize};

/// Who the agent is, the state, and what may be done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentStatus {
    /// The agent's id, as the contact centre knows it; empty until it is known (hot desk).
    pub id: String,
    /// The name that is shown.
    pub name: String,
    /// The extension that calls come to; empty until it is known.
    pub extension: String,
    /// Which contact centre this is, which decides what exists: a queue's figures, HOLD as a state, several wrap-ups.
    pub platform: Platform,
    /// Whether the contact centre can be reached, and what works while it cannot.
    pub service: AgentService,
    /// Whether the agent is signed in there.
    pub presence: Presence,
    /// The state.
    pub state: AgentStateKind,
    /// Why, where a reason was given: a label that can be shown.
    pub reason: Option<Reason>,
    /// When the state was entered, in milliseconds since the Unix epoch, by the relay's clock.
    pub since_ms: u64,
    /// What the state becomes when the call is over, where one was chosen.
    pub pending: Option<PendingState>,
    /// The states that can be chosen now, in the order in which to show them. Of those that take a reason, one has to be
    /// named if there are any for it.
    pub choices: Vec<StateChoice>,
    /// Whether a call can be started now. While ready that depends on the contact centre's version.
    pub can_dial: bool,
    /// Why not, where it cannot.
    pub cannot_dial: Option<Failure>,
    /// The agent's own team.
    pub team: Option<Team>,
    /// The teams that the agent supervises; empty for everybody else.
    pub supervises: Vec<Team>,
    /// Whether a call for help can be made.
    pub can_call_for_help: bool,
    /// Why the last thing that was asked for did not happen, if it was learned later.
    pub failure: Option<Failure>,
}

/// Which contact centre it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Unified or Packaged Contact Center Enterprise.
    #[default]
    Ucce,
    /// Unified Contact Center Express.
    Uccx,
}

/// Whether the contact centre can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentService {
    /// It is being reached for the first time.
    #[default]
    Connecting,
    /// All of it works.
    Up,
    /// Some of it does not.
    Impaired {
        /// What.
        missing: AgentMissing,
        /// Since when, in milliseconds since the Unix epoch.
        since_ms: u64,
    },
}

/// What of the contact centre does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentMissing {
    /// None of its servers answers. Calls go on; states cannot be changed or seen.
    Servers,
    /// Its server says that it is out of service. Calls go on.
    OutOfService,
    /// Changes are not told; what is shown may be old. Calls and states can still be changed.
    Notifications,
}

/// Whether the agent is signed in to the contact centre.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Not, and nothing is being done about it: by choice, or because something is missing or was refused.
    #[default]
    SignedOut,
    /// Not, since something is needed first: a form with what is missing is shown.
    Needs {
        /// Whether the agent id has to be entered.
        id: bool,
        /// Whether the password has to be entered.
        password: bool,
        /// Whether the extension has to be entered.
        extension: bool,
        /// Why it is asked for, where something was refused.
        failure: Option<Failure>,
    },
    /// Several devices share the extension: one has to be chosen.
    ChooseDevice {
        /// Each with its id and its name.
        devices: Vec<(String, String)>,
    },
    /// It is under way.
    SigningIn,
    /// It is.
    SignedIn,
}

/// The states of an agent (Finesse developer guide, "User API parameters").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentStateKind {
    /// Signed out.
    Logout,
    /// No calls are offered.
    NotReady,
    /// A call may be offered.
    Ready,
    /// A call is being offered.
    Reserved,
    /// Held for a call of a campaign.
    ReservedOutbound,
    /// A call of a campaign is shown before it is made.
    ReservedOutboundPreview,
    /// In a call.
    Talking,
    /// In a call that is on hold.
    Hold,
    /// In wrap-up, not ready afterwards.
    Work,
    /// In wrap-up, ready afterwards.
    WorkReady,
    /// Not known.
    #[default]
    Unknown,
}

/// Why one is in a state.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reason {
    /// What names it when it is chosen.
    pub id: String,
    /// What is shown.
    pub label: String,
}

/// What the state becomes when the call is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingState {
    /// It.
    pub state: AgentStateKind,
    /// Why, where a reason was chosen.
    pub reason: Option<Reason>,
}

/// A state that the agent can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateChoice {
    /// Calls may come.
    Ready,
    /// No calls, for one of the agent's `not_ready_reasons`.
    NotReady,
    /// Sign out, for one of the agent's `sign_out_reasons`.
    SignOut,
}
