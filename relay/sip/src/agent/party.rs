//! Who is at the other side, and what it can do.

use super::UserAgent;
use crate::call::caller::{self, Side};
use crate::message::{Headers, NameAddr, name};
use crate::{Event, LegId};

impl UserAgent {
    /// Takes note of what a message says about its sender.
    pub(super) fn note_peer(&mut self, leg: LegId, headers: &Headers, side: Side) {
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.note_allow(headers);
        }
        self.note_focus(leg, headers);
        self.note_party(leg, headers, side);
    }

    /// Tells when the other side becomes a conference or ceases to be one: each Contact says so anew (RFC 4579 §4).
    pub(super) fn note_focus(&mut self, leg: LegId, headers: &Headers) {
        let (Some(found), Some(contact)) = (self.legs.get_mut(&leg), headers.first(name::CONTACT)) else {
            return;
        };
        let Ok(contact) = contact.parse::<NameAddr>() else { return };
        let focus = contact.params.has("isfocus");
        if std::mem::replace(&mut found.focus, focus) != focus {
            self.net.event(Event::FocusChanged { leg, focus });
        }
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
