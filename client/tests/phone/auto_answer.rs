//! Calls that the relay answers for the user, and rings that differ.

use crate::rig::{Rig, answered, inbound};
use sidetone_client::phone::{Effect, Sound};
use sidetone_protocol::*;
use sidetone_skins::Intent;

fn ringing(auto_answer_ms: Option<u32>) -> Call {
    Call { alert: Alert { ring: Ring::Normal, auto_answer_ms }, ..inbound(CallState::Ringing) }
}

#[test]
fn the_microphone_is_made_ready_while_it_rings_and_nobody_hears_it_yet() {
    let mut rig = Rig::ready();
    rig.change(ringing(Some(1_000)));
    let generation = rig.peer.unwrap();
    rig.microphone(Ok(()));
    let effects = rig.effects();
    let silent = [Effect::EnableMicrophone(false), Effect::AttachMicrophone(generation)];
    assert!(effects.ends_with(&silent), "{effects:?}");
    assert_eq!(rig.said(), [], "the answer is the relay's to give");
}

#[test]
fn a_short_tone_says_that_it_was_answered() {
    let mut rig = Rig::ready();
    rig.change(ringing(Some(0)));
    rig.microphone(Ok(()));
    rig.forget();
    rig.change(Call { alert: ringing(Some(0)).alert, ..answered(inbound(CallState::Connected)) });
    let effects = rig.effects();
    assert!(effects.contains(&Effect::PlayAnswered), "{effects:?}");
    assert!(effects.contains(&Effect::EnableMicrophone(true)), "{effects:?}");
    assert!(effects.contains(&Effect::Play(None)), "{effects:?}");
}

#[test]
fn who_answers_by_hand_needs_no_tone() {
    let mut rig = Rig::ready();
    rig.change(ringing(Some(5_000)));
    rig.microphone(Ok(()));
    let key = rig.key();
    rig.intent(Intent::Answer(key));
    rig.change(answered(ringing(None)));
    rig.change(Call { alert: ringing(Some(5_000)).alert, ..answered(inbound(CallState::Connected)) });
    assert!(!rig.effects().contains(&Effect::PlayAnswered));
}

#[test]
fn a_microphone_that_cannot_be_had_is_said_at_the_call_before_it_is_answered() {
    let mut rig = Rig::ready();
    rig.change(ringing(Some(3_000)));
    rig.microphone(Err(FailureCode::MicrophoneDenied));
    assert_eq!(rig.call().notice.unwrap().failure.code, FailureCode::MicrophoneDenied);
}

#[test]
fn a_call_rejected_before_it_is_answered_turns_the_microphone_off() {
    let mut rig = Rig::ready();
    rig.change(ringing(Some(3_000)));
    rig.microphone(Ok(()));
    let key = rig.key();
    rig.forget();
    rig.intent(Intent::Reject(key));
    assert!(rig.effects().contains(&Effect::ReleaseMicrophone));
}

#[test]
fn each_ring_reaches_the_browser() {
    for ring in [Ring::Normal, Ring::Internal, Ring::External, Ring::Priority] {
        let mut rig = Rig::ready();
        let alert = Alert { ring, auto_answer_ms: None };
        rig.change(Call { alert, ..inbound(CallState::Ringing) });
        assert_eq!(rig.effects(), [Effect::Play(Some(Sound::Ring(ring)))]);
    }
}
