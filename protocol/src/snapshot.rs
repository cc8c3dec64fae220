//! Everything a client has to know, in one value, and how an event changes it.
//!
//! A client that has the last snapshot and every event since knows all there is to know; one that missed an
//! event asks for a new snapshot.

use crate::agent::Agent;
use crate::{Call, CallId, DialString, Event, Failure, Features, Watched};
use serde::{Deserialize, Serialize};

/// The state of one signed-in user, as one of their clients sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The signed-in user.
    pub user: User,
    /// The user's line on the telephone system.
    pub line: Line,
    /// The user's calls, oldest first. A call that ended stays until its user has dismissed it or the next
    /// one begins, so that its reason can be read.
    pub calls: Vec<Call>,
    /// What the line does beside calls, and how it is set.
    #[serde(default)]
    pub features: Features,
    /// The phones that the user watches, in the order of the configuration.
    #[serde(default)]
    pub watched: Vec<Watched>,
    /// What the user called last, for redial.
    #[serde(default)]
    pub last_dialled: Option<DialString>,
    /// What concerns the user as a contact-centre agent; none for users who are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Box<Agent>>,
    /// Which of the user's tabs has the microphone and the speaker.
    pub media: MediaHolder,
    /// The relay's clock when the snapshot was taken, in milliseconds since the Unix epoch. Timers
    /// count from it, since the user's own clock may be wrong.
    pub now_ms: u64,
}

/// The signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The name the user signs in with.
    pub name: String,
    /// The name that is shown.
    pub display_name: String,
    /// The user's own number.
    pub extension: String,
}

/// The user's line on the telephone system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Whether calls can be made and received.
    pub state: LineState,
}

/// Whether a line can make and receive calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Being registered; calls are not possible yet.
    Registering,
    /// Calls can be made and received.
    Ready,
    /// The telephone system does not answer or refused the line. The relay keeps trying.
    Unavailable {
        /// Why.
        failure: Failure,
    },
}

/// Which of the user's tabs has the microphone and the speaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaHolder {
    /// None; the first tab to offer media gets it.
    Nobody,
    /// The tab that reads this.
    Here,
    /// Another tab of the same user. It can be taken over by an offer that says so.
    Elsewhere,
}

impl Snapshot {
    /// The call with that id.
    #[must_use]
    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.calls.iter().find(|call| call.id == id)
    }

    /// The calls that are not over.
    pub fn live_calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| !call.is_ended())
    }

    /// Brings the snapshot up to date with what has happened since it was taken.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::CallChanged { call } => match self.calls.iter_mut().find(|known| known.id == call.id) {
                Some(known) => *known = call.clone(),
                None => self.calls.push(call.clone()),
            },
            Event::CallRemoved { call } => self.calls.retain(|known| known.id != *call),
            Event::LineChanged { line } => self.line = line.clone(),
            Event::FeaturesChanged { features } => self.features = features.clone(),
            Event::WatchedChanged { watched } => {
                if let Some(known) = self.watched.iter_mut().find(|known| known.number == watched.number) {
                    *known = watched.clone();
                }
            }
            Event::MediaHolderChanged { media } => self.media = *media,
            Event::DtmfReceived { .. } => {}
            Event::Agent(event) => {
                if let Some(agent) = &mut self.agent {
                    agent.apply(event);
                }
            }
        }
    }
}
