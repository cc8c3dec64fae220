//! The relay: one binary that joins call logic, SIP and media to sockets.
//!
//! Everything that decides lives in the pure crates. Here are the sockets, the clock, the randomness, and one event
//! loop ([`serve()`]) that hands every happening to its state machine and carries out what that asks for.

mod administration;
pub mod agents;
mod assets;
mod auth;
mod certificate;
mod clock;
pub mod config;
pub mod dial_plans;
mod finesse_io;
mod http;
mod metrics;
mod query;
mod relay;
mod serve;
mod signalling;
mod sip_io;
pub mod store;
mod trace;

pub use agents::{AgentSecret, keep_agent_secret};
pub use auth::hash_password;
pub use serve::serve;
