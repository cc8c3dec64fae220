//! What client and relay say to each other, and the domain both share.
//!
//! The crate is plain data: no IO, no clock, no randomness. It builds for wasm32 and native.
//!
//! - [`message`]: the versioned signalling messages and their envelopes,
//! - [`call`]: a call as its user sees it,
//! - [`snapshot`]: everything a client has to know, in one value, and how events change it,
//! - [`dial_plan`]: how numbers are dialled at a site, and how callers' numbers are understood there,
//! - [`dial`]: what may be dialled,
//! - [`failure`]: stable codes and plain sentences for everything that can go wrong,
//! - [`id`]: identifiers, one type per role.

pub mod call;
pub mod dial;
pub mod dial_plan;
pub mod failure;
pub mod id;
pub mod message;
pub mod snapshot;

pub use call::{Call, CallState, Codec, Direction, EndReason, Party};
pub use dial::{DialString, DtmfDigits};
pub use dial_plan::DialPlan;
pub use failure::{Failure, FailureCode};
pub use id::{CallId, MediaGeneration, RequestId, SessionToken};
pub use message::{ClientFrame, ClientMessage, Event, PROTOCOL_VERSION, RelayFrame, RelayMessage};
pub use snapshot::{Line, LineState, MediaHolder, Snapshot, User};
