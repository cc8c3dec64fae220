use crate::stand::{ALICE, OTHER_TAB, Stand, TAB};
use sidetone_bridge::{Command, FarEvent, LineSettings, Refusal};
use sidetone_protocol::{
    Alert, CallId, CallState, ClientMessage, Codec, DialString, EndReason, Event, FailureCode, Forward,
    RelayMessage, RequestId, Ring, Voicemail, WatchedState,
};

fn number(text: &str) -> DialString {
    text.parse().unwrap()
}

fn set_forward(stand: &mut Stand, forward: Forward) -> Result<(), FailureCode> {
    stand.ask(|request| ClientMessage::SetForward { request, forward }).map(|call| assert_eq!(call, None))
}

fn do_not_disturb(stand: &mut Stand) {
    let answer = stand.ask(|request| ClientMessage::SetDoNotDisturb { request, on: true });
    assert_eq!(answer, Ok(None));
}

fn auto_answer(stand: &mut Stand) -> sidetone_bridge::FarLegId {
    stand.incoming_with(Alert { ring: Ring::Internal, auto_answer_ms: Some(2_000) }).unwrap()
}

#[test]
fn who_does_not_want_to_be_disturbed_is_busy_and_every_tab_knows() {
    let mut stand = Stand::ready();
    stand.attach(OTHER_TAB);
    do_not_disturb(&mut stand);
    assert_eq!(stand.incoming(), Err(Refusal::Busy));
    let kept = stand.done.iter().any(|command| {
        matches!(command, Command::FeaturesChanged { user: ALICE, features } if features.do_not_disturb)
    });
    assert!(kept);
    let told = stand.done.iter().any(|command| match command {
        Command::Tell { client: OTHER_TAB, message } => {
            matches!(**message, RelayMessage::Event { event: Event::FeaturesChanged { .. } })
        }
        _ => false,
    });
    assert!(told);
    assert!(stand.attach(TAB).features.do_not_disturb);
}

#[test]
fn what_was_set_already_is_not_told_again() {
    let mut stand = Stand::ready();
    do_not_disturb(&mut stand);
    let kept = |stand: &Stand| {
        stand.done.iter().filter(|command| matches!(command, Command::FeaturesChanged { .. })).count()
    };
    assert_eq!(kept(&stand), 1);
    do_not_disturb(&mut stand);
    assert_eq!(kept(&stand), 1);
}

#[test]
fn every_call_goes_where_all_calls_are_to_go() {
    let mut stand = Stand::ready();
    set_forward(&mut stand, Forward { always: Some(number("3000")), ..Forward::default() }).unwrap();
    assert_eq!(stand.incoming(), Err(Refusal::Forward(number("3000"))));
}

#[test]
fn calls_to_a_busy_phone_go_where_those_are_to_go() {
    let busy = Forward { busy: Some(number("3001")), ..Forward::default() };
    let mut stand = Stand::ready();
    set_forward(&mut stand, busy.clone()).unwrap();
    let first = stand.incoming().unwrap();
    stand.far_hangs_up(first);
    do_not_disturb(&mut stand);
    assert_eq!(stand.incoming(), Err(Refusal::Forward(number("3001"))));

    let mut stand = Stand::ready_with(LineSettings { call_waiting: false, ..LineSettings::default() });
    set_forward(&mut stand, busy).unwrap();
    stand.connected_call();
    assert_eq!(stand.incoming(), Err(Refusal::Forward(number("3001"))));
}

#[test]
fn a_rejected_call_goes_where_calls_to_a_busy_phone_are_to_go() {
    let ways: [fn(RequestId, CallId) -> ClientMessage; 2] = [
        |request, call| ClientMessage::Reject { request, call },
        |request, call| ClientMessage::HangUp { request, call },
    ];
    for say in ways {
        let mut stand = Stand::ready();
        let leg = stand.incoming().unwrap();
        let call = stand.call_on(leg);
        // Set while it rings already: what holds when it is rejected counts.
        set_forward(&mut stand, Forward { busy: Some(number("3001")), ..Forward::default() }).unwrap();
        stand.ask(|request| say(request, call)).unwrap();
        assert!(stand.done.contains(&Command::End { leg, refusal: Refusal::Forward(number("3001")) }));
        assert_eq!(stand.call(call).state, CallState::Ended { reason: EndReason::User });
        stand.far_hangs_up(leg);
        assert_eq!(stand.bridge.legs().1, 0);
    }
}

#[test]
fn without_such_a_target_the_caller_of_a_rejected_call_hears_busy() {
    let mut stand = Stand::ready();
    let elsewhere = Forward { no_answer: Some(number("3002")), ..Forward::default() };
    set_forward(&mut stand, elsewhere).unwrap();
    let leg = stand.incoming().unwrap();
    let call = stand.call_on(leg);
    stand.ask(|request| ClientMessage::Reject { request, call }).unwrap();
    assert!(stand.done.contains(&Command::End { leg, refusal: Refusal::Busy }));
}

#[test]
fn a_call_that_was_answered_is_hung_up_and_goes_nowhere_else() {
    let mut stand = Stand::ready();
    set_forward(&mut stand, Forward { busy: Some(number("3001")), ..Forward::default() }).unwrap();
    let leg = stand.answered_call();
    let call = stand.call_on(leg);
    stand.ask(|request| ClientMessage::HangUp { request, call }).unwrap();
    assert!(stand.done.contains(&Command::End { leg, refusal: Refusal::Busy }));
}

#[test]
fn a_call_that_nobody_answers_goes_on_after_its_time() {
    let mut stand = Stand::ready();
    let forward = Forward { no_answer: Some(number("3002")), no_answer_s: 15, ..Forward::default() };
    set_forward(&mut stand, forward).unwrap();
    let leg = stand.incoming().unwrap();
    stand.pass(14_999);
    assert_eq!(stand.the_call().state, CallState::Ringing);
    stand.pass(1);
    let refusal = Refusal::Forward(number("3002"));
    assert!(stand.drain().contains(&Command::End { leg, refusal }));
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::Elsewhere });
}

#[test]
fn with_nobody_there_a_call_goes_where_unanswered_ones_go() {
    let mut stand = Stand::ready();
    let forward = Forward { no_answer: Some(number("3002")), no_answer_s: 15, ..Forward::default() };
    set_forward(&mut stand, forward).unwrap();
    stand.bridge.detach(stand.now, TAB);
    stand.pass(10_000);
    assert_eq!(stand.incoming(), Err(Refusal::Forward(number("3002"))));
}

#[test]
fn without_a_time_a_call_goes_on_after_the_relays_patience() {
    let mut stand = Stand::ready();
    let forward = Forward { no_answer: Some(number("3002")), ..Forward::default() };
    set_forward(&mut stand, forward).unwrap();
    stand.incoming().unwrap();
    stand.pass(179_999);
    assert_eq!(stand.the_call().state, CallState::Ringing);
    stand.pass(1);
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::Elsewhere });
}

#[test]
fn a_phone_is_not_forwarded_to_itself() {
    let mut stand = Stand::ready();
    for forward in [
        Forward { always: Some(number("1001")), ..Forward::default() },
        Forward { busy: Some(number("1001")), ..Forward::default() },
        Forward { no_answer: Some(number("1001")), ..Forward::default() },
    ] {
        assert_eq!(set_forward(&mut stand, forward), Err(FailureCode::BadNumber));
    }
    assert!(stand.incoming().is_ok());
}

#[test]
fn picking_up_dials_the_code_and_the_number() {
    let pickup_code = Some(number("*8"));
    let mut stand = Stand::ready_with(LineSettings { pickup_code, ..LineSettings::default() });
    assert!(stand.attach(TAB).features.pick_up);
    for (at, dialled) in [(Some(number("2002")), "*82002"), (None, "*8")] {
        let call = stand.ask(|request| ClientMessage::PickUp { request, number: at }).unwrap().unwrap();
        let target = number(dialled);
        let out = |command: &Command| matches!(command, Command::Dial { target: to, .. } if *to == target);
        assert!(stand.done.iter().any(out));
        stand.ask(|request| ClientMessage::HangUp { request, call }).unwrap();
    }
    let mut stand = Stand::ready();
    let refused = stand.ask(|request| ClientMessage::PickUp { request, number: None });
    assert_eq!(refused, Err(FailureCode::FeatureUnavailable));
}

#[test]
fn the_phone_answers_by_itself_where_that_is_asked_and_allowed() {
    let mut stand = Stand::ready_with(LineSettings { auto_answer: true, ..LineSettings::default() });
    let leg = auto_answer(&mut stand);
    let call = stand.the_call();
    assert_eq!(call.alert, Alert { ring: Ring::Internal, auto_answer_ms: Some(2_000) });
    stand.pass(1_999);
    assert_eq!(stand.the_call().state, CallState::Ringing);
    stand.pass(1);
    assert!(stand.drain().contains(&Command::Answer { leg }));
    stand.far(leg, FarEvent::Confirmed { codec: Codec::Opus });
    assert!(stand.the_call().is_active());
    assert_eq!(stand.bridge.next_timeout(), None);
}

#[test]
fn where_that_is_not_allowed_it_just_rings() {
    let mut stand = Stand::ready();
    let leg = auto_answer(&mut stand);
    assert_eq!(stand.the_call().alert, Alert { ring: Ring::Internal, auto_answer_ms: None });
    stand.pass(10_000);
    assert!(!stand.drain().contains(&Command::Answer { leg }));
}

#[test]
fn in_another_call_or_without_audio_it_just_rings() {
    let line = LineSettings { auto_answer: true, ..LineSettings::default() };
    let mut busy = Stand::ready_with(line.clone());
    busy.connected_call();
    let mut silent = Stand::ready_with(line);
    silent.say(TAB, ClientMessage::MediaClosed { generation: sidetone_protocol::MediaGeneration(1) });
    for mut stand in [busy, silent] {
        let leg = auto_answer(&mut stand);
        stand.pass(10_000);
        assert!(!stand.drain().contains(&Command::Answer { leg }));
        let call = stand.call_on(leg);
        let call = stand.call(call);
        assert_eq!((call.state, call.alert.auto_answer_ms), (CallState::Ringing, None));
    }
}

#[test]
fn waiting_messages_are_shown_and_not_kept() {
    let mut stand = Stand::ready();
    let voicemail = Voicemail { waiting: true, new: 2, old: 1 };
    stand.bridge.voicemail_changed(ALICE, voicemail);
    let commands = stand.drain();
    assert!(matches!(
        commands.as_slice(),
        [Command::Tell { client: TAB, message }]
            if matches!(**message, RelayMessage::Event { event: Event::FeaturesChanged { .. } })
    ));
    stand.bridge.voicemail_changed(ALICE, voicemail);
    assert!(stand.drain().is_empty());
    assert_eq!(stand.attach(TAB).features.voicemail, Some(voicemail));
}

#[test]
fn a_watched_phone_is_shown_and_a_stranger_is_not() {
    let mut stand = Stand::ready();
    stand.bridge.watched_changed(ALICE, &number("2002"), WatchedState::InCall);
    let told = stand.told(TAB);
    assert!(matches!(
        told.as_slice(),
        [RelayMessage::Event { event: Event::WatchedChanged { watched } }]
            if watched.state == WatchedState::InCall && watched.name == "Bob"
    ));
    stand.bridge.watched_changed(ALICE, &number("2002"), WatchedState::InCall);
    stand.bridge.watched_changed(ALICE, &number("9999"), WatchedState::InCall);
    assert!(stand.drain().is_empty());
    assert_eq!(stand.attach(TAB).watched[0].state, WatchedState::InCall);
}
