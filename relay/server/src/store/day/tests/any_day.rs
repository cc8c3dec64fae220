//! What holds of any day, told in whatever order.

use super::{HOUR, at, berlin, call, not_ready, state};
use crate::store::day::DayTally;
use crate::store::record::{AgentEvent, CallStep, Happening};
use proptest::prelude::*;
use proptest::sample::Index;
use sidetone_protocol::agent::{AgentStateKind, Day};

/// The days of the tests, the one in the middle of which has 23 hours.
fn beginning() -> u64 {
    at((2027, 3, 27), 0, 0, 0)
}

const SPAN: u64 = 71 * HOUR;

fn any_event() -> impl Strategy<Value = AgentEvent> {
    let moment = (0..SPAN).prop_map(|ms| beginning() + ms);
    (moment, 0..14_u8, 0..4_u8).prop_map(|(at_ms, what, which)| {
        let queue = ["Sales", "Service"].get(usize::from(which)).copied();
        // A dialog belongs to a part of the day, so that it is over some time.
        let dialog = format!("{}-{which}", at_ms / HOUR);
        match what {
            0 => AgentEvent { at_ms, what: Happening::SignedIn },
            1 => AgentEvent { at_ms, what: Happening::SignedOut { reason: None } },
            2 => state(at_ms, AgentStateKind::Ready),
            3 => state(at_ms, AgentStateKind::Talking),
            4 => not_ready(at_ms, if which == 0 { "Lunch" } else { "Training" }),
            5 => call(at_ms, &dialog, queue, CallStep::Ringing),
            6 | 7 => call(at_ms, &dialog, queue, CallStep::Answered),
            8 => call(at_ms, &dialog, queue, CallStep::Held),
            9 => call(at_ms, &dialog, queue, CallStep::Retrieved),
            10 => call(at_ms, &dialog, queue, CallStep::Missed),
            11 => call(at_ms, &dialog, queue, CallStep::WrapUpBegan),
            12 => call(at_ms, &dialog, queue, CallStep::Transferred),
            _ => call(at_ms, &dialog, queue, CallStep::Ended),
        }
    })
}

/// Events with times of their own: what happens in the same millisecond has the order in which it is told.
fn events() -> impl Strategy<Value = Vec<AgentEvent>> {
    prop::collection::vec(any_event(), 0..60).prop_map(|mut events| {
        events.sort_by_key(|event| event.at_ms);
        events.dedup_by_key(|event| event.at_ms);
        events
    })
}

/// As the store gives them: the last state before what is read, and all from there on.
fn from_scratch(events: &[AgentEvent], now_ms: u64) -> Day {
    let mut tally = DayTally::new(berlin(), now_ms);
    let reads_from = tally.reads_from_ms();
    let is_state =
        |event: &&AgentEvent| matches!(event.what, Happening::State { .. } | Happening::SignedOut { .. });
    let before = events.iter().filter(|event| event.at_ms < reads_from).rfind(is_state);
    before
        .into_iter()
        .chain(events.iter().filter(|event| event.at_ms >= reads_from))
        .for_each(|event| tally.apply(event));
    tally.snapshot(now_ms)
}

/// The order in which the states were first seen is of no meaning here.
fn sorted(mut day: Day) -> Day {
    day.states.sort_by(|a, b| (a.state as u8, &a.reason).cmp(&(b.state as u8, &b.reason)));
    day
}

proptest! {
    #[test]
    fn no_total_exceeds_the_time_that_has_passed(events in events(), until in 0..SPAN) {
        let now = beginning() + until;
        let day = from_scratch(&events, now);
        let passed = now - day.from_ms;
        prop_assert!(passed < 25 * HOUR);
        prop_assert!(day.states.iter().map(|time| time.ms).sum::<u64>() <= passed);
        for events in events.chunk_by(|a, b| dialog(a) == dialog(b)) {
            let share = from_scratch(events, now);
            prop_assert!(share.talk_ms + share.hold_ms + share.wrap_up_ms <= passed);
        }
        let sum = |of: fn(&sidetone_protocol::agent::QueueDay) -> u64| day.queues.iter().map(of).sum::<u64>();
        prop_assert!(sum(|queue| queue.talk_ms) <= day.talk_ms);
        prop_assert!(sum(|queue| queue.hold_ms) <= day.hold_ms);
        prop_assert!(sum(|queue| queue.handled.into()) <= day.handled.into());
        prop_assert!(day.inbound <= day.handled);
    }

    #[test]
    fn event_by_event_is_the_same_as_from_scratch(
        events in events(),
        looks in prop::collection::vec(any::<bool>(), 60),
        rest in 0..12 * HOUR,
    ) {
        let first = events.first().map_or(beginning(), |event| event.at_ms);
        let mut tally = DayTally::new(berlin(), first);
        let mut last = first;
        for (index, (event, look)) in events.iter().zip(looks).enumerate() {
            tally.apply(event);
            last = event.at_ms;
            if look {
                let known = &events[..=index];
                prop_assert_eq!(sorted(tally.snapshot(last)), sorted(from_scratch(known, last)));
            }
        }
        prop_assert_eq!(sorted(tally.snapshot(last + rest)), sorted(from_scratch(&events, last + rest)));
    }

    #[test]
    fn what_is_told_twice_or_late_counts_once_and_when_it_was(
        events in events(),
        again in prop::collection::vec((any::<Index>(), any::<Index>()), 0..60),
        moves in prop::collection::vec((any::<Index>(), any::<Index>()), 0..60),
        until in 0..SPAN,
    ) {
        let now = beginning() + until;
        let mut told = events.clone();
        for (which, place) in again.into_iter().filter(|_| !events.is_empty()) {
            told.insert(place.index(told.len() + 1), events[which.index(events.len())].clone());
        }
        for (from, to) in moves.into_iter().filter(|_| !events.is_empty()) {
            let (from, to) = (from.index(told.len()), to.index(told.len()));
            told.swap(from, to);
        }
        let mut orderly = DayTally::new(berlin(), now);
        events.iter().for_each(|event| orderly.apply(event));
        let mut disorderly = DayTally::new(berlin(), now);
        told.iter().for_each(|event| disorderly.apply(event));
        prop_assert_eq!(orderly.snapshot(now), disorderly.snapshot(now));
    }
}

fn dialog(event: &AgentEvent) -> Option<&str> {
    match &event.what {
        Happening::Call { dialog, .. } => Some(dialog),
        Happening::SignedIn | Happening::SignedOut { .. } | Happening::State { .. } => None,
    }
}
