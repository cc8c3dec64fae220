//! What can be asked of a session.

use super::Credentials;
use crate::model::{AgentId, DialogId, MobileAgent};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is asked of the session. Each gets one [`super::Command::Done`] with its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Sign in, or sign in with something else after it was refused. It is done when the agent is signed in, which can take
    /// as long as no server is in service; signing out takes it back.
    SignIn(Box<SignIn>),
    /// Sign out. In a call it is kept and done afterwards.
    SignOut {
        /// The database id of one of the sign-out reasons.
        reason: Option<String>,
    },
    /// Be in another state. In a call it applies afterwards.
    SetState {
        /// Which.
        state: ChosenState,
        /// The database id of one of the not-ready reasons.
        reason: Option<String>,
    },
    /// Call somebody.
    MakeCall {
        /// The number.
        to: String,
        /// Call variables to send along; not on UCCX.
        variables: Vec<(String, String)>,
    },
    /// Do something with a dialog.
    Dialog {
        /// Which.
        dialog: DialogId,
        /// What.
        action: DialogAction,
    },
    /// Keep a team and its members in the view from now on.
    OpenTeam {
        /// Its id.
        team: String,
    },
    /// Stop that.
    CloseTeam {
        /// Its id.
        team: String,
    },
    /// Put a member of a supervised team into another state.
    SetMemberState {
        /// Who.
        member: AgentId,
        /// Which.
        state: MemberState,
    },
    /// Listen to the call at that extension.
    Monitor {
        /// The member's.
        extension: String,
    },
    /// Join the call that is listened to.
    Barge {
        /// The dialog of the listening.
        dialog: DialogId,
    },
    /// Take over the call that was joined: the member leaves it.
    Intercept {
        /// The dialog that was joined.
        dialog: DialogId,
    },
    /// Write to teams.
    SendMessage {
        /// Their ids.
        teams: Vec<String>,
        /// What.
        text: String,
        /// For how long it is shown, in seconds.
        for_s: u32,
    },
    /// Delete a message.
    DeleteMessage {
        /// Its id.
        message: String,
    },
    /// Read the phone books into [`super::View::contacts`]; done at once where that was done a short while ago.
    LoadContacts,
    /// Use another access token from now on.
    RefreshToken {
        /// It.
        credentials: Credentials,
    },
}

/// With what to sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The agent's id.
    pub id: AgentId,
    /// The password or the access token.
    pub credentials: Credentials,
    /// The extension that calls come to.
    pub extension: String,
    /// Which of several devices with that extension.
    pub device: Option<String>,
    /// Calls come to a phone elsewhere (UCCE).
    pub mobile: Option<MobileAgent>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIn(…)")
    }
}

/// A state that the agent can choose. Signing out is among the [`super::View::choices`] and asked for by
/// [`Ask::SignOut`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChosenState {
    /// Calls may come.
    Ready,
    /// No calls.
    NotReady,
    /// Signed out.
    SignOut,
}

/// A state that a supervisor can put a member of the team into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MemberState {
    /// `READY`.
    Ready,
    /// `NOT_READY`.
    NotReady,
    /// `LOGOUT`.
    SignedOut,
}

/// What can be done with a dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialogAction {
    /// `ANSWER`.
    Answer,
    /// `HOLD`.
    Hold,
    /// `RETRIEVE`.
    Retrieve,
    /// `DROP`.
    Drop,
    /// `CONSULT_CALL`.
    Consult {
        /// Whom.
        to: String,
    },
    /// `TRANSFER`, of the held call; asked of the consult call it means the same.
    Transfer,
    /// `CONFERENCE`, of the held call; asked of the consult call it means the same.
    Conference,
    /// `TRANSFER_SST`.
    SingleStepTransfer {
        /// To whom.
        to: String,
    },
    /// `SEND_DTMF`.
    SendDtmf {
        /// Which.
        digits: String,
    },
    /// `UPDATE_CALL_DATA` with what the call was about; all of it each time.
    WrapUp {
        /// The labels; more than one only on UCCX.
        reasons: Vec<String>,
    },
    /// `UPDATE_CALL_DATA` with call variables.
    SetVariables {
        /// Name and new value of each.
        variables: Vec<(String, String)>,
    },
    /// `PARTICIPANT_DROP`.
    DropParticipant {
        /// Their media address.
        number: String,
    },
    /// `START_RECORDING`.
    StartRecording,
    /// `ACCEPT`.
    Accept,
    /// `REJECT`.
    Reject,
    /// `CLOSE`.
    Close,
    /// `RECLASSIFY`.
    Reclassify {
        /// As what.
        classification: String,
    },
    /// `UPDATE_SCHEDULED_CALLBACK`.
    ScheduleCallback {
        /// The customer's local time, `2027-05-04T14:30`.
        time: Option<String>,
        /// Another number.
        number: Option<String>,
    },
    /// `CANCEL_SCHEDULED_CALLBACK`.
    CancelCallback,
}
