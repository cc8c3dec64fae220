//! What client and relay say to each other, and the domain both share.
//!
//! The crate is plain data: no IO, no clock, no randomness. It builds for wasm32 and native.
//!
//! - [`agent`]: what concerns a contact-centre agent: state, dialogs, team, queues, own day,
//! - [`message`]: the versioned signalling messages and their envelopes,
//! - [`call`]: a call as its user sees it,
//! - [`snapshot`]: everything a client has to know, in one value, and how events change it,
//! - [`dial`]: what may be dialled,
//! - [`dial_plan`]: how it is dialled at a site, and how callers' numbers are understood there,
//! - [`features`]: what a line does beside calls, and whom its user watches,
//! - [`failure`]: stable codes and plain sentences for everything that can go wrong,
//! - [`id`]: identifiers, one type per role.

pub mod agent;
pub mod call;
pub mod dial;
pub mod dial_plan;
pub mod failure;
pub mod features;
pub mod id;
pub mod message;
pub mod snapshot;

pub use call::{
    Alert, Call, CallState, Codec, Direction, EndReason, Hold, Party, PbxConference, Ring, Transfer,
    TransferState,
};
pub use dial::{DialString, DtmfDigits};
pub use dial_plan::DialPlan;
pub use failure::{Failure, FailureCode};
pub use features::{Features, Forward, Voicemail, Watched, WatchedState};
pub use id::{CallId, ConferenceId, MediaGeneration, RequestId, SessionToken};
pub use message::{
    ClientFrame, ClientMessage, Event, PROTOCOL_VERSION, RelayFrame, RelayMessage, TransferTarget,
};
pub use snapshot::{Line, LineState, MediaHolder, Snapshot, User};
