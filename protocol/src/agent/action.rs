//! What an agent can ask for.

use super::{DialogControl, StateChoice};
use crate::{DialString, DtmfDigits};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an agent asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentAction {
    /// Sign in to the contact centre, with what was entered or with what the relay keeps.
    SignIn(Box<AgentSignIn>),
    /// Be in another state. In a call it is taken note of and applies afterwards.
    SetState {
        /// Which.
        state: StateChoice,
        /// The [`super::Reason::id`], where one was chosen.
        reason: Option<String>,
    },
    /// Do something with a dialog that no call of the phone carries.
    Control {
        /// The [`super::AgentDialog::id`].
        dialog: String,
        /// What.
        control: DialogControl,
    },
    /// Say what a call was about; all of it each time.
    WrapUp {
        /// Which dialog.
        dialog: String,
        /// The labels, of the agent's `wrap_up_reasons`. More than one only on UCCX.
        reasons: Vec<String>,
    },
    /// Change call variables.
    SetVariables {
        /// Of which dialog.
        dialog: String,
        /// Name and new value of each.
        variables: Vec<(String, String)>,
    },
    /// Hand a call to somebody who has not been asked, in one step.
    SingleStepTransfer {
        /// Which dialog.
        dialog: String,
        /// To whom.
        to: DialString,
    },
    /// Ask somebody about a call that no call of the phone carries.
    Consult {
        /// Which dialog.
        dialog: String,
        /// Whom.
        target: DialString,
    },
    /// Send DTMF in a dialog that no call of the phone carries.
    SendDtmf {
        /// Which dialog.
        dialog: String,
        /// Which digits.
        digits: DtmfDigits,
    },
    /// Take somebody out of a conference.
    DropParticipant {
        /// Which dialog.
        dialog: String,
        /// Their number.
        number: String,
    },
    /// Answer the preview of a campaign's call.
    Preview {
        /// Which dialog.
        dialog: String,
        /// How.
        answer: PreviewAnswer,
    },
    /// Say what became of a campaign's call (`VOICE`, `FAX`, `ANS_MACHINE`, `INVALID`, `BUSY`, `DO_NOT_CALL`…).
    Reclassify {
        /// Which dialog.
        dialog: String,
        /// What.
        classification: String,
    },
    /// Fix or cancel when the customer is called back.
    Callback {
        /// Which dialog.
        dialog: String,
        /// How.
        change: CallbackChange,
    },
    /// Open a team's view: its members are told from now on.
    OpenTeam {
        /// The [`super::Team::id`], one of those that the agent supervises.
        team: String,
    },
    /// Close a team's view.
    CloseTeam {
        /// Which.
        team: String,
    },
    /// Put a member of a supervised team into another state. In a call it is taken note of and applies afterwards.
    SetMemberState {
        /// The [`super::TeamMember::id`].
        member: String,
        /// Which.
        state: MemberState,
    },
    /// Listen to a member's call.
    Monitor {
        /// The member's extension.
        extension: String,
    },
    /// Join the call that is listened to.
    Barge {
        /// The [`super::AgentDialog::id`] of the listening.
        dialog: String,
    },
    /// Take over the call that was joined: the member leaves it.
    Intercept {
        /// The [`super::AgentDialog::id`] of the call that was joined.
        dialog: String,
    },
    /// Ask the team's supervisors for help.
    CallForHelp,
    /// Write to teams.
    SendMessage {
        /// Each [`super::Team::id`].
        teams: Vec<String>,
        /// At most 255 characters.
        text: String,
        /// How long it is shown, in seconds.
        for_s: u32,
    },
    /// Delete one's own message.
    DeleteMessage {
        /// The [`super::TeamMessage::id`].
        message: String,
    },
    /// Look for somebody in the phone books. Answered by [`crate::RelayMessage::Contacts`].
    FindContact {
        /// A part of a name or of a number.
        text: String,
    },
}

/// With what an agent signs in. What is none is taken from what the relay keeps.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AgentSignIn {
    /// The agent's id.
    pub id: Option<String>,
    /// The agent's password. Never logged: `Debug` hides it.
    pub password: Option<String>,
    /// The extension that calls come to.
    pub extension: Option<String>,
    /// Which of several devices with that extension.
    pub device: Option<String>,
    /// Calls come to a phone elsewhere (UCCE).
    pub mobile: Option<MobileAgent>,
}

impl fmt::Debug for AgentSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgentSignIn(…)")
    }
}

/// A phone elsewhere that an agent's calls come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MobileAgent {
    /// How it is called.
    pub mode: MobileMode,
    /// Its number.
    pub number: String,
}

/// How a mobile agent's phone is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MobileMode {
    /// For each call.
    CallByCall,
    /// Once, at sign-in.
    NailedConnection,
}

/// Into which state a supervisor can put a member of the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// Calls may come.
    Ready,
    /// No calls.
    NotReady,
    /// Signed out.
    SignedOut,
}

/// How the preview of a campaign's call is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreviewAnswer {
    /// Call the customer.
    Accept,
    /// Leave the customer to others.
    Reject,
    /// Take the customer off the list.
    Close,
}

/// How a scheduled callback is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackChange {
    /// Call back then, and there.
    Schedule {
        /// The customer's local time, `2027-05-04T14:30`.
        time: Option<String>,
        /// Another number.
        number: Option<String>,
    },
    /// Do not.
    Cancel,
}
