//! A call as Finesse shows it to agents.

use std::collections::{BTreeMap, BTreeSet};

use super::agent::AgentId;
use crate::cti::{Address, CallId};

/// A dialog.
#[derive(Clone, Debug)]
pub struct Dialog {
    /// Its number in the API.
    pub id: u64,
    /// The call at the switch.
    pub call: CallId,
    /// `fromAddress`.
    pub from: Address,
    /// `toAddress`.
    pub to: Address,
    /// `callType`.
    pub kind: &'static str,
    /// A preview of a campaign's call: nothing at the switch.
    pub preview: bool,
    /// The state of the whole.
    pub state: DialogState,
    /// Who takes part.
    pub participants: Vec<Participant>,
    /// The queue that it came through.
    pub queue: Option<u32>,
    /// Since when it waits there, in ms.
    pub waiting: Option<u64>,
    /// Call variables and ECC variables that have a value.
    pub variables: BTreeMap<String, String>,
    /// `wrapUpReason`.
    pub wrap_up: String,
    /// `wrapUpItems`.
    pub wrap_up_items: Vec<String>,
    /// The dialog that became part of this one.
    pub secondary: Option<u64>,
    /// The dialog that this one is about.
    pub associated: Option<u64>,
    /// `scheduledCallbackInfo`: time and number.
    pub callback: (String, String),
    /// `outboundClassification`.
    pub classification: String,
    /// The call that is heard by this one.
    pub watched: Option<CallId>,
    /// Whose desktops show it.
    pub visible: BTreeSet<AgentId>,
    /// When a failed call is given up, in ms.
    pub give_up: Option<u64>,
}

/// A participant.
#[derive(Clone, Debug)]
pub struct Participant {
    /// `mediaAddress`.
    pub address: Address,
    /// The agent who is signed in there, if any and if the call is shown there.
    pub agent: Option<AgentId>,
    /// The state.
    pub state: DialogState,
    /// `stateCause`.
    pub cause: &'static str,
    /// When it joined, in ms.
    pub start: u64,
    /// When its state changed, in ms.
    pub changed: u64,
    /// It was connected at some time.
    pub talked: bool,
}

/// The state of a dialog or of a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogState {
    /// Off hook.
    Initiating,
    /// Dialled.
    Initiated,
    /// Rings.
    Alerting,
    /// Connected.
    Active,
    /// Held by the participant.
    Held,
    /// The call did not come about.
    Failed,
    /// The call is over and its result is being written.
    WrapUp,
    /// Over.
    Dropped,
    /// A preview was accepted.
    Accepted,
}

impl DialogState {
    /// As Finesse writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Initiating => "INITIATING",
            Self::Initiated => "INITIATED",
            Self::Alerting => "ALERTING",
            Self::Active => "ACTIVE",
            Self::Held => "HELD",
            Self::Failed => "FAILED",
            Self::WrapUp => "WRAP_UP",
            Self::Dropped => "DROPPED",
            Self::Accepted => "ACCEPTED",
        }
    }

    /// Whether the participant is still in the call.
    pub fn is_in(self) -> bool {
        match self {
            Self::Initiating
            | Self::Initiated
            | Self::Alerting
            | Self::Active
            | Self::Held
            | Self::Failed => true,
            Self::WrapUp | Self::Dropped | Self::Accepted => false,
        }
    }
}

impl Dialog {
    /// A new dialog without participants.
    pub(super) fn new(id: u64, call: CallId, from: &str, to: &str, kind: &'static str) -> Self {
        Self {
            id,
            call,
            from: from.to_owned(),
            to: to.to_owned(),
            kind,
            preview: false,
            state: DialogState::Initiating,
            participants: Vec::new(),
            queue: None,
            waiting: None,
            variables: BTreeMap::new(),
            wrap_up: String::new(),
            wrap_up_items: Vec::new(),
            secondary: None,
            associated: None,
            callback: (String::new(), String::new()),
            classification: String::new(),
            watched: None,
            visible: BTreeSet::new(),
            give_up: None,
        }
    }

    /// The participant at an address.
    pub fn at(&self, address: &str) -> Option<&Participant> {
        self.participants.iter().find(|participant| participant.address == address)
    }

    /// The participant who is an agent.
    pub fn of(&self, agent: &str) -> Option<&Participant> {
        self.participants.iter().find(|participant| participant.agent.as_deref() == Some(agent))
    }

    /// Puts a participant into a state, joining where it is new.
    pub(super) fn put(&mut self, now: u64, address: &str, agent: Option<AgentId>, state: DialogState) {
        let known = self.participants.iter_mut().find(|participant| participant.address == address);
        match known {
            Some(participant) => {
                if participant.state != state {
                    participant.changed = now;
                }
                participant.state = state;
                participant.talked |= state == DialogState::Active;
                participant.cause = "";
                participant.agent = participant.agent.take().or(agent);
            }
            None => self.participants.push(Participant {
                address: address.to_owned(),
                agent,
                state,
                cause: "",
                start: now,
                changed: now,
                talked: state == DialogState::Active,
            }),
        }
    }

    /// How many are still in the call.
    pub fn present(&self) -> usize {
        self.participants.iter().filter(|participant| participant.state.is_in()).count()
    }

    /// What a participant may do. `other_active` says that the agent is active in another call.
    pub fn actions(&self, participant: &Participant, other_active: bool) -> Vec<&'static str> {
        if self.preview {
            let shown = participant.state == DialogState::Alerting;
            return if shown { vec!["ACCEPT", "REJECT", "CLOSE"] } else { Vec::new() };
        }
        match participant.state {
            DialogState::Initiating | DialogState::Initiated => vec!["UPDATE_CALL_DATA", "DROP"],
            DialogState::Alerting => vec!["ANSWER"],
            DialogState::Active if participant.agent.is_none() => vec!["UPDATE_CALL_DATA", "DROP"],
            DialogState::Active if self.watched.is_some() => vec!["DROP"],
            DialogState::Active => {
                vec!["HOLD", "UPDATE_CALL_DATA", "CONSULT_CALL", "TRANSFER_SST", "SEND_DTMF", "DROP"]
            }
            DialogState::Held if other_active => {
                vec!["RETRIEVE", "UPDATE_CALL_DATA", "TRANSFER", "CONFERENCE", "DROP"]
            }
            DialogState::Held => vec!["RETRIEVE", "UPDATE_CALL_DATA", "DROP"],
            DialogState::Failed => vec!["DROP"],
            DialogState::WrapUp => vec!["UPDATE_CALL_DATA"],
            DialogState::Dropped | DialogState::Accepted => Vec::new(),
        }
    }
}
