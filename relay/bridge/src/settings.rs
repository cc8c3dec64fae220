//! How long the bridge waits for what.

use crate::Millis;
use serde::{Deserialize, Serialize};

/// How long the bridge waits for what, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// How long a call is kept for a user whose last tab is gone, or whose audio is. A reload takes two
    /// seconds and a change of network up to twenty; 60 s stay below every timer of a contact centre.
    pub grace: Millis,
    /// How long after the last tab has gone an incoming call still rings. Just longer than a reload: a
    /// caller should not hear a phone ring that nobody can answer.
    pub reload: Millis,
    /// How long an incoming call rings before it is refused as unanswered.
    pub ring: Millis,
    /// The id of the first call. The shell derives it from the clock, so that ids differ between runs.
    pub first_call: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { grace: 60_000, reload: 10_000, ring: 180_000, first_call: 1 }
    }
}
