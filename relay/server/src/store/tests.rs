//! The store on SQLite and on PostgreSQL: the same tests on both, and what only one of them can show.

mod on_both;
mod outages;
mod places;
mod postgres;

pub(super) use places::Folder;

use super::writer::Pace;
use super::{CallRecord, Store};
use places::Place;
use sidetone_protocol::{CallId, Direction, EndReason, Party};
use std::time::Duration;

/// Fast enough for tests, and patient with a machine that is busy.
const PACE: Pace = Pace {
    queue: 1_024,
    retry: Duration::from_millis(2),
    longest_retry: Duration::from_millis(20),
    write_timeout: Duration::from_secs(60),
    flush_timeout: Duration::from_secs(60),
};

async fn open(place: &Place) -> Store {
    Store::connect(&place.config(), PACE).await.unwrap()
}

/// Why it does not open.
async fn refusal(place: &Place) -> String {
    Store::connect(&place.config(), PACE).await.err().expect("it opened").to_string()
}

fn call(id: u64) -> CallRecord {
    CallRecord {
        user: "alice".into(),
        call: CallId(id),
        direction: Direction::Inbound,
        party: Party { number: format!("+49301{id:04}"), name: Some("Bob Example".into()) },
        started_at_ms: 1_000 + id,
        answered_at_ms: Some(2_000 + id),
        ended_at_ms: 3_000 + id,
        end: EndReason::Party,
        held_ms: 250,
        dialog: None,
        queue: None,
    }
}

async fn calls(store: &Store) -> Vec<CallRecord> {
    store.calls("alice", 0, u64::MAX, 10_000, None).await.unwrap()
}

/// Carries out one statement past the store, as an operator could.
async fn meddle(store: &Store, sql: &'static str) {
    sqlx::query(sql).execute(&store.pool).await.unwrap();
}
