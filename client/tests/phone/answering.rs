//! Being called.

use crate::rig::{ALICE_CALLS, Rig, answered, inbound};
use sidetone_client::phone::{Effect, Sound};
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::CallPhase;

fn rung() -> Rig {
    let mut rig = Rig::ready();
    rig.change(inbound(CallState::Ringing));
    rig
}

#[test]
fn a_call_rings_without_touching_the_microphone() {
    let mut rig = rung();
    assert_eq!(rig.effects(), [Effect::Play(Some(Sound::Ring(Ring::Normal)))]);
    let call = rig.call();
    assert_eq!(call.phase, CallPhase::Incoming);
    assert!(call.actions.answer && call.actions.reject && !call.actions.hang_up);
}

#[test]
fn answering_takes_the_microphone_and_never_waits_for_media() {
    let mut rig = rung();
    let key = rig.key();
    rig.forget();
    rig.intent(Intent::Answer(key));
    assert_eq!(rig.said(), []);
    assert_eq!(rig.call().phase, CallPhase::Answering);
    rig.microphone(Ok(()));
    assert!(matches!(rig.said()[..], [ClientMessage::Answer { call: ALICE_CALLS, .. }]));
    let generation = rig.peer.unwrap();
    let effects = rig.effects();
    assert!(effects.contains(&Effect::AttachMicrophone(generation)), "{effects:?}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::OpenPeer(_))), "{effects:?}");
    rig.accept_last();
    assert_eq!(rig.effects(), [], "the microphone stays while the relay carries the answer out");
    rig.change(answered(inbound(CallState::Connected)));
    assert_eq!(rig.call().phase, CallPhase::Connected);
}

#[test]
fn answering_twice_answers_once() {
    let mut rig = rung();
    let key = rig.key();
    rig.intent(Intent::Answer(key));
    rig.intent(Intent::Answer(key));
    rig.microphone(Ok(()));
    rig.intent(Intent::Answer(key));
    assert_eq!(rig.said().len(), 1);
}

#[test]
fn a_refused_microphone_leaves_the_call_ringing_with_a_way_to_try_again() {
    let mut rig = rung();
    let key = rig.key();
    rig.intent(Intent::Answer(key));
    rig.forget();
    rig.microphone(Err(FailureCode::MicrophoneDenied));
    let call = rig.call();
    assert_eq!(call.phase, CallPhase::Incoming);
    let notice = call.notice.unwrap();
    assert_eq!(notice.failure.code, FailureCode::MicrophoneDenied);
    assert_eq!(notice.retry, Some(Intent::Answer(key)));
    assert_eq!(rig.effects(), [Effect::Play(Some(Sound::Ring(Ring::Normal)))]);
    rig.intent(Intent::Answer(key));
    rig.microphone(Ok(()));
    assert!(matches!(rig.said()[..], [ClientMessage::Answer { .. }]));
    assert_eq!(rig.call().notice, None);
}

#[test]
fn a_caller_who_gives_up_before_the_microphone_is_there_leaves_it_off() {
    let mut rig = rung();
    let key = rig.key();
    rig.intent(Intent::Answer(key));
    rig.forget();
    rig.change(inbound(crate::rig::ended_by(EndReason::Party)));
    assert!(rig.effects().contains(&Effect::ReleaseMicrophone));
    assert_eq!(rig.said(), []);
}

#[test]
fn rejecting_is_silent_at_once() {
    let mut rig = rung();
    rig.forget();
    let key = rig.key();
    rig.intent(Intent::Reject(key));
    assert!(matches!(rig.said()[..], [ClientMessage::Reject { .. }]));
    assert_eq!(rig.effects(), [Effect::Play(None)]);
    assert_eq!(rig.call().phase, CallPhase::Ending);
}

#[test]
fn hanging_up_while_the_microphone_is_awaited_rejects_the_call() {
    let mut rig = rung();
    let key = rig.key();
    rig.intent(Intent::Answer(key));
    rig.intent(Intent::HangUp(key));
    assert!(matches!(rig.said()[..], [ClientMessage::Reject { .. }]));
    assert!(rig.effects().contains(&Effect::ReleaseMicrophone));
}

#[test]
fn a_call_answered_too_late_says_so_at_the_call() {
    let mut rig = rung();
    let key = rig.key();
    rig.intent(Intent::Answer(key));
    rig.microphone(Ok(()));
    rig.refuse_last(FailureCode::NotAllowedNow);
    assert_eq!(rig.call().notice.unwrap().failure.code, FailureCode::NotAllowedNow);
}
