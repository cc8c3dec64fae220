//! Calls on hold.

use crate::rig::{ALICE_CALLS, BOB_CALLS, Rig, answered, held, outbound, second, snapshot};
use sidetone_client::phone::Effect;
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::Asked;

#[test]
fn hold_silences_the_microphone_before_the_relay_has_answered() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::SetHeld { call, held: true });
    assert!(matches!(rig.said()[..], [ClientMessage::SetHeld { call: ALICE_CALLS, held: true, .. }]));
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(false)]);
    let shown = rig.call();
    assert_eq!(
        (shown.asked, shown.hold.by_user),
        (Some(Asked::Hold), false),
        "nothing is said before it is so"
    );
    rig.change(held(answered(outbound(CallState::Connected))));
    let shown = rig.call();
    assert_eq!((shown.asked, shown.hold.by_user), (None, true));
    assert!(shown.actions.resume && shown.actions.hang_up);
    assert!(!shown.actions.hold && !shown.actions.mute && !shown.actions.keypad && !shown.actions.transfer);
}

#[test]
fn resume_gives_the_microphone_back() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.change(held(answered(outbound(CallState::Connected))));
    rig.forget();
    rig.intent(Intent::SetHeld { call, held: false });
    assert!(matches!(rig.said()[..], [ClientMessage::SetHeld { held: false, .. }]));
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(true)]);
    rig.change(answered(outbound(CallState::Connected)));
    assert_eq!(rig.call().asked, None);
    assert_eq!(rig.effects(), []);
}

#[test]
fn the_hold_timer_counts_from_the_moment_of_hold() {
    let mut rig = Rig::talking();
    rig.advance(3_000);
    rig.change(held(answered(outbound(CallState::Connected))));
    let since = i64::try_from(rig.now.0).unwrap();
    rig.advance(5_000);
    rig.change(Call { muted: true, ..held(answered(outbound(CallState::Connected))) });
    assert_eq!(rig.call().held_since, Some(since));
    rig.change(answered(outbound(CallState::Connected)));
    assert_eq!(rig.call().held_since, None);
}

#[test]
fn a_page_that_was_loaded_later_does_not_invent_since_when() {
    let mut rig = Rig::load(Some("t"));
    rig.resume(snapshot(vec![held(answered(outbound(CallState::Connected)))], MediaHolder::Nobody));
    assert_eq!((rig.call().hold.by_user, rig.call().held_since), (true, None));
}

#[test]
fn a_refused_hold_is_said_at_the_call_and_the_microphone_comes_back() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::SetHeld { call, held: true });
    rig.forget();
    rig.refuse_last(FailureCode::HoldRefused);
    assert_eq!(rig.call().notice.unwrap().failure.code, FailureCode::HoldRefused);
    assert_eq!(rig.call().asked, None);
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(true)]);
}

#[test]
fn what_is_never_confirmed_is_not_shown_for_ever() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::SetHeld { call, held: true });
    rig.intent(Intent::SetHeld { call, held: true });
    assert_eq!(rig.said().len(), 1, "once is enough");
    rig.accept_last();
    rig.advance(7_999);
    assert_eq!(rig.call().asked, Some(Asked::Hold));
    rig.advance(1);
    assert_eq!(rig.call().asked, None);
    rig.intent(Intent::SetHeld { call, held: true });
    assert!(
        rig.said().iter().any(|said| matches!(said, ClientMessage::SetHeld { .. })),
        "and can be asked again"
    );
}

#[test]
fn a_call_held_by_the_other_party_can_still_be_held_and_muted() {
    let mut rig = Rig::talking();
    let hold = Hold { by_user: false, by_party: true };
    rig.change(Call { hold, ..answered(outbound(CallState::Connected)) });
    let call = rig.call();
    assert!(call.hold.by_party && call.actions.hold && call.actions.mute && call.held_since.is_none());
    assert_eq!(rig.effects(), [], "the user goes on being heard by whoever listens there");
}

#[test]
fn swapping_asks_for_the_held_call_and_the_relay_does_the_rest() {
    let mut rig = Rig::holding();
    let (first, other) = (rig.call_of("1002"), rig.call_of("1003"));
    assert!(first.actions.resume && other.actions.hold);
    assert_eq!(rig.view().resumable().map(|call| call.key), Some(first.key));
    rig.intent(Intent::SetHeld { call: first.key, held: false });
    assert!(matches!(rig.said()[..], [ClientMessage::SetHeld { call: ALICE_CALLS, held: false, .. }]));
    rig.change(held(answered(second(CallState::Connected))));
    rig.change(answered(outbound(CallState::Connected)));
    assert!(rig.call_of("1003").hold.by_user && rig.call_of("1002").is_talking());
    assert!(!rig.effects().iter().any(|effect| matches!(effect, Effect::EnableMicrophone(false))));
}

#[test]
fn muting_one_call_does_not_silence_the_other() {
    let mut rig = Rig::holding();
    rig.change(Call { muted: true, ..held(answered(outbound(CallState::Connected))) });
    assert_eq!(rig.effects(), [], "the muted one is on hold anyway");
    rig.change(Call { muted: true, ..answered(second(CallState::Connected)) });
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(false)]);
}

#[test]
fn a_call_on_hold_keeps_the_microphone_at_hand_but_silent() {
    let mut rig = Rig::talking();
    rig.change(held(answered(outbound(CallState::Connected))));
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(false)]);
    assert_eq!(rig.asked_for_microphone, None);
}

#[test]
fn a_page_reloaded_with_all_calls_on_hold_sends_silence() {
    let mut rig = Rig::load(Some("t"));
    let calls =
        vec![held(answered(outbound(CallState::Connected))), held(answered(second(CallState::Connected)))];
    rig.resume(snapshot(calls, MediaHolder::Nobody));
    rig.media_comes_up();
    rig.forget();
    rig.microphone(Ok(()));
    let generation = rig.peer.unwrap();
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(false), Effect::AttachMicrophone(generation)]);
}

#[test]
fn what_has_changed_last_is_told() {
    let mut rig = Rig::holding();
    assert_eq!(rig.view().changed, Some(rig.call_of("1003").key));
    rig.change(answered(outbound(CallState::Connected)));
    assert_eq!(rig.view().changed, Some(rig.call_of("1002").key));
    rig.event(Event::CallRemoved { call: BOB_CALLS });
    assert_eq!(rig.view().calls.len(), 1);
}
