//! The Dialog object.

use super::{DialogId, UnixMillis};
use serde::{Deserialize, Serialize};

/// A call as Finesse knows it (Finesse developer guide, "Dialog").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialog {
    /// `id`.
    pub id: DialogId,
    /// `secondaryId`: the dialog that was dropped when two became one.
    pub secondary_id: Option<DialogId>,
    /// The id at the end of `associatedDialogUri`.
    pub associated: Option<DialogId>,
    /// `mediaType`: `Voice` for calls.
    pub media_type: String,
    /// `fromAddress`.
    pub from_address: String,
    /// `toAddress`.
    pub to_address: String,
    /// `state`.
    pub state: DialogState,
    /// `mediaProperties/callType`: an open set.
    pub call_type: String,
    /// `mediaProperties/dialedNumber`.
    pub dialed_number: String,
    /// `mediaProperties/DNIS`.
    pub dnis: String,
    /// `mediaProperties/outboundClassification`.
    pub outbound_classification: String,
    /// `mediaProperties/queueNumber`.
    pub queue_number: String,
    /// `mediaProperties/queueName`.
    pub queue_name: String,
    /// `mediaProperties/wrapUpReason`.
    pub wrap_up_reason: String,
    /// `mediaProperties/wrapUpItems`.
    pub wrap_up_items: Vec<String>,
    /// `mediaProperties/callvariables` that have a value, as name and value.
    pub variables: Vec<(String, String)>,
    /// `participants`.
    pub participants: Vec<Participant>,
    /// `scheduledCallbackInfo`, none where it is empty.
    pub callback: Option<ScheduledCallback>,
}

impl Dialog {
    /// The participant at that device.
    #[must_use]
    pub fn participant(&self, media_address: &str) -> Option<&Participant> {
        self.participants.iter().find(|participant| participant.media_address == media_address)
    }
}

/// `Participant`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Participant {
    /// `mediaAddress`: the extension or number.
    pub media_address: String,
    /// `mediaAddressType` is `AGENT_DEVICE`; it is empty for a non-agent.
    pub agent: bool,
    /// `state`.
    pub state: DialogState,
    /// `stateCause`.
    pub state_cause: String,
    /// `startTime`.
    pub start_time: Option<UnixMillis>,
    /// `stateChangeTime`.
    pub state_change_time: Option<UnixMillis>,
    /// `actions`: what this participant may do now. Unknown ones are left out.
    pub actions: Vec<Action>,
}

/// The state of a dialog or of a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DialogState {
    /// `INITIATING`.
    Initiating,
    /// `INITIATED`.
    Initiated,
    /// `ALERTING`.
    Alerting,
    /// `ACTIVE`.
    Active,
    /// `HELD`, of participants only.
    Held,
    /// `WRAP_UP`, of participants only.
    WrapUp,
    /// `FAILED`.
    Failed,
    /// `DROPPED`.
    Dropped,
    /// `ACCEPTED`, of previews.
    Accepted,
    /// A value that this program does not know.
    #[default]
    Unknown,
}

/// `action` and `requestedAction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Action {
    /// `MAKE_CALL`.
    MakeCall,
    /// `ANSWER`.
    Answer,
    /// `HOLD`.
    Hold,
    /// `RETRIEVE`.
    Retrieve,
    /// `DROP`.
    Drop,
    /// `CONSULT_CALL`.
    ConsultCall,
    /// `TRANSFER`.
    Transfer,
    /// `TRANSFER_SST`.
    TransferSst,
    /// `CONFERENCE`.
    Conference,
    /// `SEND_DTMF`.
    SendDtmf,
    /// `UPDATE_CALL_DATA`.
    UpdateCallData,
    /// `PARTICIPANT_DROP`.
    ParticipantDrop,
    /// `START_RECORDING`.
    StartRecording,
    /// `SILENT_MONITOR`.
    SilentMonitor,
    /// `BARGE_CALL`.
    BargeCall,
    /// `ACCEPT`.
    Accept,
    /// `REJECT`.
    Reject,
    /// `CLOSE`.
    Close,
    /// `RECLASSIFY`.
    Reclassify,
    /// `UPDATE_SCHEDULED_CALLBACK`.
    UpdateScheduledCallback,
    /// `CANCEL_SCHEDULED_CALLBACK`.
    CancelScheduledCallback,
}

/// `scheduledCallbackInfo`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScheduledCallback {
    /// `callbackTime`, the customer's local time: `2027-05-04T14:30`.
    pub time: String,
    /// `callbackNumber`.
    pub number: String,
}
