//! Behaviour of the user agent in virtual time, one file for each.

#![allow(clippy::expect_used, clippy::panic, reason = "clippy sees no test in the helpers of tests")]

mod alerting;
mod digest;
mod in_dialog;
mod inbound_call;
mod keys_by_info;
mod lossy_network;
mod messages;
mod offers_and_answers;
mod options_and_others;
mod outbound_call;
mod own_offers;
mod party;
mod reasons;
mod redirects;
mod registration;
mod reliable_responses;
mod replaces;
mod restore;
mod session_timers;
mod support;
mod tcp;
mod torture;
mod transfer;
mod transferee;
