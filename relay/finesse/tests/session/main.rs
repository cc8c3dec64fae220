//! The session of an agent against a small model of Finesse, in virtual time.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "tests say what went wrong"
)]

mod anything;
mod calls;
mod center;
mod converge;
mod failover;
mod keeping;
mod lockout;
mod outcomes;
mod rig;
mod sign_in;
mod states;
mod teams;
mod wire;
