//! Conferences: who is in, and the 20 ms in which everybody is heard.

use super::{Engine, Slot, Timed};
use crate::{
    Codec, LegId, MixId,
    leg::Route,
    mix::{Mix, TICK},
    transmit::Transmits,
};
use std::time::Instant;

impl Engine {
    /// Opens a mix; one that is open stays as it is.
    pub(crate) fn open_mix(&mut self, id: MixId) {
        if !self.mix_slots.contains_key(&id) {
            let slot = self.mixes.insert(Mix::new());
            self.mix_slots.insert(id, slot);
        }
    }

    /// Lets a leg into a mix, out of wherever it was.
    pub(crate) fn mix_join(&mut self, now: Instant, id: MixId, leg: LegId, preferred: Option<Codec>) {
        let Some(slot) = self.find(leg) else { return };
        let Some(index) = self.mix_slots.get(&id).copied() else {
            tracing::debug!(mix = %id, %leg, "a leg cannot join a mix that is not open");
            return;
        };
        self.detach(slot);
        let was_empty = self.mixes[index].due.is_none();
        let seat = self.mixes[index].join(now, slot, preferred);
        *self.route(slot) = Route::Mix { mix: index, seat };
        if was_empty {
            self.timers.push(now + TICK, Timed::Mix(index));
        }
    }

    /// Whether what a member says is left out.
    pub(crate) fn mix_mute(&mut self, leg: LegId, is_muted: bool) {
        let Some(slot) = self.find(leg) else { return };
        match *self.route(slot) {
            Route::Mix { mix, seat } => self.mixes[mix].mute(seat, is_muted),
            Route::Nobody | Route::Browser(_) | Route::Rtp(_) => {
                tracing::debug!(%leg, "a leg that is in no mix cannot be muted there");
            }
        }
    }

    /// Takes a leg out of its mix. A leg that is in none stays where it is.
    pub(crate) fn mix_leave(&mut self, leg: LegId) {
        let Some(slot) = self.find(leg) else { return };
        match *self.route(slot) {
            Route::Mix { .. } => self.detach(slot),
            Route::Nobody | Route::Browser(_) | Route::Rtp(_) => {}
        }
    }

    /// Closes a mix; its members are set aside.
    pub(crate) fn close_mix(&mut self, id: MixId) {
        let Some(index) = self.mix_slots.remove(&id) else { return };
        let members: Vec<Slot> = self.mixes[index].slots().collect();
        for member in members {
            *self.route(member) = Route::Nobody;
            self.schedule(member);
        }
        self.mixes.remove(index);
    }

    /// Lets everybody of a mix hear the others' next 20 ms.
    pub(super) fn mix(&mut self, now: Instant, index: usize, due: Instant, out: &mut Transmits) {
        // One that was closed, or left by everybody, has another deadline or none.
        let Some(mix) = self.mixes.get_mut(index).filter(|mix| mix.due == Some(due)) else { return };
        let at = mix.listen(now);
        if let Some(next) = mix.due {
            self.timers.push(next, Timed::Mix(index));
        }
        let (total, members) = mix.speak();
        for member in members {
            match member.slot {
                Slot::Browser(slot) => {
                    let Some(leg) = self.browsers.get_mut(slot) else { continue };
                    let Some(codec) = leg.own_codec(member.preferred) else { continue };
                    if let Some(payload) = member.encode(total, codec) {
                        leg.send_own(at, codec, payload, out);
                    }
                }
                Slot::Rtp(slot) => {
                    let Some(leg) = self.rtps.get_mut(slot) else { continue };
                    let Some((codec, packet_time)) = leg.own_packets() else { continue };
                    member.encode_packets(total, codec, (at, packet_time), |at, payload| {
                        leg.send_own(at, codec, payload, out);
                    });
                }
            }
        }
    }
}
