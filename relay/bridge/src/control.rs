//! What a contact centre says of a call that it controls.

use crate::Millis;
use crate::call::BridgedCall;
use serde::{Deserialize, Serialize};
use sidetone_protocol::{Call, CallId, CallState, Direction, Failure, Party, PbxConference};

/// How long after a change of hold what the leg says of the other party's hold is not believed. The contact centre's telephone system
/// holds the user's part by an offer of its own, which is told a moment before or after the contact centre's word for it.
pub(crate) const QUIET: Millis = 2_000;

/// What a contact centre says of a call that it controls. The bridge sends no holds and no transfers for such a call: the contact
/// centre has them carried out, and what comes of that is told by this.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Controlled {
    /// Whether the user's part is on hold.
    pub held: bool,
    /// What the leg to the telephone system does not say.
    pub shown: Shown,
}

/// How a call is shown whose leg says too little: one that the contact centre has made calls the user's own phone first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Shown {
    /// Who started it, where that is not who called whom on the leg.
    pub direction: Option<Direction>,
    /// The other party, where it is not who the leg says.
    pub party: Option<Party>,
    /// How far the other party has come.
    pub progress: Progress,
    /// The call that this one was made to consult about.
    pub consults_for: Option<CallId>,
    /// Who else is in the call, where it is a conference; empty where it is none.
    pub joined: Vec<Party>,
}

/// How far the other party has come, where the user's own leg is up before theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Progress {
    /// It is being called.
    Dialing,
    /// Its phone rings.
    Alerting,
    /// It is there; or the leg says how far it is.
    #[default]
    Answered,
}

/// Why a call ends whose leg the telephone system takes down, as the contact centre knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The user has left it.
    User,
    /// The user has handed the other party to somebody else.
    Transferred,
    /// Its parties are in another call of the user by now: nothing has ended for the user.
    Joined,
    /// It came to nothing.
    Failed(Failure),
}

impl BridgedCall {
    /// What the contact centre says, where it controls the call now. What the relay has begun by SIP it carries to its end.
    pub(crate) fn control(&self) -> Option<&Controlled> {
        let begun = self.view.conference.is_some() || self.transfer.is_some() || self.room.is_some();
        self.controlled.as_ref().filter(|_| !begun && self.is_live())
    }

    /// Whether the contact centre has the user's part of the call on hold.
    pub(crate) fn is_held_by_control(&self) -> bool {
        self.control().is_some_and(|control| control.held)
    }

    /// Whether the contact centre says that the user talks in this call.
    pub(crate) fn is_active_by_control(&self) -> bool {
        let taken = match self.view.state {
            CallState::Answering | CallState::Connected | CallState::Reconnecting => true,
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Ringing
            | CallState::Ended { .. } => false,
        };
        taken && self.control().is_some_and(|control| !control.held)
    }

    /// Whether the other party is to be shown to hold the user.
    pub(crate) fn shows_party_hold(&self) -> bool {
        self.party_holds
            && !self.was_held_by_control
            && self.quiet_until.is_none()
            && !self.is_held_by_control()
    }

    /// The call as its user sees it.
    pub(crate) fn shown(&self) -> Call {
        let mut call = self.view.clone();
        let Some(Controlled { shown, .. }) = &self.controlled else { return call };
        if let Some(direction) = shown.direction {
            call.direction = direction;
        }
        if let Some(party) = &shown.party {
            call.party = party.clone();
        }
        if !shown.joined.is_empty() && call.pbx_conference.is_none() {
            call.pbx_conference = Some(PbxConference { joined: shown.joined.clone() });
        }
        let early = match shown.progress {
            Progress::Dialing => CallState::Dialing,
            // The tones come on the leg, which is up.
            Progress::Alerting => CallState::Alerting { early_media: true },
            Progress::Answered => return call,
        };
        match call.state {
            CallState::Answering | CallState::Connected => {
                call.state = early;
                call.answered_at_ms = None;
            }
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Ringing
            | CallState::Reconnecting
            | CallState::Ended { .. } => {}
        }
        call
    }
}
