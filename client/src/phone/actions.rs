//! What can be done with a call, out of how it stands and what the line can do.

use sidetone_protocol::agent::{
    Agent, AgentDialog, AgentMissing, AgentService, DialogCommand, ParticipantState,
};
use sidetone_protocol::{Call, CallId, Features, TransferState};
use sidetone_skins::snapshot::{Actions, Asked, CallPhase};

/// A call, as far as its actions depend on it.
pub(super) struct Facts<'a> {
    pub(super) call: &'a Call,
    pub(super) phase: &'a CallPhase,
    pub(super) asked: Option<Asked>,
    pub(super) features: &'a Features,
    /// Whether there is another call that is up and not in the same conference.
    pub(super) another: bool,
    /// Whether the call that this one was made to ask about is up.
    pub(super) consulted_about: bool,
    /// The contact centre's side of it, if it has one whose word counts now.
    pub(super) dialog: Option<&'a AgentDialog>,
    /// The same of the call that it was made to ask about.
    pub(super) dialog_about: Option<&'a AgentDialog>,
}

/// The contact centre's side of a call. A contact centre that cannot be reached has no say: the call goes on.
pub(super) fn dialog(agent: &Agent, call: CallId) -> Option<&AgentDialog> {
    let silent = matches!(
        agent.status.service,
        AgentService::Impaired { missing: AgentMissing::Servers | AgentMissing::OutOfService, .. }
    );
    agent.dialogs.iter().find(|dialog| dialog.call == Some(call) && !silent)
}

/// The only place that says which buttons a call has.
pub(super) fn actions(facts: &Facts<'_>) -> Actions {
    let actions = by_the_phone(facts);
    facts.dialog.map_or(actions, |dialog| by_the_contact_centre(actions, dialog, facts.dialog_about))
}

/// What is left of the phone's actions where the contact centre allows only some. A dialog that is not up (it still
/// rings there, or is over already) says nothing of a call that is.
fn by_the_contact_centre(
    actions: Actions,
    dialog: &AgentDialog,
    dialog_about: Option<&AgentDialog>,
) -> Actions {
    let held = dialog.state == ParticipantState::Held;
    if !held && dialog.state != ParticipantState::Active {
        return actions;
    }
    let can = |command| dialog.actions.contains(&command);
    // It offers what ends a consultation at the call that is on hold meanwhile.
    let either = |command| can(command) || dialog_about.is_some_and(|about| about.actions.contains(&command));
    let ask_first = actions.ask_first && can(DialogCommand::Consult);
    let hand_over = actions.hand_over && can(DialogCommand::SingleStepTransfer);
    Actions {
        hang_up: actions.hang_up && can(DialogCommand::Drop),
        // Where phone and contact centre do not agree on who waits, what makes them agree stays possible.
        hold: actions.hold && (held || can(DialogCommand::Hold)),
        resume: actions.resume && (!held || can(DialogCommand::Retrieve)),
        keypad: actions.keypad && (held || can(DialogCommand::SendDtmf)),
        transfer: actions.transfer && (ask_first || hand_over || can(DialogCommand::Transfer)),
        ask_first,
        hand_over,
        complete: actions.complete && either(DialogCommand::Transfer),
        join: actions.join && either(DialogCommand::Conference),
        ..actions
    }
}

fn by_the_phone(facts: &Facts<'_>) -> Actions {
    match facts.phase {
        CallPhase::Connected | CallPhase::Reconnecting => of_a_call_that_is_up(facts),
        // Who is asked about a call may be given it while their phone still rings.
        CallPhase::Ringing => Actions { complete: facts.consulted_about, ..elsewhere(facts.phase) },
        phase @ (CallPhase::Calling
        | CallPhase::Incoming
        | CallPhase::Answering
        | CallPhase::Ending
        | CallPhase::Ended(_)) => elsewhere(phase),
    }
}

/// What can be done with a call that is not up, whatever else there is.
pub(super) fn elsewhere(phase: &CallPhase) -> Actions {
    let none = Actions::default();
    match phase {
        CallPhase::Calling => Actions { hang_up: true, ..none },
        // An announcement before the answer may ask for digits.
        CallPhase::Ringing => Actions { hang_up: true, keypad: true, ..none },
        CallPhase::Incoming => Actions { answer: true, reject: true, ..none },
        // The microphone may be waiting for a permission that the user does not want to give.
        CallPhase::Answering => Actions { hang_up: true, ..none },
        CallPhase::Connected | CallPhase::Reconnecting => Actions { hang_up: true, ..none },
        CallPhase::Ending => none,
        CallPhase::Ended(_) => Actions { dismiss: true, ..none },
    }
}

fn of_a_call_that_is_up(facts: &Facts<'_>) -> Actions {
    let only_end = Actions { hang_up: true, ..Actions::default() };
    let held = facts.call.hold.by_user;
    if is_being_handed_over(facts) {
        // Until the conference that it goes to is there, the user still talks in it.
        return Actions { mute: !held, keypad: !held, ..only_end };
    }
    let joined = facts.call.conference.is_some();
    let alone = !joined;
    let consults = facts.call.consults_for.is_some();
    let transfer = alone && !consults && !held;
    Actions {
        mute: !held,
        keypad: !held,
        hold: !held && !consults,
        resume: held,
        transfer,
        ask_first: transfer,
        hand_over: transfer,
        complete: alone && consults && facts.consulted_about,
        join: facts.another,
        split: joined,
        park: facts.features.park && alone && !consults && !held,
        ..only_end
    }
}

fn is_being_handed_over(facts: &Facts<'_>) -> bool {
    let under_way = facts
        .call
        .transfer
        .as_ref()
        .is_some_and(|transfer| matches!(transfer.state, TransferState::Trying | TransferState::Ringing));
    under_way || matches!(facts.asked, Some(Asked::Transfer | Asked::Park))
}
