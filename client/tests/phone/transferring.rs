//! Handing the other party of a call to somebody else.

use crate::rig::{ALICE_CALLS, BOB_CALLS, Rig, answered, ended_by, held, outbound, second};
use sidetone_protocol::*;
use sidetone_skins::snapshot::{Asked, CallPhase, Outcome, Panel};
use sidetone_skins::{Intent, TransferTo};

fn carol() -> Party {
    Party { number: "1005".into(), name: Some("Carol".into()) }
}

fn transferring(state: TransferState) -> Call {
    let transfer = Some(Transfer { target: carol(), conference: false, state });
    Call { transfer, ..held(answered(outbound(CallState::Connected))) }
}

/// Alice asks Bob about the call with 1002.
fn consulting() -> Rig {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::Open(Panel::Transfer(call)));
    rig.intent(Intent::Consult { call, number: "1003".into() });
    rig
}

fn consult(state: CallState) -> Call {
    Call { consults_for: Some(ALICE_CALLS), ..second(state) }
}

fn consulted() -> Rig {
    let mut rig = consulting();
    rig.accept_last_as(BOB_CALLS);
    rig.change(held(answered(outbound(CallState::Connected))));
    rig.change(consult(CallState::Dialing));
    rig.change(answered(consult(CallState::Connected)));
    rig.forget();
    rig
}

#[test]
fn a_typed_number_is_a_blind_transfer_with_its_progress_in_view() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::Open(Panel::Transfer(call)));
    rig.intent(Intent::Transfer { call, to: TransferTo::Person("(10) 05".into()) });
    let said = rig.said();
    let [ClientMessage::Transfer { call: ALICE_CALLS, to: TransferTarget::Person(number), .. }] = &said[..]
    else {
        panic!("{said:?}")
    };
    assert_eq!(number.as_str(), "1005");
    assert_eq!((rig.view().panel, rig.call().asked), (None, Some(Asked::Transfer)));
    rig.change(transferring(TransferState::Trying));
    rig.change(transferring(TransferState::Ringing));
    let shown = rig.call();
    assert_eq!((shown.asked, shown.transfer.unwrap().state), (None, TransferState::Ringing));
    let actions = shown.actions;
    assert!(actions.hang_up && !actions.resume && !actions.transfer && !actions.join, "{actions:?}");
    rig.change(answered(outbound(ended_by(EndReason::Transferred))));
    assert_eq!(rig.call().phase, CallPhase::Ended(Outcome::Transferred));
}

#[test]
fn a_transfer_that_fails_leaves_the_call_on_hold_to_be_resumed() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::Transfer { call, to: TransferTo::Person("1005".into()) });
    let failed = TransferState::Failed { failure: FailureCode::Busy.into() };
    rig.change(transferring(failed.clone()));
    let shown = rig.call();
    assert_eq!((shown.asked, shown.transfer.map(|transfer| transfer.state)), (None, Some(failed)));
    assert!(shown.actions.resume);
}

#[test]
fn a_second_try_hides_the_failure_of_the_first() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.change(transferring(TransferState::Failed { failure: FailureCode::Busy.into() }));
    rig.intent(Intent::Transfer { call, to: TransferTo::Person("1006".into()) });
    assert_eq!((rig.call().transfer, rig.call().asked), (None, Some(Asked::Transfer)));
}

#[test]
fn a_number_that_cannot_be_dialled_is_said_at_the_call() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::Transfer { call, to: TransferTo::Person("12+3".into()) });
    rig.intent(Intent::Consult { call, number: "12+3".into() });
    assert_eq!(rig.said(), []);
    assert_eq!(rig.call().notice.unwrap().failure.code, FailureCode::BadNumber);
}

#[test]
fn the_user_s_other_calls_are_offered_first_and_picking_one_is_attended() {
    let mut rig = Rig::holding();
    let (first, bob) = (rig.call_of("1002").key, rig.call_of("1003").key);
    let offered: Vec<_> = rig.view().partners(bob).map(|call| call.key).collect();
    assert_eq!(offered, [first]);
    rig.intent(Intent::Transfer { call: bob, to: TransferTo::Call(first) });
    let said = rig.said();
    assert!(
        matches!(
            said[..],
            [ClientMessage::Transfer { call: BOB_CALLS, to: TransferTarget::Call(ALICE_CALLS), .. }]
        ),
        "{said:?}"
    );
}

#[test]
fn asking_first_is_a_call_of_its_own_that_knows_what_it_is_about() {
    let mut rig = consulting();
    let said = rig.said();
    let [ClientMessage::Consult { call: ALICE_CALLS, target, .. }] = &said[..] else { panic!("{said:?}") };
    assert_eq!(target.as_str(), "1003");
    let (first, asked) = (rig.call_of("1002"), rig.call_of("1003"));
    assert_eq!((asked.consults_for, asked.phase), (Some(first.key), CallPhase::Calling));
    assert_eq!(rig.view().panel, None);
    rig.change(consult(CallState::Dialing));
    assert_eq!(rig.call_of("1003").key, asked.key);
    rig.accept_last_as(BOB_CALLS);
    assert_eq!(rig.view().calls.len(), 2);
}

#[test]
fn who_was_asked_can_be_given_the_call_or_joined() {
    let mut rig = consulted();
    let (first, bob) = (rig.call_of("1002"), rig.call_of("1003"));
    let actions = bob.actions;
    assert!(actions.complete && actions.join && !actions.transfer && !actions.hold, "{actions:?}");
    assert_eq!(rig.view().partner(bob.key).map(|call| call.key), Some(first.key));
    rig.intent(Intent::Transfer { call: first.key, to: TransferTo::Call(bob.key) });
    let said = rig.said();
    assert!(
        matches!(
            said[..],
            [ClientMessage::Transfer { call: ALICE_CALLS, to: TransferTarget::Call(BOB_CALLS), .. }]
        ),
        "{said:?}"
    );
}

#[test]
fn a_call_can_be_given_to_a_phone_that_rings_but_not_joined_with_it() {
    let mut rig = consulting();
    rig.change(held(answered(outbound(CallState::Connected))));
    rig.change(consult(CallState::Dialing));
    assert!(!rig.call_of("1003").actions.complete, "nothing has been heard of it yet");
    rig.change(consult(CallState::Alerting { early_media: false }));
    let actions = rig.call_of("1003").actions;
    assert!(actions.complete && actions.hang_up && !actions.join, "{actions:?}");
}

#[test]
fn when_the_first_party_is_gone_there_is_nothing_left_to_hand_over() {
    let mut rig = consulted();
    rig.change(answered(outbound(ended_by(EndReason::Party))));
    let actions = rig.call_of("1003").actions;
    assert!(actions.hang_up && !actions.complete && !actions.join, "{actions:?}");
}

#[test]
fn back_hangs_up_on_who_was_asked_and_resumes_the_first() {
    let mut rig = consulted();
    let bob = rig.call_of("1003").key;
    rig.intent(Intent::EndConsult(bob));
    let said = rig.said();
    assert!(
        matches!(
            said[..],
            [
                ClientMessage::HangUp { call: BOB_CALLS, .. },
                ClientMessage::SetHeld { call: ALICE_CALLS, held: false, .. }
            ]
        ),
        "{said:?}"
    );
}

#[test]
fn back_works_before_the_relay_has_named_the_consultation() {
    let mut rig = consulting();
    let asked = rig.call_of("1003").key;
    rig.forget();
    rig.intent(Intent::EndConsult(asked));
    assert!(matches!(rig.said()[..], [ClientMessage::SetHeld { call: ALICE_CALLS, held: false, .. }]));
    rig.change(consult(CallState::Dialing));
    assert!(matches!(rig.said()[..], [ClientMessage::HangUp { call: BOB_CALLS, .. }]));
}

#[test]
fn a_refused_consultation_can_be_tried_again() {
    let mut rig = consulting();
    let call = rig.call_of("1002").key;
    rig.refuse_last(FailureCode::NumberBlocked);
    let notice = rig.view().notice.unwrap();
    assert_eq!(notice.failure.code, FailureCode::NumberBlocked);
    assert_eq!(notice.retry, Some(Intent::Consult { call, number: "1003".into() }));
}

#[test]
fn the_panel_closes_with_its_call() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::Open(Panel::Transfer(call)));
    assert_eq!(rig.view().panel, Some(Panel::Transfer(call)));
    rig.change(answered(outbound(ended_by(EndReason::Party))));
    assert_eq!(rig.view().panel, None);
}

#[test]
fn a_transfer_that_waited_out_a_broken_connection_is_not_made_minutes_later() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.close_socket();
    rig.intent(Intent::Transfer { call, to: TransferTo::Person("1005".into()) });
    rig.advance(20_000);
    rig.forget();
    rig.resume(crate::rig::snapshot(vec![answered(outbound(CallState::Connected))], MediaHolder::Here));
    assert!(!rig.said().iter().any(|said| matches!(said, ClientMessage::Transfer { .. })));
    assert_eq!(rig.call().notice.unwrap().failure.code, FailureCode::RelayUnreachable);
}

#[test]
fn parking_is_offered_where_the_line_can_do_it() {
    let mut rig = Rig::talking();
    assert!(!rig.call().actions.park);
    rig.event(Event::FeaturesChanged { features: Features { park: true, ..Features::default() } });
    assert!(rig.call().actions.park);
    let call = rig.key();
    rig.intent(Intent::Park(call));
    assert!(matches!(rig.said()[..], [ClientMessage::Park { call: ALICE_CALLS, .. }]));
    assert_eq!(rig.call().asked, Some(Asked::Park));
}
