//! How rows become records again.

use super::StoreError;
use super::record::{AgentEvent, CallRecord, Happening};
use super::write::{number, step_of};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sidetone_protocol::agent::Reason;
use sidetone_protocol::{CallId, EndReason, Failure, Party};
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row as _};

const EVENTS: &str = "SELECT at_ms, kind, state, dialog, reason_id, reason_label, direction, queue FROM agent_events \
    WHERE agent = $1 AND at_ms >= $2 AND at_ms < $3 ORDER BY at_ms, id";

const LAST_STATE: &str = "SELECT at_ms, kind, state, dialog, reason_id, reason_label, direction, queue \
    FROM agent_events WHERE agent = $1 AND at_ms < $2 AND kind IN ('state', 'signed_out') \
    ORDER BY at_ms DESC, id DESC LIMIT 1";

const CALLS: &str = "SELECT call_id, direction, number, name, started_ms, answered_ms, ended_ms, end_reason, failure, \
    failure_detail, held_ms, dialog, queue FROM calls WHERE user_name = $1 AND started_ms >= $2 AND started_ms < $3 \
    ORDER BY started_ms DESC, call_id DESC LIMIT $4";

const CALLS_BEFORE: &str = "SELECT call_id, direction, number, name, started_ms, answered_ms, ended_ms, end_reason, \
    failure, failure_detail, held_ms, dialog, queue FROM calls \
    WHERE user_name = $1 AND started_ms >= $2 AND started_ms < $3 \
    AND (started_ms, call_id) < (SELECT started_ms, call_id FROM calls WHERE user_name = $1 AND call_id = $5) \
    ORDER BY started_ms DESC, call_id DESC LIMIT $4";

pub(super) async fn agent_events(
    pool: &AnyPool,
    agent: &str,
    from_ms: u64,
    to_ms: u64,
) -> Result<Vec<AgentEvent>, StoreError> {
    let rows = sqlx::query(EVENTS)
        .bind(agent.to_owned())
        .bind(number(from_ms))
        .bind(number(to_ms))
        .fetch_all(pool)
        .await?;
    rows.iter().map(event).collect()
}

/// The state in which an agent was at a moment.
pub(super) async fn last_state(
    pool: &AnyPool,
    agent: &str,
    at_ms: u64,
) -> Result<Option<AgentEvent>, StoreError> {
    let row = sqlx::query(LAST_STATE).bind(agent.to_owned()).bind(number(at_ms)).fetch_optional(pool).await?;
    row.as_ref().map(event).transpose()
}

pub(super) async fn calls(
    pool: &AnyPool,
    user: &str,
    (from_ms, to_ms): (u64, u64),
    limit: u32,
    before: Option<CallId>,
) -> Result<Vec<CallRecord>, StoreError> {
    let sql = if before.is_some() { CALLS_BEFORE } else { CALLS };
    let mut query = sqlx::query(sql)
        .bind(user.to_owned())
        .bind(number(from_ms))
        .bind(number(to_ms))
        .bind(i64::from(limit));
    if let Some(before) = before {
        query = query.bind(number(before.0));
    }
    query.fetch_all(pool).await?.iter().map(|row| call(user, row)).collect()
}

fn event(row: &AnyRow) -> Result<AgentEvent, StoreError> {
    let reason = || {
        let id: Option<String> = row.try_get("reason_id")?;
        let label: Option<String> = row.try_get("reason_label")?;
        Ok::<_, StoreError>(id.zip(label).map(|(id, label)| Reason { id, label }))
    };
    let kind: String = row.try_get("kind")?;
    let what = match (kind.as_str(), step_of(&kind)) {
        ("signed_in", _) => Happening::SignedIn,
        ("signed_out", _) => Happening::SignedOut { reason: reason()? },
        ("state", _) => {
            Happening::State { state: word("a state", row.try_get("state")?)?, reason: reason()? }
        }
        (_, Some(step)) => {
            let direction: Option<String> = row.try_get("direction")?;
            Happening::Call {
                dialog: row.try_get("dialog")?,
                direction: word("a direction", direction.unwrap_or_default())?,
                queue: row.try_get("queue")?,
                step,
            }
        }
        (_, None) => return Err(StoreError::Unknown { what: "an event", value: kind }),
    };
    Ok(AgentEvent { at_ms: millis(row, "at_ms")?, what })
}

fn call(user: &str, row: &AnyRow) -> Result<CallRecord, StoreError> {
    let reason: String = row.try_get("end_reason")?;
    let end = match reason.as_str() {
        "user" => EndReason::User,
        "party" => EndReason::Party,
        "transferred" => EndReason::Transferred,
        "elsewhere" => EndReason::Elsewhere,
        "failed" => {
            let code: Option<String> = row.try_get("failure")?;
            let code = word("a failure", code.unwrap_or_default())?;
            EndReason::Failed { failure: Failure { code, detail: row.try_get("failure_detail")? } }
        }
        _ => return Err(StoreError::Unknown { what: "the end of a call", value: reason }),
    };
    let answered: Option<i64> = row.try_get("answered_ms")?;
    Ok(CallRecord {
        user: user.to_owned(),
        call: CallId(millis(row, "call_id")?),
        direction: word("a direction", row.try_get("direction")?)?,
        party: Party { number: row.try_get("number")?, name: row.try_get("name")? },
        started_at_ms: millis(row, "started_ms")?,
        answered_at_ms: answered.and_then(|at| u64::try_from(at).ok()),
        ended_at_ms: millis(row, "ended_ms")?,
        end,
        held_ms: millis(row, "held_ms")?,
        dialog: row.try_get("dialog")?,
        queue: row.try_get("queue")?,
    })
}

fn millis(row: &AnyRow, column: &str) -> Result<u64, StoreError> {
    let value: i64 = row.try_get(column)?;
    Ok(u64::try_from(value).unwrap_or_default())
}

/// The variant of an enum that has that word in the protocol.
fn word<T: DeserializeOwned>(what: &'static str, value: String) -> Result<T, StoreError> {
    serde_json::from_value(Value::String(value.clone())).map_err(|_| StoreError::Unknown { what, value })
}
