//! Conferences that the telephone system makes for the user (RFC 4579).

use crate::stand::{Stand, TAB};
use sidetone_bridge::{Command, Conferences, FarEvent, FarLegId, LegEnd, LineSettings, Millis, Refusal};
use sidetone_protocol::{
    Call, CallId, CallState, ClientMessage, Codec, EndReason, Event, FailureCode, LineState, Party,
    RelayMessage, RequestId, TransferState,
};

/// How long the telephone system may take to make a conference.
const PATIENCE: Millis = 15_000;

fn line() -> LineSettings {
    LineSettings { conferences: Conferences::TelephoneSystem, ..LineSettings::default() }
}

/// A held call and one that the user talks in, which are being joined.
struct Joining {
    stand: Stand,
    legs: [FarLegId; 2],
    calls: [CallId; 2],
    room: FarLegId,
    request: RequestId,
}

fn joining() -> Joining {
    let mut stand = Stand::ready_with(line());
    let first = stand.connected_call();
    let second = stand.answered_call();
    stand.agrees(first, true);
    let calls = [stand.call_on(first), stand.call_on(second)];
    let request = join(&mut stand, calls[0], calls[1]);
    let room = asked_for(&mut stand);
    Joining { stand, legs: [first, second], calls, room, request }
}

fn join(stand: &mut Stand, call: CallId, with: CallId) -> RequestId {
    stand.begin(|request| ClientMessage::Join { request, call, with })
}

fn asked_for(stand: &mut Stand) -> FarLegId {
    let asked = stand.drain().into_iter().find_map(|command| match command {
        Command::CallFactory { leg, .. } => Some(leg),
        _ => None,
    });
    asked.expect("a conference is asked for")
}

impl Joining {
    fn room_call(&self) -> CallId {
        self.stand.call_on(self.room)
    }

    fn opens(&mut self) {
        self.stand.far(self.room, FarEvent::FocusChanged { is_focus: true });
        self.stand.far(self.room, FarEvent::Answered { codec: Codec::Pcmu });
    }

    /// The conference is there, and both parties are on hold and on their way.
    fn sent() -> Self {
        let mut joining = joining();
        joining.opens();
        let [first, second] = joining.legs;
        joining.stand.agrees(second, true);
        for leg in [first, second] {
            assert!(joining.stand.done.contains(&Command::TransferToRoom { leg, room: joining.room }));
        }
        joining
    }

    /// Both are in.
    fn joined() -> Self {
        let mut joining = Self::sent();
        for leg in joining.legs {
            joining.stand.far(leg, FarEvent::TransferDone);
            joining.stand.far_hangs_up(leg);
        }
        joining.stand.drain();
        joining
    }

    /// What the user has, when the conference has come to nothing: both calls, as they were.
    fn all_is_as_it_was(&mut self) {
        let [first, second] = self.calls;
        let calls: Vec<Call> = self.stand.calls(TAB);
        assert_eq!(calls.iter().map(|call| call.id).collect::<Vec<_>>(), [first, second]);
        assert!(calls[0].hold.by_user);
        assert!(calls[1].is_active());
        assert!(calls.iter().all(|call| call.transfer.is_none() && call.pbx_conference.is_none()));
    }
}

fn refuses(room: FarLegId, code: FailureCode) -> (FarLegId, FarEvent) {
    (room, FarEvent::Ended { end: LegEnd::Failed(code.into()) })
}

fn ended(leg: FarLegId) -> Command {
    Command::End { leg, refusal: Refusal::Unavailable }
}

#[test]
fn the_user_talks_on_until_the_conference_is_there() {
    let mut joining = joining();
    let [_, second] = joining.calls;
    assert!(joining.stand.call(second).is_active());
    let shown = joining.stand.call(joining.room_call());
    assert_eq!(shown.state, CallState::Dialing);
    assert!(shown.pbx_conference.is_some());
    assert_eq!(joining.stand.answer_to(joining.request), None);

    joining.opens();
    let browser = joining.stand.opened_leg();
    let commands = joining.stand.done.clone();
    assert!(commands.contains(&Command::TransferToRoom { leg: joining.legs[0], room: joining.room }));
    assert!(commands.contains(&Command::Hold { leg: joining.legs[1], held: true }));
    assert!(!commands.contains(&Command::TransferToRoom { leg: joining.legs[1], room: joining.room }));
    assert!(commands.contains(&Command::Connect { browser, far: joining.room }));
    assert_eq!(joining.stand.answer_to(joining.request), Some(Ok(Some(joining.room_call()))));
}

#[test]
fn each_partys_call_ends_when_it_is_in_the_conference() {
    let mut joining = Joining::sent();
    let [first, second] = joining.legs;
    joining.stand.far(first, FarEvent::TransferDone);
    let told = joining.stand.told(TAB);
    assert!(joining.stand.done.contains(&ended(first)));
    assert!(!joining.stand.done.contains(&ended(second)));
    let gone = RelayMessage::Event { event: Event::CallRemoved { call: joining.calls[0] } };
    assert!(told.contains(&gone), "{told:?}");
    assert!(joining.stand.call(joining.calls[1]).transfer.is_some_and(|transfer| transfer.conference));

    joining.stand.far(second, FarEvent::TransferDone);
    let conference = joining.stand.the_call();
    assert_eq!(conference.id, joining.room_call());
    assert!(conference.is_active());
    let names: Vec<_> = conference.pbx_conference.unwrap().joined;
    assert_eq!(names.iter().map(|party| party.number.as_str()).collect::<Vec<_>>(), ["2002", "2002"]);
    assert_eq!(names[1], Party { number: "2002".into(), name: Some("Bob".into()) });
}

#[test]
fn a_conference_that_is_not_made_leaves_both_calls_as_they_were() {
    let room_ends = |joining: &mut Joining| {
        let (leg, event) = refuses(joining.room, FailureCode::Busy);
        joining.stand.far(leg, event);
    };
    let silent = |joining: &mut Joining| joining.stand.pass(PATIENCE);
    let no_conference = |joining: &mut Joining| {
        joining.stand.far(joining.room, FarEvent::Answered { codec: Codec::Pcmu });
    };
    let cancelled = |joining: &mut Joining| {
        let call = joining.room_call();
        joining.stand.ask(|request| ClientMessage::HangUp { request, call }).unwrap();
    };
    type Way<'a> = &'a dyn Fn(&mut Joining);
    let ways: [(Way<'_>, bool); 4] =
        [(&room_ends, false), (&silent, true), (&no_conference, true), (&cancelled, true)];
    for (way, ends_it) in ways {
        let mut joining = joining();
        way(&mut joining);
        let answer = joining.stand.answer_to(joining.request);
        assert_eq!(answer, Some(Err(FailureCode::ConferenceFailed)));
        let is_end = |command: &Command| matches!(command, Command::End { leg, .. } if *leg == joining.room);
        assert_eq!(joining.stand.done.iter().any(is_end), ends_it);
        joining.all_is_as_it_was();
        // It can be tried again.
        join(&mut joining.stand, joining.calls[1], joining.calls[0]);
        assert_ne!(asked_for(&mut joining.stand), joining.room);
    }
}

#[test]
fn the_words_of_the_telephone_system_are_passed_on() {
    let mut joining = joining();
    let (leg, event) = refuses(joining.room, FailureCode::Busy);
    joining.stand.far(leg, event);
    let failed = joining.stand.told(TAB).into_iter().find_map(|message| match message {
        RelayMessage::Failed { failure, .. } => Some(failure),
        _ => None,
    });
    assert_eq!(failed.and_then(|failure| failure.detail).as_deref(), Some("busy"));
}

#[test]
fn with_one_party_left_nobody_asks_for_a_conference_any_more() {
    for by_user in [true, false] {
        let mut joining = joining();
        let [call, other] = joining.calls;
        if by_user {
            joining.stand.ask(|request| ClientMessage::HangUp { request, call }).unwrap();
        } else {
            joining.stand.far_hangs_up(joining.legs[0]);
        }
        joining.stand.drain();
        assert!(joining.stand.done.contains(&ended(joining.room)));
        let answer = joining.stand.answer_to(joining.request);
        assert_eq!(answer, Some(Err(FailureCode::ConferenceFailed)));
        let other = joining.stand.call(other);
        assert!(other.is_active());
        assert_eq!(other.transfer, None);
    }
}

#[test]
fn who_does_not_come_stays_on_hold_with_words_and_the_others_are_in() {
    let mut joining = Joining::sent();
    let [first, second] = joining.legs;
    joining.stand.far(first, FarEvent::TransferFailed { failure: FailureCode::TransferFailed.into() });
    joining.stand.far(second, FarEvent::TransferDone);
    joining.stand.drain();
    let stays = joining.stand.call(joining.calls[0]);
    assert!(stays.hold.by_user);
    let failure = FailureCode::ConferenceFailed.into();
    assert_eq!(stays.transfer.unwrap().state, TransferState::Failed { failure });
    assert!(joining.stand.call(joining.room_call()).is_active());
    assert!(!joining.stand.done.contains(&ended(joining.room)));

    // The user can come back to the one, or try again.
    joining.stand.hold(joining.calls[0], false);
    joining.stand.agrees(joining.room, true);
    joining.stand.agrees(first, false);
    assert_eq!(joining.stand.call(joining.calls[0]).transfer, None);
    let (call, with) = (joining.calls[0], joining.room_call());
    let request = join(&mut joining.stand, call, with);
    assert_eq!(joining.stand.answer_to(request), Some(Ok(Some(with))));
    joining.stand.agrees(first, true);
    let again = Command::TransferToRoom { leg: first, room: joining.room };
    assert_eq!(joining.stand.done.iter().filter(|command| **command == again).count(), 2);
}

#[test]
fn when_nobody_comes_the_user_is_back_where_they_were() {
    let mut joining = Joining::sent();
    for leg in joining.legs {
        joining.stand.far(leg, FarEvent::TransferFailed { failure: FailureCode::TransferFailed.into() });
    }
    joining.stand.drain();
    assert!(joining.stand.done.contains(&ended(joining.room)));
    let [first, second] = joining.legs;
    joining.stand.agrees(second, false);
    assert!(joining.stand.call(joining.calls[1]).is_active());
    let words = joining.stand.call(joining.calls[0]).transfer.unwrap();
    assert!(matches!(words.state, TransferState::Failed { .. }));
    assert!(!joining.stand.done.contains(&Command::Hold { leg: first, held: false }));
    assert_eq!(joining.stand.calls(TAB).len(), 2);
}

#[test]
fn a_third_party_is_sent_to_the_same_conference() {
    let mut joining = Joining::joined();
    let third = joining.stand.dial("2005");
    joining.stand.far(third, FarEvent::Answered { codec: Codec::Pcmu });
    joining.stand.agrees(joining.room, true);
    let (call, with) = (joining.stand.call_on(third), joining.room_call());
    let request = join(&mut joining.stand, with, call);
    joining.stand.agrees(third, true);
    assert!(joining.stand.done.contains(&Command::TransferToRoom { leg: third, room: joining.room }));
    assert_eq!(joining.stand.answer_to(request), Some(Ok(Some(with))));
    joining.stand.far(third, FarEvent::TransferDone);
    joining.stand.agrees(joining.room, false);
    let conference = joining.stand.calls(TAB).into_iter().find(|call| call.id == with).unwrap();
    assert!(conference.is_active());
    assert_eq!(conference.pbx_conference.unwrap().joined.len(), 3);
}

#[test]
fn hanging_up_leaves_the_conference_to_the_others() {
    let mut joining = Joining::joined();
    let call = joining.room_call();
    joining.stand.ask(|request| ClientMessage::HangUp { request, call }).unwrap();
    assert!(joining.stand.done.contains(&Command::End { leg: joining.room, refusal: Refusal::Busy }));
    joining.stand.far_hangs_up(joining.room);
    assert_eq!(joining.stand.the_call().state, CallState::Ended { reason: EndReason::User });
    assert_eq!(joining.stand.bridge.legs().1, 0);
}

#[test]
fn a_user_who_has_turned_to_somebody_else_stays_there() {
    let mut joining = joining();
    let other = joining.stand.answered_call();
    joining.opens();
    joining.stand.drain();
    let other = joining.stand.call_on(other);
    assert!(joining.stand.call(other).is_active());
    assert!(joining.stand.call(joining.room_call()).hold.by_user);
    assert!(joining.stand.done.contains(&Command::Hold { leg: joining.room, held: true }));
}

#[test]
fn who_was_kept_from_hearing_the_microphone_is_not_let_hear_it_by_joining() {
    let mut stand = Stand::ready_with(line());
    let first = stand.connected_call();
    let (call, muted) = (stand.call_on(first), true);
    stand.ask(|request| ClientMessage::SetMuted { request, call, muted }).unwrap();
    let second = stand.answered_call();
    let with = stand.call_on(second);
    join(&mut stand, call, with);
    let room = asked_for(&mut stand);
    let room = stand.call_on(room);
    assert!(stand.call(room).muted);
}

#[test]
fn a_party_on_its_way_cannot_be_resumed_or_transferred() {
    let mut joining = Joining::sent();
    let [call, _] = joining.calls;
    let request = joining.stand.hold(call, false);
    assert_eq!(joining.stand.answer_to(request), Some(Err(FailureCode::NotAllowedNow)));
    let park = joining.stand.ask(|request| ClientMessage::Park { request, call });
    assert!(park.is_err());
    let with = joining.room_call();
    let again = join(&mut joining.stand, call, with);
    assert_eq!(joining.stand.answer_to(again), Some(Err(FailureCode::NotAllowedNow)));
}

#[test]
fn two_conferences_cannot_be_made_one() {
    let mut joining = Joining::joined();
    let other = joining.stand.answered_call();
    joining.stand.far(other, FarEvent::FocusChanged { is_focus: true });
    let (call, with) = (joining.stand.call_on(other), joining.room_call());
    let request = join(&mut joining.stand, call, with);
    assert_eq!(joining.stand.answer_to(request), Some(Err(FailureCode::NotAllowedNow)));
}

#[test]
fn no_conference_is_asked_for_without_a_line() {
    let mut stand = Stand::ready_with(line());
    let first = stand.connected_call();
    let second = stand.answered_call();
    stand.agrees(first, true);
    stand.bridge.line_changed(crate::stand::ALICE, LineState::Registering);
    let (call, with) = (stand.call_on(first), stand.call_on(second));
    let request = join(&mut stand, call, with);
    assert_eq!(stand.answer_to(request), Some(Err(FailureCode::LineNotRegistered)));
}

#[test]
fn a_call_that_becomes_somebody_elses_conference_shows_it() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    stand.far(leg, FarEvent::FocusChanged { is_focus: true });
    assert!(stand.the_call().pbx_conference.is_some());
    stand.far(leg, FarEvent::FocusChanged { is_focus: false });
    assert_eq!(stand.the_call().pbx_conference, None);
}

#[test]
fn being_sent_to_a_conference_shows_it_from_the_moment_it_is_reached() {
    let mut stand = Stand::ready();
    let old = stand.connected_call();
    stand.far(old, FarEvent::TransferRequested { target: Party::default() });
    let new = stand.drain().into_iter().find_map(|command| match command {
        Command::FollowTransfer { new, .. } => Some(new),
        _ => None,
    });
    let new = new.expect("the transfer is followed");
    stand.far(new, FarEvent::FocusChanged { is_focus: true });
    assert_eq!(stand.the_call().pbx_conference, None);
    stand.far(new, FarEvent::Answered { codec: Codec::Pcmu });
    assert!(stand.the_call().pbx_conference.is_some());
}

#[test]
fn somebody_elses_conference_takes_guests_too() {
    let mut stand = Stand::ready_with(line());
    let room = stand.connected_call();
    stand.far(room, FarEvent::FocusChanged { is_focus: true });
    let guest = stand.answered_call();
    stand.agrees(room, true);
    let (call, with) = (stand.call_on(guest), stand.call_on(room));
    join(&mut stand, call, with);
    stand.agrees(guest, true);
    assert!(stand.done.contains(&Command::TransferToRoom { leg: guest, room }));
    // It is not the user's to end when the guest does not come.
    stand.far(guest, FarEvent::TransferFailed { failure: FailureCode::TransferFailed.into() });
    stand.drain();
    assert!(!stand.done.contains(&ended(room)));
}
