//! The phone as its user sees it, derived from the state.

use super::calls::{Answer, Entry};
use super::{Permission, Phone, Session};
use sidetone_protocol::{Call, CallState, Direction, EndReason, FailureCode, LineState};
use sidetone_skins::snapshot::{
    Actions, CallPhase, CallView, Check, Health, Outcome, Page, SignIn, Snapshot, Status, User,
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
        can_dial: phone.is_on() && line(phone) == Check::Good && !phone.in_call(),
        in_other_tab: phone.leg.is_elsewhere(),
        notice: phone.notice.clone(),
        health: health(phone),
        last_dialled: phone.last_dialled.clone(),
        suggested: phone.suggested.as_ref().map(ToString::to_string),
    }
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
    let known = phone
        .relay
        .iter()
        .flat_map(|relay| &relay.calls)
        .filter_map(|call| phone.calls.entry(call.id).map(|entry| view(phone, call, entry)));
    known.chain(dialling(phone)).collect()
}

/// The call that the relay has not named yet looks like one that it has.
fn dialling(phone: &Phone) -> Option<CallView> {
    let dialling = phone.calls.dialling.as_ref()?;
    let phase = if dialling.cancelled { CallPhase::Ending } else { CallPhase::Calling };
    Some(CallView {
        key: dialling.key,
        number: dialling.target.to_string(),
        name: None,
        direction: Direction::Outbound,
        actions: actions(&phase),
        phase,
        muted: false,
        answered_at: None,
        lasted: None,
        codec: None,
        keys_sent: String::new(),
        keys_received: String::new(),
        notice: None,
    })
}

fn view(phone: &Phone, call: &Call, entry: &Entry) -> CallView {
    let phase = phase(phone, call, entry);
    CallView {
        key: entry.key,
        number: call.party.number.clone(),
        name: call.party.name.clone().filter(|name| !name.is_empty()),
        direction: call.direction,
        actions: actions(&phase),
        phase,
        muted: entry.muted.unwrap_or(call.muted),
        answered_at: call.answered_at_ms.and_then(|answered| phone.clock.on_page(answered)),
        lasted: entry.lasted,
        codec: call.codec,
        keys_sent: entry.keys_sent.clone(),
        keys_received: entry.keys_received.clone(),
        notice: entry.notice.clone(),
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
        (EndReason::User, _) if answered => Outcome::HungUp,
        (EndReason::User, Direction::Outbound) => Outcome::Cancelled,
        (EndReason::User, Direction::Inbound) => Outcome::Rejected,
        (EndReason::Party, Direction::Inbound) if !answered => Outcome::Missed,
        (EndReason::Party, _) => Outcome::PartyHungUp,
    }
}

fn actions(phase: &CallPhase) -> Actions {
    let none = Actions::default();
    match phase {
        CallPhase::Calling => Actions { hang_up: true, ..none },
        // An announcement before the answer may ask for digits.
        CallPhase::Ringing => Actions { hang_up: true, keypad: true, ..none },
        CallPhase::Incoming => Actions { answer: true, reject: true, ..none },
        // The microphone may be waiting for a permission that the user does not want to give.
        CallPhase::Answering => Actions { hang_up: true, ..none },
        CallPhase::Connected | CallPhase::Reconnecting => {
            Actions { hang_up: true, mute: true, keypad: true, ..none }
        }
        CallPhase::Ending => none,
        CallPhase::Ended(_) => Actions { dismiss: true, ..none },
    }
}
