//! What holds whatever the database.

use super::{Place, call, calls, meddle, open, refusal};
use crate::config::Secret;
use crate::store::{AgentEvent, CallRecord, CallStep, DayTally, Happening, Record, Store};
use sidetone_protocol::agent::{AgentStateKind, Reason};
use sidetone_protocol::{CallId, Direction, EndReason, Failure, FailureCode, Party};

macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(super::Place::sqlite()).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test]
            async fn $test() {
                if let Some(place) = super::Place::postgres().await {
                    super::$test(place).await;
                }
            })*
        }
    };
}

on_both!(
    calls_come_back_newest_first_in_pages,
    a_call_can_be_corrected_and_told_of_its_queue,
    texts_of_others_are_taken_as_far_as_a_database_can,
    events_come_back_in_their_order_and_once,
    a_day_is_read_from_what_is_written_down,
    everything_is_there_after_a_restart,
    a_store_of_a_newer_version_is_left_alone,
    what_is_old_is_deleted,
    secrets_are_kept_sealed,
    another_key_is_noticed_at_the_start,
    what_is_never_taken_does_not_hold_up_the_rest,
    what_cannot_be_written_waits,
    what_has_no_room_is_counted,
);

fn record(store: &Store, call: CallRecord) {
    store.record(Record::Call(Box::new(call)));
}

fn event(at_ms: u64, what: Happening) -> AgentEvent {
    AgentEvent { at_ms, what }
}

fn state(at_ms: u64, state: AgentStateKind, label: Option<&str>) -> AgentEvent {
    let reason = label.map(|label| Reason { id: "7".into(), label: label.into() });
    event(at_ms, Happening::State { state, reason })
}

fn step(at_ms: u64, step: CallStep, queue: Option<&str>) -> AgentEvent {
    let (dialog, queue) = ("40077001".into(), queue.map(str::to_owned));
    event(at_ms, Happening::Call { dialog, direction: Direction::Outbound, queue, step })
}

fn record_events(store: &Store, events: &[AgentEvent]) {
    for event in events {
        store.record(Record::Agent { agent: "70123".into(), event: event.clone() });
    }
}

async fn calls_come_back_newest_first_in_pages(place: Place) {
    let store = open(&place).await;
    let ends = [
        EndReason::User,
        EndReason::Party,
        EndReason::Transferred,
        EndReason::Elsewhere,
        EndReason::Failed { failure: Failure::with_detail(FailureCode::Busy, "486 Busy Here") },
        EndReason::Failed { failure: FailureCode::NoAnswer.into() },
    ];
    let mut written: Vec<_> =
        ends.into_iter().zip(1..).map(|(end, id)| CallRecord { end, ..call(id) }).collect();
    written[1].direction = Direction::Outbound;
    written[1].answered_at_ms = None;
    written[2].party.name = None;
    written[3].dialog = Some("40077001".into());
    written[3].queue = Some("Sales".into());
    // Two that began at the same time.
    written[5].started_at_ms = written[4].started_at_ms;
    written.iter().for_each(|call| record(&store, call.clone()));
    record(&store, CallRecord { user: "bob".into(), ..call(3) });
    written.reverse();
    assert_eq!(calls(&store).await, written);
    let page = |before| store.calls("alice", 0, u64::MAX, 2, before);
    assert_eq!(page(None).await.unwrap(), written[..2]);
    assert_eq!(page(Some(CallId(6))).await.unwrap(), written[1..3]);
    assert_eq!(page(Some(CallId(5))).await.unwrap(), written[2..4]);
    assert_eq!(page(Some(CallId(1))).await.unwrap(), []);
    assert_eq!(page(Some(CallId(99))).await.unwrap(), []);
    assert_eq!(store.calls("alice", 1_002, 1_004, 10, None).await.unwrap(), written[3..5]);
    assert_eq!(store.calls("carol", 0, u64::MAX, 10, None).await.unwrap(), []);
}

async fn a_call_can_be_corrected_and_told_of_its_queue(place: Place) {
    let store = open(&place).await;
    let of_queue = CallRecord { queue: Some("Sales".into()), dialog: Some("4".into()), ..call(1) };
    record(&store, CallRecord { end: EndReason::Transferred, ..of_queue.clone() });
    record(&store, call(1));
    assert_eq!(calls(&store).await, [of_queue]);
}

async fn texts_of_others_are_taken_as_far_as_a_database_can(place: Place) {
    let store = open(&place).await;
    let party = |number: &str, name: &str| Party { number: number.into(), name: Some(name.into()) };
    record(&store, CallRecord { party: party("'; DROP TABLE calls; --", "Ünal \0& Söhne 📞"), ..call(1) });
    record(&store, CallRecord { party: party("", &"ß".repeat(10_000)), ..call(2) });
    let read: Vec<_> = calls(&store).await.into_iter().map(|call| call.party).collect();
    assert_eq!(read, [party("", &"ß".repeat(250)), party("'; DROP TABLE calls; --", "Ünal & Söhne 📞")]);
}

async fn events_come_back_in_their_order_and_once(place: Place) {
    let store = open(&place).await;
    let events = [
        event(5, Happening::SignedIn),
        state(5, AgentStateKind::NotReady, Some("Lunch")),
        step(6, CallStep::Ringing, Some("Sales")),
        step(7, CallStep::Answered, None),
        step(8, CallStep::Held, None),
        step(9, CallStep::Retrieved, None),
        step(10, CallStep::Transferred, None),
        step(11, CallStep::Missed, None),
        step(12, CallStep::WrapUpBegan, None),
        step(13, CallStep::WrapUpEnded, None),
        step(14, CallStep::Ended, None),
        state(15, AgentStateKind::WorkReady, None),
        event(16, Happening::SignedOut { reason: Some(Reason { id: "9".into(), label: "Home".into() }) }),
    ];
    // Late, twice, and before the reason and the queue were known.
    record_events(&store, &events[6..]);
    record_events(&store, &[events[0].clone(), state(5, AgentStateKind::NotReady, None)]);
    record_events(&store, &[step(6, CallStep::Ringing, None)]);
    record_events(&store, &events);
    record_events(&store, &[state(5, AgentStateKind::NotReady, None), step(6, CallStep::Ringing, None)]);
    assert_eq!(store.agent_events("70123", 0, u64::MAX).await.unwrap(), events);
    assert_eq!(store.agent_events("70123", 6, 9).await.unwrap(), events[2..5]);
    assert_eq!(store.agent_events("7012", 0, u64::MAX).await.unwrap(), []);
}

async fn a_day_is_read_from_what_is_written_down(place: Place) {
    const HOUR: u64 = 3_600_000;
    let store = open(&place).await;
    let midnight = 40 * 24 * HOUR;
    let events = [
        // In the same state for three days, and not watched for two of them.
        state(midnight - 60 * HOUR, AgentStateKind::Ready, None),
        step(midnight - HOUR, CallStep::Answered, Some("Sales")),
        step(midnight + HOUR, CallStep::Ended, None),
        state(midnight + 2 * HOUR, AgentStateKind::NotReady, Some("Lunch")),
        state(midnight + 3 * HOUR, AgentStateKind::Ready, None),
    ];
    record_events(&store, &events);
    let now = midnight + 4 * HOUR;
    let utc = jiff::tz::TimeZone::UTC;
    let day = store.day("70123", &utc, now).await.unwrap().snapshot(now);
    let mut watched = DayTally::new(utc, midnight - 60 * HOUR);
    events.iter().for_each(|event| watched.apply(event));
    assert_eq!(day, watched.snapshot(now));
    assert_eq!(day.states.iter().map(|time| time.ms).collect::<Vec<_>>(), [2 * HOUR, HOUR]);
    assert_eq!((day.handled, day.talk_ms, day.queues[0].talk_ms), (1, HOUR, HOUR));
}

async fn everything_is_there_after_a_restart(place: Place) {
    let store = open(&place).await;
    (0..1_000).for_each(|id| record(&store, call(id)));
    store.close().await;
    assert_eq!((store.counts().written, store.counts().waiting, store.counts().lost), (1_000, 0, 0));
    record(&store, call(1_000));
    assert_eq!((store.counts().waiting, store.counts().lost), (0, 1));
    let store = open(&place).await;
    assert_eq!(calls(&store).await.len(), 1_000);
}

async fn a_store_of_a_newer_version_is_left_alone(place: Place) {
    let store = open(&place).await;
    meddle(&store, "UPDATE _sqlx_migrations SET version = 1000000").await;
    store.close().await;
    let refusal = refusal(&place).await;
    assert!(refusal.contains("a newer version of the relay has used this store"), "{refusal}");
    assert!(refusal.contains("restore a backup"), "{refusal}");
}

async fn what_is_old_is_deleted(place: Place) {
    let store = open(&place).await;
    (1..=4).for_each(|id| record(&store, call(id)));
    record_events(
        &store,
        &[state(1_002, AgentStateKind::Ready, None), state(1_003, AgentStateKind::Hold, None)],
    );
    store.flush().await;
    assert_eq!(store.purge(1_003).await.unwrap(), 3);
    assert_eq!(calls(&store).await.len(), 2);
    assert_eq!(store.agent_events("70123", 0, u64::MAX).await.unwrap().len(), 1);
    assert_eq!(store.purge(1_003).await.unwrap(), 0);
}

async fn secrets_are_kept_sealed(place: Place) {
    let store = open(&place).await;
    let (first, second) = (Secret::from("s3cret".to_owned()), Secret::from("änother".to_owned()));
    assert_eq!(store.secret("agent/alice").await.unwrap(), None);
    store.set_secret("agent/alice", &first).await.unwrap();
    store.set_secret("agent/bob", &second).await.unwrap();
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM secrets WHERE name = 'agent/alice'")
        .fetch_one(&store.pool)
        .await
        .unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("s3cret"));
    store.close().await;
    let store = open(&place).await;
    assert_eq!(store.secret("agent/alice").await.unwrap(), Some(first));
    store.set_secret("agent/alice", &second).await.unwrap();
    assert_eq!(store.secret("agent/alice").await.unwrap(), Some(second));
    // Whoever can write to the database still cannot make one agent's secret another's.
    meddle(&store, "UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE name = 'agent/bob')").await;
    assert!(store.secret("agent/alice").await.is_err());
    assert!(store.delete_secret("agent/alice").await.unwrap());
    assert!(!store.delete_secret("agent/alice").await.unwrap());
    assert_eq!(store.secret("agent/alice").await.unwrap(), None);
}

async fn another_key_is_noticed_at_the_start(mut place: Place) {
    let store = open(&place).await;
    store.set_secret("agent/alice", &Secret::from("s3cret".to_owned())).await.unwrap();
    store.close().await;
    let kept = place.data_dir().join("store.key");
    let elsewhere = place.data_dir().join("elsewhere.key");
    std::fs::rename(&kept, &elsewhere).unwrap();
    let lost = refusal(&place).await;
    assert!(lost.contains("store.key does not open the secrets in the store"), "{lost}");
    assert!(!kept.exists(), "a new key was laid over a lost one");
    std::fs::write(&kept, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    std::os::unix::fs::chown(&kept, None, None).unwrap();
    let permissions = std::fs::metadata(&elsewhere).unwrap().permissions();
    std::fs::set_permissions(&kept, permissions).unwrap();
    let other = refusal(&place).await;
    assert!(other.contains("put the file back"), "{other}");
    place.settings += &format!("key_file = {elsewhere:?}\n");
    let store = open(&place).await;
    assert!(store.secret("agent/alice").await.unwrap().is_some());
}

async fn what_is_never_taken_does_not_hold_up_the_rest(place: Place) {
    let store = open(&place).await;
    meddle(&store, "CREATE UNIQUE INDEX odd ON calls (number)").await;
    let number =
        |id, number: &str| CallRecord { party: Party { number: number.into(), name: None }, ..call(id) };
    for (id, own) in [(1, "1"), (2, "1"), (3, "3"), (4, "3"), (5, "5")] {
        record(&store, number(id, own));
    }
    let ids: Vec<_> = calls(&store).await.iter().map(|call| call.call.0).collect();
    assert_eq!(ids, [5, 3, 1]);
    let counts = store.counts();
    assert_eq!((counts.written, counts.lost, counts.waiting, counts.failing), (3, 2, 0, false));
}

async fn what_cannot_be_written_waits(place: Place) {
    let store = open(&place).await;
    record(&store, call(1));
    store.flush().await;
    meddle(&store, "ALTER TABLE calls RENAME TO gone").await;
    (2..=600).for_each(|id| record(&store, call(id)));
    while !store.counts().failing {
        tokio::task::yield_now().await;
    }
    assert_eq!((store.counts().waiting, store.counts().lost), (599, 0));
    meddle(&store, "ALTER TABLE gone RENAME TO calls").await;
    assert_eq!(calls(&store).await.len(), 600);
    let counts = store.counts();
    assert_eq!((counts.written, counts.waiting, counts.lost, counts.failing), (600, 0, 0, false));
}

async fn what_has_no_room_is_counted(place: Place) {
    let store = open(&place).await;
    meddle(&store, "ALTER TABLE calls RENAME TO gone").await;
    record(&store, call(1));
    while !store.counts().failing {
        tokio::task::yield_now().await;
    }
    (2..2_000).for_each(|id| record(&store, call(id)));
    let counts = store.counts();
    assert_eq!(counts.waiting + counts.lost, 1_999);
    assert!(counts.lost >= 1_999 - 1_024 - 1, "{counts:?}");
    meddle(&store, "ALTER TABLE gone RENAME TO calls").await;
    let read = calls(&store).await.len();
    assert_eq!(u64::try_from(read).unwrap(), 1_999 - counts.lost);
}
