//! Which tab has the microphone and the speaker, and on which leg.

use crate::{BrowserLegId, ClientId};
use serde::{Deserialize, Serialize};
use sidetone_protocol::MediaGeneration;

/// The lease of a user's phone: one tab holds it at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MediaLease {
    pub(crate) client: ClientId,
    pub(crate) generation: MediaGeneration,
    pub(crate) leg: BrowserLegId,
    pub(crate) state: MediaState,
}

/// How far the browser's leg has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MediaState {
    /// The offer is with the media plane.
    Opening,
    /// The answer is with the browser; connectivity checks run.
    Checking,
    /// Packets flow.
    Connected,
}
