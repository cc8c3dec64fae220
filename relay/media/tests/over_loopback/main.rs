//! The media plane with its threads and sockets, seen from outside.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a helper of a test says by a panic what did not hold, and works with small known numbers"
)]

mod a_call;
mod a_conference;
mod music;
mod start_and_stop;
mod support;
