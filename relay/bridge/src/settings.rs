//! How long the bridge waits for what, and what a user's line may do.

use crate::Millis;
use serde::{Deserialize, Serialize};
use sidetone_protocol::{DialString, Features, User, Watched};

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
    /// How long the telephone system may take to make a conference. Its users wait for it, so that this is less than
    /// a phone rings.
    pub room: Millis,
    /// The id of the first call. The shell derives it from the clock, so that ids differ between runs.
    pub first_call: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { grace: 60_000, reload: 10_000, ring: 180_000, room: 15_000, first_call: 1 }
    }
}

/// What a user's line may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineSettings {
    /// Whether a call rings while the user is in another one.
    pub call_waiting: bool,
    /// How many calls the user can have at a time, on hold or not.
    pub max_calls: usize,
    /// Whether the phone answers by itself where a caller's system asks for it. Off unless the telephone system is
    /// known to ask for its own reasons only: it opens a microphone that nobody has touched.
    pub auto_answer: bool,
    /// Whether the other party may transfer the user to somebody else.
    pub follow_transfers: bool,
    /// Where the telephone system parks a call that is transferred there.
    pub park_code: Option<DialString>,
    /// What is dialled to take a call that rings at another phone, before that phone's number.
    pub pickup_code: Option<DialString>,
    /// Who mixes the calls that the user joins.
    pub conferences: Conferences,
}

/// Who mixes the calls that a user joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Conferences {
    /// The relay.
    #[default]
    Relay,
    /// The telephone system.
    TelephoneSystem,
}

impl Default for LineSettings {
    fn default() -> Self {
        Self {
            call_waiting: true,
            max_calls: 8,
            auto_answer: false,
            follow_transfers: true,
            park_code: None,
            pickup_code: None,
            conferences: Conferences::Relay,
        }
    }
}

/// A user as the bridge gets to know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Who they are.
    pub profile: User,
    /// How their line was set when the relay last ran. `park` and `pick_up` follow from the settings.
    pub features: Features,
    /// Whose phones they watch.
    pub watched: Vec<Watched>,
    /// What their line may do.
    pub line: LineSettings,
}

impl NewUser {
    /// A user whose line is set as it is out of the box.
    #[must_use]
    pub fn new(profile: User) -> Self {
        Self { profile, features: Features::default(), watched: Vec::new(), line: LineSettings::default() }
    }
}
