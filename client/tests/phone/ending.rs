//! The end of a call.

use crate::rig::{Rig, answered, ended_by, inbound, outbound};
use sidetone_client::phone::Effect;
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::{CallPhase, Outcome};

fn outcome(call: Call) -> Outcome {
    let mut rig = Rig::ready();
    rig.change(call);
    match rig.call().phase {
        CallPhase::Ended(outcome) => outcome,
        phase => panic!("{phase:?}"),
    }
}

#[test]
fn each_end_has_its_own_words() {
    let user = || ended_by(EndReason::User);
    let party = || ended_by(EndReason::Party);
    assert_eq!(outcome(answered(outbound(user()))), Outcome::HungUp);
    assert_eq!(outcome(outbound(user())), Outcome::Cancelled);
    assert_eq!(outcome(inbound(user())), Outcome::Rejected);
    assert_eq!(outcome(inbound(party())), Outcome::Missed);
    assert_eq!(outcome(answered(inbound(party()))), Outcome::PartyHungUp);
    assert_eq!(outcome(answered(outbound(party()))), Outcome::PartyHungUp);
}

#[test]
fn hanging_up_turns_the_microphone_off_and_keeps_the_path_warm() {
    let mut rig = Rig::talking();
    let (key, peer) = (rig.key(), rig.peer);
    rig.intent(Intent::HangUp(key));
    assert!(matches!(rig.said()[..], [ClientMessage::HangUp { .. }]));
    rig.accept_last();
    assert_eq!(rig.call().phase, CallPhase::Ending);
    rig.intent(Intent::HangUp(key));
    assert_eq!(rig.said(), [], "once is enough");
    rig.change(answered(outbound(ended_by(EndReason::User))));
    let effects = rig.effects();
    assert!(effects.contains(&Effect::ReleaseMicrophone), "{effects:?}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::ClosePeer(_))), "{effects:?}");
    assert_eq!(rig.peer, peer);
}

#[test]
fn the_other_party_hanging_up_turns_the_microphone_off() {
    let mut rig = Rig::talking();
    rig.change(answered(outbound(ended_by(EndReason::Party))));
    assert!(rig.effects().contains(&Effect::ReleaseMicrophone));
}

#[test]
fn how_long_it_lasted_stays_on_the_screen() {
    let mut rig = Rig::talking();
    rig.advance(65_000);
    rig.change(answered(outbound(ended_by(EndReason::Party))));
    rig.advance(10_000);
    assert_eq!(rig.call().lasted, Some(65_000));
}

#[test]
fn an_ended_call_is_dismissed_by_the_relay_for_all_tabs() {
    let mut rig = Rig::talking();
    rig.change(answered(outbound(ended_by(EndReason::Party))));
    let key = rig.key();
    rig.forget();
    rig.intent(Intent::Dismiss(key));
    assert!(matches!(rig.said()[..], [ClientMessage::Dismiss { .. }]));
    rig.event(Event::CallRemoved { call: crate::rig::ALICE_CALLS });
    assert_eq!(rig.view().calls, []);
}

#[test]
fn hanging_up_a_call_that_is_gone_brings_the_list_up_to_date() {
    let mut rig = Rig::talking();
    let key = rig.key();
    rig.intent(Intent::HangUp(key));
    rig.refuse_last(FailureCode::NoSuchCall);
    assert_eq!(rig.said().last(), Some(&ClientMessage::Sync));
    assert_eq!(rig.view().notice, None);
}

#[test]
fn five_hundred_calls_use_one_peer_connection() {
    let mut rig = Rig::ready();
    for _ in 0..500 {
        rig.change(inbound(CallState::Ringing));
        let key = rig.key();
        rig.intent(Intent::Answer(key));
        rig.microphone(Ok(()));
        rig.accept_last();
        rig.change(answered(inbound(CallState::Connected)));
        rig.change(answered(inbound(ended_by(EndReason::Party))));
        rig.event(Event::CallRemoved { call: crate::rig::ALICE_CALLS });
        rig.said();
    }
    let effects = rig.effects();
    let count = |wanted: fn(&Effect) -> bool| effects.iter().filter(|effect| wanted(effect)).count();
    assert_eq!(count(|effect| matches!(effect, Effect::OpenPeer(_))), 0);
    assert_eq!(count(|effect| matches!(effect, Effect::AcquireMicrophone { .. })), 500);
    assert_eq!(count(|effect| matches!(effect, Effect::ReleaseMicrophone)), 500);
}
