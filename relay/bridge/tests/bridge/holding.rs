use crate::stand::{OTHER_TAB, Stand, TAB};
use sidetone_bridge::{Command, FarEvent};
use sidetone_protocol::{ClientMessage, FailureCode};

fn refused(held: bool) -> FarEvent {
    FarEvent::HoldRefused { held, failure: FailureCode::HoldRefused.into() }
}

fn connects(commands: &[Command]) -> bool {
    commands.iter().any(|command| matches!(command, Command::Connect { .. }))
}

#[test]
fn a_held_call_is_off_the_browser_before_the_other_side_is_asked() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    let request = stand.hold(call, true);
    let commands = stand.drain();
    let disconnect = commands.iter().position(|command| *command == Command::Disconnect { leg });
    let hold = commands.iter().position(|command| *command == Command::Hold { leg, held: true });
    assert!(disconnect.unwrap() < hold.unwrap());
    assert!(stand.call(call).hold.by_user);

    assert_eq!(stand.answer_to(request), None);
    stand.agrees(leg, true);
    assert_eq!(stand.answer_to(request), Some(Ok(Some(call))));
}

#[test]
fn a_resumed_call_is_heard_when_the_other_side_has_agreed() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    stand.hold(call, true);
    stand.agrees(leg, true);

    let request = stand.hold(call, false);
    let commands = stand.drain();
    assert!(commands.contains(&Command::Hold { leg, held: false }));
    assert!(!connects(&commands));
    assert!(stand.call(call).hold.by_user);

    stand.far(leg, FarEvent::HoldDone { held: false });
    assert!(connects(&stand.drain()));
    assert!(stand.call(call).is_active());
    assert_eq!(stand.answer_to(request), Some(Ok(Some(call))));
}

#[test]
fn a_refused_hold_is_taken_back_and_told() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    let request = stand.hold(call, true);
    stand.drain();
    stand.far(leg, refused(true));
    assert!(connects(&stand.drain()));
    assert!(stand.call(call).is_active());
    assert_eq!(stand.answer_to(request), Some(Err(FailureCode::HoldRefused)));
}

#[test]
fn a_refused_resume_leaves_the_call_held_and_is_told() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    stand.hold(call, true);
    stand.agrees(leg, true);
    let request = stand.hold(call, false);
    stand.drain();
    stand.far(leg, refused(false));
    let commands = stand.drain();
    assert!(!connects(&commands));
    assert!(!commands.contains(&Command::Hold { leg, held: false }), "asked again by itself");
    assert!(stand.call(call).hold.by_user);
    assert_eq!(stand.answer_to(request), Some(Err(FailureCode::HoldRefused)));
}

#[test]
fn a_hold_refused_for_another_calls_sake_keeps_the_audio_away_all_the_same() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let second = stand.answered_call();
    stand.far(first, refused(true));
    let call = stand.call_on(first);
    assert!(stand.call(call).hold.by_user);

    // The other side knows of no hold, so that there is nothing to ask it for.
    stand.drain();
    let request = stand.hold(call, false);
    let commands = stand.drain();
    assert!(!commands.contains(&Command::Hold { leg: first, held: false }));
    assert!(commands.contains(&Command::Hold { leg: second, held: true }));
    assert!(connects(&commands));
    assert_eq!(stand.answer_to(request), Some(Ok(Some(call))));
}

#[test]
fn of_requests_that_overtake_each_other_the_last_wins() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    let requests = [stand.hold(call, true), stand.hold(call, false), stand.hold(call, true)];
    let asked = |commands: &[Command]| {
        commands.iter().filter(|command| matches!(command, Command::Hold { .. })).count()
    };
    assert_eq!(asked(&stand.drain()), 1);
    stand.far(leg, FarEvent::HoldDone { held: true });
    assert_eq!(asked(&stand.drain()), 0);
    assert!(stand.call(call).hold.by_user);
    for request in requests {
        assert_eq!(stand.answer_to(request), Some(Ok(Some(call))));
    }
}

#[test]
fn a_resume_during_the_hold_is_asked_for_after_it() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    stand.hold(call, true);
    stand.hold(call, false);
    stand.agrees(leg, true);
    assert!(stand.done.contains(&Command::Hold { leg, held: false }));
    stand.agrees(leg, false);
    assert!(stand.call(call).is_active());
}

#[test]
fn resuming_the_held_call_swaps_the_two() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let second = stand.answered_call();
    stand.agrees(first, true);
    let (one, two) = (stand.call_on(first), stand.call_on(second));
    stand.hold(one, false);
    assert!(stand.drain().contains(&Command::Disconnect { leg: second }));
    stand.agrees(first, false);
    stand.agrees(second, true);
    assert!(stand.call(one).is_active());
    assert!(stand.call(two).hold.by_user);
}

#[test]
fn a_party_that_holds_us_is_heard_on() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    stand.drain();
    stand.far(leg, FarEvent::PartyHold { held: true });
    assert!(!stand.drain().contains(&Command::Disconnect { leg }));
    assert!(stand.call(call).hold.by_party);
    stand.far(leg, FarEvent::PartyHold { held: false });
    assert!(stand.call(call).is_active());
}

#[test]
fn a_request_whose_call_ends_before_the_answer_is_refused() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    let request = stand.hold(call, true);
    stand.far_hangs_up(leg);
    assert_eq!(stand.answer_to(request), Some(Err(FailureCode::NoSuchCall)));
}

#[test]
fn a_request_sent_again_before_its_answer_is_carried_out_once_and_answered_once() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    let request = stand.hold(call, true);
    stand.agrees(leg, true);
    assert_eq!(stand.answer_to(request), Some(Ok(Some(call))));
    let request = stand.hold(call, false);
    stand.say(TAB, ClientMessage::SetHeld { request, call, held: false });
    stand.agrees(leg, false);
    assert_eq!(stand.answer_to(request), Some(Ok(Some(call))));
    let resumed = stand.done.iter().filter(|command| **command == Command::Hold { leg, held: false });
    assert_eq!(resumed.count(), 1);
}

#[test]
fn consulting_holds_the_first_and_remembers_what_for() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let call = stand.call_on(first);
    let target = "2003".parse().unwrap();
    let consult = stand.ask(|request| ClientMessage::Consult { request, call, target }).unwrap().unwrap();
    assert!(stand.done.contains(&Command::Hold { leg: first, held: true }));
    assert_eq!(stand.call(consult).consults_for, Some(call));
    assert_eq!(stand.attach(TAB).last_dialled, Some("2003".parse().unwrap()));

    stand.agrees(first, true);
    stand.ask(|request| ClientMessage::HangUp { request, call: consult }).unwrap();
    assert!(stand.call(call).hold.by_user);
    stand.hold(call, false);
    stand.agrees(first, false);
    assert!(stand.call(call).is_active());
}

#[test]
fn a_consultation_whose_first_call_ends_is_a_call_like_any_other() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let call = stand.call_on(first);
    let target = "2003".parse().unwrap();
    let consult = stand.ask(|request| ClientMessage::Consult { request, call, target }).unwrap().unwrap();
    stand.far_hangs_up(first);
    assert_eq!(stand.call(consult).consults_for, None);
}

#[test]
fn a_tab_without_the_phone_can_hold_but_not_resume() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    stand.attach(OTHER_TAB);
    let request = stand.request();
    stand.say(OTHER_TAB, ClientMessage::SetHeld { request, call, held: true });
    stand.agrees(leg, true);
    let request = stand.request();
    stand.say(OTHER_TAB, ClientMessage::SetHeld { request, call, held: false });
    assert!(!stand.drain().contains(&Command::Hold { leg, held: false }));
}
