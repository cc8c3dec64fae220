//! What a session knows, for whoever shows it.

use super::{ChosenState, Error, LogoutOnLoss};
use crate::model::{
    AgentState, Contact, Deployment, Device, Dialog, DialogId, Queue, ReasonCode, Team, TeamMessage, User,
    WrapUpReason,
};
use std::collections::BTreeMap;

/// What a session knows. All times are by the relay's clock, whatever Finesse's says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct View {
    /// The agent, with the state. None until Finesse has said who it is.
    pub user: Option<User>,
    /// Which contact centre it is.
    pub platform: Platform,
    /// Whether it can be reached.
    pub service: Service,
    /// Whether the agent is signed in.
    pub presence: Presence,
    /// What the state becomes when the call is over.
    pub pending: Option<Pending>,
    /// Why one can be not ready.
    pub not_ready_reasons: Vec<ReasonCode>,
    /// Why one can sign out.
    pub sign_out_reasons: Vec<ReasonCode>,
    /// What a call can have been about.
    pub wrap_up_reasons: Vec<WrapUpReason>,
    /// The calls.
    pub dialogs: BTreeMap<DialogId, Dialog>,
    /// The teams that were opened, each once it was read.
    pub teams: BTreeMap<String, Team>,
    /// The queues that concern the agent (UCCE).
    pub queues: BTreeMap<String, Queue>,
    /// What was written to the agent's teams.
    pub messages: Vec<TeamMessage>,
    /// The phone books, after [`super::Ask::LoadContacts`].
    pub contacts: Vec<Contact>,
    /// The states that can be chosen now, in the order in which to show them.
    pub choices: Vec<ChosenState>,
    /// Whether a call can be started now.
    pub can_dial: bool,
    /// What becomes of the agent if the contact centre loses sight of the relay, for the wording of an outage.
    pub logout_on_loss: LogoutOnLoss,
    /// Why the last thing did not happen that the session did by itself or later: sign-in again, a kept state.
    pub failure: Option<Error>,
}

impl View {
    /// The state; none while it is not known.
    #[must_use]
    pub fn state(&self) -> Option<AgentState> {
        self.user.as_ref().map(|user| user.state)
    }
}

/// Which contact centre it is: UCCE until told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform(pub Deployment);

impl Default for Platform {
    fn default() -> Self {
        Self(Deployment::Ucce)
    }
}

impl Platform {
    /// It is UCCX.
    #[must_use]
    pub fn is_uccx(self) -> bool {
        self.0 == Deployment::Uccx
    }
}

/// Whether the contact centre can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Service {
    /// It is being reached for the first time, or not at all since nobody is to be signed in.
    #[default]
    Connecting,
    /// All of it works.
    Up,
    /// Some of it does not.
    Impaired {
        /// What.
        missing: Missing,
        /// Since when, by the relay's clock.
        since_ms: u64,
    },
}

/// What of the contact centre does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No server answers.
    Servers,
    /// The servers say that they are out of service.
    OutOfService,
    /// Requests work, notifications do not: what is shown is read every few seconds.
    Notifications,
}

/// Whether the agent is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Presence {
    /// No, and nothing is being done about it.
    #[default]
    SignedOut,
    /// No: something has to be entered first.
    Needs {
        /// The id.
        id: bool,
        /// The password, or a new access token.
        credentials: bool,
        /// The extension, or the phone elsewhere.
        extension: bool,
        /// Why.
        error: Error,
    },
    /// Several devices share the extension.
    ChooseDevice {
        /// They.
        devices: Vec<Device>,
    },
    /// It is under way.
    SigningIn,
    /// Yes.
    SignedIn,
}

/// What the state becomes when the call is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// It.
    pub state: AgentState,
    /// The database id of the reason, where one was chosen here.
    pub reason: Option<String>,
    /// Finesse does not know of it: it is asked for when the call is over.
    pub kept: bool,
}
