//! The phone core, driven by virtual time against a relay and a browser that the tests play.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says by a panic what does not hold, also in the helpers that clippy does not know for tests"
)]

mod agent_calls;
mod agent_events;
mod agent_states;
mod agent_team;
mod answering;
mod auto_answer;
mod conferencing;
mod connection;
mod devices;
mod dial_plan;
mod dialling;
mod ending;
mod features;
mod holding;
mod in_call;
mod microphone;
mod reload;
mod rig;
mod session;
mod several_tabs;
mod sounds;
mod transferring;
mod waiting;
mod warm_leg;
