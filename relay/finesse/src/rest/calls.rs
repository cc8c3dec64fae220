//! Dialogs: making calls, and what is done with them.

use super::call_data::{check_variables, write_variables};
use super::request::Path;
use super::{Method, Purpose, Request, TooLong};
use crate::model::{AgentId, DialogId};
use crate::xml::Writer;

/// A call to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MakeCall {
    /// The agent's extension.
    pub from_address: String,
    /// Who is called.
    pub to_address: String,
    /// Call variables, as name and value. UCCX refuses any.
    pub variables: Vec<(String, String)>,
}

/// What can be done with a dialog by naming the participant alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParticipantAction {
    /// `ANSWER`.
    Answer,
    /// `HOLD`.
    Hold,
    /// `RETRIEVE`.
    Retrieve,
    /// `DROP`.
    Drop,
    /// `TRANSFER`, asked of the held call; the consult call is implied.
    Transfer,
    /// `CONFERENCE`, asked of the held call; the consult call is implied.
    Conference,
    /// `START_RECORDING`; 501 on UCCE.
    StartRecording,
    /// `ACCEPT` a preview.
    Accept,
    /// `REJECT` a preview.
    Reject,
    /// `CLOSE` a preview.
    Close,
    /// `PARTICIPANT_DROP`: the participant that is named leaves the conference.
    ParticipantDrop,
}

impl ParticipantAction {
    /// As Finesse writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "ANSWER",
            Self::Hold => "HOLD",
            Self::Retrieve => "RETRIEVE",
            Self::Drop => "DROP",
            Self::Transfer => "TRANSFER",
            Self::Conference => "CONFERENCE",
            Self::StartRecording => "START_RECORDING",
            Self::Accept => "ACCEPT",
            Self::Reject => "REJECT",
            Self::Close => "CLOSE",
            Self::ParticipantDrop => "PARTICIPANT_DROP",
        }
    }
}

/// What is to be changed of a scheduled callback. Finesse takes one of them at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallbackChange {
    /// The customer's local time: `2027-05-04T14:30`.
    Time(String),
    /// The number.
    Number(String),
    /// No callback.
    Cancel,
}

impl Request {
    /// The calls of a user; of voice only. Answered by a list of [`crate::model::Dialog`].
    #[must_use]
    pub fn dialogs(agent: &AgentId) -> Self {
        Self::get(Path::api(&["User", &agent.0, "Dialogs"]), Purpose::Other)
    }

    /// A call. Answered by a [`crate::model::Dialog`].
    #[must_use]
    pub fn dialog(dialog: &DialogId) -> Self {
        Self::get(Path::api(&["Dialog", &dialog.0]), Purpose::Dialog)
    }

    /// Makes a call.
    ///
    /// # Errors
    /// [`TooLong`], when the variables do not fit.
    pub fn make_call(agent: &AgentId, call: &MakeCall) -> Result<Self, TooLong> {
        check_variables(&call.variables)?;
        Ok(Self::new_dialog(agent, Purpose::MakeCall, |dialog| {
            dialog.value("requestedAction", "MAKE_CALL");
            dialog.value("fromAddress", &call.from_address);
            dialog.value("toAddress", &call.to_address);
            if !call.variables.is_empty() {
                dialog.element("mediaProperties", |inside| write_variables(inside, &call.variables));
            }
        }))
    }

    /// Listens to the call of a member of a supervised team; the supervisor has to be not ready.
    #[must_use]
    pub fn silent_monitor(supervisor: &AgentId, from_address: &str, to_address: &str) -> Self {
        Self::new_dialog(supervisor, Purpose::Monitor, |dialog| {
            dialog.value("requestedAction", "SILENT_MONITOR");
            dialog.value("fromAddress", from_address);
            dialog.value("toAddress", to_address);
        })
    }

    /// Joins the call that is listened to; `monitor` is the dialog of the listening.
    #[must_use]
    pub fn barge(supervisor: &AgentId, from_address: &str, to_address: &str, monitor: &DialogId) -> Self {
        Self::new_dialog(supervisor, Purpose::Monitor, |dialog| {
            dialog.value("requestedAction", "BARGE_CALL");
            dialog.value("fromAddress", from_address);
            dialog.value("toAddress", to_address);
            dialog.value("associatedDialogUri", &format!("/finesse/api/Dialog/{}", monitor.0));
        })
    }

    /// Does something with a call on behalf of the participant at `target_media_address`: the agent's own extension, or
    /// who is to leave the conference.
    #[must_use]
    pub fn dialog_action(dialog: &DialogId, action: ParticipantAction, target_media_address: &str) -> Self {
        Self::put_dialog(dialog, Purpose::Dialog, |inside| {
            inside.value("requestedAction", action.as_str());
            inside.value("targetMediaAddress", target_media_address);
        })
    }

    /// Asks somebody about a call; it is held meanwhile.
    #[must_use]
    pub fn consult(dialog: &DialogId, target_media_address: &str, to_address: &str) -> Self {
        Self::action_towards(dialog, "CONSULT_CALL", target_media_address, to_address)
    }

    /// Hands a call to somebody who has not been asked.
    #[must_use]
    pub fn single_step_transfer(dialog: &DialogId, target_media_address: &str, to_address: &str) -> Self {
        Self::action_towards(dialog, "TRANSFER_SST", target_media_address, to_address)
    }

    /// Sends DTMF.
    #[must_use]
    pub fn send_dtmf(dialog: &DialogId, target_media_address: &str, digits: &str) -> Self {
        Self::action_with(dialog, "SEND_DTMF", target_media_address, &[("dtmfString", digits)])
    }

    /// Says what became of a campaign's call: `VOICE`, `FAX`, `ANS_MACHINE`, `INVALID`, `BUSY`, `DO_NOT_CALL`…
    #[must_use]
    pub fn reclassify(dialog: &DialogId, target_media_address: &str, classification: &str) -> Self {
        let params = [("outboundClassification", classification)];
        Self::action_with(dialog, "RECLASSIFY", target_media_address, &params)
    }

    /// Fixes or cancels when the customer is called back.
    #[must_use]
    pub fn scheduled_callback(
        dialog: &DialogId,
        target_media_address: &str,
        change: &CallbackChange,
    ) -> Self {
        const UPDATE: &str = "UPDATE_SCHEDULED_CALLBACK";
        match change {
            CallbackChange::Time(time) => {
                Self::action_with(dialog, UPDATE, target_media_address, &[("callbackTime", time)])
            }
            CallbackChange::Number(number) => {
                Self::action_with(dialog, UPDATE, target_media_address, &[("callbackNumber", number)])
            }
            CallbackChange::Cancel => {
                Self::action_with(dialog, "CANCEL_SCHEDULED_CALLBACK", target_media_address, &[])
            }
        }
    }

    fn new_dialog(agent: &AgentId, purpose: Purpose, inside: impl FnOnce(&mut Writer)) -> Self {
        Self::send(Method::Post, Path::api(&["User", &agent.0, "Dialogs"]), purpose, "Dialog", inside)
    }

    pub(super) fn put_dialog(dialog: &DialogId, purpose: Purpose, inside: impl FnOnce(&mut Writer)) -> Self {
        Self::send(Method::Put, Path::api(&["Dialog", &dialog.0]), purpose, "Dialog", inside)
    }

    fn action_towards(dialog: &DialogId, action: &str, target: &str, to_address: &str) -> Self {
        Self::put_dialog(dialog, Purpose::Dialog, |inside| {
            inside.value("requestedAction", action);
            inside.value("toAddress", to_address);
            inside.value("targetMediaAddress", target);
        })
    }

    fn action_with(dialog: &DialogId, action: &str, target: &str, params: &[(&str, &str)]) -> Self {
        Self::put_dialog(dialog, Purpose::Dialog, |inside| {
            inside.value("requestedAction", action);
            inside.value("targetMediaAddress", target);
            if params.is_empty() {
                return;
            }
            inside.element("actionParams", |list| {
                for (name, value) in params {
                    list.element("ActionParam", |param| {
                        param.value("name", name);
                        param.value("value", value);
                    });
                }
            });
        })
    }
}

#[cfg(test)]
mod tests;
