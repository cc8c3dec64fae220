//! What can be done while talking.

use crate::rig::{ALICE_CALLS, HEARTBEAT_MS, RELAY_EPOCH, Rig, answered, outbound};
use sidetone_client::phone::Effect;
use sidetone_protocol::*;
use sidetone_skins::Intent;

#[test]
fn mute_works_before_the_relay_has_answered() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::SetMuted { call, muted: true });
    assert!(rig.call().muted);
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(false)]);
    assert!(matches!(rig.said()[..], [ClientMessage::SetMuted { call: ALICE_CALLS, muted: true, .. }]));
    rig.change(Call { muted: true, ..answered(outbound(CallState::Connected)) });
    rig.intent(Intent::SetMuted { call, muted: false });
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(true)]);
}

#[test]
fn a_mute_that_the_relay_refuses_is_taken_back_and_said() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::SetMuted { call, muted: true });
    rig.refuse_last(FailureCode::NotAllowedNow);
    assert!(!rig.call().muted);
    assert_eq!(rig.call().notice.unwrap().failure.code, FailureCode::NotAllowedNow);
}

#[test]
fn keys_are_sent_shown_and_heard() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::SendKeys { call, keys: "5".into() });
    let said = rig.said();
    let [ClientMessage::SendDtmf { digits, .. }] = &said[..] else { panic!("{said:?}") };
    assert_eq!(digits.as_str(), "5");
    assert_eq!(rig.effects(), [Effect::PlayKey('5')]);
    assert_eq!(rig.call().keys_sent, "5");
}

#[test]
fn pasted_digits_lose_what_people_put_between_them() {
    let mut rig = Rig::talking();
    let call = rig.key();
    rig.intent(Intent::SendKeys { call, keys: "PIN: 12 34-56#".into() });
    let said = rig.said();
    let [ClientMessage::SendDtmf { digits, .. }] = &said[..] else { panic!("{said:?}") };
    assert_eq!(digits.as_str(), "123456#");
    rig.intent(Intent::SendKeys { call, keys: "hello!".into() });
    assert_eq!(rig.said(), [], "a text without a digit sends nothing");
}

#[test]
fn keys_of_the_other_party_are_shown() {
    let mut rig = Rig::talking();
    rig.event(Event::DtmfReceived { call: ALICE_CALLS, digits: "42".parse().unwrap() });
    assert_eq!(rig.call().keys_received, "42");
}

#[test]
fn the_timer_counts_from_the_relay_s_answer() {
    let rig = Rig::talking();
    // The relay answered at the moment it took the snapshot, which came at 100 ms of the page.
    assert_eq!(rig.call().answered_at, Some(100));
}

#[test]
fn the_relay_s_choice_of_codec_reaches_the_browser() {
    let mut rig = Rig::talking();
    let generation = rig.peer.unwrap();
    rig.relay(RelayMessage::SendCodec { generation, codec: Codec::Pcma });
    assert_eq!(rig.effects(), [Effect::SetSendCodec { generation, codec: Codec::Pcma }]);
    rig.relay(RelayMessage::SendCodec { generation: generation.next(), codec: Codec::Opus });
    assert_eq!(rig.effects(), [], "not for a peer connection that is gone");
}

#[test]
fn a_name_that_comes_late_takes_the_place_of_the_number() {
    let mut rig = Rig::talking();
    let party = Party { number: "1002".into(), name: Some("Bob".into()) };
    rig.change(Call { party, ..answered(outbound(CallState::Connected)) });
    assert_eq!(rig.call().party(), Some("Bob"));
}

#[test]
fn a_clock_that_is_wrong_does_not_bend_the_timer() {
    let mut rig = Rig::ready();
    rig.alive = false;
    rig.advance(HEARTBEAT_MS);
    let said = rig.said();
    let [ClientMessage::Ping { nonce }] = said[..] else { panic!("{said:?}") };
    rig.relay(RelayMessage::Pong { nonce, now_ms: RELAY_EPOCH + 5_000 });
    rig.change(Call { answered_at_ms: Some(RELAY_EPOCH + 5_000), ..outbound(CallState::Connected) });
    assert_eq!(rig.call().answered_at, i64::try_from(rig.now.0).ok());
}
