//! An agent as the contact centre knows it.

use super::state::AgentState;
use crate::cti::CallId;
use crate::finesse::config::AgentConfig;

/// An agent's `loginId`.
pub type AgentId = String;

/// The reason of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// None was chosen: empty on the wire.
    None,
    /// None is known: just signed in, or lost in a failover; -1 on the wire.
    Unknown,
    /// A reason by its number in the database.
    Id(u32),
}

/// An agent.
#[derive(Clone, Debug)]
pub struct Agent {
    /// What it is set up with.
    pub config: AgentConfig,
    /// The telephone in use while signed in.
    pub extension: String,
    /// Mode and number of a mobile agent.
    pub mobile: Option<(String, String)>,
    /// The device that was chosen at sign-in.
    pub device: Option<String>,
    /// The state.
    pub state: AgentState,
    /// Since when, in ms.
    pub since: u64,
    /// Why.
    pub reason: Reason,
    /// What is to follow the call.
    pub pending: Option<(AgentState, Reason)>,
    /// What follows the call or wrap-up if nothing is pending.
    pub after: (AgentState, Reason),
    /// UCCX: ready again when a call from no queue ends.
    pub ready_again: bool,
    /// The agent asked for wrap-up where it is optional.
    pub wants_wrap_up: bool,
    /// The call that ended was from a queue; it was one out.
    pub talked: (bool, bool),
    /// When wrap-up ends by itself.
    pub wrap_up_until: Option<u64>,
    /// The call that is to ring or rings here from a queue, and until when.
    pub reserved: Option<(CallId, u64)>,
    /// Whether Finesse has a connection with the agent's desktop.
    pub presence: Presence,
    /// Wrong passwords in a row, and until when the account is blocked.
    pub failures: (u32, u64),
}

/// Whether somebody is at the desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nobody connected since sign-in.
    Never,
    /// Connected.
    Present,
    /// Gone; the agent is signed out by force at this time.
    Gone(u64),
}

impl Agent {
    pub(super) fn new(config: AgentConfig) -> Self {
        Self {
            config,
            extension: String::new(),
            mobile: None,
            device: None,
            state: AgentState::Logout,
            since: 0,
            reason: Reason::Unknown,
            pending: None,
            after: (AgentState::NotReady, Reason::None),
            ready_again: false,
            wants_wrap_up: false,
            talked: (false, false),
            wrap_up_until: None,
            reserved: None,
            presence: Presence::Never,
            failures: (0, 0),
        }
    }

    /// Whether the agent supervises a team.
    pub fn supervises(&self, team: u32) -> bool {
        self.config.supervises.contains(&team)
    }
}
