//! Our own offers in a call: by re-INVITE once it is answered (RFC 3261 §14.1), before that by UPDATE (RFC 3311 §5.1).

use super::UserAgent;
use super::respond::{ALLOW, SDP, SUPPORTED};
use crate::call::caller::Side;
use crate::call::{Offering, State, Step, reason};
use crate::dialog::Dialog;
use crate::message::{Method, NameAddr, Request, Response, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::{ClientEvent, Outcome, Owner};
use crate::{Cause, Error, Event, LegId};
use std::time::Duration;

/// How long an answer to an offer in a call may take: a person may have to agree to it.
const PATIENCE: Duration = Duration::from_secs(60);

impl UserAgent {
    pub(super) fn offer(&mut self, at: &mut At<'_>, leg: LegId, sdp: String) -> Result<(), Error> {
        let found = self.legs.get_mut(&leg).ok_or(Error::UnknownLeg(leg))?;
        if !found.takes_offers() {
            return Err(Error::WrongState(leg));
        }
        match &mut found.offering {
            // It has not been seen by anybody yet.
            Some(offering) if offering.client().is_none() => {
                (offering.sdp, offering.refresh) = (sdp, false);
            }
            _ => {
                found.queued = Some(sdp);
                self.offer_next(at, leg);
            }
        }
        Ok(())
    }

    /// Sends the offer that waits, unless another is under way in either direction (RFC 3261 §14.1).
    pub(super) fn offer_next(&mut self, at: &mut At<'_>, leg: LegId) {
        if self.is_free_to_offer(leg)
            && let Some(sdp) = self.legs.get_mut(&leg).and_then(|leg| leg.queued.take())
        {
            self.send_offer(at, leg, sdp, false);
        }
    }

    /// Whether no offer is under way in either direction.
    pub(super) fn is_free_to_offer(&self, leg: LegId) -> bool {
        let Some(found) = self.legs.get(&leg) else { return false };
        let confirmed = match &found.state {
            State::Up(up) => up.unconfirmed.is_none(),
            State::Calling(_) | State::Ringing(_) | State::Ending(_) => true,
        };
        confirmed && found.way_to_offer().is_some() && found.offered.is_none() && found.offering.is_none()
    }

    pub(super) fn send_offer(&mut self, at: &mut At<'_>, leg: LegId, sdp: String, refresh: bool) {
        let Some(found) = self.legs.get_mut(&leg) else { return };
        let Some((method, tag)) = found.way_to_offer().map(|(method, tag)| (method, tag.to_owned())) else {
            return self.offer_failed(at, leg, refresh, Cause::Transport);
        };
        let (sdp, account) = (found.describe(&tag, sdp), found.account);
        let body = sdp.clone().into_bytes();
        let session = self.session_headers(leg);
        let owner = Owner::Leg(leg, account);
        let client = self.request_in_dialog(at, leg, &tag, owner, method, |request| {
            request.headers.push(name::ALLOW, ALLOW);
            request.headers.push(name::SUPPORTED, SUPPORTED);
            session.iter().for_each(|(name, value)| request.headers.push(name, value));
            request.headers.push(name::CONTENT_TYPE, SDP);
            request.body = body;
        });
        let Some(client) = client else {
            return self.offer_failed(at, leg, refresh, Cause::Transport);
        };
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.offering = Some(Offering { sdp, tag, refresh, step: Step::Sent(client) });
        }
        self.net.schedule.set(Alarm::OfferUnanswered(leg), at.now + PATIENCE);
    }

    pub(super) fn on_offer_outcome(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent) {
        if let Outcome::Response(response) = &event.outcome {
            if response.is_provisional() {
                return;
            }
            if response.is_success() && event.client.request.method == Method::INVITE {
                self.acknowledge_offer(at, leg, event, response);
            }
        }
        let Some(found) = self.legs.get_mut(&leg) else { return };
        let Some(mut offering) = found.offering.take_if(|offering| offering.client() == Some(event.id))
        else {
            return;
        };
        let answered = matches!(found.state, State::Up(_));
        self.net.schedule.cancel(Alarm::OfferUnanswered(leg));
        offering.step = Step::PutOff;
        match &event.outcome {
            Outcome::Response(response) if response.is_success() => {
                self.on_offer_accepted(at, leg, offering, response);
            }
            Outcome::Response(response) if response.status == 422 && self.take_longer(leg, response) => {
                self.send_offer(at, leg, offering.sdp, offering.refresh);
            }
            Outcome::Response(response) if response.status == 491 => {
                let pause = self.pause_after_glare(at, leg);
                self.put_off(at, leg, offering, pause);
            }
            Outcome::Response(response) if let Some(pause) = busy_for(response) => {
                self.put_off(at, leg, offering, pause);
            }
            // The other side knows nothing of the call any more, or is gone (RFC 3261 §12.2.1.2). Before the answer that is
            // a matter of the INVITE.
            Outcome::Response(response) if matches!(response.status, 408 | 481) && answered => {
                self.bye(at, leg, reason::of_response(response));
            }
            Outcome::Response(response) => {
                self.offer_failed(at, leg, offering.refresh, reason::of_response(response));
            }
            Outcome::Timeout if answered => self.bye(at, leg, Cause::Timeout),
            Outcome::Timeout => self.offer_failed(at, leg, offering.refresh, Cause::Timeout),
            Outcome::Unsent => self.offer_failed(at, leg, offering.refresh, Cause::Transport),
        }
    }

    fn on_offer_accepted(&mut self, at: &mut At<'_>, leg: LegId, offering: Offering, response: &Response) {
        self.note_peer(leg, &response.headers, Side::Called);
        let Some(found) = self.legs.get_mut(&leg) else { return };
        if let Some(head) = response.head()
            && let Some(dialog) = found.dialog_mut(&head.call_id, &offering.tag)
        {
            dialog.refresh_target(&response.headers);
        }
        let answer = response.body_of_type(SDP);
        if answer.is_some() {
            found.agree(&offering.tag, offering.sdp, !offering.refresh);
        }
        // The timer begins with the answer to the INVITE.
        if matches!(found.state, State::Up(_)) {
            self.begin_session(at, leg, response);
        }
        match answer {
            Some(sdp) => self.net.event(Event::OfferAnswered { leg, sdp }),
            // Against RFC 3264; there is nothing that could have been agreed.
            None => self.net.event(Event::OfferRefused { leg, cause: reason::of_response(response) }),
        }
        self.offer_next(at, leg);
    }

    fn offer_failed(&mut self, at: &mut At<'_>, leg: LegId, refresh: bool, cause: Cause) {
        if !refresh {
            self.net.event(Event::OfferRefused { leg, cause });
        }
        self.refresh_if_due(at, leg);
        self.offer_next(at, leg);
    }

    /// Both sides have offered at once. Who made the Call-ID waits longer (RFC 3261 §14.1).
    fn pause_after_glare(&self, at: &mut At<'_>, leg: LegId) -> Duration {
        let outbound = self.legs.get(&leg).is_some_and(|leg| leg.outbound);
        let (shortest, steps) = if outbound { (2_100, 191) } else { (0, 201) };
        Duration::from_millis(shortest + u64::from(at.rng.next_u32() % steps) * 10)
    }

    fn put_off(&mut self, at: &mut At<'_>, leg: LegId, mut offering: Offering, pause: Duration) {
        let Some(found) = self.legs.get_mut(&leg) else { return };
        if let Some(newer) = found.queued.take() {
            (offering.sdp, offering.refresh) = (newer, false);
        }
        found.offering = Some(offering);
        self.net.schedule.set(Alarm::OfferAgain(leg), at.now + pause);
    }

    pub(super) fn offer_again(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(found) = self.legs.get_mut(&leg) else { return };
        let Some(Offering { sdp, refresh, .. }) = found.offering.take_if(|o| o.client().is_none()) else {
            return;
        };
        self.send_offer(at, leg, sdp, refresh);
    }

    /// The other side's offer has come before ours could be repeated: what ours was made for may have changed.
    pub(super) fn yield_to_offer(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(found) = self.legs.get_mut(&leg) else { return };
        let Some(offering) = found.offering.take_if(|offering| offering.client().is_none()) else { return };
        self.net.schedule.cancel(Alarm::OfferAgain(leg));
        if !offering.refresh {
            let cause = Cause::Status { code: 491, reason: "Request Pending".into(), detail: None };
            self.net.event(Event::OfferRefused { leg, cause });
        }
        // The other side's offer does the same if we accept it.
        self.refresh_if_due(at, leg);
    }

    /// No answer came for long: the offer is taken back.
    pub(super) fn cancel_offer(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(found) = self.legs.get(&leg) else { return };
        let Some(client) = found.offering.as_ref().and_then(Offering::client) else { return };
        if self.clients.is_proceeding(client) {
            self.clients.cancel(&mut self.net, at.now, client, None);
        }
        self.clients.bound(&mut self.net, at.now, client);
    }

    /// The call ends: nobody waits for the answer any more.
    pub(super) fn drop_offering(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(found) = self.legs.get_mut(&leg) else { return };
        found.queued = None;
        let Some(offering) = found.offering.take() else { return };
        if let Some(client) = offering.client() {
            self.clients.bound(&mut self.net, at.now, client);
        }
        for alarm in [Alarm::OfferAgain(leg), Alarm::OfferUnanswered(leg)] {
            self.net.schedule.cancel(alarm);
        }
    }

    /// Sends the ACK of a 2xx to our re-INVITE, also when the call has ended meanwhile.
    fn acknowledge_offer(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent, response: &Response) {
        let invite = &event.client.request;
        let (Ok(head), Some(answer)) = (invite.head(), response.head()) else { return };
        let remote_tag = answer.to.tag().unwrap_or_default();
        let known = self.legs.get_mut(&leg).and_then(|leg| leg.dialog_mut(&head.call_id, remote_tag));
        let dialog = match known {
            Some(dialog) => {
                dialog.refresh_target(&response.headers);
                Some(dialog.clone())
            }
            None => dialog_of_request(invite, response, event),
        };
        let Some(dialog) = dialog else { return };
        let ack = dialog.ack(invite, head.cseq.number);
        let Some(account) = event.client.owner.account() else { return };
        let transport = self.transport_of_line(account, event.client.path);
        let Some(destination) = dialog.destination(transport) else { return };
        self.clients.acknowledge(&mut self.net, at, event.id, remote_tag, ack, destination);
    }
}

/// The other side is still busy with an earlier offer, and says for how long at most (RFC 3261 §14.2). Longer pauses
/// are for the user to decide about.
fn busy_for(response: &Response) -> Option<Duration> {
    let value = response.headers.first(name::RETRY_AFTER).filter(|_| response.status == 500)?;
    let seconds = value.split([';', '(']).next()?.trim().parse::<u64>().ok()?;
    (seconds <= 10).then(|| Duration::from_secs(seconds.max(1)))
}

/// The dialog of a call that is forgotten already, by our last request in it.
fn dialog_of_request(invite: &Request, response: &Response, event: &ClientEvent) -> Option<Dialog> {
    let mut dialog = Dialog::of_response(invite, response, event.client.path)?;
    dialog.routes = invite.headers.all(name::ROUTE).filter_map(|r| r.parse::<NameAddr>().ok()).collect();
    Some(dialog)
}
