//! Offers inside a call: re-INVITE (RFC 3261 §14.2) and UPDATE (RFC 3311 §5.2).

use super::UserAgent;
use super::called::extend;
use super::respond::{ACCEPT, SDP};
use crate::call::{Offered, State};
use crate::message::{Method, Request, name};
use crate::random::At;
use crate::transaction::ServerId;
use crate::{Error, Event, LegId};

impl UserAgent {
    pub(super) fn on_offer(&mut self, at: &mut At<'_>, leg: LegId, server: ServerId, request: &Request) {
        let invite = request.method == Method::INVITE;
        let sdp = request.body_of_type(SDP);
        if sdp.is_none() && !request.body.is_empty() {
            return self.respond_with(at, server, 415, |r| r.headers.push(name::ACCEPT, ACCEPT));
        }
        let state = self.legs.get_mut(&leg).map(|leg| &mut leg.state);
        if !invite && sdp.is_none() {
            // No offer: only names, numbers or the remote target change.
            let headers = self.dialog_headers(leg, server);
            return self.respond_with(at, server, 200, |response| extend(response, headers));
        }
        let Some(State::Up(up)) = state else {
            // The first offer and answer are not done.
            return self.respond(at, server, 491);
        };
        if up.offered.is_some() {
            // Two offers of the same side at once.
            let seconds = (at.rng.next_u32() % 10).to_string();
            return self.respond_with(at, server, 500, |r| r.headers.push(name::RETRY_AFTER, seconds));
        }
        if up.unconfirmed.is_some() {
            // Our 2xx is still on its way, perhaps with an offer of ours.
            return self.respond(at, server, 491);
        }
        up.offered = Some(Offered { server, wants_offer: sdp.is_none() });
        if invite {
            self.respond(at, server, 100);
        }
        self.net.event(Event::Offered { leg, sdp });
    }

    pub(super) fn accept_offer(&mut self, at: &mut At<'_>, leg: LegId, sdp: String) -> Result<(), Error> {
        let Offered { server, wants_offer } = self.take_offer(leg)?;
        let Some(transaction) = self.servers.get(server) else { return Err(Error::WrongState(leg)) };
        let number = transaction.head.cseq.number;
        if transaction.request.method == Method::INVITE {
            self.accept(at, leg, server, number, wants_offer, sdp);
        } else {
            self.respond_with_sdp(at, leg, server, sdp);
        }
        Ok(())
    }

    pub(super) fn refuse_offer(&mut self, at: &mut At<'_>, leg: LegId, status: u16) -> Result<(), Error> {
        if !(300..700).contains(&status) {
            return Err(Error::BadStatus(status));
        }
        let offered = self.take_offer(leg)?;
        self.respond(at, offered.server, status);
        Ok(())
    }

    /// The call ends: an offer without answer is refused (RFC 3261 §15.1.2).
    pub(super) fn drop_offer(&mut self, at: &mut At<'_>, leg: LegId) {
        if let Ok(offered) = self.take_offer(leg) {
            self.respond(at, offered.server, 487);
        }
    }

    fn take_offer(&mut self, leg: LegId) -> Result<Offered, Error> {
        match &mut self.legs.get_mut(&leg).ok_or(Error::UnknownLeg(leg))?.state {
            State::Up(up) => up.offered.take().ok_or(Error::WrongState(leg)),
            State::Calling(_) | State::Ringing(_) | State::Ending(_) => Err(Error::WrongState(leg)),
        }
    }
}
