//! A conference in the telephone system that a user has asked for (RFC 4579 §5.4).

use crate::Millis;
use crate::user::Focus;
use serde::{Deserialize, Serialize};

/// A call whose other side is such a conference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Room {
    pub(crate) state: RoomState,
    /// What the user talked in when the conference was asked for, and comes back to if nobody joins it.
    pub(crate) before: Option<Focus>,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RoomState {
    /// Asked for.
    Asked {
        /// When it is given up.
        until: Millis,
    },
    /// There: parties can be sent to it.
    Open,
}

impl Room {
    pub(crate) fn new(until: Millis, before: Option<Focus>) -> Self {
        Self { state: RoomState::Asked { until }, before }
    }

    pub(crate) fn is_open(self) -> bool {
        self.state == RoomState::Open
    }

    /// When it is given up, if it does not open before.
    pub(crate) fn until(self) -> Option<Millis> {
        match self.state {
            RoomState::Asked { until } => Some(until),
            RoomState::Open => None,
        }
    }

    /// Whether it can come to nothing any more, with so many parties on the way to it and in it.
    pub(crate) fn is_pointless(self, guests: usize, joined: usize) -> bool {
        match self.state {
            // With one party the user can talk as it is.
            RoomState::Asked { .. } => guests < 2,
            RoomState::Open => guests + joined == 0,
        }
    }
}
