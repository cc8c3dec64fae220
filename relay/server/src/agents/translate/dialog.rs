//! A call as the contact centre knows it.

use super::About;
use sidetone_finesse::model::{Action, Dialog, DialogState, Participant, User, WrapUpMode};
use sidetone_finesse::session::View;
use sidetone_protocol::Direction;
use sidetone_protocol::agent::{
    AgentDialog, DialogCommand, DialogParticipant, ParticipantState, Preview, WrapUpRule,
};

/// The call variables that a campaign sets (Finesse developer guide, "Outbound Dialer variables").
const OF_CAMPAIGN: &str = "BA";
const CAMPAIGN: &str = "BACampaign";
/// The `callType` of a supervisor's silent monitoring.
const MONITOR: &str = "SUPERVISOR_MONITOR";
/// On UCCX.
const CUSTOMER_NUMBER: &str = "BACustomerNumber";

pub(super) fn dialog(view: &View, dialog: &Dialog, about: &About<'_>) -> AgentDialog {
    let user = view.user.as_ref();
    let extension = user.map(|user| user.extension.as_str()).filter(|text| !text.is_empty());
    let extension = extension.unwrap_or(about.extension);
    let own = dialog.participant(extension);
    let direction = if dialog.from_address == extension { Direction::Outbound } else { Direction::Inbound };
    let number = other_number(dialog, extension);
    AgentDialog {
        id: dialog.id.0.clone(),
        call: about.joining.and_then(|joining| joining.call_of(&dialog.id)),
        direction,
        kind: dialog.call_type.clone(),
        preview: preview(dialog, own, &number),
        number,
        queue: filled(&dialog.queue_name).or_else(|| filled(&dialog.queue_number)),
        dialled: filled(&dialog.dialed_number).or_else(|| filled(&dialog.dnis)),
        state: own.map_or(ParticipantState::Unknown, |own| participant_state(own.state)),
        actions: own.map(|own| actions(dialog, own)).unwrap_or_default(),
        participants: dialog.participants.iter().map(participant).collect(),
        variables: dialog.variables.clone(),
        wrap_up: match dialog.wrap_up_items.as_slice() {
            [] => filled(&dialog.wrap_up_reason).into_iter().collect(),
            items => items.to_vec(),
        },
        wrap_up_rule: user.map_or_else(WrapUpRule::default, |user| wrap_up_rule(user, direction)),
        callback: dialog.callback.as_ref().map(|callback| (callback.time.clone(), callback.number.clone())),
        started_at_ms: own.and_then(|own| own.start_time).unwrap_or_default(),
        state_since_ms: own.and_then(|own| own.state_change_time.or(own.start_time)).unwrap_or_default(),
    }
}

/// What the agent can do with it. Joining a call that is listened to is asked for like a new call, so that Finesse has no
/// action of the dialog for it (developer guide 12.5, p. 101).
fn actions(dialog: &Dialog, own: &Participant) -> Vec<DialogCommand> {
    let mut actions: Vec<_> = own.actions.iter().copied().filter_map(command).collect();
    let listens = dialog.call_type == MONITOR && own.state == DialogState::Active;
    if listens && !actions.contains(&DialogCommand::Barge) {
        actions.push(DialogCommand::Barge);
    }
    actions
}

fn filled(text: &str) -> Option<String> {
    Some(text).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The other party's number. A conference goes on under the numbers of who began it, even when they have left.
fn other_number(dialog: &Dialog, extension: &str) -> String {
    let named = if dialog.from_address == extension { &dialog.to_address } else { &dialog.from_address };
    let mut others =
        dialog.participants.iter().filter(|it| it.media_address != extension && !is_gone(it.state));
    let is_there = others.clone().any(|it| it.media_address == *named);
    let somebody = others.next().map(|it| &it.media_address).filter(|number| !number.is_empty());
    somebody.filter(|_| !is_there && named != extension || named.is_empty()).unwrap_or(named).clone()
}

fn is_gone(state: DialogState) -> bool {
    match state {
        DialogState::Dropped | DialogState::WrapUp => true,
        DialogState::Initiating
        | DialogState::Initiated
        | DialogState::Alerting
        | DialogState::Active
        | DialogState::Held
        | DialogState::Failed
        | DialogState::Accepted
        | DialogState::Unknown => false,
    }
}

/// Only `REQUIRED_WITH_WRAP_UP_DATA` asks for a reason; `REQUIRED` is about the state (Finesse developer guide, "User").
fn wrap_up_rule(user: &User, direction: Direction) -> WrapUpRule {
    let mode = match direction {
        Direction::Inbound => user.wrap_up_on_incoming,
        Direction::Outbound => user.wrap_up_on_outgoing,
    };
    match mode {
        WrapUpMode::RequiredWithWrapUpData => WrapUpRule::Required,
        WrapUpMode::Required | WrapUpMode::Optional => WrapUpRule::Optional,
        WrapUpMode::NotAllowed => WrapUpRule::NotAllowed,
    }
}

/// A campaign's call for as long as it can be accepted or turned down, and until it is there.
fn preview(dialog: &Dialog, own: Option<&Participant>, number: &str) -> Option<Preview> {
    let answers = [Action::Accept, Action::Reject, Action::Close];
    let waits = own.is_some_and(|own| own.actions.iter().any(|action| answers.contains(action)));
    let accepted = own.is_some_and(|own| own.state == DialogState::Accepted);
    if !waits && !accepted {
        return None;
    }
    let variable = |wanted: &str| {
        dialog.variables.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    };
    let customer = variable(CUSTOMER_NUMBER).or_else(|| filled(&dialog.dialed_number));
    let shown_apart = [CAMPAIGN, CUSTOMER_NUMBER];
    let fields = dialog.variables.iter().filter_map(|(name, value)| {
        let rest = name.strip_prefix(OF_CAMPAIGN).filter(|rest| rest.starts_with(char::is_uppercase))?;
        (!shown_apart.contains(&name.as_str())).then(|| (rest.to_owned(), value.clone()))
    });
    Some(Preview {
        campaign: variable(CAMPAIGN).unwrap_or_default(),
        number: customer.unwrap_or_else(|| number.to_owned()),
        fields: fields.collect(),
    })
}

fn participant(participant: &Participant) -> DialogParticipant {
    DialogParticipant {
        number: participant.media_address.clone(),
        agent: participant.agent,
        state: participant_state(participant.state),
    }
}

fn participant_state(state: DialogState) -> ParticipantState {
    match state {
        DialogState::Initiating => ParticipantState::Initiating,
        DialogState::Initiated => ParticipantState::Initiated,
        DialogState::Alerting => ParticipantState::Alerting,
        DialogState::Active => ParticipantState::Active,
        DialogState::Held => ParticipantState::Held,
        DialogState::WrapUp => ParticipantState::WrapUp,
        DialogState::Failed => ParticipantState::Failed,
        DialogState::Dropped => ParticipantState::Dropped,
        DialogState::Accepted => ParticipantState::Accepted,
        DialogState::Unknown => ParticipantState::Unknown,
    }
}

/// What is no action on a dialog is none here.
fn command(action: Action) -> Option<DialogCommand> {
    Some(match action {
        Action::Answer => DialogCommand::Answer,
        Action::Hold => DialogCommand::Hold,
        Action::Retrieve => DialogCommand::Retrieve,
        Action::Drop => DialogCommand::Drop,
        Action::ConsultCall => DialogCommand::Consult,
        Action::Transfer => DialogCommand::Transfer,
        Action::TransferSst => DialogCommand::SingleStepTransfer,
        Action::Conference => DialogCommand::Conference,
        Action::SendDtmf => DialogCommand::SendDtmf,
        Action::UpdateCallData => DialogCommand::UpdateCallData,
        Action::ParticipantDrop => DialogCommand::DropParticipant,
        Action::StartRecording => DialogCommand::StartRecording,
        Action::BargeCall => DialogCommand::Barge,
        Action::Accept => DialogCommand::Accept,
        Action::Reject => DialogCommand::Reject,
        Action::Close => DialogCommand::Close,
        Action::Reclassify => DialogCommand::Reclassify,
        Action::UpdateScheduledCallback => DialogCommand::ScheduleCallback,
        Action::CancelScheduledCallback => DialogCommand::CancelCallback,
        Action::MakeCall | Action::SilentMonitor => return None,
    })
}
