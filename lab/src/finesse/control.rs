//! How tests and the demo drive the simulator: HTTP with JSON on a loopback port, apart from what clients see.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::centre::state::AgentState;
use super::faults::Wanted;
use super::world::{Shared, World};
use crate::cti::{CallId, Command};

mod view;

/// All paths.
pub fn router(shared: Shared) -> Router {
    Router::new()
        .route("/state", get(state))
        .route("/faults", post(faults))
        .route("/customer", post(customer))
        .route("/telephone", post(telephone))
        .route("/agent", post(agent))
        .route("/service", post(service))
        .route("/skew", post(skew))
        .route("/preview", post(preview))
        .with_state(shared)
}

async fn state(State(shared): State<Shared>) -> Json<Value> {
    Json(shared.read(view::state))
}

fn done(result: Result<Value, &'static str>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(why) => (StatusCode::CONFLICT, Json(json!({ "error": why }))).into_response(),
    }
}

async fn faults(State(shared): State<Shared>, Json(wanted): Json<Wanted>) -> Response {
    let known = shared.with(|world, _| set_faults(world, &wanted));
    done(if known { Ok(json!({})) } else { Err("there is no such node") })
}

fn set_faults(world: &mut World, wanted: &Wanted) -> bool {
    let mut any = false;
    for (index, node) in world.nodes.iter_mut().enumerate() {
        if wanted.node.is_some_and(|only| only != index) {
            continue;
        }
        any = true;
        node.faults.set(wanted);
        if wanted.drop_xmpp {
            node.hub.drop_all();
        }
        if let Some(present) = wanted.finesse_present {
            node.hub.set_finesse(present);
        }
    }
    any
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Customer {
    #[serde(default = "somebody")]
    from: String,
    to: String,
}

fn somebody() -> String {
    "0301555".to_owned()
}

/// A customer calls a queue or an agent.
async fn customer(State(shared): State<Shared>, Json(customer): Json<Customer>) -> Response {
    let call = shared.with(|world, _| world.centre.customer_calls(&customer.from, &customer.to));
    done(Ok(json!({ "call": call.0 })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Telephone {
    call: u64,
    device: String,
    does: Does,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Does {
    Answer,
    Hold,
    Retrieve,
    HangUp,
}

/// Somebody does something at a telephone, without Finesse.
async fn telephone(State(shared): State<Shared>, Json(telephone): Json<Telephone>) -> Response {
    let (call, device) = (CallId(telephone.call), telephone.device);
    let command = match telephone.does {
        Does::Answer => Command::Answer { call, device },
        Does::Hold => Command::Hold { call, device },
        Does::Retrieve => Command::Retrieve { call, device },
        Does::HangUp => Command::Drop { call, party: device },
    };
    shared.with(|world, _| world.switch.command(command));
    done(Ok(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agent {
    id: String,
    state: String,
    code: Option<u32>,
}

/// Sets the state of an agent, as the back-end may at any time.
async fn agent(State(shared): State<Shared>, Json(agent): Json<Agent>) -> Response {
    let Some(state) = AgentState::named(&agent.state) else { return done(Err("there is no such state")) };
    let set = shared.with(|world, now| world.centre.force_state(now, &agent.id, state, agent.code));
    done(if set { Ok(json!({})) } else { Err("the agent cannot be in that state now") })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    up: bool,
    /// To another back-end, which knows less.
    #[serde(default)]
    failover: bool,
}

/// The connection with the back-end is lost, or comes back.
async fn service(State(shared): State<Shared>, Json(service): Json<Service>) -> Response {
    shared.with(|world, now| {
        if service.up {
            world.centre.come_into_service(now, service.failover);
        } else {
            world.centre.go_out_of_service(now, "CTI_SERVER_LOST");
        }
    });
    done(Ok(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Skew {
    ms: i64,
}

async fn skew(State(shared): State<Shared>, Json(skew): Json<Skew>) -> Response {
    shared.with(|world, _| world.centre.set_skew(skew.ms));
    done(Ok(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preview {
    agent: String,
    number: String,
    #[serde(default = "campaign")]
    campaign: String,
}

fn campaign() -> String {
    "Spring".to_owned()
}

/// A campaign shows a customer to an agent who is ready.
async fn preview(State(shared): State<Shared>, Json(preview): Json<Preview>) -> Response {
    let shown = shared
        .with(|world, now| world.centre.preview(now, &preview.agent, &preview.number, &preview.campaign));
    done(if shown { Ok(json!({})) } else { Err("the agent is not ready") })
}
