//! What agents ask of the calls that they are in.

use std::collections::BTreeMap;

use super::dialog::DialogState;
use super::error::ApiError;
use super::state::{CtiError, Platform};
use super::{Centre, Ordered};
use crate::cti::{CallId, Command};

/// What a `PUT` to a dialog asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// `requestedAction`.
    pub requested: String,
    /// `targetMediaAddress`.
    pub target: Option<String>,
    /// `toAddress`.
    pub to: Option<String>,
    /// `actionParams`.
    pub parameters: BTreeMap<String, String>,
    /// `mediaProperties/wrapUpReason`.
    pub wrap_up: Option<String>,
    /// `mediaProperties/wrapUpItems`.
    pub wrap_up_items: Vec<String>,
    /// `mediaProperties/callvariables`.
    pub variables: BTreeMap<String, String>,
}

/// All actions on a dialog that there are.
const ACTIONS: [&str; 17] = [
    "ANSWER",
    "HOLD",
    "RETRIEVE",
    "DROP",
    "CONSULT_CALL",
    "TRANSFER",
    "TRANSFER_SST",
    "CONFERENCE",
    "SEND_DTMF",
    "PARTICIPANT_DROP",
    "START_RECORDING",
    "ACCEPT",
    "REJECT",
    "CLOSE",
    "UPDATE_SCHEDULED_CALLBACK",
    "CANCEL_SCHEDULED_CALLBACK",
    "RECLASSIFY",
];

impl Centre {
    /// Accepts or refuses an action. Its outcome is published.
    pub fn act(
        &mut self,
        now: u64,
        caller: &str,
        dialog: &str,
        action: &Action,
        request: &str,
    ) -> Result<(), ApiError> {
        let call = self.call_of(dialog).ok_or_else(|| ApiError::no_dialog(dialog))?;
        if action.requested.is_empty() {
            return Err(ApiError::missing("requestedAction"));
        }
        self.asked.insert((call, caller.to_owned()), request.to_owned());
        let result = if action.requested == "UPDATE_CALL_DATA" {
            self.update_data(now, caller, call, action)
        } else {
            self.act_on(now, caller, call, action, request)
        };
        if result.is_err() {
            self.asked.remove(&(call, caller.to_owned()));
        }
        result
    }

    fn act_on(
        &mut self,
        now: u64,
        caller: &str,
        call: CallId,
        action: &Action,
        request: &str,
    ) -> Result<(), ApiError> {
        let requested = action.requested.as_str();
        if !ACTIONS.contains(&requested) {
            return Err(ApiError::invalid("Invalid requestedAction", requested));
        }
        let target = action.target.as_deref().filter(|target| !target.is_empty());
        let target = target.ok_or_else(|| ApiError::missing("targetMediaAddress"))?;
        let Some(dialog) = self.dialogs.get(&call) else { return Err(ApiError::no_dialog("")) };
        let takes_part = dialog.of(caller).is_some_and(|participant| participant.state.is_in());
        let own = dialog.at(target).and_then(|participant| participant.agent.as_deref()) == Some(caller);
        let on_others = requested == "PARTICIPANT_DROP" && takes_part;
        if !own && !on_others {
            return Err(ApiError::other_user(caller));
        }
        let to = action.to.as_deref().unwrap_or_default();
        if matches!(requested, "CONSULT_CALL" | "TRANSFER_SST") {
            if to.is_empty() {
                return Err(ApiError::missing("toAddress"));
            }
            if to == target {
                return Err(ApiError::new(400, "Invalid Destination", "toAddress is the agent's own", to));
            }
        }
        let state = dialog.at(target).map(|participant| participant.state);
        if matches!(requested, "SEND_DTMF" | "START_RECORDING") && state == Some(DialogState::Held) {
            return Err(ApiError::new(401, "Invalid State", "The call is held", target));
        }
        if requested == "START_RECORDING" && self.platform() == Platform::Ucce {
            return Err(ApiError::not_implemented(requested));
        }
        let digits = action.parameters.get("dtmfString").cloned().unwrap_or_default();
        if requested == "SEND_DTMF" && !self.is_dtmf(&digits) {
            return Err(ApiError::invalid("Invalid dtmfString", &digits));
        }
        let allowed = match requested {
            "PARTICIPANT_DROP" => dialog.kind == "CONFERENCE" && dialog.at(target).is_some(),
            "UPDATE_SCHEDULED_CALLBACK" | "CANCEL_SCHEDULED_CALLBACK" | "RECLASSIFY" => true,
            other => dialog
                .at(target)
                .is_some_and(|participant| self.actions_of(dialog, participant).contains(&other)),
        };
        if !allowed {
            self.asked.remove(&(call, caller.to_owned()));
            self.refuse_action(now, caller, call, CtiError::ACTION, request);
            return Ok(());
        }
        self.perform(now, caller, call, target.to_owned(), action, digits);
        Ok(())
    }

    fn is_dtmf(&self, digits: &str) -> bool {
        let letters = self.platform() == Platform::Ucce;
        let fits = |byte: u8| {
            byte.is_ascii_digit() || matches!(byte, b'*' | b'#') || (letters && (b'A'..=b'D').contains(&byte))
        };
        !digits.is_empty() && digits.bytes().all(fits)
    }

    fn perform(
        &mut self,
        now: u64,
        caller: &str,
        call: CallId,
        device: String,
        action: &Action,
        digits: String,
    ) {
        let to = action.to.clone().unwrap_or_default();
        let preview = self.dialogs.get(&call).is_some_and(|dialog| dialog.preview);
        match action.requested.as_str() {
            "ANSWER" => self.command(Command::Answer { call, device }),
            "HOLD" => self.command(Command::Hold { call, device }),
            "RETRIEVE" => self.command(Command::Retrieve { call, device }),
            "CONSULT_CALL" => {
                let consult = self.new_call();
                let variables =
                    self.dialogs.get(&call).map(|dialog| dialog.variables.clone()).unwrap_or_default();
                let ordered = Ordered {
                    by: caller.to_owned(),
                    kind: "CONSULT",
                    variables,
                    consult_of: Some(call),
                    watched: None,
                };
                self.ordered.insert(consult, ordered);
                self.command(Command::Consult { held: call, consult, device, to });
            }
            "TRANSFER" | "CONFERENCE" => {
                let Some(ended) = self.other_active(caller, call) else { return };
                self.command(if action.requested == "TRANSFER" {
                    Command::Transfer { device, survivor: call, ended }
                } else {
                    Command::Conference { device, survivor: call, ended }
                });
            }
            "TRANSFER_SST" => self.command(Command::SingleStepTransfer { call, device, to }),
            "SEND_DTMF" => self.command(Command::SendDigits { call, device, digits }),
            "DROP" | "PARTICIPANT_DROP" => {
                if self.dialogs.get(&call).is_some_and(|dialog| dialog.state == DialogState::Failed) {
                    self.over(now, call);
                } else {
                    self.command(Command::Drop { call, party: device });
                }
            }
            "START_RECORDING" => self.publish_dialog(now, call),
            "ACCEPT" | "REJECT" | "CLOSE" if preview => {
                self.decide_preview(now, caller, call, &action.requested);
            }
            other => self.note_callback(now, call, other, &action.parameters),
        }
    }

    /// The call that an agent talks in besides this one.
    fn other_active(&self, agent: &str, call: CallId) -> Option<CallId> {
        let active = self.dialogs.values().find(|dialog| {
            let talks = dialog.of(agent).is_some_and(|it| it.state == DialogState::Active);
            dialog.call != call && talks
        });
        active.map(|dialog| dialog.call)
    }

    fn note_callback(&mut self, now: u64, call: CallId, action: &str, parameters: &BTreeMap<String, String>) {
        let Some(dialog) = self.dialogs.get_mut(&call) else { return };
        match action {
            "UPDATE_SCHEDULED_CALLBACK" => {
                if let Some(time) = parameters.get("callbackTime") {
                    dialog.callback.0.clone_from(time);
                }
                if let Some(number) = parameters.get("callbackNumber") {
                    dialog.callback.1.clone_from(number);
                }
            }
            "CANCEL_SCHEDULED_CALLBACK" => dialog.callback = (String::new(), String::new()),
            _ => {
                dialog.classification = parameters.get("outboundClassification").cloned().unwrap_or_default();
            }
        }
        self.publish_dialog(now, call);
    }

    fn update_data(&mut self, now: u64, caller: &str, call: CallId, action: &Action) -> Result<(), ApiError> {
        let uccx = self.platform() == Platform::Uccx;
        let Some(dialog) = self.dialogs.get_mut(&call) else { return Err(ApiError::no_dialog("")) };
        if !dialog.visible.contains(caller) {
            return Err(ApiError::other_user(caller));
        }
        check_variables(&action.variables)?;
        dialog.variables.extend(action.variables.clone());
        if let Some(reason) = &action.wrap_up {
            dialog.wrap_up.clone_from(reason);
        }
        if uccx && !action.wrap_up_items.is_empty() {
            dialog.wrap_up_items.clone_from(&action.wrap_up_items);
        }
        self.publish_dialog(now, call);
        Ok(())
    }
}

/// A call variable has 40 bytes, all of them 2,000.
pub(super) fn check_variables(variables: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let mut total = 0;
    for (name, value) in variables {
        total += value.len();
        let number = name.strip_prefix("callVariable").and_then(|number| number.parse::<u8>().ok());
        let known = number.is_some_and(|number| (1..=10).contains(&number)) || name.starts_with("user");
        if !known && !name.starts_with("BA") {
            return Err(ApiError::invalid("Invalid call variable", name));
        }
        if (number.is_some() && value.len() > 40) || total > 2_000 {
            return Err(ApiError::new(400, "Maximum Exceeded", "The value is too long", name));
        }
    }
    Ok(())
}
