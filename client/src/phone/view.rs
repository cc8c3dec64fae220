//! The phone as its user sees it, derived from the state.

use super::actions::{self, Facts, elsewhere};
use super::agents;
use super::calls::{Answer, Entry};
use super::wanted::{Wanted, What};
use super::{Permission, Phone, Session};
use sidetone_protocol::{
    Call, CallState, Direction, EndReason, FailureCode, LineState, Party, Snapshot as RelaySnapshot, Transfer,
};
use sidetone_skins::snapshot::{
    Asked, CallKey, CallPhase, CallView, Check, Health, Outcome, Page, SignIn, Snapshot, Status, User,
};

pub(super) fn snapshot(phone: &Phone) -> Snapshot {
    Snapshot {
        page: page(phone),
        sign_in: sign_in(phone),
        status: status(phone),
        user: phone.relay.as_ref().map(|relay| User {
            display_name: relay.user.display_name.clone(),
            extension: relay.user.extension.clone(),
        }),
        calls: calls(phone),
        can_dial: phone.is_on() && line(phone) == Check::Good && agent_may_dial(phone),
        in_other_tab: phone.leg.is_elsewhere(),
        notice: phone.notice.clone(),
        health: health(phone),
        last_dialled: phone.last_dialled(),
        changed: phone.calls.changed,
        panel: phone.panel,
        features: phone.features(),
        watched: phone.relay.as_ref().map(|relay| relay.watched.clone()).unwrap_or_default(),
        devices: phone.devices.view(phone.testing_microphone),
        dial_plan: phone.dial_plan.clone(),
        agent: agents::view(phone),
        suggested: phone.suggested.as_ref().map(ToString::to_string),
    }
}

/// Whether the contact centre has nothing against a call.
fn agent_may_dial(phone: &Phone) -> bool {
    let agent = phone.relay.as_ref().and_then(|relay| relay.agent.as_ref());
    agent.is_none_or(|agent| agent.status.can_dial)
}

fn page(phone: &Phone) -> Page {
    match phone.session {
        Session::SignedOut { .. } | Session::SigningIn { .. } => Page::SignIn,
        Session::Resuming { .. } | Session::On { .. } => Page::Phone,
        Session::Outdated => Page::Outdated,
    }
}

fn sign_in(phone: &Phone) -> SignIn {
    match &phone.session {
        Session::SignedOut { failure } => SignIn { pending: false, failure: failure.clone() },
        Session::SigningIn { .. } => SignIn { pending: true, failure: None },
        Session::Resuming { .. } | Session::On { .. } | Session::Outdated => SignIn::default(),
    }
}

fn status(phone: &Phone) -> Status {
    match phone.session {
        Session::SignedOut { .. } | Session::Outdated => return Status::SignedOut,
        Session::SigningIn { .. } => return Status::Connecting,
        Session::Resuming { .. } if phone.relay.is_none() => return Status::Connecting,
        Session::Resuming { .. } => return Status::Reconnecting,
        Session::On { .. } => {}
    }
    match phone.relay.as_ref().map(|relay| &relay.line.state) {
        None | Some(LineState::Registering) => return Status::Registering,
        Some(LineState::Unavailable { failure }) => return Status::LineUnavailable(failure.clone()),
        Some(LineState::Ready) => {}
    }
    if phone.leg.is_elsewhere() {
        Status::InOtherTab
    } else if phone.leg.is_connected() {
        Status::Ready
    } else if let Some(failure) = phone.leg.failure() {
        Status::NoAudio(failure.clone())
    } else {
        Status::PreparingAudio
    }
}

fn line(phone: &Phone) -> Check {
    match phone.relay.as_ref().map(|relay| &relay.line.state) {
        None => Check::Unknown,
        Some(LineState::Registering) => Check::Busy,
        Some(LineState::Ready) => Check::Good,
        Some(LineState::Unavailable { failure }) => Check::Bad(failure.code),
    }
}

fn health(phone: &Phone) -> Health {
    Health {
        relay: if phone.is_on() { Check::Good } else { Check::Busy },
        line: line(phone),
        audio: audio(phone),
        microphone: microphone(phone),
        sound: match phone.page.sound {
            None => Check::Unknown,
            Some(true) => Check::Good,
            Some(false) => Check::Ask,
        },
        notifications: match phone.page.notifications {
            None => Check::Unknown,
            Some(Permission::Granted) => Check::Good,
            Some(Permission::Ask) => Check::Ask,
            Some(Permission::Denied) => Check::Off,
        },
        secure: phone.page.secure,
    }
}

fn audio(phone: &Phone) -> Check {
    if phone.leg.is_connected() {
        Check::Good
    } else if phone.leg.is_elsewhere() {
        Check::Off
    } else if let Some(failure) = phone.leg.failure() {
        Check::Bad(failure.code)
    } else {
        Check::Busy
    }
}

fn microphone(phone: &Phone) -> Check {
    if phone.microphone.is_live() {
        return Check::Good;
    }
    if let Some(code) = phone.microphone.failure() {
        return Check::Bad(code);
    }
    if phone.microphone.is_asking() {
        return Check::Busy;
    }
    match phone.microphone.permission() {
        _ if !phone.page.secure => Check::Bad(FailureCode::MicrophoneDenied),
        None => Check::Unknown,
        Some(Permission::Ask) => Check::Ask,
        Some(Permission::Granted) => Check::Good,
        Some(Permission::Denied) => Check::Bad(FailureCode::MicrophoneDenied),
    }
}

fn calls(phone: &Phone) -> Vec<CallView> {
    let Some(relay) = &phone.relay else { return Vec::new() };
    let known = relay
        .calls
        .iter()
        .filter_map(|call| phone.calls.entry(call.id).map(|entry| view(phone, relay, call, entry)));
    known.chain(phone.calls.wanted.iter().map(|it| wanted(phone, it))).collect()
}

/// Whether the other party of that call can be handed to somebody else now.
pub(super) fn can_transfer(phone: &Phone, key: CallKey) -> bool {
    calls(phone).iter().any(|call| call.key == key && call.actions.transfer)
}

/// A call that the relay has not named yet looks like one that it has.
fn wanted(phone: &Phone, wanted: &Wanted) -> CallView {
    let (number, phase, direction, consults_for) = match &wanted.what {
        What::Dial { target, .. } => (target.to_string(), CallPhase::Calling, Direction::Outbound, None),
        What::Consult { target, about_key, .. } => {
            (target.to_string(), CallPhase::Calling, Direction::Outbound, Some(*about_key))
        }
        What::PickUp { number } => (
            number.as_ref().map(ToString::to_string).unwrap_or_default(),
            CallPhase::Answering,
            Direction::Inbound,
            None,
        ),
    };
    let phase = if wanted.cancelled { CallPhase::Ending } else { phase };
    CallView {
        key: wanted.key,
        number: shown(phone, &number),
        actions: elsewhere(&phase),
        phase,
        consults_for,
        ..CallView::blank(direction)
    }
}

/// A number as people of the user's country read it.
pub(super) fn shown(phone: &Phone, number: &str) -> String {
    phone.dial_plan.as_ref().map_or_else(|| number.to_owned(), |plan| plan.display_party(number))
}

fn view(phone: &Phone, relay: &RelaySnapshot, call: &Call, entry: &Entry) -> CallView {
    let phase = phase(phone, call, entry);
    let asked = entry.asked.map(|(asked, _)| asked);
    let is_another = |other: &&Call| {
        let together = call.conference.is_some() && other.conference == call.conference;
        other.id != call.id && other.is_connected() && !together && !phone.ends(other.id)
    };
    let about = call.consults_for.and_then(|about| relay.call(about));
    let dialog_of = |id| relay.agent.as_ref().and_then(|agent| actions::dialog(agent, id));
    let facts = Facts {
        call,
        phase: &phase,
        asked,
        features: &relay.features,
        another: relay.calls.iter().find(is_another).is_some(),
        consulted_about: about.is_some_and(|about| about.is_connected() && !phone.ends(about.id)),
        dialog: dialog_of(call.id),
        dialog_about: about.and_then(|about| dialog_of(about.id)),
    };
    CallView {
        key: entry.key,
        number: shown(phone, &call.party.number),
        name: call.party.name.clone().filter(|name| !name.is_empty()),
        direction: call.direction,
        actions: actions::actions(&facts),
        muted: entry.muted.unwrap_or(call.muted),
        hold: call.hold,
        held_since: entry.held_since,
        asked,
        alert: call.alert,
        consults_for: call.consults_for.and_then(|about| phone.calls.entry(about)).map(|about| about.key),
        conference: call.conference,
        pbx_conference: call.pbx_conference.clone(),
        // A new one is under way, so the failure of the last is no longer of interest.
        transfer: call.transfer.as_ref().filter(|_| asked != Some(Asked::Transfer)).map(|transfer| {
            let number = shown(phone, &transfer.target.number);
            Transfer { target: Party { number, ..transfer.target.clone() }, ..transfer.clone() }
        }),
        answered_at: call.answered_at_ms.and_then(|answered| phone.clock.on_page(answered)),
        lasted: entry.lasted,
        codec: call.codec,
        keys_sent: entry.keys_sent.clone(),
        keys_received: entry.keys_received.clone(),
        notice: entry.notice.clone(),
        phase,
    }
}

fn phase(phone: &Phone, call: &Call, entry: &Entry) -> CallPhase {
    if !call.is_ended() && entry.ending {
        return CallPhase::Ending;
    }
    match &call.state {
        CallState::Dialing => CallPhase::Calling,
        CallState::Alerting { .. } => CallPhase::Ringing,
        CallState::Ringing if entry.answer != Answer::No => CallPhase::Answering,
        CallState::Ringing => CallPhase::Incoming,
        CallState::Answering => CallPhase::Answering,
        // The page sees a broken path of its own before the relay does.
        CallState::Connected if phone.leg.is_elsewhere() || phone.leg.is_connected() => CallPhase::Connected,
        CallState::Connected | CallState::Reconnecting => CallPhase::Reconnecting,
        CallState::Ended { reason } => CallPhase::Ended(outcome(call, reason)),
    }
}

fn outcome(call: &Call, reason: &EndReason) -> Outcome {
    let answered = call.answered_at_ms.is_some();
    match (reason, call.direction) {
        (EndReason::Failed { failure }, _) => Outcome::Failed(failure.clone()),
        (EndReason::Transferred, _) => Outcome::Transferred,
        (EndReason::Elsewhere, _) => Outcome::Elsewhere,
        (EndReason::User, _) if answered => Outcome::HungUp,
        (EndReason::User, Direction::Outbound) => Outcome::Cancelled,
        (EndReason::User, Direction::Inbound) => Outcome::Rejected,
        (EndReason::Party, Direction::Inbound) if !answered => Outcome::Missed,
        (EndReason::Party, _) => Outcome::PartyHungUp,
    }
}
