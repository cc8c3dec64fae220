//! Calls whose parties all hear each other.

use crate::rig::{ALICE_CALLS, BOB_CALLS, Rig, answered, held, outbound, second};
use sidetone_client::phone::Effect;
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::Asked;

const CONFERENCE: ConferenceId = ConferenceId(9);

fn joined(call: Call) -> Call {
    Call { conference: Some(CONFERENCE), ..call }
}

fn conference() -> Rig {
    let mut rig = Rig::holding();
    rig.change(joined(answered(outbound(CallState::Connected))));
    rig.change(joined(answered(second(CallState::Connected))));
    rig.forget();
    rig
}

#[test]
fn two_calls_are_joined_from_either_of_them() {
    let mut rig = Rig::holding();
    let (first, bob) = (rig.call_of("1002"), rig.call_of("1003"));
    assert!(first.actions.join && bob.actions.join);
    assert_eq!(rig.view().partner(first.key).map(|call| call.key), Some(bob.key), "with whom is talked to");
    rig.intent(Intent::Join { call: first.key, with: bob.key });
    let said = rig.said();
    assert!(matches!(said[..], [ClientMessage::Join { call: ALICE_CALLS, with: BOB_CALLS, .. }]), "{said:?}");
    assert_eq!(rig.call_of("1002").asked, Some(Asked::Join));
    rig.change(joined(answered(outbound(CallState::Connected))));
    assert_eq!(rig.call_of("1002").asked, None);
}

#[test]
fn a_single_call_has_nobody_to_be_joined_with() {
    assert!(!Rig::talking().call().actions.join);
}

#[test]
fn a_member_can_be_taken_out_or_hung_up_but_not_transferred() {
    let mut rig = conference();
    let bob = rig.call_of("1003");
    let actions = bob.actions;
    assert!(actions.split && actions.hang_up && actions.mute, "{actions:?}");
    assert!(!actions.transfer && !actions.join && !actions.park, "{actions:?}");
    rig.intent(Intent::Split(bob.key));
    assert!(matches!(rig.said()[..], [ClientMessage::Split { call: BOB_CALLS, .. }]));
    rig.change(held(answered(second(CallState::Connected))));
    let bob = rig.call_of("1003");
    assert_eq!((bob.asked, bob.conference), (None, None));
    assert!(bob.actions.resume && bob.actions.join);
}

#[test]
fn the_user_is_heard_as_long_as_one_member_may_hear() {
    let mut rig = conference();
    rig.change(Call { muted: true, ..joined(answered(second(CallState::Connected))) });
    assert_eq!(rig.effects(), []);
    rig.change(Call { muted: true, ..joined(answered(outbound(CallState::Connected))) });
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(false)]);
}

#[test]
fn hold_and_mute_are_asked_once_for_the_whole_conference_and_silence_it_at_once() {
    for wish in [|call| Intent::SetHeld { call, held: true }, |call| Intent::SetMuted { call, muted: true }] {
        let mut rig = conference();
        let first = rig.call_of("1002").key;
        rig.intent(wish(first));
        assert_eq!(rig.said().len(), 1);
        assert_eq!(rig.effects(), [Effect::EnableMicrophone(false)]);
        rig.refuse_last(FailureCode::NotAllowedNow);
        assert_eq!(rig.effects(), [Effect::EnableMicrophone(true)]);
        let bob = rig.call_of("1003");
        assert_eq!((bob.muted, bob.asked), (false, None));
    }
}

#[test]
fn a_third_call_can_be_joined_to_the_conference() {
    let mut rig = conference();
    let party = Party { number: "1004".into(), name: None };
    rig.change(Call { id: CallId(43), party, ..answered(second(CallState::Connected)) });
    let third = rig.call_of("1004");
    assert!(third.actions.join);
    assert_eq!(rig.view().partner(third.key).map(|call| call.conference.is_some()), Some(true));
}

#[test]
fn a_conference_that_could_not_be_made_is_said_at_the_call() {
    let mut rig = Rig::holding();
    let (first, bob) = (rig.call_of("1002").key, rig.call_of("1003").key);
    rig.intent(Intent::Join { call: first, with: bob });
    rig.refuse_last(FailureCode::ConferenceFailed);
    let call = rig.call_of("1002");
    assert_eq!((call.asked, call.notice.unwrap().failure.code), (None, FailureCode::ConferenceFailed));
}

#[test]
fn holding_and_joining_never_touch_the_peer_connection() {
    let mut rig = conference();
    let peer = rig.peer;
    rig.change(joined(held(answered(second(CallState::Connected)))));
    rig.change(joined(answered(second(CallState::Connected))));
    assert_eq!(rig.peer, peer);
    assert!(!rig.effects().iter().any(|effect| matches!(effect, Effect::OpenPeer(_) | Effect::ClosePeer(_))));
}

/// The same call, on its way to a conference of the telephone system.
fn going(call: Call) -> Call {
    let transfer = Transfer { target: Party::default(), conference: true, state: TransferState::Trying };
    Call { transfer: Some(transfer), ..call }
}

#[test]
fn calls_go_to_a_conference_of_the_telephone_system_and_one_call_is_left() {
    let mut rig = Rig::holding();
    let (first, bob) = (rig.call_of("1002").key, rig.call_of("1003").key);
    rig.intent(Intent::Join { call: first, with: bob });
    rig.change(going(held(answered(outbound(CallState::Connected)))));
    rig.change(going(answered(second(CallState::Connected))));
    let waits = rig.call_of("1002");
    assert_eq!(waits.asked, None);
    assert!(waits.actions.hang_up && !waits.actions.resume && !waits.actions.mute, "{:?}", waits.actions);
    let talks = rig.call_of("1003").actions;
    assert!(talks.hang_up && talks.mute && !talks.hold && !talks.transfer, "{talks:?}");

    let room = CallId(43);
    let joined = vec![Party { number: "1002".into(), name: None }];
    rig.relay(RelayMessage::Event { event: Event::CallRemoved { call: ALICE_CALLS } });
    rig.relay(RelayMessage::Event { event: Event::CallRemoved { call: BOB_CALLS } });
    let conference = Call {
        id: room,
        party: Party::default(),
        pbx_conference: Some(PbxConference { joined: joined.clone() }),
        ..answered(outbound(CallState::Connected))
    };
    rig.change(conference);
    let left = rig.call();
    assert_eq!(left.pbx_conference.map(|conference| conference.joined), Some(joined));
    assert!(left.actions.hold && left.actions.mute && left.actions.hang_up);
}
