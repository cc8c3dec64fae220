//! The media plane with its threads and sockets, seen from outside.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a helper of a test says by a panic what did not hold, and works with small known numbers"
)]

mod a_call;
mod a_conference;
mod an_encrypted_call;
mod music;
mod start_and_stop;
mod support;
