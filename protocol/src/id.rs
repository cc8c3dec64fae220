//! Identifiers: one type per role, so that a call can never be mistaken for a request.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A call, as named by the relay. Unique for the life of the relay's store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub u64);

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A conference of the relay: calls of one user whose parties all hear each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConferenceId(pub u64);

/// A request, as named by the client; the relay repeats it in the answer that belongs to it.
///
/// Unique within one session, over reloads too: a page counts on from its clock at load, in milliseconds.
/// A request that is sent again with the same id (because the connection broke before the answer came) is
/// carried out only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub u64);

/// Counts the peer connections that one client has offered; an answer or a failure that
/// belongs to an older one is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MediaGeneration(pub u32);

impl MediaGeneration {
    /// The generation after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// A bearer secret that lets a reloaded page resume its session. Never logged: `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionToken(pub String);

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}
