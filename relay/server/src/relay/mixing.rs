//! Conferences: the bridge's names for them and the media plane's.

use super::Relay;
use super::carry_out::report;
use sidetone_bridge::{MixMember, UserId};
use sidetone_media::{LegId, MixId};
use sidetone_protocol::ConferenceId;

impl Relay {
    pub(super) fn open_mix(&mut self, conference: ConferenceId, user: UserId) {
        let mix = MixId::new(self.media.worker_for(u64::from(user.0)), conference.0);
        self.mixes.insert(conference, mix);
        report(self.media.open_mix(mix), "open a conference");
    }

    pub(super) fn join_mix(&mut self, conference: ConferenceId, member: MixMember) {
        let (Some(mix), Some(leg)) = (self.mixes.get(&conference).copied(), self.media_leg(member)) else {
            return;
        };
        report(self.media.mix_join(mix, leg, None), "take a leg into a conference");
    }

    pub(super) fn leave_mix(&mut self, member: MixMember) {
        let Some(leg) = self.media_leg(member) else { return };
        report(self.media.mix_leave(leg), "take a leg out of a conference");
    }

    pub(super) fn close_mix(&mut self, conference: ConferenceId) {
        let Some(mix) = self.mixes.remove(&conference) else { return };
        report(self.media.close_mix(mix), "close a conference");
    }

    fn media_leg(&self, member: MixMember) -> Option<LegId> {
        match member {
            MixMember::Browser(leg) => self.browsers.get(leg).map(|leg| leg.media),
            MixMember::Far(leg) => self.far.get(leg).map(|leg| leg.rtp),
        }
    }
}
