//! Cisco Finesse, without IO: what its REST API and its notifications say, and the session of one agent.
//!
//! - [`model`]: its objects (User, Dialog, Team, Queue, SystemInfo…), as its documents name them.
//! - [`rest`]: requests as values, answers read into objects, refusals sorted by what a user can do about them.
//! - [`notification`]: events, as they are published over XMPP.
//! - [`xmpp`]: the connection that they come over.
//! - [`session`]: the session of one agent, which joins all of these.

pub mod model;
pub mod notification;
mod read;
pub mod rest;
pub mod session;
mod time;
mod xml;
pub mod xmpp;
