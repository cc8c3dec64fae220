//! Who is at the other side, and what it can do.

use super::UserAgent;
use crate::call::caller::{self, Side};
use crate::message::Headers;
use crate::{Event, LegId};

impl UserAgent {
    /// Takes note of what a message says about its sender.
    pub(super) fn note_peer(&mut self, leg: LegId, headers: &Headers, side: Side) {
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.note_allow(headers);
        }
        self.note_party(leg, headers, side);
    }

    /// Tells when the network names somebody else than before: the connected party of RFC 3325 and
    /// draft-ietf-sip-privacy, after a forwarding or transfer on the other side.
    pub(super) fn note_party(&mut self, leg: LegId, headers: &Headers, side: Side) {
        let (Some(found), Some(party)) = (self.legs.get_mut(&leg), caller::vouched(headers, side)) else {
            return;
        };
        if found.party.as_ref() != Some(&party) {
            found.party = Some(party.clone());
            self.net.event(Event::PartyChanged { leg, party });
        }
    }
}
