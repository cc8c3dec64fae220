use crate::stand::{Stand, TAB};
use sidetone_bridge::{Command, FarEvent, LegEnd, LineSettings, Refusal};
use sidetone_protocol::{CallState, ClientMessage, Codec, EndReason, FailureCode, RelayMessage};

#[test]
fn a_second_call_rings_and_the_first_is_heard_until_it_is_answered() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let second = stand.incoming().unwrap();
    let commands = stand.drain();
    assert!(commands.contains(&Command::Alert { leg: second }));
    assert!(!commands.contains(&Command::Disconnect { leg: first }));
    let waiting = stand.call_on(second);
    assert_eq!(stand.call(waiting).state, CallState::Ringing);
}

#[test]
fn answering_a_second_call_holds_the_first_and_moves_the_audio() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let browser = stand.opened_leg();
    let second = stand.incoming().unwrap();
    stand.drain();
    let call = stand.call_on(second);
    assert_eq!(stand.ask(|request| ClientMessage::Answer { request, call }), Ok(Some(call)));

    let told = stand.done.iter().filter(|command| !matches!(command, Command::Tell { .. }));
    let last: Vec<&Command> = told.rev().take(4).collect();
    assert_eq!(
        last,
        [
            &Command::Hold { leg: first, held: true },
            &Command::Connect { browser, far: second },
            &Command::Disconnect { leg: first },
            &Command::Answer { leg: second },
        ]
    );
    stand.far(second, FarEvent::Confirmed { codec: Codec::Opus });
    let held = stand.call_on(first);
    assert!(stand.call(held).hold.by_user);
    assert!(stand.call(call).is_active());
}

#[test]
fn dialling_holds_the_call_that_the_user_talks_in() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    stand.dial("2003");
    assert!(stand.done.contains(&Command::Hold { leg: first, held: true }));
}

#[test]
fn a_caller_who_gives_up_waiting_leaves_the_first_call_as_it_was() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let second = stand.incoming().unwrap();
    stand.far_hangs_up(second);
    let call = stand.call_on(first);
    assert!(stand.call(call).is_active());
}

#[test]
fn when_the_answered_call_ends_the_held_one_waits_for_its_user() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let second = stand.answered_call();
    stand.agrees(first, true);
    stand.far_hangs_up(second);
    let call = stand.call_on(first);
    assert!(stand.call(call).hold.by_user);
    assert!(!stand.drain().iter().any(|command| matches!(command, Command::Connect { .. })));
}

#[test]
fn a_call_being_dialled_comes_to_the_fore_again_when_the_answered_one_ends() {
    let mut stand = Stand::ready();
    let dialled = stand.dial("2003");
    let answered = stand.answered_call();
    stand.far_hangs_up(answered);
    stand.drain();
    stand.far(dialled, FarEvent::Answered { codec: Codec::Pcmu });
    assert!(
        stand
            .drain()
            .iter()
            .any(|command| matches!(command, Command::Connect { far, .. } if *far == dialled))
    );
}

#[test]
fn a_call_that_is_answered_behind_another_is_held_at_once() {
    let mut stand = Stand::ready();
    let dialled = stand.dial("2003");
    stand.answered_call();
    stand.drain();
    stand.far(dialled, FarEvent::Answered { codec: Codec::Pcmu });
    let commands = stand.drain();
    assert!(commands.contains(&Command::Hold { leg: dialled, held: true }));
    assert!(!commands.iter().any(|command| matches!(command, Command::Connect { .. })));
}

#[test]
fn one_call_too_many_hears_busy() {
    let mut stand = Stand::ready_with(LineSettings { max_calls: 2, ..LineSettings::default() });
    stand.incoming().unwrap();
    stand.incoming().unwrap();
    assert_eq!(stand.incoming(), Err(Refusal::Busy));
    assert_eq!(stand.bridge.live_calls(), 2);
}

#[test]
fn each_call_rings_for_its_own_time() {
    let mut stand = Stand::ready();
    let first = stand.incoming().unwrap();
    stand.pass(100_000);
    let second = stand.incoming().unwrap();
    stand.pass(80_000);
    let commands = stand.drain();
    assert!(commands.contains(&Command::End { leg: first, refusal: Refusal::Unavailable }));
    assert!(!commands.contains(&Command::End { leg: second, refusal: Refusal::Unavailable }));
    stand.pass(100_000);
    assert!(stand.drain().contains(&Command::End { leg: second, refusal: Refusal::Unavailable }));
}

#[test]
fn a_call_answered_at_another_phone_is_shown_as_such() {
    let mut stand = Stand::ready();
    let leg = stand.incoming().unwrap();
    stand.far(leg, FarEvent::Ended { end: LegEnd::Elsewhere });
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::Elsewhere });
}

#[test]
fn without_audio_for_the_grace_every_call_ends() {
    let mut stand = Stand::ready();
    let legs = [stand.connected_call(), stand.answered_call()];
    stand.say(TAB, ClientMessage::MediaClosed { generation: sidetone_protocol::MediaGeneration(1) });
    for leg in legs {
        let call = stand.call_on(leg);
        assert_eq!(stand.call(call).state, CallState::Reconnecting);
    }
    stand.pass(60_000);
    let commands = stand.drain();
    for leg in legs {
        assert!(commands.contains(&Command::End { leg, refusal: Refusal::Unavailable }));
    }
}

#[test]
fn the_audio_of_a_held_call_takes_no_digits() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    stand.hold(call, true);
    let digits = "1".parse().unwrap();
    let refused = stand.ask(|request| ClientMessage::SendDtmf { request, call, digits });
    assert_eq!(refused, Err(FailureCode::NotAllowedNow));
}

#[test]
fn the_codec_is_said_again_when_the_audio_moves() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    stand.answered_call();
    stand.agrees(first, true);
    let call = stand.call_on(first);
    stand.hold(call, false);
    stand.drain();
    stand.far(first, FarEvent::HoldDone { held: false });
    let told = stand.told(TAB);
    assert!(told.iter().any(|said| matches!(said, RelayMessage::SendCodec { codec: Codec::Pcmu, .. })));
}
