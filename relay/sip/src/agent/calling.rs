//! Outbound calls (RFC 3261 §13.2), and the BYE of all calls.

use super::respond::{ALLOW, SDP, SUPPORTED};
use super::{UserAgent, reliable};
use crate::call::caller::Side;
use crate::call::{Calling, Described, Early, Ending, Leg, Notice, Redirects, State, Up, reason, session};
use crate::dialog::Dialog;
use crate::message::{Headers, Method, Request, Response, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::{ClientEvent, Outcome, Owner};
use crate::transport::Path;
use crate::{AccountId, Cause, Error, Event, LegId, Transport};
use std::collections::VecDeque;

impl UserAgent {
    pub(super) fn start_call(
        &mut self,
        at: &mut At<'_>,
        account: AccountId,
        target: &str,
        sdp: String,
        more: Headers,
    ) -> Result<LegId, Error> {
        let line = self.lines.get_mut(&account).ok_or(Error::UnknownAccount(account))?;
        let to = line.target(target)?;
        let attempt = match line.trunk() {
            Some(trunk) => Some(self.first_peer(at, trunk, &to)?),
            None => None,
        };
        let line = self.lines.get_mut(&account).ok_or(Error::UnknownAccount(account))?;
        let (uri, destination) = match &attempt {
            Some(first) => (first.uri.clone(), Some(first.destination.clone())),
            None => (to.clone(), line.first_hop(&to)),
        };
        let destination = destination.ok_or_else(|| Error::BadAddress(target.to_owned()))?;
        // A trunk's calls go to its peers, whatever the target says.
        let foreign = attempt.is_none() && !line.is_home(&to);
        let contact = line.contact(&self.net, destination.transport).ok_or(Error::NoTransport)?;
        let local_tag = at.token(12);
        let mut from = line.identity();
        from.params.set("tag", Some(local_tag.clone()));
        let mut headers = Headers::new();
        headers.push(name::MAX_FORWARDS, "70");
        headers.push(name::FROM, from.to_string());
        line.routes().iter().for_each(|route| headers.push(name::ROUTE, route.to_string()));
        headers.push(name::TO, format!("<{to}>"));
        headers.push(name::CALL_ID, at.token(24));
        headers.push(name::CSEQ, "1 INVITE");
        headers.push(name::CONTACT, contact.to_string());
        headers.push(name::ALLOW, ALLOW);
        headers.push(name::SUPPORTED, SUPPORTED);
        if let Some(interval) = self.session_wish() {
            headers.push(name::SESSION_EXPIRES, interval.as_secs().to_string());
            headers.push(name::MIN_SE, session::SHORTEST.as_secs().to_string());
        }
        headers.push(name::ACCEPT, SDP);
        self.key_headers(destination.transport, true)
            .iter()
            .for_each(|(name, value)| headers.push(name, value));
        headers.push(name::USER_AGENT, self.net.settings.user_agent.as_str());
        more.iter().for_each(|(name, value)| headers.push(name, value));
        headers.push(name::CONTENT_TYPE, SDP);
        let called = uri.clone();
        let request = Request { method: Method::INVITE, uri, headers, body: sdp.clone().into_bytes() };

        let leg = LegId(self.next_leg);
        self.next_leg += 1;
        let invite = self.clients.start(&mut self.net, at, request, destination, Owner::Leg(leg, account), 0);
        let redirects = Redirects { tried: vec![called], left: VecDeque::new() };
        let calling = Calling { invite, early: Vec::new(), hung_up: false, cancelled: false, redirects };
        self.tags.insert(local_tag.clone(), leg);
        let mut new = Leg::new(account, local_tag, State::Calling(calling), true);
        new.described = Described { holds: Some(sdp.clone()), sent: Some(sdp) };
        new.foreign = foreign;
        self.legs.insert(leg, new);
        if let Some(first) = attempt {
            self.attempts.insert(leg, first.attempt);
        }
        self.plan_next_hop(at.now, invite);
        Ok(leg)
    }

    pub(super) fn on_invite_outcome(&mut self, at: &mut At<'_>, leg: LegId, event: ClientEvent) {
        let current = match self.legs.get(&leg).map(|leg| &leg.state) {
            Some(State::Calling(calling)) => calling.invite == event.id,
            Some(State::Ringing(_) | State::Up(_) | State::Ending(_)) | None => false,
        };
        match &event.outcome {
            Outcome::Response(response) if response.is_success() => {
                if current {
                    self.on_answered(at, leg, &event, response);
                } else {
                    self.drop_fork(at, &event, response);
                }
            }
            Outcome::Response(response) if !current && response.is_provisional() => {
                self.clients.cancel_left(&mut self.net, at.now, event.id);
            }
            _ if !current => {}
            Outcome::Response(response) if response.is_provisional() => {
                self.on_progress(at, leg, &event, response);
            }
            Outcome::Response(response) => {
                if !self.call_otherwise(at, leg, &event.client, Some(response)) {
                    self.on_call_failed(at, leg, reason::of_response(response));
                }
            }
            Outcome::Timeout | Outcome::Unsent => {
                let unsent = matches!(event.outcome, Outcome::Unsent);
                if !self.call_otherwise(at, leg, &event.client, None) {
                    self.on_call_failed(at, leg, if unsent { Cause::Transport } else { Cause::Timeout });
                }
            }
        }
    }

    fn on_progress(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent, response: &Response) {
        let Some(found) = self.legs.get_mut(&leg) else { return };
        let described = found.described.clone();
        let State::Calling(calling) = &mut found.state else { return };
        if calling.hung_up {
            return self.cancel(at, leg);
        }
        if response.status == 100 {
            return;
        }
        let sdp = response.body_of_type(SDP);
        let rseq = reliable::rseq(response);
        let dialog = Dialog::of_response(&event.client.request, response, event.client.path);
        if let Some(dialog) = dialog.filter(|dialog| !dialog.remote_tag().is_empty()) {
            let forks = calling.early.len();
            match calling.early.iter_mut().find(|early| early.dialog.remote_tag() == dialog.remote_tag()) {
                // Repeated, or before its turn (RFC 3262 §4).
                Some(Early { rseq: Some(last), .. })
                    if rseq.is_some_and(|rseq| rseq != last.wrapping_add(1)) =>
                {
                    return;
                }
                Some(early) => {
                    early.dialog.refresh_target(&response.headers);
                    early.sdp = sdp.clone().or(early.sdp.take());
                    early.answered |= rseq.is_some() && sdp.is_some();
                    early.rseq = rseq.or(early.rseq);
                }
                // A server that forks to more than this is not calling phones.
                None if forks < 64 => {
                    calling.early.push(Early {
                        dialog,
                        sdp: sdp.clone(),
                        answered: rseq.is_some() && sdp.is_some(),
                        acknowledged: false,
                        described,
                        updated: false,
                        changed: None,
                        rseq,
                    });
                }
                None => {}
            }
        }
        if let Some(rseq) = rseq {
            self.prack(at, leg, response, rseq);
        }
        self.note_peer(leg, &response.headers, Side::Called);
        let (status, reason) = (response.status, response.reason.clone());
        self.report_referred(at, leg, Notice::new(status, &reason));
        self.net.event(Event::Progress { leg, status, reason, sdp });
    }

    fn on_answered(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent, response: &Response) {
        let Some(dialog) = self.acknowledge(at, event, response) else {
            // Its Record-Route or Contact leads nowhere, so that nobody there can be told anything.
            return self.finish(at, leg, Cause::Transport);
        };
        let Some(found) = self.legs.get_mut(&leg) else { return };
        let State::Calling(calling) = &found.state else { return };
        let hung_up = calling.hung_up;
        let mut dialog = dialog;
        let early = found.leave_forks(Some(dialog.remote_tag()));
        let updated = early.as_ref().is_some_and(|early| early.updated);
        let early_sdp = early.and_then(|early| {
            // Requests that went either way while it rang have used up numbers.
            dialog.local_cseq = dialog.local_cseq.max(early.dialog.local_cseq);
            dialog.remote_cseq = early.dialog.remote_cseq;
            found.described = early.described;
            early.sdp
        });
        found.state = State::Up(Up { dialog, unconfirmed: None, hang_up: false });
        self.net.schedule.cancel(Alarm::CancelUnanswered(leg));
        if hung_up {
            // The 200 crossed the CANCEL, or came where no CANCEL could be sent yet (RFC 3261 §9.1, §15).
            self.bye(at, leg, Cause::HungUp);
        } else {
            self.note_peer(leg, &response.headers, Side::Called);
            self.begin_session(at, leg, response);
            self.report_referred(at, leg, Notice::new(response.status, &response.reason));
            // What an UPDATE has agreed on since is not undone by a repetition of the answer before (RFC 6337 §3.1.1).
            let sdp = if updated { None } else { response.body_of_type(SDP).or(early_sdp) };
            self.net.event(Event::Answered { leg, sdp });
            self.offer_next(at, leg);
        }
    }

    /// A second fork was answered too: the first one has won, this one is ended politely.
    fn drop_fork(&mut self, at: &mut At<'_>, event: &ClientEvent, response: &Response) {
        let Some(mut dialog) = self.acknowledge(at, event, response) else { return };
        let Some(account) = event.client.owner.account() else { return };
        let transport = self.transport_of_line(account, event.client.path);
        let Some(destination) = dialog.destination(transport) else { return };
        let request = dialog.request(Method::BYE);
        self.send_in_dialog(at, request, destination, Owner::Orphan(account));
    }

    /// Sends the ACK of a 2xx and gives the dialog that the 2xx made.
    fn acknowledge(&mut self, at: &mut At<'_>, event: &ClientEvent, response: &Response) -> Option<Dialog> {
        let invite = &event.client.request;
        let dialog = Dialog::of_response(invite, response, event.client.path)?;
        let ack = dialog.ack(invite, dialog.local_cseq);
        let transport = self.transport_of_line(event.client.owner.account()?, event.client.path);
        let destination = dialog.destination(transport)?;
        self.clients.acknowledge(&mut self.net, at, event.id, dialog.remote_tag(), ack, destination);
        Some(dialog)
    }

    fn on_call_failed(&mut self, at: &mut At<'_>, leg: LegId, cause: Cause) {
        let Some(State::Calling(calling)) = self.legs.get(&leg).map(|leg| &leg.state) else { return };
        let cause = if calling.hung_up { Cause::HungUp } else { cause };
        self.finish(at, leg, cause);
    }

    pub(super) fn give_up_calling(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(State::Calling(calling)) = self.legs.get_mut(&leg).map(|leg| &mut leg.state) else { return };
        calling.hung_up = true;
        let invite = calling.invite;
        if self.clients.is_unsent(invite) {
            self.clients.remove(&mut self.net, invite);
            self.finish(at, leg, Cause::HungUp);
        } else if self.clients.is_proceeding(invite) {
            self.cancel(at, leg);
        }
        // Otherwise the first response decides (RFC 3261 §9.1), or timer B.
    }

    fn cancel(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(State::Calling(calling)) = self.legs.get_mut(&leg).map(|leg| &mut leg.state) else { return };
        if std::mem::replace(&mut calling.cancelled, true) {
            return;
        }
        self.clients.cancel(&mut self.net, at.now, calling.invite, reason::ours(&Cause::HungUp));
        let until = at.now + self.net.settings.timers.transaction();
        self.net.schedule.set(Alarm::CancelUnanswered(leg), until);
    }

    /// Neither 487 nor anything else came: the call is taken as cancelled (RFC 3261 §9.1).
    pub(super) fn give_up_on_cancel(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(State::Calling(calling)) = self.legs.get(&leg).map(|leg| &leg.state) else { return };
        self.clients.remove(&mut self.net, calling.invite);
        self.finish(at, leg, Cause::HungUp);
    }

    /// Ends an answered leg by BYE.
    pub(super) fn bye(&mut self, at: &mut At<'_>, leg: LegId, cause: Cause) {
        self.drop_offer(at, leg);
        self.drop_offering(at, leg);
        for alarm in [Alarm::RepeatAccept(leg), Alarm::Unconfirmed(leg)] {
            self.net.schedule.cancel(alarm);
        }
        let Some(Leg { account, state: State::Up(up), .. }) = self.legs.get(&leg) else { return };
        let (account, mut dialog) = (*account, up.dialog.clone());
        let transport = self.transport_of_line(account, dialog.path);
        let Some(destination) = dialog.destination(transport) else {
            return self.finish(at, leg, cause);
        };
        let mut request = dialog.request(Method::BYE);
        if let Some(reason) = reason::ours(&cause) {
            request.headers.push(name::REASON, reason);
        }
        let bye = self.send_in_dialog(at, request, destination, Owner::Leg(leg, account));
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.state = State::Ending(Ending { dialog, bye, cause });
        }
    }

    /// Whatever comes of a BYE, the call is over (RFC 3261 §15.1.1).
    pub(super) fn on_bye_outcome(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent) {
        let provisional = matches!(&event.outcome, Outcome::Response(response) if response.is_provisional());
        let Some(State::Ending(ending)) = self.legs.get(&leg).map(|leg| &leg.state) else { return };
        if ending.bye == event.id && !provisional {
            let cause = ending.cause.clone();
            self.finish(at, leg, cause);
        }
    }

    pub(super) fn send_in_dialog(
        &mut self,
        at: &mut At<'_>,
        mut request: Request,
        destination: crate::transport::Destination,
        owner: Owner,
    ) -> crate::transaction::ClientId {
        request.headers.push(name::USER_AGENT, self.net.settings.user_agent.as_str());
        self.clients.start(&mut self.net, at, request, destination, owner, 0)
    }

    /// The transport of a line's requests; of the call itself once the line is gone.
    pub(super) fn transport_of_line(&self, account: AccountId, path: Option<Path>) -> Transport {
        let of_path = || path.map_or(Transport::Udp, Self::transport_of);
        // The peers of a trunk may have different ones, and so may hosts that are reached as DNS says.
        let line = self.lines.get(&account).filter(|line| line.trunk().is_none() && !line.reach.by_name);
        line.map_or_else(of_path, |line| line.reach.transport)
    }
}
