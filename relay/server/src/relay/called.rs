//! Somebody calls one of our users: what happens until both can talk.

use super::Relay;
use super::far_leg::Pending;
use super::negotiating::can_reach;
use super::outcome;
use sidetone_bridge::{FarEvent, FarLegId, IncomingCall, LegEnd, Refusal, UserId};
use sidetone_protocol::{Alert, Failure, FailureCode, Ring};
use sidetone_sip::offer_answer::{self, Codec, Direction, LocalMedia, LocalSrtp, OfferAnswerError};
use sidetone_sip::{Caller, LegId};
use std::net::SocketAddr;

/// 486 Busy Here (RFC 3261 §21.4.24): the call that was to be replaced is not in a state for that.
const BUSY_HERE: u16 = 486;

impl Relay {
    /// Somebody calls one of our users.
    pub(super) fn incoming(
        &mut self,
        sip: LegId,
        user: UserId,
        caller: Caller,
        alert: &sidetone_sip::Alert,
        offer: Option<String>,
    ) {
        if !self.can_be_heard(sip, user, offer.as_deref()) {
            return;
        }
        let (caller, alert) = (self.party_of(user, caller), alert_of(alert));
        let taken = match self.incoming_of_agent(user, &caller.number, alert.auto_answer_ms.is_some()) {
            Some(taken) => taken,
            None => self.bridge.incoming(self.clock.millis(), IncomingCall { user, caller, alert }),
        };
        match taken {
            Ok(id) => {
                self.open_far_leg(id, user, Pending::Answer { offer, wanted: false });
                self.name_sip(id, sip);
            }
            Err(refusal) => self.refuse(sip, user, &refusal),
        }
    }

    /// Somebody calls in place of the other party of a call (RFC 3891).
    pub(super) fn replaced(&mut self, sip: LegId, old: LegId, caller: Caller, offer: Option<String>) {
        let Some((old, user)) = self.far.by_sip(old).and_then(|old| Some((old, self.far.get(old)?.user)))
        else {
            return self.reject(sip, BUSY_HERE);
        };
        if !self.can_be_heard(sip, user, offer.as_deref()) {
            return;
        }
        let caller = self.party_of(user, caller);
        match self.bridge.replaced(self.clock.millis(), old, caller) {
            Some(id) => {
                self.open_far_leg(id, user, Pending::Answer { offer, wanted: false });
                self.name_sip(id, sip);
            }
            None => self.reject(sip, BUSY_HERE),
        }
    }

    /// Whether a call's offer can be answered at all; if not it is refused: a call that cannot be heard must not ring first.
    fn can_be_heard(&mut self, sip: LegId, user: UserId, offer: Option<&str>) -> bool {
        let Some(offer) = offer else { return true };
        let srtp = LocalSrtp::fresh(self.lines.encryption(user), false, &mut self.rng);
        match offer_answer::answer(offer, &trial(self.codecs_of(user), srtp)) {
            Ok((_, agreed)) if !self.sip.settings().udp.is_none_or(|ours| can_reach(ours, agreed.remote)) => {
                tracing::info!(user = user.0, "a call was refused: its audio is of the other version of IP");
                self.reject(sip, OfferAnswerError::NoAddress.refusal());
                false
            }
            Ok(_) => true,
            Err(error) => {
                tracing::info!(user = user.0, %error, "a call was refused for its media");
                self.reject(sip, error.refusal());
                false
            }
        }
    }

    /// Tells a caller why the call is not taken, or where to call instead.
    pub(super) fn refuse(&mut self, sip: LegId, user: UserId, refusal: &Refusal) {
        let status = outcome::refusal_status(refusal);
        let Refusal::Forward(target) = refusal else { return self.reject(sip, status) };
        let time = self.sip_time();
        let redirected = match self.plans.target(user, target) {
            Ok(target) => self.sip.redirect(time, &mut self.rng, sip, target.as_str()),
            Err(failure) => {
                tracing::warn!(
                    user = user.0,
                    code = failure.code.as_str(),
                    "a call was not forwarded to a blocked number"
                );
                return self.reject(sip, status);
            }
        };
        if let Err(error) = redirected {
            tracing::warn!(%error, "a call could not be forwarded");
            self.reject(sip, status);
        }
    }

    pub(super) fn reject(&mut self, sip: LegId, refusal: impl Into<sidetone_sip::Refusal>) {
        let time = self.sip_time();
        if let Err(error) = self.sip.reject(time, &mut self.rng, sip, refusal) {
            tracing::debug!(%error, "the caller gave up first");
        }
    }

    /// The user has answered the call.
    pub(super) fn answer_wanted(&mut self, id: FarLegId) {
        let Some(leg) = self.far.get_mut(id) else { return };
        if let Pending::Answer { wanted, .. } = &mut leg.pending {
            *wanted = true;
        }
        if leg.address.is_some() {
            self.answer(id);
        }
    }

    pub(super) fn answer(&mut self, id: FarLegId) {
        let time = self.sip_time();
        let Some(leg) = self.far.get_mut(id) else { return };
        let Pending::Answer { offer, .. } = &leg.pending else { return };
        let offer = offer.clone();
        let local = match offer {
            Some(_) => leg.next_answer(id.0, &mut self.rng),
            None => leg.next_offer(id.0, &mut self.rng),
        };
        let (Some(local), Some(sip)) = (local, leg.sip) else { return };
        let description = match offer {
            Some(offer) => match offer_answer::answer(&offer, &local) {
                Ok((answer, negotiated)) => {
                    leg.pending = Pending::Nothing;
                    leg.answered_from(local, &negotiated);
                    self.apply(id, negotiated);
                    answer
                }
                Err(error) => {
                    self.refuse_media(id, sip, &error);
                    return;
                }
            },
            None => {
                let offer = offer_answer::offer(&local);
                leg.our_offer = Some(local);
                leg.pending = Pending::Nothing;
                offer
            }
        };
        if let Err(error) = self.sip.answer(time, &mut self.rng, sip, description) {
            tracing::debug!(%error, "the caller gave up first");
        }
    }

    /// The caller offers nothing that we can speak.
    fn refuse_media(&mut self, id: FarLegId, sip: LegId, error: &OfferAnswerError) {
        tracing::info!(leg = id.0, %error, "a call was refused for its media");
        self.reject(sip, error.refusal());
        let failure = Failure::with_detail(FailureCode::NoCommonCodec, error.to_string());
        let end = LegEnd::Failed(failure);
        self.bridge.far_leg(self.clock.millis(), id, FarEvent::Ended { end });
    }
}

/// How the caller's system wants the call to be told. The words of Alert-Info are not standardised: CUCM and most PBXes
/// use those of `alert-internal` and `alert-external`, RFC 7462 has `urn:alert:source:internal`.
fn alert_of(alert: &sidetone_sip::Alert) -> Alert {
    let ring = alert.ring.as_deref().unwrap_or_default().to_ascii_lowercase();
    let ring = if ring.contains("internal") {
        Ring::Internal
    } else if ring.contains("external") {
        Ring::External
    } else if ["priority", "urgent", "emergency"].iter().any(|word| ring.contains(word)) {
        Ring::Priority
    } else {
        Ring::Normal
    };
    let auto_answer_ms = alert.auto_answer.map(|after| u32::try_from(after.as_millis()).unwrap_or(u32::MAX));
    Alert { ring, auto_answer_ms }
}

/// What we could say before a port is open, to see whether an offer can be answered at all.
fn trial(codecs: Vec<Codec>, srtp: LocalSrtp) -> LocalMedia {
    LocalMedia {
        address: SocketAddr::from(([127, 0, 0, 1], 9)),
        codecs,
        telephone_event: true,
        direction: Direction::SendRecv,
        packet_time: None,
        srtp,
        session_id: 0,
        version: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_that_a_caller_asks_for_is_found_in_the_words_of_several_makers() {
        let ring =
            |text: &str| alert_of(&sidetone_sip::Alert { auto_answer: None, ring: Some(text.into()) }).ring;
        assert_eq!(ring("alert-internal"), Ring::Internal);
        assert_eq!(ring("urn:alert:source:external"), Ring::External);
        assert_eq!(ring("urn:alert:priority:high"), Ring::Priority);
        assert_eq!(ring("Bellcore-dr1"), Ring::Normal);
    }
}
