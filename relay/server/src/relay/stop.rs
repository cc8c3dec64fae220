//! The orderly end: calls get a BYE, registrations are removed, then the loop ends.

use super::Relay;
use crate::metrics::Figures;

impl Relay {
    pub(super) fn stop(&mut self) {
        self.stopping = true;
        self.bridge.stop(self.clock.millis());
    }

    /// Whether every call and line has ended, confirmed by the other side.
    pub(super) fn has_stopped(&self) -> bool {
        self.far.is_empty() && self.lines.all_down()
    }

    pub(super) fn figures(&self) -> Figures {
        let (browser_legs, far_legs) = self.bridge.legs();
        Figures {
            connections: self.connections.len(),
            live_calls: self.bridge.live_calls(),
            browser_legs,
            far_legs,
            sip_flows: self.sockets.streams(),
            sip: self.sip.counts(),
            agents: self.agents.figures(),
            media_runs: self.media.is_healthy(),
            media: self.media.counters(),
            store: self.store.counts(),
        }
    }
}
