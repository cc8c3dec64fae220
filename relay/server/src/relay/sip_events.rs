//! What SIP tells: lines, calls, and their offers and answers.

use super::Relay;
use super::far_leg::Pending;
use super::lines::{account_of, user_of};
use super::{media_format, outcome};
use crate::relay::carry_out::report;
use sidetone_bridge::{FarEvent, FarLegId, IncomingCall, LegEnd};
use sidetone_media::{LegId as MediaLegId, RtpParameters};
use sidetone_protocol::{Failure, FailureCode, LineState, Party};
use sidetone_sip::offer_answer::{self, Codec, Direction, LocalMedia, Negotiated, OfferAnswerError};
use sidetone_sip::{Caller, Event, Input, LegId};
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// 488 Not Acceptable Here: no codec in common (RFC 3261 §21.4.26).
const NOT_ACCEPTABLE_HERE: u16 = 488;

impl Relay {
    pub(super) fn handle_sip(&mut self, input: Input) {
        self.sockets.observe(&input);
        if let Input::Closed { flow } = input {
            self.sockets.forget(flow);
        }
        let time = self.sip_time();
        self.sip.handle_input(time, &mut self.rng, input);
    }

    pub(super) fn accept(&mut self, socket: TcpStream, remote: SocketAddr) {
        // A socket without an address was reset before we got to it.
        let Ok(local) = socket.local_addr() else { return };
        let flow = self.sip.allocate_flow();
        self.sockets.adopt(flow, socket);
        self.handle_sip(Input::Accepted { flow, local, remote, transport: sidetone_sip::Transport::Tcp });
    }

    pub(super) fn sip_event(&mut self, event: Event) {
        match event {
            Event::Registered { account, expires: _ } => {
                self.bridge.line_changed(user_of(account), LineState::Ready);
            }
            Event::RegistrationFailed { account, cause, retry_at: _ } => {
                let failure = outcome::line_failure(&cause);
                tracing::warn!(
                    line = account.0,
                    code = failure.code.as_str(),
                    ?cause,
                    "a line is not registered"
                );
                self.bridge.line_changed(user_of(account), LineState::Unavailable { failure });
            }
            Event::Unregistered { account } => self.lines.went_down(user_of(account)),
            Event::Incoming { leg, account, caller, sdp } => {
                self.incoming(leg, user_of(account), caller, sdp);
            }
            Event::Progress { leg, status: _, reason: _, sdp } => self.progress(leg, sdp),
            Event::Answered { leg, sdp } => self.answered(leg, sdp),
            Event::Confirmed { leg, sdp } => self.confirmed(leg, sdp),
            Event::Offered { leg, sdp } => self.offered(leg, sdp),
            Event::Dtmf { leg, digit } => {
                if let Some(id) = self.far.by_sip(leg) {
                    self.dtmf_received(id, digit);
                }
            }
            Event::KpmlSubscribed { leg } => self.keys_by_signalling(leg, true),
            Event::KpmlEnded { leg } => self.keys_by_signalling(leg, false),
            Event::MessageSummary { account, summary } => {
                tracing::debug!(line = account.0, waiting = summary.waiting, "news of a mailbox");
            }
            Event::MessageSummaryUnknown { account, reason } => {
                tracing::info!(line = account.0, ?reason, "a mailbox cannot be subscribed to");
            }
            Event::DialogState { account, target, state, calls: _ } => {
                tracing::debug!(line = account.0, target, ?state, "news of a watched phone");
            }
            Event::Ended { leg, cause } => {
                if let Some(id) = self.far.by_sip(leg) {
                    tracing::debug!(leg = id.0, ?cause, "the far leg has ended");
                    self.drop_far_leg(id, outcome::leg_end(&cause));
                }
            }
        }
    }

    /// Somebody calls one of our users.
    fn incoming(&mut self, sip: LegId, user: sidetone_bridge::UserId, caller: Caller, offer: Option<String>) {
        // A call that cannot be heard must not ring first.
        if let Some(offer) = &offer
            && let Err(error) = offer_answer::answer(offer, &trial(self.codecs_of(user)))
        {
            tracing::info!(user = user.0, %error, "a call was refused for its media");
            self.reject(sip, NOT_ACCEPTABLE_HERE);
            return;
        }
        let caller = Party { number: caller.number, name: caller.display_name };
        let now = self.clock.millis();
        match self.bridge.incoming(now, IncomingCall { user, caller }) {
            Ok(id) => {
                self.open_far_leg(id, user, Pending::Answer { offer, wanted: false });
                self.far.name_sip(id, sip);
            }
            Err(refusal) => self.reject(sip, outcome::refusal_status(&refusal)),
        }
    }

    /// The other party wants our keys by SIP, or with the media again.
    fn keys_by_signalling(&mut self, sip: LegId, wanted: bool) {
        if let Some(leg) = self.far.by_sip(sip).and_then(|id| self.far.get_mut(id)) {
            leg.keys_by_signalling = wanted;
        }
    }

    fn reject(&mut self, sip: LegId, status: u16) {
        let time = self.sip_time();
        if let Err(error) = self.sip.reject(time, &mut self.rng, sip, status) {
            tracing::debug!(%error, "the caller gave up first");
        }
    }

    /// The RTP port of a leg is open: what waited for it goes on.
    pub(super) fn rtp_opened(&mut self, id: FarLegId, address: SocketAddr) {
        let Some(leg) = self.far.get_mut(id) else { return };
        leg.address = Some(address);
        match &leg.pending {
            Pending::Nothing => {}
            Pending::Invite(target) => {
                let target = target.as_str().to_owned();
                leg.pending = Pending::Nothing;
                self.invite(id, &target);
            }
            Pending::Answer { wanted: true, .. } => self.answer(id),
            Pending::Answer { wanted: false, .. } => {}
        }
    }

    fn invite(&mut self, id: FarLegId, target: &str) {
        let time = self.sip_time();
        let Some(leg) = self.far.get_mut(id) else { return };
        let Some(local) = leg.next_local(id.0) else { return };
        if local.codecs.is_empty() {
            self.drop_far_leg(id, LegEnd::Failed(FailureCode::NoCommonCodec.into()));
            return;
        }
        let offer = offer_answer::offer(&local);
        leg.our_offer = Some(local);
        let user = leg.user;
        match self.sip.invite(time, &mut self.rng, account_of(user), target, offer) {
            Ok(sip) => self.far.name_sip(id, sip),
            Err(error) => {
                let failure = Failure::with_detail(FailureCode::BadNumber, error.to_string());
                self.drop_far_leg(id, LegEnd::Failed(failure));
            }
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

    fn answer(&mut self, id: FarLegId) {
        let time = self.sip_time();
        let Some(leg) = self.far.get_mut(id) else { return };
        let Pending::Answer { offer, .. } = &leg.pending else { return };
        let offer = offer.clone();
        let (Some(local), Some(sip)) = (leg.next_local(id.0), leg.sip) else { return };
        let description = match offer {
            Some(offer) => match offer_answer::answer(&offer, &local) {
                Ok((answer, negotiated)) => {
                    leg.pending = Pending::Nothing;
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
        self.reject(sip, NOT_ACCEPTABLE_HERE);
        let failure = Failure::with_detail(FailureCode::NoCommonCodec, error.to_string());
        let end = LegEnd::Failed(failure);
        self.bridge.far_leg(self.clock.millis(), id, FarEvent::Ended { end });
    }

    fn progress(&mut self, sip: LegId, sdp: Option<String>) {
        let Some(id) = self.far.by_sip(sip) else { return };
        let early_media = sdp.and_then(|answer| self.take_answer(id, &answer)).map(|agreed| {
            let codec = media_format::protocol(agreed.codec);
            self.apply(id, agreed);
            codec
        });
        self.bridge.far_leg(self.clock.millis(), id, FarEvent::Alerting { early_media });
    }

    fn answered(&mut self, sip: LegId, sdp: Option<String>) {
        let Some(id) = self.far.by_sip(sip) else { return };
        let agreed = sdp.and_then(|answer| self.take_answer(id, &answer));
        self.up(id, sip, agreed, |codec| FarEvent::Answered { codec });
    }

    fn confirmed(&mut self, sip: LegId, sdp: Option<String>) {
        let Some(id) = self.far.by_sip(sip) else { return };
        let agreed = sdp.and_then(|answer| self.take_answer(id, &answer));
        self.up(id, sip, agreed, |codec| FarEvent::Confirmed { codec });
    }

    /// Both sides agree on a call, or on a change of one.
    fn up(
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
    fn offered(&mut self, sip: LegId, sdp: Option<String>) {
        let time = self.sip_time();
        let Some(id) = self.far.by_sip(sip) else { return };
        let Some(leg) = self.far.get_mut(id) else { return };
        let Some(local) = leg.next_local(id.0) else { return };
        let answered = match sdp {
            Some(offer) => match offer_answer::answer(&offer, &local) {
                Ok((answer, agreed)) => {
                    let codec = media_format::protocol(agreed.codec);
                    self.apply(id, agreed);
                    self.bridge.far_leg(self.clock.millis(), id, FarEvent::CodecChanged { codec });
                    self.sip.answer_offer(time, &mut self.rng, sip, answer)
                }
                Err(error) => {
                    tracing::info!(leg = id.0, %error, "a change of a call was refused; the call goes on as it was");
                    self.sip.reject_offer(time, &mut self.rng, sip, NOT_ACCEPTABLE_HERE)
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

    /// What an answer to our offer comes to.
    fn take_answer(&mut self, id: FarLegId, answer: &str) -> Option<Negotiated> {
        let local = self.far.get(id)?.our_offer.as_ref()?;
        match offer_answer::read_answer(local, answer) {
            Ok(agreed) => Some(agreed),
            Err(error) => {
                tracing::info!(leg = id.0, %error, "an answer leads to no audio");
                None
            }
        }
    }

    /// Hands what was agreed to the media plane.
    fn apply(&mut self, id: FarLegId, agreed: Negotiated) {
        let Some(leg) = self.far.get_mut(id) else { return };
        report(self.media.set_rtp_remote(leg.rtp, parameters(&agreed)), "take what was agreed on");
        leg.negotiated = Some(agreed);
    }

    /// The media plane's name for a leg whose other party has gone silent, and why the user's call ends.
    pub(super) fn far_went_silent(&mut self, rtp: MediaLegId) {
        let Some(id) = self.far.by_rtp(rtp) else { return };
        let Some(leg) = self.far.get(id).filter(|leg| leg.up) else { return };
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

/// What we could say before a port is open, to see whether an offer can be answered at all.
fn trial(codecs: Vec<Codec>) -> LocalMedia {
    LocalMedia {
        address: SocketAddr::from(([127, 0, 0, 1], 9)),
        codecs,
        telephone_event: true,
        direction: Direction::SendRecv,
        packet_time: None,
        session_id: 0,
        version: 0,
    }
}

fn parameters(agreed: &Negotiated) -> RtpParameters {
    RtpParameters {
        remote: agreed.remote,
        remote_rtcp: None,
        codec: media_format::media(agreed.codec),
        payload_type_send: agreed.payload_send,
        payload_type_receive: agreed.payload_receive,
        telephone_event: agreed.telephone_event.map(media_format::telephone_event),
        direction: media_format::direction(agreed.direction),
        ptime_ms: agreed.packet_time.and_then(|time| u8::try_from(time.as_millis()).ok()).unwrap_or(20),
    }
}
