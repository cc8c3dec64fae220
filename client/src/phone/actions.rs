//! What can be done with a call, out of how it stands and what the line can do.

use sidetone_protocol::{Call, Features, TransferState};
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
}

/// The only place that says which buttons a call has.
pub(super) fn actions(facts: &Facts<'_>) -> Actions {
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
    Actions {
        mute: !held,
        keypad: !held,
        hold: !held && !consults,
        resume: held,
        transfer: alone && !consults && !held,
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
