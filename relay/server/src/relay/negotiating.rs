//! Offers and answers inside of calls: what both sides agree on, and who holds whom.

use super::Relay;
use super::carry_out::report;
use super::media_format;
use sidetone_bridge::{FarEvent, FarLegId, LegEnd};
use sidetone_media::{LegId as MediaLegId, RtpParameters};
use sidetone_protocol::{Failure, FailureCode};
use sidetone_sip::offer_answer::{self, Negotiated};
use sidetone_sip::{Cause, LegId};
use std::net::SocketAddr;

/// 491 Request Pending: both sides made an offer at the same time (RFC 3261 §14.1).
const REQUEST_PENDING: u16 = 491;

impl Relay {
    pub(super) fn confirmed(&mut self, sip: LegId, sdp: Option<String>) {
        let Some(id) = self.far.by_sip(sip) else { return };
        let agreed = sdp.and_then(|answer| self.take_answer(id, &answer));
        self.up(id, sip, agreed, |codec| FarEvent::Confirmed { codec });
    }

    /// Both sides agree on a call, or on a change of one.
    pub(super) fn up(
        &mut self,
        id: FarLegId,
        sip: LegId,
        agreed: Option<Negotiated>,
        event: impl FnOnce(sidetone_protocol::Codec) -> FarEvent,
    ) {
        if let Some(agreed) = agreed {
            self.apply(id, agreed);
        }
        let Some(leg) = self.far.get_mut(id) else { return };
        let Some(codec) = leg.negotiated.as_ref().map(|agreed| media_format::protocol(agreed.codec)) else {
            self.end_without_media(id, sip);
            return;
        };
        let now = self.clock.millis();
        if std::mem::replace(&mut leg.up, true) {
            self.bridge.far_leg(now, id, FarEvent::CodecChanged { codec });
        } else {
            self.bridge.far_leg(now, id, event(codec));
        }
        self.note_party_hold(id);
    }

    /// The call was answered in a way that leads to no audio.
    fn end_without_media(&mut self, id: FarLegId, sip: LegId) {
        let time = self.sip_time();
        if let Err(error) = self.sip.hang_up(time, &mut self.rng, sip) {
            tracing::debug!(%error, "the leg had ended by itself");
        }
        let end = LegEnd::Failed(FailureCode::NoCommonCodec.into());
        self.bridge.far_leg(self.clock.millis(), id, FarEvent::Ended { end });
    }

    /// The other party changes the call: it holds, resumes, or moves to another address or codec.
    pub(super) fn offered(&mut self, sip: LegId, sdp: Option<String>) {
        let time = self.sip_time();
        let Some(id) = self.far.by_sip(sip) else { return };
        let Some(leg) = self.far.get_mut(id) else { return };
        let local = match sdp {
            Some(_) => leg.next_answer(id.0, &mut self.rng),
            None => leg.next_offer(id.0, &mut self.rng),
        };
        let Some(local) = local else { return };
        let answered = match sdp {
            Some(offer) => match offer_answer::answer(&offer, &local) {
                Ok((answer, agreed)) => {
                    leg.answered_from(local, &agreed);
                    let codec = media_format::protocol(agreed.codec);
                    self.apply(id, agreed);
                    self.bridge.far_leg(self.clock.millis(), id, FarEvent::CodecChanged { codec });
                    self.note_party_hold(id);
                    self.sip.answer_offer(time, &mut self.rng, sip, answer)
                }
                Err(error) => {
                    tracing::info!(leg = id.0, %error, "a change of a call was refused; the call goes on as it was");
                    self.sip.reject_offer(time, &mut self.rng, sip, error.refusal())
                }
            },
            None => {
                let offer = offer_answer::offer(&local);
                leg.our_offer = Some(local);
                self.sip.answer_offer(time, &mut self.rng, sip, offer)
            }
        };
        if let Err(error) = answered {
            tracing::debug!(%error, "the other party gave its offer up");
        }
    }

    /// Puts the other party on hold, or resumes (RFC 3264 §8.4).
    pub(super) fn hold(&mut self, id: FarLegId, held: bool) {
        let Some(leg) = self.far.get_mut(id) else { return };
        leg.held = held;
        leg.hold_wanted = Some(held);
        self.reoffer(id);
    }

    /// Offers what we want now. The answer, or why there is none, comes to the bridge in any case.
    fn reoffer(&mut self, id: FarLegId) {
        let time = self.sip_time();
        let Some(leg) = self.far.get_mut(id) else { return };
        let (Some(local), Some(sip)) = (leg.next_change(id.0), leg.sip) else {
            return self.hold_refused(id, FailureCode::HoldRefused.into());
        };
        let offer = offer_answer::offer(&local);
        leg.our_offer = Some(local);
        if let Err(error) = self.sip.reoffer(time, &mut self.rng, sip, offer) {
            tracing::info!(leg = id.0, %error, "a call cannot be held or resumed now");
            self.hold_refused(id, Failure::with_detail(FailureCode::HoldRefused, error.to_string()));
        }
    }

    /// Our offer was taken: a hold or a resumption is done, or the session was refreshed.
    pub(super) fn offer_answered(&mut self, sip: LegId, answer: &str) {
        let Some(id) = self.far.by_sip(sip) else { return };
        let agreed = self.take_answer(id, answer);
        let Some(leg) = self.far.get_mut(id) else { return };
        let wanted = leg.hold_wanted.take();
        let now = self.clock.millis();
        let Some(agreed) = agreed else {
            // The other side has refused the stream: it stays as it was.
            if let Some(held) = wanted {
                leg.held = !held;
                let failure = FailureCode::HoldRefused.into();
                self.bridge.far_leg(now, id, FarEvent::HoldRefused { held, failure });
            }
            return;
        };
        let codec = media_format::protocol(agreed.codec);
        let changed = leg.negotiated.as_ref().is_none_or(|before| before.codec != agreed.codec);
        self.apply(id, agreed);
        if changed {
            self.bridge.far_leg(now, id, FarEvent::CodecChanged { codec });
        }
        if let Some(held) = wanted {
            self.bridge.far_leg(now, id, FarEvent::HoldDone { held });
        }
        self.note_party_hold(id);
    }

    /// Our offer was refused; the call goes on as it was.
    pub(super) fn offer_refused(&mut self, sip: LegId, cause: &Cause) {
        let Some(id) = self.far.by_sip(sip) else { return };
        if self.far.get(id).is_none_or(|leg| leg.hold_wanted.is_none()) {
            return;
        }
        let failure = match cause.status() {
            // The other side's own offer came first. Ours waits until that is answered.
            Some((REQUEST_PENDING, _)) => return self.reoffer(id),
            Some((code, reason)) => {
                Failure::with_detail(FailureCode::HoldRefused, format!("{code} {reason}"))
            }
            None => FailureCode::HoldRefused.into(),
        };
        self.hold_refused(id, failure);
    }

    fn hold_refused(&mut self, id: FarLegId, failure: Failure) {
        let Some(leg) = self.far.get_mut(id) else { return };
        let Some(held) = leg.hold_wanted.take() else { return };
        leg.held = !held;
        self.bridge.far_leg(self.clock.millis(), id, FarEvent::HoldRefused { held, failure });
    }

    /// Tells the bridge when the other party begins to hold us, or ends it: while it does, it does not want our audio.
    fn note_party_hold(&mut self, id: FarLegId) {
        // Many answer our own hold with `inactive`, which is no hold of theirs: what it does shows when we resume.
        let Some(leg) = self.far.get_mut(id).filter(|leg| !leg.held) else { return };
        let Some(agreed) = &leg.negotiated else { return };
        let held = !agreed.direction.sends();
        if std::mem::replace(&mut leg.party_holds, held) != held {
            self.bridge.far_leg(self.clock.millis(), id, FarEvent::PartyHold { held });
        }
    }

    /// What an answer to our offer comes to.
    pub(super) fn take_answer(&mut self, id: FarLegId, answer: &str) -> Option<Negotiated> {
        let local = self.far.get(id)?.our_offer.as_ref()?;
        match offer_answer::read_answer(local, answer) {
            Ok(agreed) if !can_reach(local.address, agreed.remote) => {
                tracing::info!(leg = id.0, "an answer names an address of the other version of IP");
                None
            }
            Ok(agreed) => Some(agreed),
            Err(error) => {
                tracing::info!(leg = id.0, %error, "an answer leads to no audio");
                None
            }
        }
    }

    /// Hands what was agreed to the media plane.
    pub(super) fn apply(&mut self, id: FarLegId, agreed: Negotiated) {
        let Some(leg) = self.far.get_mut(id) else { return };
        let Some(parameters) = parameters(&agreed) else {
            // Never in the clear instead.
            tracing::error!(leg = id.0, "keys that were agreed on do not fit their suite");
            return;
        };
        report(self.media.set_rtp_remote(leg.rtp, parameters), "take what was agreed on");
        leg.negotiated = Some(agreed);
    }

    /// The media plane's name for a leg whose other party has gone silent, and why the user's call ends.
    pub(super) fn far_went_silent(&mut self, rtp: MediaLegId) {
        let Some(id) = self.far.by_rtp(rtp) else { return };
        // Who holds may be silent for as long as they like.
        let Some(leg) = self.far.get(id).filter(|leg| leg.up && !leg.held && !leg.party_holds) else {
            return;
        };
        tracing::info!(leg = id.0, "the other party sent no audio for too long: the call is ended");
        if let Some(sip) = leg.sip {
            let time = self.sip_time();
            if let Err(error) = self.sip.hang_up(time, &mut self.rng, sip) {
                tracing::debug!(%error, "the leg had ended by itself");
            }
        }
        let end = LegEnd::Failed(FailureCode::MediaTimeout.into());
        self.bridge.far_leg(self.clock.millis(), id, FarEvent::Ended { end });
    }
}

/// Whether audio of ours could get there: a socket is of one version of IP. Where nobody is to send, the version does not
/// matter, as with the `0.0.0.0` of an old-fashioned hold.
pub(super) fn can_reach(ours: SocketAddr, theirs: SocketAddr) -> bool {
    ours.is_ipv4() == theirs.is_ipv4() || theirs.ip().is_unspecified()
}

/// `None` if there are keys and they cannot be used.
fn parameters(agreed: &Negotiated) -> Option<RtpParameters> {
    let srtp = match &agreed.srtp {
        Some(srtp) => Some(media_format::srtp(srtp)?),
        None => None,
    };
    Some(RtpParameters {
        remote: agreed.remote,
        remote_rtcp: None,
        codec: media_format::media(agreed.codec),
        payload_type_send: agreed.payload_send,
        payload_type_receive: agreed.payload_receive,
        telephone_event: agreed.telephone_event.map(media_format::telephone_event),
        direction: media_format::direction(agreed.direction),
        ptime_ms: agreed.packet_time.and_then(|time| u8::try_from(time.as_millis()).ok()).unwrap_or(20),
        srtp,
    })
}

#[cfg(test)]
mod tests {
    use super::can_reach;

    #[test]
    fn audio_goes_over_one_version_of_ip_and_a_hold_goes_nowhere() {
        let reaches = |ours: &str, theirs: &str| can_reach(ours.parse().unwrap(), theirs.parse().unwrap());
        assert!(reaches("192.0.2.1:4000", "192.0.2.9:4000"));
        assert!(reaches("[2001:db8::1]:4000", "[2001:db8::9]:4000"));
        assert!(!reaches("192.0.2.1:4000", "[2001:db8::9]:4000"));
        assert!(!reaches("[2001:db8::1]:4000", "192.0.2.9:4000"));
        assert!(reaches("[2001:db8::1]:4000", "0.0.0.0:4000"));
    }
}
