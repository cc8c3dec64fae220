//! Days as agents work them, and what holds of any day.

mod any_day;

use super::DayTally;
use crate::store::record::{AgentEvent, CallStep, Happening};
use jiff::civil::datetime;
use jiff::tz::TimeZone;
use sidetone_protocol::Direction;
use sidetone_protocol::agent::{AgentStateKind, Day, QueueDay, Reason, StateTime};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// A moment in Berlin.
fn at(day: (i16, i8, i8), hour: i8, minute: i8, second: i8) -> u64 {
    let local = datetime(day.0, day.1, day.2, hour, minute, second, 0);
    let moment = local.to_zoned_datetime(berlin()).unwrap().timestamp().as_millisecond();
    u64::try_from(moment).unwrap()
}

/// A Tuesday without anything special.
const TUESDAY: (i16, i8, i8) = (2027, 5, 4);

fn on(hour: i8, minute: i8, second: i8) -> u64 {
    at(TUESDAY, hour, minute, second)
}

fn state(at_ms: u64, state: AgentStateKind) -> AgentEvent {
    AgentEvent { at_ms, what: Happening::State { state, reason: None } }
}

fn not_ready(at_ms: u64, label: &str) -> AgentEvent {
    let reason = Some(Reason { id: label.len().to_string(), label: label.to_owned() });
    AgentEvent { at_ms, what: Happening::State { state: AgentStateKind::NotReady, reason } }
}

fn call(at_ms: u64, dialog: &str, queue: Option<&str>, step: CallStep) -> AgentEvent {
    let (dialog, queue) = (dialog.to_owned(), queue.map(str::to_owned));
    AgentEvent { at_ms, what: Happening::Call { dialog, direction: Direction::Inbound, queue, step } }
}

fn tally(now_ms: u64, events: &[AgentEvent]) -> DayTally {
    let mut tally = DayTally::new(berlin(), now_ms);
    events.iter().for_each(|event| tally.apply(event));
    tally
}

fn time(state: AgentStateKind, reason: Option<&str>, ms: u64) -> StateTime {
    StateTime { state, reason: reason.map(str::to_owned), ms }
}

fn morning() -> Vec<AgentEvent> {
    use AgentStateKind::*;
    use CallStep::*;
    let sales = Some("Sales");
    vec![
        AgentEvent { at_ms: on(8, 0, 0), what: Happening::SignedIn },
        state(on(8, 0, 0), NotReady),
        state(on(8, 5, 0), Ready),
        state(on(8, 10, 0), Reserved),
        call(on(8, 10, 0), "1", sales, Ringing),
        state(on(8, 10, 5), Talking),
        call(on(8, 10, 5), "1", sales, Answered),
        call(on(8, 12, 5), "1", sales, Held),
        call(on(8, 13, 0), "1", sales, Retrieved),
        call(on(8, 14, 0), "1", sales, WrapUpBegan),
        state(on(8, 14, 0), WorkReady),
        call(on(8, 14, 30), "1", sales, Ended),
        state(on(8, 14, 30), Ready),
        state(on(9, 0, 0), Reserved),
        call(on(9, 0, 0), "2", Some("Service"), Ringing),
        call(on(9, 0, 20), "2", Some("Service"), Missed),
        not_ready(on(9, 0, 20), "Ring no answer"),
        not_ready(on(9, 1, 0), "Lunch"),
        state(on(9, 31, 0), Ready),
        call(on(9, 40, 0), "3", None, Answered),
        call(on(9, 41, 0), "3", None, Held),
        call(on(9, 42, 0), "3", None, Transferred),
        AgentEvent { at_ms: on(10, 0, 0), what: Happening::SignedOut { reason: None } },
    ]
}

#[test]
fn a_morning_is_counted_to_the_second() {
    use AgentStateKind::*;
    let day = tally(on(11, 0, 0), &morning()).snapshot(on(11, 0, 0));
    let queue = |name: &str| QueueDay { queue: name.into(), ..QueueDay::default() };
    assert_eq!(
        day,
        Day {
            from_ms: on(0, 0, 0),
            signed_in_at_ms: Some(on(8, 0, 0)),
            states: vec![
                time(NotReady, None, 5 * MINUTE),
                time(Ready, None, 5 * MINUTE + 45 * MINUTE + 30_000 + 29 * MINUTE),
                time(Reserved, None, 25_000),
                time(Talking, None, 3 * MINUTE + 55_000),
                time(WorkReady, None, 30_000),
                time(NotReady, Some("Ring no answer"), 40_000),
                time(NotReady, Some("Lunch"), 30 * MINUTE),
            ],
            handled: 2,
            inbound: 2,
            missed: 1,
            transferred: 1,
            talk_ms: 4 * MINUTE,
            hold_ms: MINUTE + 55_000,
            wrap_up_ms: 30_000,
            queues: vec![
                QueueDay {
                    handled: 1,
                    talk_ms: 3 * MINUTE,
                    hold_ms: 55_000,
                    wrap_up_ms: 30_000,
                    ..queue("Sales")
                },
                QueueDay { missed: 1, ..queue("Service") },
            ],
        }
    );
}

#[test]
fn what_goes_on_is_not_counted_until_it_is_over() {
    let now = on(8, 13, 30);
    let told: Vec<_> = morning().into_iter().filter(|event| event.at_ms <= now).collect();
    let day = tally(now, &told).snapshot(now);
    // Since 08:13:00 the call is talked in again, and since 08:10:05 the state is the same.
    assert_eq!((day.handled, day.talk_ms, day.hold_ms), (0, 2 * MINUTE, 55_000));
    assert!(day.states.iter().all(|time| time.state != AgentStateKind::Talking), "{:?}", day.states);
}

#[test]
fn a_gap_in_which_nobody_watched_is_filled_by_what_is_read_after_it() {
    // The relay was down from half past eight to nine: what it reads then was entered at a quarter to nine.
    let events = [
        state(on(8, 0, 0), AgentStateKind::Ready),
        // Read once more after the gap, as it was before.
        not_ready(on(8, 45, 0), "Lunch"),
        not_ready(on(8, 45, 0), "Lunch"),
        state(on(9, 15, 0), AgentStateKind::Ready),
    ];
    let day = tally(on(10, 0, 0), &events).snapshot(on(10, 0, 0));
    assert_eq!(
        day.states,
        [
            time(AgentStateKind::Ready, None, 45 * MINUTE),
            time(AgentStateKind::NotReady, Some("Lunch"), 30 * MINUTE)
        ]
    );
}

#[test]
fn a_hold_that_ended_in_a_gap_ends_when_it_did() {
    let events = [
        call(on(8, 0, 0), "1", None, CallStep::Answered),
        call(on(8, 1, 0), "1", None, CallStep::Held),
        // Read after the gap: it is up, since then.
        call(on(8, 3, 0), "1", None, CallStep::Answered),
        call(on(8, 6, 0), "1", None, CallStep::Ended),
    ];
    let day = tally(on(9, 0, 0), &events).snapshot(on(9, 0, 0));
    assert_eq!((day.handled, day.talk_ms, day.hold_ms), (1, 4 * MINUTE, 2 * MINUTE));
}

#[test]
fn a_reason_may_be_learnt_later_than_the_state() {
    let known = not_ready(on(8, 0, 0), "Lunch");
    let unknown = state(on(8, 0, 0), AgentStateKind::NotReady);
    let end = state(on(8, 30, 0), AgentStateKind::Ready);
    let lunch = [time(AgentStateKind::NotReady, Some("Lunch"), 30 * MINUTE)];
    for events in [
        [unknown.clone(), known.clone(), end.clone()],
        [known.clone(), unknown.clone(), end.clone()],
        [unknown, end, known],
    ] {
        assert_eq!(tally(on(9, 0, 0), &events).snapshot(on(9, 0, 0)).states, lunch);
    }
}

#[test]
fn the_night_shift_is_parted_at_midnight() {
    let next = |hour, minute| at((2027, 5, 5), hour, minute, 0);
    let events = [
        AgentEvent { at_ms: on(22, 0, 0), what: Happening::SignedIn },
        state(on(22, 0, 0), AgentStateKind::Ready),
        call(on(23, 50, 0), "1", Some("Sales"), CallStep::Answered),
        call(next(0, 20), "1", Some("Sales"), CallStep::Ended),
        state(next(1, 0), AgentStateKind::NotReady),
        state(next(1, 30), AgentStateKind::Ready),
    ];
    let mut tally = tally(on(22, 0, 0), &events[..3]);
    let tuesday = tally.snapshot(on(23, 59, 59));
    assert_eq!((tuesday.states, tuesday.talk_ms, tuesday.handled), (vec![], 0, 0));
    assert_eq!(tuesday.signed_in_at_ms, Some(on(22, 0, 0)));
    assert_eq!(tally.ends_at_ms(), next(0, 0));
    events[3..].iter().for_each(|event| tally.apply(event));
    let wednesday = tally.snapshot(next(2, 0));
    assert_eq!(wednesday.from_ms, next(0, 0));
    assert_eq!(wednesday.signed_in_at_ms, None);
    assert_eq!(
        wednesday.states,
        [time(AgentStateKind::Ready, None, HOUR), time(AgentStateKind::NotReady, None, 30 * MINUTE)]
    );
    assert_eq!((wednesday.handled, wednesday.talk_ms), (1, 20 * MINUTE));
    // Tuesday's part is in what was written down.
    let mut tuesday = DayTally::new(berlin(), on(12, 0, 0));
    events.iter().for_each(|event| tuesday.apply(event));
    let tuesday = tuesday.snapshot(next(0, 0) - 1);
    assert_eq!(tuesday.states, [time(AgentStateKind::Ready, None, 2 * HOUR - 1)]);
    assert_eq!((tuesday.handled, tuesday.talk_ms), (0, 10 * MINUTE - 1));
}

#[test]
fn days_on_which_the_clocks_change_have_23_or_25_hours() {
    for (day, next, hours) in [((2027, 3, 28), (2027, 3, 29), 23), ((2027, 10, 31), (2027, 11, 1), 25)] {
        let midnight = at(next, 0, 0, 0);
        let events = [
            state(at(day, 0, 0, 0) - HOUR, AgentStateKind::Ready),
            state(midnight - 1, AgentStateKind::NotReady),
            state(midnight + HOUR, AgentStateKind::Ready),
        ];
        let mut tally = tally(at(day, 12, 0, 0), &events);
        assert_eq!(tally.ends_at_ms(), midnight);
        assert_eq!(
            tally.snapshot(midnight - 1).states,
            [time(AgentStateKind::Ready, None, hours * HOUR - 1)],
            "{day:?}"
        );
        assert_eq!(tally.snapshot(midnight + HOUR).states, [time(AgentStateKind::NotReady, None, HOUR)]);
    }
}

#[test]
fn a_call_that_was_answered_is_not_missed_and_one_that_never_rang_away_is_neither() {
    let events = [
        call(on(8, 0, 0), "1", None, CallStep::Ringing),
        call(on(8, 0, 5), "1", None, CallStep::Answered),
        call(on(8, 1, 0), "1", None, CallStep::Missed),
        call(on(8, 2, 0), "1", None, CallStep::Ended),
        // Gone while nobody watched.
        call(on(9, 0, 0), "2", None, CallStep::Ringing),
        call(on(9, 5, 0), "2", None, CallStep::Ended),
    ];
    let day = tally(on(10, 0, 0), &events).snapshot(on(10, 0, 0));
    assert_eq!((day.handled, day.missed, day.talk_ms), (1, 0, 2 * MINUTE - 5_000));
}
