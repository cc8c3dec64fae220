use crate::stand::{ALICE, OTHER_TAB, Stand, TAB, states};
use sidetone_bridge::{Command, FarEvent, LegEnd, LineSettings, Refusal};
use sidetone_protocol::{
    CallState, ClientMessage, Codec, EndReason, Failure, FailureCode, LineState, MediaGeneration,
    RelayMessage,
};

fn refusal(stand: &mut Stand, tab: sidetone_bridge::ClientId) -> FailureCode {
    let request = stand.request();
    stand.say(tab, ClientMessage::Dial { request, target: "2002".parse().unwrap() });
    match stand.told(tab).pop() {
        Some(RelayMessage::Failed { request: Some(failed), failure }) if failed == request => failure.code,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_call_goes_from_dialling_to_talking_to_the_end() {
    let mut stand = Stand::ready();
    let leg = stand.dial("2002");
    assert_eq!(stand.the_call().state, CallState::Dialing);

    stand.far(leg, FarEvent::Alerting { early_media: None });
    assert_eq!(stand.the_call().state, CallState::Alerting { early_media: false });

    stand.pass(4_000);
    stand.far(leg, FarEvent::Answered { codec: Codec::Pcma });
    let call = stand.the_call();
    assert_eq!(call.state, CallState::Connected);
    assert_eq!(call.codec, Some(Codec::Pcma));
    assert_eq!(call.answered_at_ms, Some(call.started_at_ms + 4_000));

    let told = stand.told(TAB);
    assert!(told.contains(&RelayMessage::SendCodec { generation: MediaGeneration(1), codec: Codec::Pcma }));

    stand.far_hangs_up(leg);
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::Party });
    assert_eq!(stand.bridge.legs().1, 0);
}

#[test]
fn early_media_is_heard_before_the_answer_and_survives_a_bare_180() {
    let mut stand = Stand::ready();
    let leg = stand.dial("2002");
    stand.far(leg, FarEvent::Alerting { early_media: Some(Codec::G722) });
    assert!(
        stand.drain().iter().any(|command| matches!(command, Command::Connect { far, .. } if *far == leg))
    );
    stand.far(leg, FarEvent::Alerting { early_media: None });
    assert_eq!(stand.the_call().state, CallState::Alerting { early_media: true });
}

#[test]
fn a_refused_call_says_why_and_stays_until_dismissed() {
    let mut stand = Stand::ready();
    let leg = stand.dial("2002");
    let failure = Failure::with_detail(FailureCode::Busy, "486 Busy Here");
    stand.far(leg, FarEvent::Ended { end: LegEnd::Failed(failure.clone()) });
    let call = stand.the_call();
    assert_eq!(call.state, CallState::Ended { reason: EndReason::Failed { failure } });

    let request = stand.request();
    stand.say(TAB, ClientMessage::Dismiss { request, call: call.id });
    assert!(stand.calls(TAB).is_empty());
}

#[test]
fn hanging_up_ends_the_call_at_once_and_the_leg_is_taken_down_behind_it() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let (call, request) = (stand.call_id(), stand.request());
    stand.say(TAB, ClientMessage::HangUp { request, call });
    let commands = stand.drain();
    assert!(commands.contains(&Command::End { leg, refusal: Refusal::Busy }));
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::User });

    stand.far_hangs_up(leg);
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::User });
    assert_eq!(stand.bridge.legs().1, 0);
}

#[test]
fn an_answer_that_crosses_the_hang_up_does_not_bring_the_call_back() {
    let mut stand = Stand::ready();
    let leg = stand.dial("2002");
    let (call, request) = (stand.call_id(), stand.request());
    stand.say(TAB, ClientMessage::HangUp { request, call });
    stand.far(leg, FarEvent::Answered { codec: Codec::Pcmu });
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::User });
}

#[test]
fn the_same_request_twice_is_one_call() {
    let mut stand = Stand::ready();
    let request = stand.request();
    let dial = ClientMessage::Dial { request, target: "2002".parse().unwrap() };
    stand.say(TAB, dial.clone());
    let first = stand.told(TAB).pop();
    stand.say(TAB, dial);
    assert_eq!(stand.told(TAB), vec![first.unwrap()]);
    assert_eq!(stand.calls(TAB).len(), 1);
}

#[test]
fn a_call_that_cannot_be_made_is_refused_in_words() {
    let mut stand = Stand::ready_with(LineSettings { max_calls: 1, ..LineSettings::default() });
    stand.bridge.line_changed(ALICE, LineState::Registering);
    assert_eq!(refusal(&mut stand, TAB), FailureCode::LineNotRegistered);

    let failure = FailureCode::LineRejected.into();
    stand.bridge.line_changed(ALICE, LineState::Unavailable { failure });
    assert_eq!(refusal(&mut stand, TAB), FailureCode::LineRejected);

    stand.bridge.line_changed(ALICE, LineState::Ready);
    stand.attach(OTHER_TAB);
    assert_eq!(refusal(&mut stand, OTHER_TAB), FailureCode::PhoneInOtherTab);

    stand.connected_call();
    assert_eq!(refusal(&mut stand, TAB), FailureCode::LineBusy);
}

#[test]
fn digits_go_out_only_where_there_is_audio_to_hear_them() {
    let mut stand = Stand::ready();
    let leg = stand.dial("2002");
    let call = stand.call_id();
    let digits: sidetone_protocol::DtmfDigits = "12#".parse().unwrap();
    let press = |stand: &mut Stand| {
        let request = stand.request();
        stand.say(TAB, ClientMessage::SendDtmf { request, call, digits: digits.clone() });
        stand.drain().contains(&Command::SendDtmf { leg, digits: digits.clone() })
    };
    assert!(!press(&mut stand));
    stand.far(leg, FarEvent::Answered { codec: Codec::Pcmu });
    assert!(press(&mut stand));
}

#[test]
fn every_connected_tab_is_told() {
    let mut stand = Stand::ready();
    stand.attach(OTHER_TAB);
    stand.drain();
    let leg = stand.dial("2002");
    stand.far(leg, FarEvent::Alerting { early_media: None });
    let told = stand.told(OTHER_TAB);
    assert_eq!(states(&told), vec![&CallState::Alerting { early_media: false }]);
}
