//! Connections for notifications, over WebSocket and over BOSH.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what went wrong")]

mod bosh;
mod reading;
mod websocket;

use sidetone_finesse::xmpp::{Connection, Event, Login, Output};

fn login() -> Login {
    Login {
        domain: "fin1.example".to_owned(),
        pubsub: "pubsub.fin1.example".to_owned(),
        user: "70123".to_owned(),
        password: "p4ss".to_owned(),
        resource: "sidetone".to_owned(),
    }
}

fn outputs(connection: &mut Connection) -> Vec<Output> {
    std::iter::from_fn(|| connection.next_output()).collect()
}

fn sent(connection: &mut Connection) -> Vec<String> {
    outputs(connection)
        .into_iter()
        .filter_map(|output| match output {
            Output::Send(text) => Some(text),
            Output::Post { body, .. } => Some(body),
            Output::Close | Output::Event(_) => None,
        })
        .collect()
}

fn events(connection: &mut Connection) -> Vec<Event> {
    outputs(connection)
        .into_iter()
        .filter_map(|output| match output {
            Output::Event(event) => Some(event),
            Output::Send(_) | Output::Post { .. } | Output::Close => None,
        })
        .collect()
}
