//! Behaviour of the user agent in virtual time, one file for each.

#![allow(clippy::expect_used, clippy::panic, reason = "clippy sees no test in the helpers of tests")]

mod alerting;
mod dead_peers;
mod description_versions;
mod digest;
mod early_offers;
mod encrypted_media;
mod foreign_hosts;
mod in_dialog;
mod inbound_call;
mod keep_alive;
mod keys;
mod keys_by_info;
mod lossy_network;
mod mailbox;
mod messages;
mod next_address;
mod odd_notifiers;
mod offers_and_answers;
mod options_and_others;
mod outbound_call;
mod own_offers;
mod party;
mod proxy_account;
mod reasons;
mod redirects;
mod registration;
mod registration_failover;
mod reliable_responses;
mod replaces;
mod restore;
mod session_timers;
mod strangers;
mod stun_keep_alive;
mod subscription_trouble;
mod support;
mod tcp;
mod tls;
mod torture;
mod transfer;
mod transferee;
mod transport_by_name;
mod trunk_calls;
mod trunk_news;
mod watching;
