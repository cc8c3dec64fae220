//! A microphone that is missing, refused or pulled out.

use crate::rig::{Rig, answered, outbound, snapshot};
use sidetone_client::phone::{Effect, Input, PageEvent, Permission};
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::Check;

#[test]
fn a_call_without_a_microphone_is_not_made_and_can_be_tried_again() {
    let mut rig = Rig::ready();
    rig.dial("1002");
    rig.microphone(Err(FailureCode::MicrophoneMissing));
    let view = rig.view();
    let notice = view.notice.unwrap();
    assert_eq!((view.calls.len(), rig.said().len()), (0, 0));
    assert_eq!(notice.failure.code, FailureCode::MicrophoneMissing);
    rig.intent(notice.retry.unwrap());
    rig.microphone(Ok(()));
    assert!(matches!(rig.said()[..], [ClientMessage::Dial { .. }]));
    assert_eq!(rig.view().notice, None);
}

#[test]
fn a_microphone_pulled_out_in_a_call_is_asked_for_anew() {
    let mut rig = Rig::talking();
    rig.input(Input::MicrophoneEnded);
    let effects = rig.effects();
    assert!(
        matches!(effects[..], [Effect::ReleaseMicrophone, Effect::AcquireMicrophone { .. }]),
        "{effects:?}"
    );
    rig.microphone(Err(FailureCode::MicrophoneMissing));
    assert_eq!(rig.call().notice.unwrap().failure.code, FailureCode::MicrophoneMissing);
    assert!(rig.call().actions.hang_up, "the call goes on");
    rig.input(Input::DevicesChanged);
    rig.microphone(Ok(()));
    assert_eq!(rig.call().notice, None);
    let generation = rig.peer.unwrap();
    assert!(rig.effects().contains(&Effect::AttachMicrophone(generation)));
}

#[test]
fn a_refused_microphone_is_not_asked_for_over_and_over() {
    let mut rig = Rig::talking();
    rig.input(Input::MicrophoneEnded);
    rig.microphone(Err(FailureCode::MicrophoneDenied));
    rig.forget();
    rig.input(Input::DevicesChanged);
    rig.advance(60_000);
    assert!(!rig.effects().iter().any(|effect| matches!(effect, Effect::AcquireMicrophone { .. })));
    rig.intent(Intent::AllowMicrophone);
    assert!(rig.asked_for_microphone.is_some());
}

#[test]
fn a_permission_given_in_the_address_bar_brings_the_microphone_back() {
    let mut rig = Rig::talking();
    rig.input(Input::MicrophoneEnded);
    rig.microphone(Err(FailureCode::MicrophoneDenied));
    rig.page(PageEvent::MicrophonePermission(Permission::Granted));
    rig.microphone(Ok(()));
    assert_eq!(rig.call().notice, None);
}

#[test]
fn allowing_the_microphone_ahead_of_a_call_turns_it_off_again() {
    let mut rig = Rig::ready();
    rig.page(PageEvent::MicrophonePermission(Permission::Ask));
    assert_eq!(rig.view().health.microphone, Check::Ask);
    rig.intent(Intent::AllowMicrophone);
    rig.forget();
    rig.microphone(Ok(()));
    assert_eq!(rig.effects(), [Effect::ReleaseMicrophone]);
}

#[test]
fn refusing_it_ahead_of_a_call_is_said_at_once() {
    let mut rig = Rig::ready();
    rig.intent(Intent::AllowMicrophone);
    rig.microphone(Err(FailureCode::MicrophoneDenied));
    let view = rig.view();
    assert_eq!(view.notice.unwrap().failure.code, FailureCode::MicrophoneDenied);
    assert_eq!(view.health.microphone, Check::Bad(FailureCode::MicrophoneDenied));
}

#[test]
fn an_answer_of_the_browser_that_comes_too_late_is_ignored() {
    let mut rig = Rig::ready();
    rig.dial("1002");
    let acquisition = rig.asked_for_microphone.unwrap();
    let key = rig.key();
    rig.intent(Intent::HangUp(key));
    rig.forget();
    rig.input(Input::Microphone { acquisition, result: Ok(()) });
    assert_eq!((rig.effects(), rig.said()), (vec![], vec![]));
}

#[test]
fn a_muted_call_is_silent_from_the_first_packet_after_a_reload() {
    let mut rig = Rig::load(Some("t"));
    let muted = Call { muted: true, ..answered(outbound(CallState::Connected)) };
    rig.resume(snapshot(vec![muted], MediaHolder::Nobody));
    rig.media_comes_up();
    rig.forget();
    rig.microphone(Ok(()));
    let generation = rig.peer.unwrap();
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(false), Effect::AttachMicrophone(generation)]);
}
