//! Outbound calls (RFC 3261 §13.2), and the BYE of all calls.

use super::UserAgent;
use super::respond::{ALLOW, SDP};
use crate::call::{Calling, Early, Ending, Leg, State, Up, reason};
use crate::dialog::Dialog;
use crate::message::{Headers, Method, Request, Response, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::{ClientEvent, Outcome, Owner};
use crate::transport::Path;
use crate::{AccountId, Cause, Error, Event, LegId, Transport};

impl UserAgent {
    pub(super) fn start_call(
        &mut self,
        at: &mut At<'_>,
        account: AccountId,
        target: &str,
        sdp: String,
    ) -> Result<LegId, Error> {
        let line = self.lines.get_mut(&account).ok_or(Error::UnknownAccount(account))?;
        let uri = line.target(target)?;
        let destination = line.first_hop(&uri).ok_or_else(|| Error::BadAddress(target.to_owned()))?;
        let contact = line.contact(&self.net, destination.transport).ok_or(Error::NoTransport)?;
        let local_tag = at.token(12);
        let mut from = line.identity();
        from.params.set("tag", Some(local_tag.clone()));
        let mut headers = Headers::new();
        headers.push(name::MAX_FORWARDS, "70");
        headers.push(name::FROM, from.to_string());
        headers.push(name::TO, format!("<{uri}>"));
        headers.push(name::CALL_ID, at.token(24));
        headers.push(name::CSEQ, "1 INVITE");
        headers.push(name::CONTACT, contact.to_string());
        headers.push(name::ALLOW, ALLOW);
        headers.push(name::ACCEPT, SDP);
        self.key_headers(destination.transport, true)
            .iter()
            .for_each(|(name, value)| headers.push(name, value));
        headers.push(name::USER_AGENT, self.net.settings.user_agent.as_str());
        headers.push(name::CONTENT_TYPE, SDP);
        let request = Request { method: Method::INVITE, uri, headers, body: sdp.into_bytes() };

        let leg = LegId(self.next_leg);
        self.next_leg += 1;
        let invite = self.clients.start(&mut self.net, at, request, destination, Owner::Leg(leg, account), 0);
        let calling = Calling { invite, early: Vec::new(), hung_up: false, cancelled: false };
        self.tags.insert(local_tag.clone(), leg);
        self.legs.insert(leg, Leg { account, local_tag, state: State::Calling(calling) });
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
            _ if !current => {}
            Outcome::Response(response) if response.is_provisional() => {
                self.on_progress(at, leg, &event, response);
            }
            Outcome::Response(response) => self.on_call_failed(leg, reason::of_response(response)),
            Outcome::Timeout => self.on_call_failed(leg, Cause::Timeout),
            Outcome::Unsent => self.on_call_failed(leg, Cause::Transport),
        }
    }

    fn on_progress(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent, response: &Response) {
        let Some(State::Calling(calling)) = self.legs.get_mut(&leg).map(|leg| &mut leg.state) else { return };
        if calling.hung_up {
            return self.cancel(at, leg);
        }
        if response.status == 100 {
            return;
        }
        let sdp = response.body_of_type(SDP);
        let dialog = Dialog::of_response(&event.client.request, response, event.client.path);
        if let Some(dialog) = dialog.filter(|dialog| !dialog.remote_tag().is_empty()) {
            let forks = calling.early.len();
            match calling.early.iter_mut().find(|early| early.dialog.remote_tag() == dialog.remote_tag()) {
                Some(early) => {
                    early.dialog.refresh_target(&response.headers);
                    early.sdp = sdp.clone().or(early.sdp.take());
                }
                // A server that forks to more than this is not calling phones.
                None if forks < 64 => {
                    calling.early.push(Early { dialog, sdp: sdp.clone() });
                }
                None => {}
            }
        }
        let (status, reason) = (response.status, response.reason.clone());
        self.net.event(Event::Progress { leg, status, reason, sdp });
    }

    fn on_answered(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent, response: &Response) {
        let Some(dialog) = self.acknowledge(at, event, response) else {
            // Without From, To or Call-ID it would not have come here.
            return;
        };
        let Some(State::Calling(calling)) = self.legs.get_mut(&leg).map(|leg| &mut leg.state) else { return };
        let early = calling.early.iter_mut().find(|early| early.dialog.remote_tag() == dialog.remote_tag());
        let early_sdp = early.and_then(|early| early.sdp.take());
        let hung_up = calling.hung_up;
        self.net.schedule.cancel(Alarm::CancelUnanswered(leg));
        let up = Up { dialog, unconfirmed: None, offered: None, hang_up: false };
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.state = State::Up(up);
        }
        if hung_up {
            // The 200 crossed the CANCEL, or came where no CANCEL could be sent yet (RFC 3261 §9.1, §15).
            self.bye(at, leg, Cause::HungUp);
        } else {
            let sdp = response.body_of_type(SDP).or(early_sdp);
            self.net.event(Event::Answered { leg, sdp });
        }
    }

    /// A second fork was answered too: the first one has won, this one is ended politely.
    fn drop_fork(&mut self, at: &mut At<'_>, event: &ClientEvent, response: &Response) {
        let Some(mut dialog) = self.acknowledge(at, event, response) else { return };
        let account = event.client.owner.account();
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
        let transport = self.transport_of_line(event.client.owner.account(), event.client.path);
        let destination = dialog.destination(transport)?;
        self.clients.acknowledge(&mut self.net, at, event.id, dialog.remote_tag(), ack, destination);
        Some(dialog)
    }

    fn on_call_failed(&mut self, leg: LegId, cause: Cause) {
        let Some(State::Calling(calling)) = self.legs.get(&leg).map(|leg| &leg.state) else { return };
        let cause = if calling.hung_up { Cause::HungUp } else { cause };
        self.finish(leg, cause);
    }

    pub(super) fn give_up_calling(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(State::Calling(calling)) = self.legs.get_mut(&leg).map(|leg| &mut leg.state) else { return };
        calling.hung_up = true;
        let invite = calling.invite;
        if self.clients.is_unsent(invite) {
            self.clients.remove(&mut self.net, invite);
            self.finish(leg, Cause::HungUp);
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
        self.clients.cancel(&mut self.net, at.now, calling.invite);
        let until = at.now + self.net.settings.timers.transaction();
        self.net.schedule.set(Alarm::CancelUnanswered(leg), until);
    }

    /// Neither 487 nor anything else came: the call is taken as cancelled (RFC 3261 §9.1).
    pub(super) fn give_up_on_cancel(&mut self, leg: LegId) {
        let Some(State::Calling(calling)) = self.legs.get(&leg).map(|leg| &leg.state) else { return };
        self.clients.remove(&mut self.net, calling.invite);
        self.finish(leg, Cause::HungUp);
    }

    /// Ends an answered leg by BYE.
    pub(super) fn bye(&mut self, at: &mut At<'_>, leg: LegId, cause: Cause) {
        self.drop_offer(at, leg);
        for alarm in [Alarm::RepeatAccept(leg), Alarm::Unconfirmed(leg)] {
            self.net.schedule.cancel(alarm);
        }
        let Some(Leg { account, state: State::Up(up), .. }) = self.legs.get(&leg) else { return };
        let (account, mut dialog) = (*account, up.dialog.clone());
        let transport = self.transport_of_line(account, dialog.path);
        let Some(destination) = dialog.destination(transport) else {
            return self.finish(leg, cause);
        };
        let request = dialog.request(Method::BYE);
        let bye = self.send_in_dialog(at, request, destination, Owner::Leg(leg, account));
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.state = State::Ending(Ending { dialog, bye, cause });
        }
    }

    /// Whatever comes of a BYE, the call is over (RFC 3261 §15.1.1).
    pub(super) fn on_bye_outcome(&mut self, leg: LegId, event: &ClientEvent) {
        let provisional = matches!(&event.outcome, Outcome::Response(response) if response.is_provisional());
        let Some(State::Ending(ending)) = self.legs.get(&leg).map(|leg| &leg.state) else { return };
        if ending.bye == event.id && !provisional {
            let cause = ending.cause.clone();
            self.finish(leg, cause);
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
        self.lines.get(&account).map_or_else(of_path, |line| line.config.transport)
    }
}
