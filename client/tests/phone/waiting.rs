//! More calls while the user is in one.

use crate::rig::{ALICE_CALLS, BOB_CALLS, Rig, answered, ended_by, held, inbound, outbound, second};
use sidetone_client::phone::{Effect, Sound};
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::{CallPhase, Outcome, Panel};

fn knocked() -> Rig {
    let mut rig = Rig::talking();
    rig.change(Call { id: BOB_CALLS, ..inbound(CallState::Ringing) });
    rig
}

#[test]
fn a_second_call_is_shown_beside_the_first_and_knocks_softly() {
    let mut rig = knocked();
    assert_eq!(rig.effects(), [Effect::Play(Some(Sound::CallWaiting))]);
    let (first, waiting) = (rig.call_of("1002"), rig.call_of("1003"));
    assert!(first.actions.hang_up && first.actions.mute, "the first goes on as it was");
    assert!(waiting.actions.answer && waiting.actions.reject);
    assert!(rig.view().talks(), "answering holds the first");
}

#[test]
fn answering_it_needs_no_new_microphone_and_ends_the_knocking() {
    let mut rig = knocked();
    let waiting = rig.call_of("1003").key;
    rig.forget();
    rig.intent(Intent::Answer(waiting));
    assert!(matches!(rig.said()[..], [ClientMessage::Answer { call: BOB_CALLS, .. }]));
    assert_eq!(rig.effects(), [Effect::Play(None)]);
    rig.change(held(answered(outbound(CallState::Connected))));
    rig.change(Call { id: BOB_CALLS, ..answered(inbound(CallState::Connected)) });
    assert!(rig.call_of("1002").hold.by_user && rig.call_of("1003").is_talking());
    assert_eq!(rig.effects(), [], "the microphone goes on");
}

#[test]
fn rejecting_it_leaves_the_first_alone() {
    let mut rig = knocked();
    let waiting = rig.call_of("1003").key;
    rig.intent(Intent::Reject(waiting));
    assert!(matches!(rig.said()[..], [ClientMessage::Reject { call: BOB_CALLS, .. }]));
    assert_eq!(rig.call_of("1002").phase, CallPhase::Connected);
}

#[test]
fn dialling_in_a_call_is_asked_of_the_relay_which_holds_the_first() {
    let mut rig = Rig::talking();
    assert!(rig.view().can_dial);
    rig.intent(Intent::Open(Panel::NewCall));
    rig.dial("1003");
    let said = rig.said();
    let [ClientMessage::Dial { target, .. }] = &said[..] else { panic!("{said:?}") };
    assert_eq!(target.as_str(), "1003");
    let view = rig.view();
    assert_eq!((view.calls.len(), view.notice, view.panel), (2, None, None));
}

#[test]
fn three_calls_asked_for_before_the_relay_names_one_keep_their_places() {
    let mut rig = Rig::ready();
    for number in ["1002", "1003", "1004"] {
        rig.dial(number);
    }
    let keys: Vec<_> = rig.view().calls.iter().map(|call| call.key).collect();
    rig.microphone(Ok(()));
    assert_eq!(rig.said().len(), 3);
    rig.change(outbound(CallState::Dialing));
    rig.change(second(CallState::Dialing));
    let party = Party { number: "1004".into(), name: None };
    rig.change(Call { id: CallId(43), party, ..second(CallState::Dialing) });
    let now: Vec<_> = rig.view().calls.iter().map(|call| (call.key, call.number.clone())).collect();
    let expected: Vec<_> = keys.into_iter().zip(["1002", "1003", "1004"].map(String::from)).collect();
    assert_eq!(now, expected);
}

#[test]
fn one_of_two_calls_being_set_up_can_be_cancelled() {
    let mut rig = Rig::ready();
    rig.dial("1002");
    rig.dial("1003");
    rig.microphone(Ok(()));
    let (first, other) = (rig.call_of("1002").key, rig.call_of("1003").key);
    rig.forget();
    rig.intent(Intent::HangUp(first));
    rig.change(outbound(CallState::Dialing));
    rig.change(second(CallState::Dialing));
    assert!(matches!(rig.said()[..], [ClientMessage::HangUp { call: ALICE_CALLS, .. }]));
    assert_eq!((rig.call_of("1002").phase, rig.call_of("1003").key), (CallPhase::Ending, other));
}

#[test]
fn the_end_of_one_call_leaves_the_other_with_its_microphone() {
    let mut rig = Rig::holding();
    rig.change(answered(second(ended_by(EndReason::Party))));
    let effects = rig.effects();
    assert!(!effects.contains(&Effect::ReleaseMicrophone), "{effects:?}");
    assert!(rig.call_of("1002").actions.resume);
}

#[test]
fn a_call_that_failed_is_not_heard_into_a_talk() {
    let mut rig = Rig::talking();
    rig.dial("1003");
    rig.change(second(CallState::Dialing));
    rig.change(second(crate::rig::failed(FailureCode::Busy)));
    assert!(!rig.effects().iter().any(|effect| matches!(effect, Effect::Play(_))));
}

#[test]
fn a_call_answered_at_another_phone_is_not_a_missed_one() {
    let mut rig = Rig::ready();
    rig.change(inbound(CallState::Ringing));
    rig.change(inbound(ended_by(EndReason::Elsewhere)));
    assert_eq!(rig.call().phase, CallPhase::Ended(Outcome::Elsewhere));
}
