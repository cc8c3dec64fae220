//! Transactions (RFC 3261 §17 with the corrections of RFC 6026).

mod client;
mod event;
mod server;

pub(crate) use client::{Client, Clients};
pub(crate) use event::{ClientEvent, Outcome, Owner};
pub(crate) use server::{Disposition, Servers, response_path};

use serde::{Deserialize, Serialize};

/// A client transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ClientId(u64);

/// A server transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ServerId(u64);
