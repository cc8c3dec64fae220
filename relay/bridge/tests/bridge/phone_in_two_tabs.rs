use crate::stand::{OTHER_TAB, Stand, TAB};
use sidetone_bridge::{Command, FarEvent};
use sidetone_protocol::{
    CallState, ClientMessage, Codec, FailureCode, MediaGeneration, MediaHolder, RelayMessage,
};

fn lost_to_other_tab(generation: u32) -> RelayMessage {
    let failure = FailureCode::PhoneInOtherTab.into();
    RelayMessage::MediaLost { generation: MediaGeneration(generation), failure }
}

#[test]
fn the_second_tab_does_not_take_the_phone_by_itself() {
    let mut stand = Stand::ready();
    assert_eq!(stand.attach(OTHER_TAB).media, MediaHolder::Elsewhere);
    stand.drain();
    stand.offer(OTHER_TAB, 1, false);
    assert_eq!(stand.told(OTHER_TAB), vec![lost_to_other_tab(1)]);
    assert_eq!(stand.attach(TAB).media, MediaHolder::Here);
}

#[test]
fn taking_the_call_here_moves_the_audio_and_not_the_call() {
    let mut stand = Stand::ready();
    let far = stand.connected_call();
    stand.attach(OTHER_TAB);
    stand.drain();
    stand.offer(OTHER_TAB, 5, true);
    assert!(stand.told(TAB).contains(&lost_to_other_tab(1)));
    let browser = stand.media_connects();
    assert!(stand.drain().contains(&Command::Connect { browser, far }));
    assert_eq!(stand.attach(OTHER_TAB).media, MediaHolder::Here);
    assert_eq!(stand.attach(TAB).media, MediaHolder::Elsewhere);
    assert_eq!(stand.the_call().state, CallState::Connected);
}

#[test]
fn a_closed_tab_leaves_the_phone_to_the_other() {
    let mut stand = Stand::ready();
    stand.attach(OTHER_TAB);
    stand.bridge.detach(stand.now, TAB);
    stand.offer(OTHER_TAB, 1, false);
    stand.media_connects();
    assert_eq!(stand.attach(OTHER_TAB).media, MediaHolder::Here);
}

#[test]
fn signing_out_of_one_tab_leaves_the_call_to_the_other() {
    let mut stand = Stand::ready();
    stand.attach(OTHER_TAB);
    let far = stand.connected_call();
    stand.say(TAB, ClientMessage::SignOut);
    assert_eq!(stand.calls(OTHER_TAB)[0].state, CallState::Reconnecting);
    stand.far(far, FarEvent::CodecChanged { codec: Codec::Pcma });
    stand.offer(OTHER_TAB, 1, false);
    stand.media_connects();
    assert_eq!(stand.calls(OTHER_TAB)[0].state, CallState::Connected);
}

#[test]
fn a_tab_whose_session_has_ended_is_told_and_forgotten_and_the_other_goes_on() {
    let mut stand = Stand::ready();
    stand.connected_call();
    stand.attach(OTHER_TAB);
    stand.drain();
    stand.bridge.expire(stand.now, OTHER_TAB);
    let failure = Some(FailureCode::SessionExpired.into());
    let commands = stand.drain();
    let told = RelayMessage::SignedOut { failure };
    assert!(commands.contains(&Command::Tell { client: OTHER_TAB, message: Box::new(told) }));
    assert!(commands.contains(&Command::Forget { client: OTHER_TAB }));
    assert_eq!(stand.the_call().state, CallState::Connected);
    // What it says now is from nobody.
    stand.say(OTHER_TAB, ClientMessage::Sync);
    assert_eq!(stand.told(OTHER_TAB), vec![]);
    stand.bridge.expire(stand.now, OTHER_TAB);
    assert_eq!(stand.drain(), vec![]);
}
