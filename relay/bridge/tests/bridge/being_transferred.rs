use crate::stand::{Stand, TAB};
use sidetone_bridge::{Command, FarEvent, FarLegId, LegEnd, LineSettings, Refusal};
use sidetone_protocol::{CallState, ClientMessage, Codec, Direction, EndReason, FailureCode, Party};

fn carol() -> Party {
    Party { number: "2003".into(), name: Some("Carol".into()) }
}

/// A call whose other party asks for a transfer: its leg and the new one.
fn asked_to_follow() -> (Stand, FarLegId, FarLegId) {
    let mut stand = Stand::ready();
    let old = stand.connected_call();
    stand.far(old, FarEvent::TransferRequested { target: carol() });
    let new = stand.drain().iter().find_map(|command| match command {
        Command::FollowTransfer { leg, new } if *leg == old => Some(*new),
        _ => None,
    });
    (stand, old, new.expect("the transfer is followed"))
}

#[test]
fn the_new_party_takes_the_calls_place_when_it_answers() {
    let (mut stand, old, new) = asked_to_follow();
    let browser = stand.opened_leg();
    let call = stand.the_call();
    stand.far(new, FarEvent::Alerting { early_media: None });
    assert_eq!(stand.the_call(), call);

    stand.far(new, FarEvent::Answered { codec: Codec::G722 });
    let commands = stand.drain();
    assert!(commands.contains(&Command::End { leg: old, refusal: Refusal::Unavailable }));
    assert!(commands.contains(&Command::Connect { browser, far: new }));
    let now = stand.the_call();
    assert_eq!((now.id, now.party, now.codec), (call.id, carol(), Some(Codec::G722)));
    assert_eq!(now.state, CallState::Connected);
    assert_eq!(now.answered_at_ms, call.answered_at_ms);

    stand.far_hangs_up(old);
    assert_eq!(stand.the_call().state, CallState::Connected);
    stand.far_hangs_up(new);
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::Party });
}

#[test]
fn a_target_that_does_not_answer_leaves_the_call_as_it_was() {
    let (mut stand, old, new) = asked_to_follow();
    let call = stand.the_call();
    stand.far(new, FarEvent::Ended { end: LegEnd::Failed(FailureCode::Busy.into()) });
    assert_eq!(stand.the_call(), call);
    assert!(!stand.drain().contains(&Command::Disconnect { leg: old }));
    assert_eq!(stand.bridge.legs().1, 1);
}

#[test]
fn a_party_that_leaves_before_the_target_answers_leaves_the_call_ringing_there() {
    let (mut stand, old, new) = asked_to_follow();
    stand.far(new, FarEvent::Alerting { early_media: None });
    stand.far_hangs_up(old);
    let call = stand.the_call();
    assert_eq!(call.state, CallState::Alerting { early_media: false });
    assert_eq!(call.party, carol());
    stand.far(new, FarEvent::Answered { codec: Codec::Pcmu });
    assert_eq!(stand.the_call().state, CallState::Connected);
}

#[test]
fn when_the_party_has_left_and_the_target_refuses_the_call_ends_in_words() {
    let (mut stand, old, new) = asked_to_follow();
    stand.far_hangs_up(old);
    let failure = FailureCode::Busy.into();
    stand.far(new, FarEvent::Ended { end: LegEnd::Failed(failure) });
    let failure = FailureCode::Busy.into();
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::Failed { failure } });
}

#[test]
fn hanging_up_while_the_target_is_called_ends_both_legs() {
    let (mut stand, old, new) = asked_to_follow();
    let call = stand.call_id();
    stand.ask(|request| ClientMessage::HangUp { request, call }).unwrap();
    for leg in [old, new] {
        assert!(stand.done.contains(&Command::End { leg, refusal: Refusal::Busy }));
    }
    stand.far(new, FarEvent::Answered { codec: Codec::Pcmu });
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::User });
}

#[test]
fn a_held_call_stays_held_over_the_transfer() {
    let (mut stand, _, new) = asked_to_follow();
    let call = stand.call_id();
    stand.hold(call, true);
    stand.drain();
    stand.far(new, FarEvent::Answered { codec: Codec::Pcmu });
    let commands = stand.drain();
    assert!(commands.contains(&Command::Hold { leg: new, held: true }));
    assert!(!commands.iter().any(|command| matches!(command, Command::Connect { .. })));
    assert!(stand.the_call().hold.by_user);
}

#[test]
fn a_second_request_and_one_that_is_not_allowed_are_refused() {
    let (mut stand, old, _) = asked_to_follow();
    stand.far(old, FarEvent::TransferRequested { target: carol() });
    assert!(stand.drain().contains(&Command::RefuseTransfer { leg: old }));

    let mut stand = Stand::ready_with(LineSettings { follow_transfers: false, ..LineSettings::default() });
    let leg = stand.connected_call();
    stand.far(leg, FarEvent::TransferRequested { target: carol() });
    assert!(stand.drain().contains(&Command::RefuseTransfer { leg }));
    assert_eq!(stand.bridge.legs().1, 1);
}

#[test]
fn a_party_that_is_replaced_is_the_same_call_without_a_ring() {
    let mut stand = Stand::ready();
    let old = stand.answered_call();
    let browser = stand.opened_leg();
    let call = stand.the_call();
    let new = stand.bridge.replaced(stand.now, old, carol()).expect("there is such a call");
    let commands = stand.drain();
    assert!(commands.contains(&Command::Answer { leg: new }));
    assert!(!commands.contains(&Command::Alert { leg: new }));
    assert_eq!(stand.the_call(), call);

    stand.far(new, FarEvent::Confirmed { codec: Codec::Pcma });
    let commands = stand.drain();
    assert!(commands.contains(&Command::Connect { browser, far: new }));
    assert!(commands.contains(&Command::End { leg: old, refusal: Refusal::Unavailable }));
    let now = stand.the_call();
    assert_eq!((now.id, now.direction, now.party), (call.id, Direction::Inbound, carol()));
}

#[test]
fn a_replaced_party_may_go_before_the_new_one_is_up() {
    let mut stand = Stand::ready();
    let old = stand.connected_call();
    let new = stand.bridge.replaced(stand.now, old, carol()).unwrap();
    stand.drain();
    stand.far_hangs_up(old);
    assert_eq!(stand.the_call().state, CallState::Answering);
    assert!(
        stand.drain().iter().any(|command| matches!(command, Command::Connect { far, .. } if *far == new))
    );
    stand.far(new, FarEvent::Confirmed { codec: Codec::Pcmu });
    assert_eq!(stand.the_call().state, CallState::Connected);
}

#[test]
fn a_call_that_rings_here_or_is_over_is_not_replaced() {
    let mut stand = Stand::ready();
    let leg = stand.incoming().unwrap();
    assert_eq!(stand.bridge.replaced(stand.now, leg, carol()), None);
    stand.far_hangs_up(leg);
    assert_eq!(stand.bridge.replaced(stand.now, leg, carol()), None);
    assert_eq!(stand.bridge.legs().1, 0);
}

#[test]
fn a_transfer_of_ours_fails_when_its_party_becomes_somebody_else() {
    let (mut stand, old, new) = asked_to_follow();
    let call = stand.call_id();
    let to = sidetone_protocol::TransferTarget::Person("2004".parse().unwrap());
    stand.ask(|request| ClientMessage::Transfer { request, call, to }).unwrap();
    stand.agrees(old, true);
    stand.far(new, FarEvent::Answered { codec: Codec::Pcmu });
    let shown = stand.the_call().transfer.expect("the transfer is shown").state;
    let failure = FailureCode::TransferFailed.into();
    assert_eq!(shown, sidetone_protocol::TransferState::Failed { failure });
    assert!(!stand.told(TAB).is_empty());
}
