//! The switch of a PBX over HTTP, for tests and for other programs: JSON in, JSON out.
//!
//! | Request | What it does |
//! |---|---|
//! | `POST /command` | does a [`Command`]: `{"do": "hold", "call": 1, "device": "1001"}`; answered by 204, what comes of it is in the events |
//! | `GET /events?after=N` | the [`Event`]s after the first N, as `{"next": M, "events": […]}` |
//! | `GET /calls` | the calls there are |
//! | `GET /heard/NUMBER?hz=700,1100` | in how many of the last 31 stretches of 64 ms somebody who is played heard these tones |

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use tokio::sync::mpsc;

use super::Control;
use crate::cti::{CallControl as _, Command, Event};

/// What the handlers share.
#[derive(Clone)]
struct Shared {
    control: Control,
    events: Arc<Mutex<Vec<Event>>>,
}

/// The paths, to be served or to be put beside others.
pub fn router(control: Control) -> Router {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    control.subscribe(sender);
    let events = Arc::<Mutex<Vec<Event>>>::default();
    let log = Arc::clone(&events);
    tokio::spawn(async move {
        while let Some(event) = receiver.recv().await {
            log.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        }
    });
    Router::new()
        .route("/command", post(command))
        .route("/events", get(all_events))
        .route("/calls", get(calls))
        .route("/heard/{number}", get(heard))
        .with_state(Shared { control, events })
}

async fn command(State(shared): State<Shared>, body: Bytes) -> Response {
    match serde_json::from_slice::<Command>(&body) {
        Ok(command) => {
            shared.control.command(command);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    }
}

#[derive(Serialize)]
struct Events<'a> {
    next: usize,
    events: &'a [Event],
}

async fn all_events(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let after = value(query.as_deref(), "after").and_then(|after| after.parse().ok()).unwrap_or(0);
    // A log is whole after every statement, so a panic elsewhere spoils nothing.
    let events = shared.events.lock().unwrap_or_else(PoisonError::into_inner);
    json(&Events { next: events.len(), events: events.get(after..).unwrap_or_default() })
}

async fn calls(State(shared): State<Shared>) -> Response {
    json(&shared.control.calls().await)
}

async fn heard(
    State(shared): State<Shared>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let tones = value(query.as_deref(), "hz").unwrap_or_default();
    let Ok(tones) = tones.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>() else {
        return (StatusCode::BAD_REQUEST, "expected hz=700,1100\n").into_response();
    };
    match shared.control.heard(number, tones).await {
        Some(heard) => json(&heard),
        None => (StatusCode::NOT_FOUND, "nobody who is played has that number in a call\n").into_response(),
    }
}

/// The value of a name in a query that needs no decoding.
fn value<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
