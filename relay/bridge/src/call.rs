//! A call as the bridge keeps it: what the user sees, and the leg behind it.

use crate::{FarLegId, Millis};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{Call, CallId, CallState, Codec, Direction, EndReason, Party};

/// What the user sees, and the leg behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BridgedCall {
    pub(crate) view: Call,
    pub(crate) far: FarLegId,
}

impl BridgedCall {
    pub(crate) fn new(id: CallId, far: FarLegId, direction: Direction, party: Party, now: Millis) -> Self {
        let state = match direction {
            Direction::Inbound => CallState::Ringing,
            Direction::Outbound => CallState::Dialing,
        };
        let view = Call {
            id,
            direction,
            party,
            state,
            muted: false,
            codec: None,
            started_at_ms: now,
            answered_at_ms: None,
        };
        Self { view, far }
    }

    /// Whether audio can flow to and from the other party: after the answer, and before it where the
    /// network sends its own tones.
    pub(crate) fn has_audio(&self) -> bool {
        match self.view.state {
            CallState::Alerting { early_media } => early_media,
            CallState::Answering | CallState::Connected | CallState::Reconnecting => true,
            CallState::Dialing | CallState::Ringing | CallState::Ended { .. } => false,
        }
    }

    pub(crate) fn connect(&mut self, codec: Codec, has_browser: bool, now: Millis) {
        self.view.codec = Some(codec);
        self.view.answered_at_ms.get_or_insert(now);
        self.view.state = if has_browser { CallState::Connected } else { CallState::Reconnecting };
    }

    pub(crate) fn end(&mut self, reason: EndReason) {
        self.view.state = CallState::Ended { reason };
        self.view.muted = false;
    }
}
