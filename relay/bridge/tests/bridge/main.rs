//! Calls as their user lives them, in virtual time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says by a panic what does not hold"
)]

mod answering;
mod being_transferred;
mod conferences;
mod controlled_calls;
mod holding;
mod line_features;
mod losing_the_browser;
mod many_calls;
mod no_leg_is_left_behind;
mod phone_in_two_tabs;
mod placing_a_call;
mod random_steps;
mod shell_model;
mod stand;
mod telephone_system_conferences;
mod transferring;
mod what_belongs_together;
mod what_is_written_down;
