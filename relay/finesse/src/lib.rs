//! Cisco Finesse, without IO: what its REST API and its notifications say, and the session of one agent.
//!
//! - [`model`]: its objects (User, Dialog, Team, Queue, SystemInfo…), as its documents name them.

pub mod model;
