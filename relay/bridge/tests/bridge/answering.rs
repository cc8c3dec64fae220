use crate::stand::{OTHER_TAB, Stand, TAB};
use sidetone_bridge::{Command, FarEvent, LineSettings, Refusal};
use sidetone_protocol::{CallState, ClientMessage, Codec, EndReason, FailureCode, RelayMessage};

#[test]
fn answering_connects_audio_before_the_caller_has_confirmed() {
    let mut stand = Stand::ready();
    let leg = stand.incoming().unwrap();
    assert!(stand.drain().contains(&Command::Alert { leg }));
    assert_eq!(stand.the_call().state, CallState::Ringing);

    let (call, request) = (stand.call_id(), stand.request());
    stand.say(TAB, ClientMessage::Answer { request, call });
    let commands = stand.drain();
    assert!(commands.contains(&Command::Answer { leg }));
    assert!(commands.iter().any(|command| matches!(command, Command::Connect { far, .. } if *far == leg)));

    stand.far(leg, FarEvent::Confirmed { codec: Codec::Opus });
    assert_eq!(stand.the_call().state, CallState::Connected);
}

#[test]
fn a_rejected_caller_hears_busy() {
    let mut stand = Stand::ready();
    let leg = stand.incoming().unwrap();
    let (call, request) = (stand.call_id(), stand.request());
    stand.say(TAB, ClientMessage::Reject { request, call });
    assert!(stand.drain().contains(&Command::End { leg, refusal: Refusal::Busy }));
}

#[test]
fn a_caller_who_gives_up_is_shown_as_such() {
    let mut stand = Stand::ready();
    let leg = stand.incoming().unwrap();
    stand.far_hangs_up(leg);
    let call = stand.the_call();
    assert_eq!(call.state, CallState::Ended { reason: EndReason::Party });

    let request = stand.request();
    stand.say(TAB, ClientMessage::Answer { request, call: call.id });
    let refused = RelayMessage::Failed { request: Some(request), failure: FailureCode::NoSuchCall.into() };
    assert_eq!(stand.told(TAB).pop(), Some(refused));
}

#[test]
fn without_call_waiting_a_second_caller_hears_busy_and_the_first_call_goes_on() {
    let mut stand = Stand::ready_with(LineSettings { call_waiting: false, ..LineSettings::default() });
    stand.connected_call();
    assert_eq!(stand.incoming(), Err(Refusal::Busy));
    assert_eq!(stand.the_call().state, CallState::Connected);
}

#[test]
fn nobody_signed_in_is_unavailable() {
    assert_eq!(Stand::new().incoming(), Err(Refusal::Unavailable));
}

#[test]
fn a_call_during_a_reload_still_rings_and_one_long_after_does_not() {
    let mut stand = Stand::ready();
    stand.bridge.detach(stand.now, TAB);
    stand.pass(2_000);
    assert!(stand.incoming().is_ok());
    assert_eq!(stand.the_call().state, CallState::Ringing);

    let mut stand = Stand::ready();
    stand.bridge.detach(stand.now, TAB);
    stand.pass(10_000);
    assert_eq!(stand.incoming(), Err(Refusal::Unavailable));
}

#[test]
fn a_call_nobody_answers_stops_ringing() {
    let mut stand = Stand::ready();
    let leg = stand.incoming().unwrap();
    stand.pass(180_000);
    assert!(stand.drain().contains(&Command::End { leg, refusal: Refusal::Unavailable }));
    let failure = FailureCode::NoAnswer.into();
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::Failed { failure } });
}

#[test]
fn a_tab_without_the_phone_cannot_answer_but_can_reject() {
    let mut stand = Stand::ready();
    stand.attach(OTHER_TAB);
    stand.incoming().unwrap();
    let call = stand.call_id();
    let request = stand.request();
    stand.say(OTHER_TAB, ClientMessage::Answer { request, call });
    let refused =
        RelayMessage::Failed { request: Some(request), failure: FailureCode::PhoneInOtherTab.into() };
    assert_eq!(stand.told(OTHER_TAB).pop(), Some(refused));

    let request = stand.request();
    stand.say(OTHER_TAB, ClientMessage::Reject { request, call });
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::User });
}
