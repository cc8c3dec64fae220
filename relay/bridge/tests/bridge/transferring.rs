use crate::stand::Stand;
use sidetone_bridge::{Command, FarEvent, FarLegId, LegEnd, LineSettings, Refusal};
use sidetone_protocol::{
    CallId, CallState, ClientMessage, Codec, EndReason, FailureCode, TransferState, TransferTarget,
};

fn transfer(stand: &mut Stand, call: CallId, to: TransferTarget) -> Result<Option<CallId>, FailureCode> {
    stand.ask(|request| ClientMessage::Transfer { request, call, to })
}

fn to_person(number: &str) -> TransferTarget {
    TransferTarget::Person(number.parse().unwrap())
}

fn shown(stand: &mut Stand, call: CallId) -> TransferState {
    stand.call(call).transfer.expect("a transfer is shown").state
}

fn failed() -> FarEvent {
    FarEvent::TransferFailed { failure: FailureCode::TransferFailed.into() }
}

/// A held call, and one about it that the user talks in.
fn consulting() -> (Stand, FarLegId, FarLegId) {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let call = stand.call_on(first);
    let target = "2003".parse().unwrap();
    stand.ask(|request| ClientMessage::Consult { request, call, target }).unwrap();
    stand.agrees(first, true);
    let second = FarLegId(first.0 + 2);
    stand.far(second, FarEvent::Alerting { early_media: None });
    (stand, first, second)
}

#[test]
fn a_blind_transfer_waits_for_the_hold_and_ends_the_call() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    let asked = Command::Transfer { leg, target: "2003".parse().unwrap() };
    assert_eq!(transfer(&mut stand, call, to_person("2003")), Ok(Some(call)));
    assert!(stand.done.contains(&Command::Hold { leg, held: true }));
    assert!(!stand.done.contains(&asked));
    assert_eq!(shown(&mut stand, call), TransferState::Trying);

    stand.agrees(leg, true);
    assert!(stand.done.contains(&asked));
    stand.far(leg, FarEvent::TransferProgress { ringing: true });
    assert_eq!(shown(&mut stand, call), TransferState::Ringing);

    stand.far(leg, FarEvent::TransferDone);
    assert!(stand.drain().contains(&Command::End { leg, refusal: Refusal::Unavailable }));
    assert_eq!(stand.call(call).state, CallState::Ended { reason: EndReason::Transferred });
}

#[test]
fn a_call_on_hold_is_transferred_at_once() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    stand.hold(call, true);
    stand.agrees(leg, true);
    transfer(&mut stand, call, to_person("2003")).unwrap();
    assert!(stand.done.contains(&Command::Transfer { leg, target: "2003".parse().unwrap() }));
}

#[test]
fn a_refused_hold_does_not_stop_the_transfer() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    transfer(&mut stand, call, to_person("2003")).unwrap();
    stand.far(leg, FarEvent::HoldRefused { held: true, failure: FailureCode::HoldRefused.into() });
    assert!(stand.drain().contains(&Command::Transfer { leg, target: "2003".parse().unwrap() }));
    assert!(stand.call(call).hold.by_user);
}

#[test]
fn a_failed_transfer_leaves_the_call_on_hold_to_be_resumed() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    transfer(&mut stand, call, to_person("2003")).unwrap();
    stand.agrees(leg, true);
    let request = stand.hold(call, false);
    assert_eq!(stand.answer_to(request), Some(Err(FailureCode::NotAllowedNow)));

    stand.far(leg, failed());
    let failure = FailureCode::TransferFailed.into();
    assert_eq!(shown(&mut stand, call), TransferState::Failed { failure });
    assert!(stand.call(call).hold.by_user);

    stand.hold(call, false);
    stand.agrees(leg, false);
    assert!(stand.call(call).is_active());
    assert_eq!(stand.call(call).transfer, None);
}

#[test]
fn a_transfer_that_failed_can_be_tried_again() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    transfer(&mut stand, call, to_person("2003")).unwrap();
    stand.agrees(leg, true);
    stand.far(leg, failed());
    assert_eq!(transfer(&mut stand, call, to_person("2004")), Ok(Some(call)));
    assert!(stand.done.contains(&Command::Transfer { leg, target: "2004".parse().unwrap() }));
    assert_eq!(shown(&mut stand, call), TransferState::Trying);
}

#[test]
fn a_party_that_hangs_up_while_it_is_transferred_has_hung_up() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    transfer(&mut stand, call, to_person("2003")).unwrap();
    stand.agrees(leg, true);
    stand.far_hangs_up(leg);
    assert_eq!(stand.call(call).state, CallState::Ended { reason: EndReason::Party });
}

#[test]
fn an_attended_transfer_ends_both_calls() {
    let (mut stand, first, second) = consulting();
    stand.far(second, FarEvent::Answered { codec: Codec::Pcmu });
    let (call, other) = (stand.call_on(first), stand.call_on(second));
    transfer(&mut stand, call, TransferTarget::Call(other)).unwrap();
    assert!(stand.done.contains(&Command::TransferTo { leg: first, other: second }));
    assert_eq!(stand.call(call).transfer.unwrap().target.number, "2003");

    stand.far(first, FarEvent::TransferDone);
    let commands = stand.drain();
    for (leg, call) in [(first, call), (second, other)] {
        assert!(commands.contains(&Command::End { leg, refusal: Refusal::Unavailable }));
        assert_eq!(stand.call(call).state, CallState::Ended { reason: EndReason::Transferred });
    }
}

#[test]
fn the_user_talks_on_with_the_target_until_the_transfer_is_done() {
    let (mut stand, first, second) = consulting();
    stand.far(second, FarEvent::Answered { codec: Codec::Pcmu });
    let (call, other) = (stand.call_on(first), stand.call_on(second));
    stand.drain();
    transfer(&mut stand, call, TransferTarget::Call(other)).unwrap();
    assert!(!stand.done.contains(&Command::Disconnect { leg: second }));
    assert!(stand.call(other).is_active());
}

#[test]
fn a_target_that_still_rings_can_be_transferred_to() {
    let (mut stand, first, second) = consulting();
    let (call, other) = (stand.call_on(first), stand.call_on(second));
    transfer(&mut stand, call, TransferTarget::Call(other)).unwrap();
    assert!(stand.done.contains(&Command::TransferTo { leg: first, other: second }));
    stand.far(first, FarEvent::TransferDone);
    assert!(stand.drain().contains(&Command::End { leg: second, refusal: Refusal::Unavailable }));
}

#[test]
fn a_leg_that_is_taken_over_counts_as_transferred_before_the_other_side_says_so() {
    let (mut stand, first, second) = consulting();
    stand.far(second, FarEvent::Answered { codec: Codec::Pcmu });
    let (call, other) = (stand.call_on(first), stand.call_on(second));
    transfer(&mut stand, call, TransferTarget::Call(other)).unwrap();
    stand.far_hangs_up(second);
    assert_eq!(stand.call(other).state, CallState::Ended { reason: EndReason::Transferred });

    stand.far(first, failed());
    assert_eq!(stand.call(other).state, CallState::Ended { reason: EndReason::Party });
    assert!(stand.call(call).hold.by_user);
}

#[test]
fn a_target_that_is_gone_before_the_transfer_was_asked_for_fails_it() {
    let (mut stand, first, second) = consulting();
    stand.far(second, FarEvent::Answered { codec: Codec::Pcmu });
    let (call, other) = (stand.call_on(first), stand.call_on(second));
    transfer(&mut stand, other, TransferTarget::Call(call)).unwrap();
    stand.far(first, FarEvent::Ended { end: LegEnd::Party });
    let failure = FailureCode::TransferFailed.into();
    assert_eq!(shown(&mut stand, other), TransferState::Failed { failure });
    stand.agrees(second, true);
    assert!(!stand.done.iter().any(|command| matches!(command, Command::TransferTo { .. })));
}

#[test]
fn what_cannot_be_transferred_is_refused() {
    let mut stand = Stand::ready();
    let ringing = stand.incoming().unwrap();
    let rings = stand.call_on(ringing);
    assert_eq!(transfer(&mut stand, rings, to_person("2003")), Err(FailureCode::NotAllowedNow));

    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    let itself = TransferTarget::Call(call);
    assert_eq!(transfer(&mut stand, call, itself), Err(FailureCode::NotAllowedNow));
    let to_ringing = TransferTarget::Call(rings);
    assert_eq!(transfer(&mut stand, call, to_ringing), Err(FailureCode::NotAllowedNow));
    let nobody = TransferTarget::Call(CallId(0));
    assert_eq!(transfer(&mut stand, call, nobody), Err(FailureCode::NoSuchCall));

    transfer(&mut stand, call, to_person("2003")).unwrap();
    assert_eq!(transfer(&mut stand, call, to_person("2003")), Err(FailureCode::NotAllowedNow));
}

#[test]
fn parking_transfers_to_the_configured_code() {
    let park = |stand: &mut Stand, call| stand.ask(|request| ClientMessage::Park { request, call });
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    assert_eq!(park(&mut stand, call), Err(FailureCode::FeatureUnavailable));

    let park_code = Some("*68".parse().unwrap());
    let mut stand = Stand::ready_with(LineSettings { park_code, ..LineSettings::default() });
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    assert_eq!(park(&mut stand, call), Ok(Some(call)));
    stand.agrees(leg, true);
    assert!(stand.done.contains(&Command::Transfer { leg, target: "*68".parse().unwrap() }));
}
