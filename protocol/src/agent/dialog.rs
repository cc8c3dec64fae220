//! A call as the contact centre knows it.

use crate::{CallId, Direction};
use serde::{Deserialize, Serialize};

/// A call as the contact centre knows it. It outlives the phone's [`crate::Call`] while it is wrapped up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentDialog {
    /// The contact centre's name for it.
    pub id: String,
    /// The phone's call that carries its sound. None while it has none: before the phone rings, in wrap-up, or
    /// because the phone knows nothing of it.
    pub call: Option<CallId>,
    /// Seen from the agent.
    pub direction: Direction,
    /// What kind of call it is, in Finesse's words (`ACD_IN`, `CONSULT`, `OUTBOUND_PREVIEW`…; an open set).
    pub kind: String,
    /// The other party's number.
    pub number: String,
    /// The queue it came through.
    pub queue: Option<String>,
    /// What the caller dialled.
    pub dialled: Option<String>,
    /// The agent's own part in it.
    pub state: ParticipantState,
    /// What the agent can do with it now. Buttons follow from it and from nothing else.
    pub actions: Vec<DialogCommand>,
    /// Everybody in it, the agent too.
    pub participants: Vec<DialogParticipant>,
    /// Call variables with a value, as name and value, in the contact centre's order.
    pub variables: Vec<(String, String)>,
    /// What it was about, as chosen so far. More than one only on UCCX.
    pub wrap_up: Vec<String>,
    /// Whether a wrap-up reason is asked for.
    pub wrap_up_rule: WrapUpRule,
    /// A call of a campaign, shown before it is made.
    pub preview: Option<Preview>,
    /// When the customer is to be called back: a local time `2027-05-04T14:30`, and the number.
    pub callback: Option<(String, String)>,
    /// When the agent's part began, in milliseconds since the Unix epoch, by the relay's clock.
    pub started_at_ms: u64,
    /// When its state changed last, by the same clock.
    pub state_since_ms: u64,
}

/// A participant's part in a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParticipantState {
    /// It is being dialled.
    Initiating,
    /// It has been dialled.
    Initiated,
    /// It rings.
    Alerting,
    /// It is up.
    Active,
    /// It is on hold.
    Held,
    /// It could not be made.
    Failed,
    /// It is over and being wrapped up.
    WrapUp,
    /// The call of a campaign was accepted.
    Accepted,
    /// It is over.
    Dropped,
    /// Something newer than this program.
    #[default]
    Unknown,
}

/// Somebody in a dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogParticipant {
    /// Their number.
    pub number: String,
    /// Whether an agent's device.
    pub agent: bool,
    /// Their part.
    pub state: ParticipantState,
}

/// What can be done with a dialog that takes nothing more to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialogCommand {
    /// Take it.
    Answer,
    /// Put it on hold.
    Hold,
    /// Take it off hold.
    Retrieve,
    /// Leave it.
    Drop,
    /// Ask somebody about it; takes a number.
    Consult,
    /// Hand it to the party of the consult call.
    Transfer,
    /// Make a conference with the party of the consult call.
    Conference,
    /// Hand it to somebody who has not been asked; takes a number.
    SingleStepTransfer,
    /// Send DTMF; takes digits.
    SendDtmf,
    /// Change call variables and wrap-up.
    UpdateCallData,
    /// Take somebody out of it; takes who.
    DropParticipant,
    /// Start the recording.
    StartRecording,
    /// Call the customer of a preview.
    Accept,
    /// Hand the customer of a preview to somebody else.
    Reject,
    /// Take the customer of a preview off the list.
    Close,
    /// Say what became of a campaign's call.
    Reclassify,
    /// Fix when the customer is called back.
    ScheduleCallback,
    /// Cancel that.
    CancelCallback,
    /// Join the call that is listened to.
    Barge,
}

/// What is done with a dialog by a button of its own; with what a [`crate::Call`] carries, the call's own requests
/// (`Answer`, `SetHeld`, `HangUp`, `Consult`, `Transfer`, `Join`, `SendDtmf`) do the same and are preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialogControl {
    /// Take it.
    Answer,
    /// Put it on hold.
    Hold,
    /// Take it off hold.
    Retrieve,
    /// Leave it.
    Drop,
    /// Hand it to the party of the consult call.
    Transfer,
    /// Make a conference with the party of the consult call.
    Conference,
    /// Start the recording.
    StartRecording,
}

/// Whether a wrap-up reason is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpRule {
    /// One has to be chosen before wrap-up ends.
    Required,
    /// One can be chosen.
    #[default]
    Optional,
    /// There is none.
    NotAllowed,
}

/// A call of a campaign, shown before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The campaign's name.
    pub campaign: String,
    /// The customer's number.
    pub number: String,
    /// What else the campaign says of the customer, as name and value.
    pub fields: Vec<(String, String)>,
}
