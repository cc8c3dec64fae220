//! Offers inside a call: re-INVITE (RFC 3261 §14.2) and UPDATE (RFC 3311 §5.2).

use super::UserAgent;
use super::called::extend;
use super::respond::{ACCEPT, ALLOW, SDP, SUPPORTED};
use crate::call::caller::Side;
use crate::call::{Early, Leg, Offered, State, session};
use crate::message::{Method, NameAddr, Request, name};
use crate::random::At;
use crate::transaction::ServerId;
use crate::{Error, Event, LegId, Refusal};

impl UserAgent {
    pub(super) fn on_offer(&mut self, at: &mut At<'_>, leg: LegId, server: ServerId, request: &Request) {
        let invite = request.method == Method::INVITE;
        let sdp = request.body_of_type(SDP);
        if sdp.is_none() && !request.body.is_empty() {
            return self.respond_with(at, server, 415, |r| r.headers.push(name::ACCEPT, ACCEPT));
        }
        if session::is_too_short(&request.headers) {
            return self.refuse_short_session(at, server);
        }
        self.note_peer(leg, &request.headers, Side::Calling);
        if !invite && sdp.is_none() {
            // No offer: only names, numbers or the remote target change.
            let mut headers = self.dialog_headers(leg, server);
            self.accept_session(at, leg, server, &mut headers);
            return self.respond_with(at, server, 200, |response| {
                extend(response, headers);
                response.headers.push(name::ALLOW, ALLOW);
                response.headers.push(name::SUPPORTED, SUPPORTED);
            });
        }
        let verdict = self.legs.get(&leg).map_or(Verdict::Collides, |leg| may_offer(leg, invite, request));
        match verdict {
            Verdict::Fine => {}
            Verdict::TooMany => {
                let seconds = (at.rng.next_u32() % 10).to_string();
                return self.respond_with(at, server, 500, |r| r.headers.push(name::RETRY_AFTER, seconds));
            }
            Verdict::Collides => return self.respond(at, server, 491),
        }
        self.yield_to_offer(at, leg);
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.offered = Some(Offered { server, wants_offer: sdp.is_none() });
        }
        if invite {
            self.respond(at, server, 100);
        }
        self.net.event(Event::Offered { leg, sdp });
    }

    /// The other side takes its re-INVITE back.
    pub(super) fn withdraw_offer(&mut self, at: &mut At<'_>, leg: LegId, invite: ServerId) {
        if let Some(found) = self.legs.get_mut(&leg) {
            found.offered.take_if(|offer| offer.server == invite);
            self.offer_next(at, leg);
        }
    }

    pub(super) fn accept_offer(&mut self, at: &mut At<'_>, leg: LegId, sdp: String) -> Result<(), Error> {
        let Offered { server, wants_offer } = self.take_offer(leg)?;
        let Some(transaction) = self.servers.get(server) else { return Err(Error::WrongState(leg)) };
        let number = transaction.head.cseq.number;
        if transaction.request.method == Method::INVITE {
            self.accept(at, leg, server, number, wants_offer, sdp);
        } else {
            self.respond_with_sdp(at, leg, server, sdp);
            self.offer_next(at, leg);
        }
        Ok(())
    }

    pub(super) fn refuse_offer(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        refusal: &Refusal,
    ) -> Result<(), Error> {
        if !(300..700).contains(&refusal.status) {
            return Err(Error::BadStatus(refusal.status));
        }
        let offered = self.take_offer(leg)?;
        self.respond_with(at, offered.server, refusal.status, |response| refusal.write(response));
        self.offer_next(at, leg);
        Ok(())
    }

    /// The call ends: an offer without answer is refused (RFC 3261 §15.1.2).
    pub(super) fn drop_offer(&mut self, at: &mut At<'_>, leg: LegId) {
        if let Ok(offered) = self.take_offer(leg) {
            self.respond(at, offered.server, 487);
        }
    }

    fn take_offer(&mut self, leg: LegId) -> Result<Offered, Error> {
        let found = self.legs.get_mut(&leg).ok_or(Error::UnknownLeg(leg))?;
        found.offered.take().ok_or(Error::WrongState(leg))
    }
}

/// Whether an offer of the other side can be taken now.
enum Verdict {
    Fine,
    /// Two offers of the same side at once (RFC 3261 §14.2, RFC 3311 §5.2).
    TooMany,
    /// It meets an offer of ours.
    Collides,
}

fn may_offer(leg: &Leg, invite: bool, request: &Request) -> Verdict {
    if leg.offered.is_some() {
        return Verdict::TooMany;
    }
    if leg.offering.as_ref().is_some_and(|offering| offering.client().is_some()) {
        return Verdict::Collides;
    }
    match &leg.state {
        // Our 2xx is still on its way, perhaps with an offer of ours.
        State::Up(up) if up.unconfirmed.is_some() || up.hang_up => Verdict::Collides,
        State::Up(_) => Verdict::Fine,
        // The offer of the INVITE has no answer yet; without one ours would be the first.
        State::Ringing(ringing) if ringing.had_offer => Verdict::TooMany,
        State::Calling(calling) if !invite && !calling.hung_up => {
            let tag = request.headers.first(name::FROM).and_then(|from| from.parse::<NameAddr>().ok());
            let tag = tag.as_ref().and_then(NameAddr::tag).unwrap_or_default();
            // An answer in a response that may have got lost does not count (RFC 3262 §5).
            let answered = |early: &Early| early.dialog.remote_tag() == tag && early.answered;
            if calling.early.iter().any(answered) { Verdict::Fine } else { Verdict::Collides }
        }
        State::Ringing(_) | State::Calling(_) | State::Ending(_) => Verdict::Collides,
    }
}
