//! One of our users calls somebody, or is sent to somebody else by the other party.

use super::Relay;
use super::far_leg::Pending;
use super::lines::account_of;
use super::media_format;
use crate::config::ConferenceFactory;
use sidetone_bridge::{FarEvent, FarLegId, LegEnd, UserId};
use sidetone_protocol::{DialString, Failure, FailureCode};
use sidetone_sip::offer_answer::{self, Encryption};
use sidetone_sip::{Cause, LegId};
use std::net::SocketAddr;

/// 488 Not Acceptable Here, and 606 Not Acceptable anywhere (RFC 3261 §21.4.26, §21.6.4).
const NOT_ACCEPTABLE_HERE: u16 = 488;
const NOT_ACCEPTABLE: u16 = 606;

/// Whom to invite.
enum Target<'a> {
    /// What was dialled.
    Dialled(&'a str),
    /// Whom the other party of this leg has asked us to call.
    ReferredBy(FarLegId),
}

impl Relay {
    /// Calls what the user has dialled, in the way in which the site dials it.
    pub(super) fn dial(&mut self, id: FarLegId, user: UserId, number: &DialString) {
        match self.plans.target(user, number) {
            Ok(target) => self.open_far_leg(id, user, Pending::Invite(target.into())),
            Err(failure) => {
                let end = LegEnd::Failed(failure);
                self.bridge.far_leg(self.clock.millis(), id, FarEvent::Ended { end });
            }
        }
    }

    /// Calls where the telephone system makes conferences for the user.
    pub(super) fn call_factory(&mut self, id: FarLegId, user: UserId) {
        match self.users.factory(user).cloned() {
            Some(ConferenceFactory::Number(number)) => self.dial(id, user, &number),
            Some(ConferenceFactory::Address(address)) => {
                self.open_far_leg(id, user, Pending::Invite(address));
            }
            None => {
                let end = LegEnd::Failed(FailureCode::FeatureUnavailable.into());
                self.bridge.far_leg(self.clock.millis(), id, FarEvent::Ended { end });
            }
        }
    }

    /// The RTP port of a leg is open: what waited for it goes on.
    pub(super) fn rtp_opened(&mut self, id: FarLegId, address: SocketAddr) {
        let Some(leg) = self.far.get_mut(id) else { return };
        leg.address = Some(address);
        match &leg.pending {
            Pending::Nothing => {}
            Pending::Invite(target) => {
                let target = target.clone();
                leg.pending = Pending::Nothing;
                self.invite(id, &Target::Dialled(&target));
                if let Some(leg) = self.far.get_mut(id) {
                    leg.dialled = Some(target);
                }
            }
            Pending::Referred(by) => {
                let by = *by;
                leg.pending = Pending::Nothing;
                self.invite(id, &Target::ReferredBy(by));
            }
            Pending::Answer { wanted: true, .. } => self.answer(id),
            Pending::Answer { wanted: false, .. } => {}
        }
    }

    fn invite(&mut self, id: FarLegId, target: &Target<'_>) {
        let time = self.sip_time();
        let Some(leg) = self.far.get_mut(id) else { return };
        let Some(local) = leg.next_offer(id.0, &mut self.rng) else { return };
        if local.codecs.is_empty() {
            self.drop_far_leg(id, LegEnd::Failed(FailureCode::NoCommonCodec.into()));
            return;
        }
        let offer = offer_answer::offer(&local);
        leg.our_offer = Some(local);
        let account = account_of(leg.user);
        let invited = match target {
            Target::Dialled(target) => self.sip.invite(time, &mut self.rng, account, target, offer),
            Target::ReferredBy(by) => match self.far.get(*by).and_then(|by| by.sip) {
                Some(by) => self.sip.invite_referred(time, &mut self.rng, by, offer),
                // Whoever asked has hung up before the port was open.
                None => {
                    self.drop_far_leg(id, LegEnd::Failed(FailureCode::CallFailed.into()));
                    return;
                }
            },
        };
        match invited {
            Ok(sip) => self.name_sip(id, sip),
            Err(error) => {
                let failure = Failure::with_detail(FailureCode::BadNumber, error.to_string());
                self.drop_far_leg(id, LegEnd::Failed(failure));
            }
        }
    }

    /// Where encryption is optional, calls once more whoever has refused our offer: with an offer that is for nobody who
    /// does not encrypt. The first one is `RTP/AVP` with keys, which plain telephones take as well, in one round and
    /// also where a call is forked to several; but those that insist on encryption refuse it for its name.
    pub(super) fn insist_on_encryption(&mut self, id: FarLegId, cause: &Cause) -> bool {
        let Cause::Status { code: NOT_ACCEPTABLE_HERE | NOT_ACCEPTABLE, .. } = cause else { return false };
        let Some(leg) = self.far.get_mut(id) else { return false };
        if leg.up || leg.insists || leg.encryption != Encryption::Optional {
            return false;
        }
        let Some(target) = leg.dialled.take() else { return false };
        leg.insists = true;
        tracing::debug!(leg = id.0, "the other party refused optional encryption: it is asked for strictly");
        self.invite(id, &Target::Dialled(&target));
        true
    }

    pub(super) fn progress(&mut self, sip: LegId, sdp: Option<String>) {
        let Some(id) = self.far.by_sip(sip) else { return };
        let early_media = sdp.and_then(|answer| self.take_answer(id, &answer)).map(|agreed| {
            let codec = media_format::protocol(agreed.codec);
            self.apply(id, agreed);
            codec
        });
        self.bridge.far_leg(self.clock.millis(), id, FarEvent::Alerting { early_media });
    }

    pub(super) fn answered(&mut self, sip: LegId, sdp: Option<String>) {
        let Some(id) = self.far.by_sip(sip) else { return };
        let agreed = sdp.and_then(|answer| self.take_answer(id, &answer));
        self.up(id, sip, agreed, |codec| FarEvent::Answered { codec });
    }
}
