//! Finesse's documents, read as an answer or as an event brings them. All values are of our own making; the shapes are
//! those of Cisco's developer guide.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says by a panic what does not hold, and prints what it skips"
)]

mod answers;
mod any;
mod like_the_desktop;
mod refused;
mod shuffled;
mod vectors;
mod written;
