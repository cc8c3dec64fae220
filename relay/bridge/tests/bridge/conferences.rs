use crate::stand::{OTHER_TAB, Stand, TAB};
use sidetone_bridge::{Command, FarEvent, FarLegId, MixMember, Refusal};
use sidetone_protocol::{
    CallId, CallState, ClientMessage, Codec, ConferenceId, EndReason, FailureCode, RelayMessage,
    TransferTarget,
};

/// A held call and one that the user talks in.
fn two_calls() -> (Stand, [FarLegId; 2], [CallId; 2]) {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let second = stand.answered_call();
    stand.agrees(first, true);
    let calls = [stand.call_on(first), stand.call_on(second)];
    (stand, [first, second], calls)
}

/// Alice talks with two others.
fn three_talk() -> (Stand, [FarLegId; 2], [CallId; 2], ConferenceId) {
    let (mut stand, legs, calls) = two_calls();
    let [call, with] = calls;
    stand.begin(|request| ClientMessage::Join { request, call, with });
    stand.agrees(legs[0], false);
    let conference = stand.call(call).conference.expect("it is part of one");
    (stand, legs, calls, conference)
}

fn joins(conference: ConferenceId, leg: MixMember) -> Command {
    Command::JoinMix { conference, leg }
}

#[test]
fn held_calls_are_resumed_before_they_are_joined() {
    let (mut stand, [first, second], [call, with]) = two_calls();
    let browser = stand.opened_leg();
    let request = stand.begin(|request| ClientMessage::Join { request, call, with });
    let commands = stand.drain();
    let conference = stand.call(call).conference.unwrap();
    assert!(commands.contains(&Command::Hold { leg: first, held: false }));
    assert!(commands.contains(&Command::Disconnect { leg: second }));
    assert!(commands.contains(&joins(conference, MixMember::Far(second))));
    assert!(commands.contains(&joins(conference, MixMember::Browser(browser))));
    assert!(!commands.contains(&joins(conference, MixMember::Far(first))));
    assert_eq!(stand.answer_to(request), None);

    stand.far(first, FarEvent::HoldDone { held: false });
    assert!(stand.drain().contains(&joins(conference, MixMember::Far(first))));
    assert_eq!(stand.answer_to(request), Some(Ok(Some(call))));
    for call in [call, with] {
        let call = stand.call(call);
        assert!(call.is_active());
        assert_eq!(call.conference, Some(conference));
    }
}

#[test]
fn a_member_that_cannot_be_resumed_stays_held_and_the_other_is_a_plain_call() {
    let (mut stand, [first, second], [call, with]) = two_calls();
    let browser = stand.opened_leg();
    let request = stand.begin(|request| ClientMessage::Join { request, call, with });
    stand.drain();
    stand.far(first, FarEvent::HoldRefused { held: false, failure: FailureCode::HoldRefused.into() });
    let commands = stand.drain();
    assert!(!commands.contains(&Command::Hold { leg: first, held: false }), "asked again by itself");
    assert!(commands.iter().any(|command| matches!(command, Command::CloseMix { .. })));
    assert!(commands.contains(&Command::Connect { browser, far: second }));
    assert!(stand.call(call).hold.by_user);
    assert!(stand.call(with).is_active());
    assert_eq!(stand.answer_to(request), Some(Err(FailureCode::HoldRefused)));
}

#[test]
fn when_one_of_two_hangs_up_the_other_is_a_plain_call_again() {
    let (mut stand, [first, second], [_, with], conference) = three_talk();
    let browser = stand.opened_leg();
    stand.far_hangs_up(first);
    let commands = stand.drain();
    assert!(commands.contains(&Command::CloseMix { conference }));
    assert!(commands.contains(&Command::Connect { browser, far: second }));
    assert_eq!(stand.call(with).conference, None);
    assert!(stand.call(with).is_active());
}

#[test]
fn hanging_up_one_member_ends_that_one() {
    let (mut stand, [first, second], [call, with], _) = three_talk();
    stand.ask(|request| ClientMessage::HangUp { request, call }).unwrap();
    assert!(stand.done.contains(&Command::End { leg: first, refusal: Refusal::Busy }));
    assert!(!stand.done.contains(&Command::End { leg: second, refusal: Refusal::Busy }));
    assert!(stand.call(with).is_active());
}

#[test]
fn a_fourth_party_joins_the_conference_that_is_there() {
    let (mut stand, _, [call, _], conference) = three_talk();
    let third = stand.dial("2005");
    stand.far(third, FarEvent::Answered { codec: Codec::Pcmu });
    let with = stand.call_on(third);
    stand.begin(|request| ClientMessage::Join { request, call: with, with: call });
    assert_eq!(stand.call(with).conference, Some(conference));
    stand.drain();
    assert!(stand.done.contains(&joins(conference, MixMember::Far(third))));
    let opened = stand.done.iter().filter(|command| matches!(command, Command::OpenMix { .. }));
    assert_eq!(opened.count(), 1);
}

#[test]
fn another_call_takes_the_microphone_and_the_others_keep_talking() {
    let (mut stand, legs, [call, with], conference) = three_talk();
    let browser = stand.opened_leg();
    stand.drain();
    let fourth = stand.answered_call();
    let leaves = Command::LeaveMix { conference, leg: MixMember::Browser(browser) };
    assert!(stand.done.contains(&leaves));
    assert!(stand.done.contains(&Command::Connect { browser, far: fourth }));
    for (leg, call) in legs.into_iter().zip([call, with]) {
        assert!(stand.call(call).hold.by_user);
        assert!(!stand.done.contains(&Command::LeaveMix { conference, leg: MixMember::Far(leg) }));
    }

    let request = stand.hold(call, false);
    let commands = stand.drain();
    assert!(commands.contains(&joins(conference, MixMember::Browser(browser))));
    assert!(commands.contains(&Command::Hold { leg: fourth, held: true }));
    assert!(stand.call(with).is_active());
    assert_eq!(stand.answer_to(request), Some(Ok(Some(call))));
}

#[test]
fn the_last_party_of_a_conference_without_its_user_is_put_on_hold() {
    let (mut stand, [first, second], [_, with], conference) = three_talk();
    stand.answered_call();
    stand.drain();
    stand.far_hangs_up(first);
    let commands = stand.drain();
    assert!(commands.contains(&Command::CloseMix { conference }));
    assert!(commands.contains(&Command::Hold { leg: second, held: true }));
    assert!(stand.call(with).hold.by_user);
}

#[test]
fn a_call_that_is_split_off_is_held() {
    let (mut stand, [first, second], [call, with], conference) = three_talk();
    let browser = stand.opened_leg();
    stand.drain();
    assert_eq!(stand.ask(|request| ClientMessage::Split { request, call }), Ok(Some(call)));
    assert!(stand.done.contains(&Command::CloseMix { conference }));
    assert!(stand.done.contains(&Command::Hold { leg: first, held: true }));
    assert!(stand.done.contains(&Command::Connect { browser, far: second }));
    assert!(stand.call(call).hold.by_user);
    assert!(stand.call(with).is_active());
    let again = stand.ask(|request| ClientMessage::Split { request, call });
    assert_eq!(again, Err(FailureCode::NotAllowedNow));
}

#[test]
fn a_reloaded_browser_is_in_the_conference_again() {
    let (mut stand, _, [call, _], conference) = three_talk();
    stand.bridge.detach(stand.now, TAB);
    stand.attach(TAB);
    stand.offer(TAB, 2, false);
    let browser = stand.media_connects();
    assert!(stand.drain().contains(&joins(conference, MixMember::Browser(browser))));
    assert!(stand.call(call).is_active());

    stand.attach(OTHER_TAB);
    stand.offer(OTHER_TAB, 1, true);
    let browser = stand.media_connects();
    assert!(stand.drain().contains(&joins(conference, MixMember::Browser(browser))));
}

#[test]
fn a_user_who_vanishes_takes_the_conference_along() {
    let (mut stand, legs, _, conference) = three_talk();
    stand.bridge.detach(stand.now, TAB);
    stand.pass(60_000);
    let commands = stand.drain();
    for leg in legs {
        assert!(commands.contains(&Command::End { leg, refusal: Refusal::Unavailable }));
    }
    assert!(commands.contains(&Command::CloseMix { conference }));
}

#[test]
fn signing_out_ends_a_conference_for_all() {
    let (mut stand, legs, _, conference) = three_talk();
    stand.say(TAB, ClientMessage::SignOut);
    let commands = stand.drain();
    for leg in legs {
        assert!(commands.contains(&Command::End { leg, refusal: Refusal::Unavailable }));
    }
    assert!(commands.contains(&Command::CloseMix { conference }));
    assert!(commands.iter().any(|command| matches!(
        command,
        Command::Tell { message, .. } if matches!(**message, RelayMessage::SignedOut { .. })
    )));
}

#[test]
fn the_hold_music_of_one_party_is_kept_from_the_others() {
    let (mut stand, [first, _], [call, _], conference) = three_talk();
    stand.drain();
    stand.far(first, FarEvent::PartyHold { held: true });
    assert!(stand.drain().contains(&Command::LeaveMix { conference, leg: MixMember::Far(first) }));
    assert_eq!(stand.call(call).conference, Some(conference));
    stand.far(first, FarEvent::PartyHold { held: false });
    assert!(stand.drain().contains(&joins(conference, MixMember::Far(first))));
}

#[test]
fn there_is_one_microphone_for_the_whole_conference() {
    let (mut stand, [first, _], [call, with]) = two_calls();
    stand.ask(|request| ClientMessage::SetMuted { request, call, muted: true }).unwrap();
    stand.begin(|request| ClientMessage::Join { request, call, with });
    stand.agrees(first, false);
    assert!(stand.call(with).muted);
    stand.ask(|request| ClientMessage::SetMuted { request, call: with, muted: false }).unwrap();
    assert!(!stand.call(call).muted);
}

#[test]
fn what_cannot_be_joined_is_refused() {
    let (mut stand, _, [call, with]) = two_calls();
    let join =
        |stand: &mut Stand, call, with| stand.ask(|request| ClientMessage::Join { request, call, with });
    assert_eq!(join(&mut stand, call, call), Err(FailureCode::NotAllowedNow));
    assert_eq!(join(&mut stand, call, CallId(0)), Err(FailureCode::NoSuchCall));
    let ringing = stand.incoming().unwrap();
    let rings = stand.call_on(ringing);
    assert_eq!(join(&mut stand, call, rings), Err(FailureCode::NotAllowedNow));

    let to = TransferTarget::Call(with);
    stand.ask(|request| ClientMessage::Transfer { request, call, to }).unwrap();
    assert_eq!(join(&mut stand, call, with), Err(FailureCode::NotAllowedNow));
}

#[test]
fn a_member_of_a_conference_is_not_transferred() {
    let (mut stand, _, [call, _], _) = three_talk();
    let to = TransferTarget::Person("2009".parse().unwrap());
    let refused = stand.ask(|request| ClientMessage::Transfer { request, call, to });
    assert_eq!(refused, Err(FailureCode::NotAllowedNow));
}

#[test]
fn a_conference_whose_party_is_gone_before_it_began_is_refused_in_words() {
    let (mut stand, [first, _], [call, with]) = two_calls();
    let request = stand.begin(|request| ClientMessage::Join { request, call: with, with: call });
    stand.far_hangs_up(first);
    assert_eq!(stand.answer_to(request), Some(Err(FailureCode::ConferenceFailed)));
    assert_eq!(stand.call(call).state, CallState::Ended { reason: EndReason::Party });
    assert!(stand.call(with).is_active());
}
