//! Inbound calls (RFC 3261 §13.3).

use super::UserAgent;
use super::keys::tells_keys_by_notify;
use super::respond::{ACCEPT, ALLOW, SDP, SUPPORTED};
use crate::call::caller::{self, Side};
use crate::call::{Alert, Leg, Reliable, Ringing, State, Unconfirmed, Up, reason, session};
use crate::dialog::Dialog;
use crate::line::Line;
use crate::message::{Headers, Method, Request, Response, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::ServerId;
use crate::transport::Path;
use crate::{AccountId, Cause, Error, Event, Kind, LegId, Refusal};
use std::time::Duration;

/// Calls that may ring at one account at a time. No person can tell more apart; whoever sends more is broken, or wants
/// to break us.
const MOST_RINGING: usize = 32;
/// How often a proxy wants to hear that it still rings (RFC 3261 §13.3.1.1).
const RING_AGAIN: Duration = Duration::from_secs(60);

impl UserAgent {
    /// An INVITE outside of a dialog.
    pub(super) fn on_invite(&mut self, at: &mut At<'_>, server: ServerId, request: &Request, path: Path) {
        let account = match self.callee(request, path.remote.ip()) {
            Ok(account) => account,
            Err(status) => return self.respond(at, server, status),
        };
        if self.lines.get(&account).is_some_and(|line| line.registration.removing) {
            return self.respond(at, server, 480);
        }
        let sdp = request.body_of_type(SDP);
        if sdp.is_none() && !request.body.is_empty() {
            return self.respond_with(at, server, 415, |r| r.headers.push(name::ACCEPT, ACCEPT));
        }
        if !accepts_sdp(request) {
            // RFC 4475 §3.3.14.
            return self.respond(at, server, 406);
        }
        if session::is_too_short(&request.headers) {
            return self.refuse_short_session(at, server);
        }
        let replaces = match self.replaced_by(account, request) {
            Ok(replaces) => replaces,
            Err(status) => return self.respond(at, server, status),
        };
        if self.ringing_at(account) >= MOST_RINGING {
            return self.respond(at, server, 486);
        }
        let local_tag = at.token(12);
        let Some(dialog) = Dialog::of_request(request, &local_tag, path) else {
            return self.respond(at, server, 400);
        };
        self.respond(at, server, 100);
        let leg = LegId(self.next_leg);
        self.next_leg += 1;
        let ringing = Ringing { invite: server, dialog, had_offer: sdp.is_some() };
        self.tags.insert(local_tag.clone(), leg);
        let caller = caller::of(request);
        let diverted_by = caller::diverted_by(&request.headers);
        let alert = Alert::of(&request.headers);
        let mut new = Leg::new(account, local_tag, State::Ringing(ringing), false);
        new.party = Some(caller.clone());
        new.replaces = replaces;
        new.note_allow(&request.headers);
        // Over a proxy our Contact gets about: who calls it from elsewhere may be anybody.
        let from_elsewhere =
            |line: &Line| line.config.kind == Kind::Proxy && !line.is_served_from(path.remote.ip());
        new.foreign = self.lines.get(&account).is_some_and(from_elsewhere);
        let reliably = self.net.settings.ring_reliably && sdp.is_some();
        if request.headers.has_option(name::REQUIRE, "100rel")
            || (reliably && request.headers.has_option(name::SUPPORTED, "100rel"))
        {
            // RFC 3262 §3: anywhere in the lower half of the numbers.
            let rseq = at.rng.next_u32() >> 2;
            let interval = self.net.settings.timers.t1;
            let invite = self.servers.get(server).map_or(0, |server| server.head.cseq.number);
            new.reliable = Some(Reliable { rseq, invite, waiting: false, interval });
        }
        self.legs.insert(leg, new);
        self.servers.set_leg(server, leg);
        let patience = request.headers.first(name::EXPIRES).and_then(|text| text.trim().parse::<u32>().ok());
        if let Some(seconds) = patience.filter(|seconds| *seconds > 0) {
            let until = at.now + Duration::from_secs(seconds.into());
            self.net.schedule.set(Alarm::InviteExpires(leg), until);
        }
        self.net.event(Event::Incoming { leg, account, caller, diverted_by, alert, replaces, sdp });
        self.note_focus(leg, &request.headers);
    }

    /// How many calls wait for an answer of an account.
    fn ringing_at(&self, account: AccountId) -> usize {
        let rings = |leg: &&Leg| leg.account == account && matches!(leg.state, State::Ringing(_));
        self.legs.values().filter(rings).count()
    }

    pub(super) fn ring_leg(&mut self, at: &mut At<'_>, leg: LegId) -> Result<(), Error> {
        self.ringing(leg)?;
        self.ring_on(at, leg);
        Ok(())
    }

    /// Sends 180, and again after a while.
    pub(super) fn ring_on(&mut self, at: &mut At<'_>, leg: LegId) {
        let Ok(invite) = self.ringing(leg).map(|ringing| ringing.invite) else { return };
        let mut headers = self.dialog_headers(leg, invite);
        if self.number_reliably(at, leg, &mut headers) {
            self.respond_with(at, invite, 180, |response| extend(response, headers));
        }
        self.net.schedule.set(Alarm::Ring(leg), at.now + RING_AGAIN);
    }

    pub(super) fn answer_leg(&mut self, at: &mut At<'_>, leg: LegId, sdp: String) -> Result<(), Error> {
        let Ringing { invite, dialog, had_offer } = self.ringing(leg)?.clone();
        self.net.schedule.cancel(Alarm::Ring(leg));
        self.net.schedule.cancel(Alarm::InviteExpires(leg));
        self.stop_repeating_ring(leg);
        // UPDATE and PRACK may have come since.
        let number = self.servers.get(invite).map(|invite| invite.head.cseq.number).unwrap_or_default();
        let up = Up { dialog, unconfirmed: None, hang_up: false };
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.state = State::Up(up);
        }
        self.accept(at, leg, invite, number, !had_offer, sdp);
        self.end_replaced(at, leg);
        Ok(())
    }

    /// Sends a 2xx with a session description to an INVITE, and again until its ACK comes.
    pub(super) fn accept(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        invite: ServerId,
        number: u32,
        wants_answer: bool,
        sdp: String,
    ) {
        self.respond_with_sdp(at, leg, invite, sdp);
        let timers = self.net.settings.timers;
        if let Some(State::Up(up)) = self.legs.get_mut(&leg).map(|leg| &mut leg.state) {
            up.unconfirmed = Some(Unconfirmed { invite, number, wants_answer, interval: timers.t1 });
        }
        self.net.schedule.set(Alarm::RepeatAccept(leg), at.now + timers.t1);
        self.net.schedule.set(Alarm::Unconfirmed(leg), at.now + timers.transaction());
    }

    /// Sends 200 with a session description.
    pub(super) fn respond_with_sdp(&mut self, at: &mut At<'_>, leg: LegId, server: ServerId, sdp: String) {
        let (Some(found), Some(transaction)) = (self.legs.get_mut(&leg), self.servers.get(server)) else {
            return;
        };
        let remote_tag = transaction.head.from.tag().unwrap_or_default();
        let sdp = found.describe(remote_tag, sdp);
        found.agree(remote_tag, sdp.clone(), false);
        let mut headers = self.dialog_headers(leg, server);
        self.accept_session(at, leg, server, &mut headers);
        self.respond_with(at, server, 200, |response| {
            extend(response, headers);
            response.headers.push(name::ALLOW, ALLOW);
            response.headers.push(name::SUPPORTED, SUPPORTED);
            response.headers.push(name::CONTENT_TYPE, SDP);
            response.body = sdp.into_bytes();
        });
    }

    /// Record-Route and Contact of responses that make or refresh a dialog (RFC 3261 §12.1.1).
    pub(super) fn dialog_headers(&self, leg: LegId, server: ServerId) -> Headers {
        let mut headers = Headers::new();
        let Some(transaction) = self.servers.get(server) else { return headers };
        for value in transaction.request.headers.all(name::RECORD_ROUTE) {
            headers.push(name::RECORD_ROUTE, value);
        }
        let line = self.legs.get(&leg).and_then(|leg| self.lines.get(&leg.account));
        let transport = Self::transport_of(transaction.path());
        if let Some(contact) = line.and_then(|line| line.contact(&self.net, transport)) {
            headers.push(name::CONTACT, contact.to_string());
        }
        if transaction.request.method == Method::INVITE {
            let ours = self.key_headers(transport, tells_keys_by_notify(&transaction.request));
            ours.iter().for_each(|(name, value)| headers.push(name, value));
        }
        headers
    }

    pub(super) fn reject_leg(&mut self, at: &mut At<'_>, leg: LegId, refusal: &Refusal) -> Result<(), Error> {
        self.ringing(leg)?;
        if !(300..700).contains(&refusal.status) {
            return Err(Error::BadStatus(refusal.status));
        }
        self.decline(at, leg, refusal);
        Ok(())
    }

    pub(super) fn redirect_leg(&mut self, at: &mut At<'_>, leg: LegId, target: &str) -> Result<(), Error> {
        let invite = self.ringing(leg)?.invite;
        let line = self.legs.get(&leg).and_then(|leg| self.lines.get(&leg.account));
        let contact = line.ok_or(Error::WrongState(leg))?.target(target)?;
        self.respond_with(at, invite, 302, |response| {
            response.headers.push(name::CONTACT, format!("<{contact}>"));
        });
        self.finish(at, leg, Cause::HungUp);
        Ok(())
    }

    pub(super) fn decline(&mut self, at: &mut At<'_>, leg: LegId, refusal: &Refusal) {
        let Ok(invite) = self.ringing(leg).map(|ringing| ringing.invite) else { return };
        self.respond_with(at, invite, refusal.status, |response| refusal.write(response));
        self.finish(at, leg, Cause::HungUp);
    }

    /// The time that the caller gave is over.
    pub(super) fn expire(&mut self, at: &mut At<'_>, leg: LegId) {
        let Ok(invite) = self.ringing(leg).map(|ringing| ringing.invite) else { return };
        self.respond(at, invite, 487);
        self.finish(at, leg, Cause::Cancelled { detail: None });
    }

    /// The caller gave up (RFC 3261 §9.2).
    pub(super) fn on_cancel(&mut self, at: &mut At<'_>, cancel: ServerId, invite: Option<ServerId>) {
        let Some(invite) = invite else { return self.respond(at, cancel, 481) };
        let leg = self.servers.get(invite).and_then(|invite| invite.leg);
        let detail = self.servers.get(cancel).and_then(|cancel| reason::of_cancel(&cancel.request.headers));
        if let Some(leg) = leg {
            // The 200 to CANCEL has the same tag as the responses to the INVITE.
            self.servers.set_leg(cancel, leg);
        }
        self.respond(at, cancel, 200);
        if !self.servers.is_pending(invite) {
            return;
        }
        self.respond(at, invite, 487);
        let Some(leg) = leg else { return };
        match self.legs.get_mut(&leg).map(|leg| &mut leg.state) {
            Some(State::Ringing(ringing)) if ringing.invite == invite => {
                self.finish(at, leg, Cause::Cancelled { detail });
            }
            // A re-INVITE: the call goes on as it was.
            Some(State::Up(_)) => self.withdraw_offer(at, leg, invite),
            Some(State::Ringing(_) | State::Calling(_) | State::Ending(_)) | None => {}
        }
    }

    pub(super) fn ringing(&self, leg: LegId) -> Result<&Ringing, Error> {
        match &self.legs.get(&leg).ok_or(Error::UnknownLeg(leg))?.state {
            State::Ringing(ringing) => Ok(ringing),
            State::Calling(_) | State::Up(_) | State::Ending(_) => Err(Error::WrongState(leg)),
        }
    }

    /// Repeats the 2xx over every transport, since hops behind this one may lose it (RFC 3261 §13.3.1.4).
    pub(super) fn repeat_accept(&mut self, at: &mut At<'_>, leg: LegId) {
        let t2 = self.net.settings.timers.t2;
        let Some(State::Up(up)) = self.legs.get_mut(&leg).map(|leg| &mut leg.state) else { return };
        let Some(unconfirmed) = &mut up.unconfirmed else { return };
        unconfirmed.interval = (unconfirmed.interval * 2).min(t2);
        let (invite, next) = (unconfirmed.invite, at.now + unconfirmed.interval);
        self.servers.repeat_last(&mut self.net, at.now, invite);
        self.net.schedule.set(Alarm::RepeatAccept(leg), next);
    }

    pub(super) fn give_up_on_ack(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(State::Up(up)) = self.legs.get(&leg).map(|leg| &leg.state) else { return };
        let cause = if up.hang_up { Cause::HungUp } else { Cause::NotConfirmed };
        self.bye(at, leg, cause);
    }

    /// An ACK of a 2xx.
    pub(super) fn on_ack(&mut self, at: &mut At<'_>, request: &Request, head: &crate::message::Head) {
        let tag = head.to.tag().unwrap_or_default();
        let Some(&leg) = self.tags.get(tag) else { return };
        let Some(State::Up(up)) = self.legs.get_mut(&leg).map(|leg| &mut leg.state) else { return };
        if up.dialog.call_id != head.call_id || up.dialog.remote_tag() != head.from.tag().unwrap_or_default()
        {
            return;
        }
        let Some(confirmed) = up.unconfirmed.take_if(|u| u.number == head.cseq.number) else { return };
        self.net.schedule.cancel(Alarm::RepeatAccept(leg));
        self.net.schedule.cancel(Alarm::Unconfirmed(leg));
        if up.hang_up {
            return self.bye(at, leg, Cause::HungUp);
        }
        self.note_party(leg, &request.headers, Side::Calling);
        let sdp = if confirmed.wants_answer { request.body_of_type(SDP) } else { None };
        self.net.event(Event::Confirmed { leg, sdp });
        self.offer_next(at, leg);
    }

    pub(super) fn hang_up_answered(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(State::Up(up)) = self.legs.get_mut(&leg).map(|leg| &mut leg.state) else { return };
        if up.unconfirmed.is_some() {
            up.hang_up = true;
        } else {
            self.bye(at, leg, Cause::HungUp);
        }
    }
}

/// Whether a session description may be in our response; without Accept it may (RFC 3261 §20.1).
fn accepts_sdp(request: &Request) -> bool {
    let mut accepted = request.headers.elements(name::ACCEPT).peekable();
    accepted.peek().is_none()
        || accepted.any(|range| {
            let media_type = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            matches!(media_type.as_str(), SDP | "application/*" | "*/*")
        })
}

pub(super) fn extend(response: &mut Response, headers: Headers) {
    headers.iter().for_each(|(name, value)| response.headers.push(name, value));
}
