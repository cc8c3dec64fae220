//! Behaviour of the user agent in virtual time, one file for each.

#![allow(clippy::expect_used, clippy::panic, reason = "clippy sees no test in the helpers of tests")]

mod dead_peers;
mod digest;
mod in_dialog;
mod inbound_call;
mod keep_alive;
mod lossy_network;
mod messages;
mod next_address;
mod offers_and_answers;
mod options_and_others;
mod outbound_call;
mod proxy_account;
mod registration;
mod registration_failover;
mod restore;
mod support;
mod tcp;
mod tls;
mod torture;
mod trunk_calls;
