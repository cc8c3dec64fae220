//! Calling somebody.

use crate::rig::{ALICE_CALLS, Rig, failed, outbound};
use sidetone_client::phone::Effect;
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::{CallPhase, Outcome};

#[test]
fn the_microphone_comes_before_the_call() {
    let mut rig = Rig::ready();
    rig.dial("+44 (0)20 7946-0018");
    assert_eq!(rig.said(), []);
    assert_eq!((rig.call().phase, rig.call().number), (CallPhase::Calling, "+442079460018".into()));
    rig.microphone(Ok(()));
    let said = rig.said();
    let [ClientMessage::Dial { target, .. }] = &said[..] else { panic!("{said:?}") };
    assert_eq!(target.as_str(), "+442079460018");
    let generation = rig.peer.unwrap();
    let effects = rig.effects();
    assert!(effects.contains(&Effect::AttachMicrophone(generation)), "{effects:?}");
}

#[test]
fn the_call_keeps_its_place_from_the_first_key_to_the_end() {
    let mut rig = Rig::ready();
    rig.dial("1002");
    let key = rig.key();
    rig.microphone(Ok(()));
    rig.accept_last();
    for state in [CallState::Dialing, CallState::Alerting { early_media: false }, CallState::Connected] {
        rig.change(outbound(state));
        assert_eq!(rig.key(), key);
    }
}

#[test]
fn a_call_that_is_seen_before_it_is_accepted_is_the_same_call() {
    let mut rig = Rig::ready();
    rig.dial("1002");
    let key = rig.key();
    rig.microphone(Ok(()));
    rig.change(outbound(CallState::Dialing));
    assert_eq!(rig.key(), key);
    rig.accept_last();
    assert_eq!(rig.key(), key);
}

#[test]
fn what_cannot_be_dialled_is_said_and_not_sent() {
    let mut rig = Rig::ready();
    rig.dial("12+3");
    assert_eq!(rig.view().notice.unwrap().failure.code, FailureCode::BadNumber);
    assert_eq!((rig.said(), rig.asked_for_microphone), (vec![], None));
}

#[test]
fn a_call_cancelled_before_the_microphone_was_allowed_is_never_made() {
    let mut rig = Rig::ready();
    rig.dial("1002");
    let key = rig.key();
    rig.intent(Intent::HangUp(key));
    assert_eq!(rig.view().calls, []);
    assert!(rig.effects().contains(&Effect::ReleaseMicrophone));
    assert_eq!(rig.said(), []);
}

#[test]
fn a_call_cancelled_before_the_relay_has_named_it_is_hung_up_when_it_does() {
    let mut rig = Rig::ready();
    rig.dial("1002");
    rig.microphone(Ok(()));
    let key = rig.key();
    rig.intent(Intent::HangUp(key));
    assert_eq!(rig.call().phase, CallPhase::Ending);
    rig.accept_last();
    rig.change(outbound(CallState::Dialing));
    let hang_ups: Vec<_> = rig
        .said()
        .into_iter()
        .filter(|message| matches!(message, ClientMessage::HangUp { call: ALICE_CALLS, .. }))
        .collect();
    assert_eq!(hang_ups.len(), 1);
    assert_eq!(rig.call().phase, CallPhase::Ending);
}

#[test]
fn a_refused_call_can_be_tried_again() {
    let mut rig = Rig::ready();
    rig.dial("1002");
    rig.microphone(Ok(()));
    rig.refuse_last(FailureCode::LineNotRegistered);
    let view = rig.view();
    let notice = view.notice.unwrap();
    assert_eq!(notice.failure.code, FailureCode::LineNotRegistered);
    assert_eq!((view.calls.len(), view.can_dial), (0, true));
    rig.forget();
    rig.intent(notice.retry.unwrap());
    assert_eq!(rig.view().notice, None);
    rig.microphone(Ok(()));
    assert!(matches!(rig.said()[..], [ClientMessage::Dial { .. }]));
}

#[test]
fn a_number_clicked_twice_is_called_once() {
    let mut rig = Rig::ready();
    rig.dial("1002");
    rig.dial("1002");
    assert_eq!(rig.view().calls.len(), 1);
}

#[test]
fn redial_calls_what_the_user_wrote_or_else_what_the_relay_keeps() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.greet();
    let kept = Some("1007".parse().unwrap());
    rig.signed_in(Snapshot { last_dialled: kept, ..crate::rig::snapshot(vec![], MediaHolder::Nobody) });
    assert_eq!(rig.view().last_dialled, Some("1007".into()));
    rig.intent(Intent::Redial);
    assert_eq!(rig.call().number, "1007");
}

#[test]
fn every_failure_of_a_call_reaches_the_user_in_its_own_words() {
    for code in FailureCode::ALL {
        let mut rig = Rig::ready();
        rig.dial("1002");
        rig.microphone(Ok(()));
        rig.accept_last();
        rig.change(outbound(failed(code)));
        assert_eq!(rig.call().phase, CallPhase::Ended(Outcome::Failed(code.into())));
        assert!(rig.call().actions.dismiss);
        assert!(rig.view().can_dial, "the next call does not wait for a dismissal");
    }
}

#[test]
fn the_last_number_is_kept_for_redialling() {
    let mut rig = Rig::ready();
    rig.dial("(030) 90 18 20");
    assert_eq!(rig.view().last_dialled, Some("(030) 90 18 20".into()));
}
