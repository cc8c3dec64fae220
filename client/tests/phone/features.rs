//! What the line does beside calls.

use crate::rig::{BOB_CALLS, Rig, answered, inbound, snapshot};
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::{CallPhase, Panel};

fn number(text: &str) -> DialString {
    text.parse().unwrap()
}

#[test]
fn do_not_disturb_shows_at_once_and_is_the_relay_s_to_confirm() {
    let mut rig = Rig::ready();
    rig.intent(Intent::SetDoNotDisturb(true));
    assert!(matches!(rig.said()[..], [ClientMessage::SetDoNotDisturb { on: true, .. }]));
    assert!(rig.view().features.do_not_disturb);
    rig.event(Event::FeaturesChanged { features: Features { do_not_disturb: true, ..Features::default() } });
    assert!(rig.view().features.do_not_disturb);
    rig.event(Event::FeaturesChanged { features: Features::default() });
    assert!(!rig.view().features.do_not_disturb, "another tab may turn it off");
}

#[test]
fn a_refused_do_not_disturb_is_taken_back_and_said() {
    let mut rig = Rig::ready();
    rig.intent(Intent::SetDoNotDisturb(true));
    rig.refuse_last(FailureCode::FeatureUnavailable);
    let view = rig.view();
    assert!(!view.features.do_not_disturb);
    assert_eq!(view.notice.unwrap().failure.code, FailureCode::FeatureUnavailable);
}

#[test]
fn forwarding_is_set_in_full() {
    let mut rig = Rig::ready();
    let forward = Forward { always: Some(number("1005")), no_answer_s: 25, ..Forward::default() };
    rig.intent(Intent::SetForward(forward.clone()));
    let said = rig.said();
    let [ClientMessage::SetForward { forward: asked, .. }] = &said[..] else { panic!("{said:?}") };
    assert_eq!(*asked, forward);
    rig.event(Event::FeaturesChanged {
        features: Features { forward: forward.clone(), ..Features::default() },
    });
    assert_eq!(rig.view().features.forward, forward);
}

#[test]
fn watched_phones_change_in_place() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.greet();
    let bob = Watched { number: number("1003"), name: "Bob".into(), state: WatchedState::Idle };
    let watched = vec![bob.clone()];
    rig.signed_in(Snapshot { watched, ..snapshot(vec![], MediaHolder::Nobody) });
    rig.event(Event::WatchedChanged { watched: Watched { state: WatchedState::Ringing, ..bob } });
    assert_eq!(rig.view().watched[0].state, WatchedState::Ringing);
}

#[test]
fn a_call_that_rings_elsewhere_is_picked_up_with_a_microphone() {
    let mut rig = Rig::ready();
    rig.intent(Intent::PickUp { number: Some(number("1003")) });
    assert_eq!(rig.said(), [], "first the microphone");
    let shown = rig.call();
    assert_eq!((shown.phase, shown.number), (CallPhase::Answering, "1003".into()));
    rig.microphone(Ok(()));
    let said = rig.said();
    assert!(matches!(&said[..], [ClientMessage::PickUp { number: Some(_), .. }]), "{said:?}");
    rig.accept_last_as(BOB_CALLS);
    rig.change(Call { id: BOB_CALLS, ..answered(inbound(CallState::Connected)) });
    assert_eq!((rig.call().key, rig.call().phase), (shown.key, CallPhase::Connected));
}

#[test]
fn another_call_that_comes_meanwhile_is_not_taken_for_the_one_picked_up() {
    let mut rig = Rig::ready();
    rig.intent(Intent::PickUp { number: None });
    rig.microphone(Ok(()));
    rig.change(inbound(CallState::Ringing));
    assert_eq!(rig.view().calls.len(), 2);
}

#[test]
fn a_picked_up_call_seen_before_its_acceptance_is_there_once() {
    let mut rig = Rig::ready();
    rig.intent(Intent::PickUp { number: None });
    rig.microphone(Ok(()));
    rig.change(Call { id: BOB_CALLS, ..answered(inbound(CallState::Connected)) });
    rig.accept_last_as(BOB_CALLS);
    assert_eq!(rig.call().phase, CallPhase::Connected);
}

#[test]
fn a_pick_up_that_comes_too_late_says_so() {
    let mut rig = Rig::ready();
    rig.intent(Intent::PickUp { number: None });
    rig.microphone(Ok(()));
    rig.refuse_last(FailureCode::NoSuchCall);
    let view = rig.view();
    assert_eq!((view.calls.len(), view.notice.unwrap().failure.code), (0, FailureCode::NoSuchCall));
}

#[test]
fn one_panel_is_open_at_a_time_and_none_after_signing_out() {
    let mut rig = Rig::talking();
    rig.intent(Intent::Open(Panel::NewCall));
    rig.intent(Intent::Open(Panel::Settings));
    assert_eq!(rig.view().panel, Some(Panel::Settings));
    rig.intent(Intent::ClosePanel);
    assert_eq!(rig.view().panel, None);
    rig.intent(Intent::Open(Panel::Settings));
    rig.intent(Intent::SignOut);
    assert_eq!(rig.view().panel, None);
}
