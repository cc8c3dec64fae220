//! Which SIP dialogs are parts of one conversation. The bridge knows it by legs; the trace has to know it by Call-IDs, and
//! a leg has one from its INVITE on.

use super::Relay;
use sidetone_bridge::FarLegId;
use sidetone_sip::LegId;

impl Relay {
    /// A leg has its SIP leg from now on.
    pub(super) fn name_sip(&mut self, id: FarLegId, sip: LegId) {
        self.far.name_sip(id, sip);
        let related = self.far.get_mut(id).map(|leg| std::mem::take(&mut leg.related)).unwrap_or_default();
        if let Some(call_id) = self.sip.call_id(sip) {
            related.iter().for_each(|other| self.sockets.relate(other, call_id));
        }
    }

    /// Two legs are parts of one conversation.
    pub(super) fn relate(&mut self, leg: FarLegId, to: FarLegId) {
        match (self.call_id_of(leg), self.call_id_of(to)) {
            (Some(one), Some(other)) => self.sockets.relate(one, other),
            (Some(known), None) => {
                let known = known.to_owned();
                self.relate_later(to, known);
            }
            (None, Some(known)) => {
                let known = known.to_owned();
                self.relate_later(leg, known);
            }
            // Of two that nobody has heard of yet there is nothing to be shown.
            (None, None) => {}
        }
    }

    fn relate_later(&mut self, leg: FarLegId, call_id: String) {
        if let Some(leg) = self.far.get_mut(leg) {
            leg.related.push(call_id);
        }
    }

    fn call_id_of(&self, leg: FarLegId) -> Option<&str> {
        self.sip.call_id(self.far.get(leg)?.sip?)
    }
}
