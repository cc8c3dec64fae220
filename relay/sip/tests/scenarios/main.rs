//! Behaviour of the user agent in virtual time, one file for each.

#![allow(clippy::expect_used, clippy::panic, reason = "clippy sees no test in the helpers of tests")]

mod digest;
mod in_dialog;
mod inbound_call;
mod keys;
mod lossy_network;
mod mailbox;
mod messages;
mod odd_notifiers;
mod offers_and_answers;
mod options_and_others;
mod outbound_call;
mod registration;
mod restore;
mod subscription_trouble;
mod support;
mod tcp;
mod torture;
mod watching;
