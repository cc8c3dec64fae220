use crate::stand::{ALICE, Stand, TAB};
use sidetone_bridge::{Bridge, BrowserEvent, Command, Refusal};
use sidetone_protocol::{
    CallState, ClientMessage, EndReason, FailureCode, LineState, MediaHolder, RelayMessage,
};

#[test]
fn a_reload_keeps_the_call_and_its_audio() {
    let mut stand = Stand::ready();
    let far = stand.connected_call();
    stand.bridge.detach(stand.now, TAB);
    stand.pass(3_000);

    let snapshot = stand.attach(TAB);
    assert_eq!(snapshot.calls.len(), 1);
    assert_eq!(snapshot.media, MediaHolder::Here);

    stand.offer(TAB, 1, false);
    let browser = stand.media_connects();
    let commands = stand.drain();
    assert!(commands.contains(&Command::Connect { browser, far }));
    assert_eq!(stand.the_call().state, CallState::Connected);
    assert!(!stand.done.iter().any(|command| matches!(command, Command::End { .. })));
}

#[test]
fn a_browser_that_never_comes_back_ends_the_call_and_the_line_after_the_grace() {
    let mut stand = Stand::ready();
    let far = stand.connected_call();
    stand.bridge.detach(stand.now, TAB);
    stand.pass(59_999);
    assert_eq!(stand.bridge.live_calls(), 1);
    stand.pass(1);
    let commands = stand.drain();
    assert!(commands.contains(&Command::End { leg: far, refusal: Refusal::Unavailable }));
    assert!(commands.contains(&Command::TakeDownLine { user: ALICE }));
    stand.far_hangs_up(far);
    assert_eq!(stand.bridge.legs(), (0, 0));
}

#[test]
fn lost_packets_show_as_reconnecting_until_a_new_leg_is_up() {
    let mut stand = Stand::ready();
    stand.connected_call();
    let leg = stand.opened_leg();
    stand.bridge.browser_leg(stand.now, leg, BrowserEvent::Lost);
    assert_eq!(stand.the_call().state, CallState::Reconnecting);
    let told = stand.told(TAB);
    assert!(told.iter().any(|message| matches!(message, RelayMessage::MediaLost { .. })));

    stand.offer(TAB, 2, false);
    stand.media_connects();
    assert_eq!(stand.the_call().state, CallState::Connected);
    stand.pass(120_000);
    assert_eq!(stand.the_call().state, CallState::Connected);
}

#[test]
fn a_call_without_audio_for_the_whole_grace_is_ended_in_words() {
    let mut stand = Stand::ready();
    stand.connected_call();
    let leg = stand.opened_leg();
    stand.bridge.browser_leg(stand.now, leg, BrowserEvent::Lost);
    stand.pass(60_000);
    let failure = FailureCode::MediaUnreachable.into();
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::Failed { failure } });
}

#[test]
fn an_event_of_an_older_leg_changes_nothing() {
    let mut stand = Stand::ready();
    let old = stand.opened_leg();
    stand.connected_call();
    stand.offer(TAB, 2, false);
    stand.media_connects();
    stand.bridge.browser_leg(stand.now, old, BrowserEvent::Lost);
    assert_eq!(stand.the_call().state, CallState::Connected);
}

#[test]
fn signing_out_ends_everything() {
    let mut stand = Stand::ready();
    let far = stand.connected_call();
    stand.say(TAB, ClientMessage::SignOut);
    let commands = stand.drain();
    assert!(commands.contains(&Command::TakeDownLine { user: ALICE }));
    assert!(commands.contains(&Command::Forget { client: TAB }));
    stand.far_hangs_up(far);
    assert_eq!(stand.bridge.legs(), (0, 0));
    assert_eq!(stand.bridge.next_timeout(), None);
}

#[test]
fn a_call_goes_on_over_a_saved_and_restored_state() {
    let mut stand = Stand::ready();
    let far = stand.connected_call();
    let saved = serde_json::to_string(&stand.bridge).unwrap();
    stand.bridge = serde_json::from_str::<Bridge>(&saved).unwrap();
    assert_eq!(stand.the_call().state, CallState::Connected);
    stand.far_hangs_up(far);
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::Party });
}

#[test]
fn stopping_ends_calls_and_lines() {
    let mut stand = Stand::ready();
    let far = stand.connected_call();
    stand.bridge.stop(stand.now);
    let commands = stand.drain();
    assert!(commands.contains(&Command::End { leg: far, refusal: Refusal::Unavailable }));
    assert!(commands.contains(&Command::TakeDownLine { user: ALICE }));
    stand.bridge.line_changed(ALICE, LineState::Registering);
}
