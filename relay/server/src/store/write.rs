//! How records become rows.

use super::record::{AgentEvent, CallRecord, CallStep, Happening, Record};
use serde::Serialize;
use sidetone_protocol::agent::Reason;
use sidetone_protocol::{Direction, EndReason};
use sqlx::AnyConnection;

/// What other systems say of names and ids has no limit; a column of an index has.
const LONGEST: usize = 250;

const CALL: &str = "INSERT INTO calls (user_name, call_id, direction, number, name, started_ms, answered_ms, \
    ended_ms, end_reason, failure, failure_detail, held_ms, dialog, queue) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
    ON CONFLICT (user_name, call_id) DO UPDATE SET direction = excluded.direction, number = excluded.number, \
    name = excluded.name, started_ms = excluded.started_ms, answered_ms = excluded.answered_ms, \
    ended_ms = excluded.ended_ms, end_reason = excluded.end_reason, failure = excluded.failure, \
    failure_detail = excluded.failure_detail, held_ms = excluded.held_ms, \
    dialog = COALESCE(excluded.dialog, calls.dialog), queue = COALESCE(excluded.queue, calls.queue)";

const EVENT: &str = "INSERT INTO agent_events (agent, at_ms, kind, state, dialog, reason_id, reason_label, direction, \
    queue) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
    ON CONFLICT (agent, at_ms, kind, state, dialog) DO UPDATE SET \
    reason_id = COALESCE(excluded.reason_id, agent_events.reason_id), \
    reason_label = COALESCE(excluded.reason_label, agent_events.reason_label), \
    queue = COALESCE(excluded.queue, agent_events.queue)";

/// Writes one record. Once more is as good as once.
pub(super) async fn write(connection: &mut AnyConnection, record: &Record) -> Result<(), sqlx::Error> {
    match record {
        Record::Call(call) => write_call(connection, call).await,
        Record::Agent { agent, event } => write_event(connection, agent, event).await,
    }
}

async fn write_call(connection: &mut AnyConnection, call: &CallRecord) -> Result<(), sqlx::Error> {
    let (end, failure) = match &call.end {
        EndReason::User => ("user", None),
        EndReason::Party => ("party", None),
        EndReason::Transferred => ("transferred", None),
        EndReason::Elsewhere => ("elsewhere", None),
        EndReason::Failed { failure } => ("failed", Some(failure)),
    };
    sqlx::query(CALL)
        .bind(text(&call.user))
        .bind(number(call.call.0))
        .bind(direction(call.direction))
        .bind(text(&call.party.number))
        .bind(call.party.name.as_deref().map(text))
        .bind(number(call.started_at_ms))
        .bind(call.answered_at_ms.map(number))
        .bind(number(call.ended_at_ms))
        .bind(end)
        .bind(failure.map(|failure| failure.code.as_str()))
        .bind(failure.and_then(|failure| failure.detail.as_deref()).map(text))
        .bind(number(call.held_ms))
        .bind(call.dialog.as_deref().map(text))
        .bind(call.queue.as_deref().map(text))
        .execute(connection)
        .await?;
    Ok(())
}

async fn write_event(
    connection: &mut AnyConnection,
    agent: &str,
    event: &AgentEvent,
) -> Result<(), sqlx::Error> {
    let mut columns = Columns::default();
    let kind = match &event.what {
        Happening::SignedIn => "signed_in",
        Happening::SignedOut { reason } => {
            columns.reason = reason.as_ref();
            "signed_out"
        }
        Happening::State { state, reason } => {
            columns.state = word(state);
            columns.reason = reason.as_ref();
            "state"
        }
        Happening::Call { dialog, direction: way, queue, step } => {
            columns.dialog = text(dialog);
            columns.direction = Some(direction(*way));
            columns.queue = queue.as_deref().map(text);
            kind_of(*step)
        }
    };
    sqlx::query(EVENT)
        .bind(text(agent))
        .bind(number(event.at_ms))
        .bind(kind)
        .bind(columns.state)
        .bind(columns.dialog)
        .bind(columns.reason.map(|reason| text(&reason.id)))
        .bind(columns.reason.map(|reason| text(&reason.label)))
        .bind(columns.direction)
        .bind(columns.queue)
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(Default)]
struct Columns<'a> {
    state: String,
    dialog: String,
    reason: Option<&'a Reason>,
    direction: Option<&'static str>,
    queue: Option<String>,
}

fn kind_of(step: CallStep) -> &'static str {
    match step {
        CallStep::Ringing => "ringing",
        CallStep::Answered => "answered",
        CallStep::Held => "held",
        CallStep::Retrieved => "retrieved",
        CallStep::Transferred => "transferred",
        CallStep::Missed => "missed",
        CallStep::Ended => "ended",
        CallStep::WrapUpBegan => "wrap_up_began",
        CallStep::WrapUpEnded => "wrap_up_ended",
    }
}

/// The step that a kind stands for, if it does for one.
pub(super) fn step_of(kind: &str) -> Option<CallStep> {
    [
        CallStep::Ringing,
        CallStep::Answered,
        CallStep::Held,
        CallStep::Retrieved,
        CallStep::Transferred,
        CallStep::Missed,
        CallStep::Ended,
        CallStep::WrapUpBegan,
        CallStep::WrapUpEnded,
    ]
    .into_iter()
    .find(|step| kind_of(*step) == kind)
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

/// The word that an enum's variant has in the protocol.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A number as databases know it: their largest is half of ours.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A text that every database takes: PostgreSQL has no NUL.
fn text(value: &str) -> String {
    value.chars().filter(|c| *c != '\0').take(LONGEST).collect()
}
