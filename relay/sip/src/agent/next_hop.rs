//! The next server, when one does not answer (RFC 3263 §4.3): another address of the same host, or the next peer of
//! a trunk.

use super::UserAgent;
use crate::call::State;
use crate::message::{Method, Response, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::{Client, ClientEvent, ClientId, Outcome, Owner};
use crate::{LegId, Time};
use std::time::Duration;

impl UserAgent {
    /// Plans how long to wait for a server before the next one is asked, if there is a next one.
    pub(super) fn plan_next_hop(&mut self, now: Time, id: ClientId) {
        if let Some(patience) = self.patience(id) {
            self.net.schedule.set_once(Alarm::NextHop(id), now + patience);
        }
    }

    fn patience(&self, id: ClientId) -> Option<Duration> {
        let client = self.clients.get(id)?;
        let settings = &self.net.settings;
        match client.owner {
            Owner::Registration(account) => {
                let line = self.lines.get(&account)?;
                let further = line.registration.failed_registrars + 1 < line.registrar_count();
                (further || client.has_next_address()).then_some(settings.next_registrar_after)
            }
            Owner::Leg(leg, _) if self.is_first_invite(leg, id) => match self.attempts.get(&leg) {
                Some(attempt) if !attempt.rest.is_empty() => {
                    self.trunks.get(&attempt.trunk).map(|trunk| trunk.config.next_peer_after)
                }
                Some(_) | None => client.has_next_address().then_some(settings.next_hop_after),
            },
            Owner::Probe(_) | Owner::Ping(..) => Some(settings.ping_patience),
            Owner::Leg(..) | Owner::Orphan(_) | Owner::Subscription(..) | Owner::Keys(..) => None,
        }
    }

    /// Whether a transaction is the INVITE that a leg waits for.
    fn is_first_invite(&self, leg: LegId, id: ClientId) -> bool {
        match self.legs.get(&leg).map(|leg| &leg.state) {
            Some(State::Calling(calling)) => calling.invite == id && !calling.hung_up,
            Some(State::Ringing(_) | State::Up(_) | State::Ending(_)) | None => false,
        }
    }

    /// The patience with a server is over.
    pub(super) fn leave_hop(&mut self, at: &mut At<'_>, id: ClientId) {
        let Some(client) = self.clients.get(id).cloned() else { return };
        let leg = match client.owner {
            Owner::Leg(leg, _) => leg,
            Owner::Registration(_)
            | Owner::Probe(_)
            | Owner::Ping(..)
            | Owner::Orphan(_)
            | Owner::Subscription(..)
            | Owner::Keys(..) => {
                if let Some(event) = self.clients.on_timeout(&mut self.net, id) {
                    self.on_client_event(at, event);
                }
                return;
            }
        };
        if client.was_left() {
            // It was cancelled since, and that has no end either.
            self.clients.remove(&mut self.net, id);
            return;
        }
        if self.clients.is_proceeding(id) || !self.is_first_invite(leg, id) {
            return;
        }
        self.suspect_peer(at, leg);
        if !self.ask_next(at, id, &client) {
            return;
        }
        if self.clients.is_unsent(id) {
            self.clients.remove(&mut self.net, id);
        } else {
            self.clients.leave(&mut self.net, id);
        }
    }

    /// Asks the next server after a failure. True: that is done, and the failure is none.
    pub(super) fn try_next_hop(&mut self, at: &mut At<'_>, event: &ClientEvent) -> bool {
        let Owner::Leg(leg, _) = event.client.owner else { return false };
        if self.is_first_invite(leg, event.id) {
            self.judge_peer(at, leg, &event.outcome);
        }
        is_failure_of_server(&event.outcome) && self.ask_next(at, event.id, &event.client)
    }

    /// Sends a request outside of a dialog, or the BYE of one, to the next server. False: there is none, or nobody
    /// wants an answer any more.
    fn ask_next(&mut self, at: &mut At<'_>, old: ClientId, client: &Client) -> bool {
        let Owner::Leg(leg, account) = client.owner else { return false };
        let ending = match self.legs.get(&leg).map(|leg| &leg.state) {
            Some(State::Ending(ending)) => ending.bye == old,
            Some(State::Calling(_) | State::Ringing(_) | State::Up(_)) | None => false,
        };
        let inviting = self.is_first_invite(leg, old);
        if !(ending || inviting) {
            return false;
        }
        let address = client.next_address().map(|to| (client.request.uri.clone(), to));
        // A call that a peer has taken is that peer's to the end.
        let peer = || if inviting { self.next_peer(at.now, leg) } else { None };
        let Some((uri, destination)) = address.or_else(peer) else { return false };
        let mut request = client.request.clone();
        request.uri = uri;
        // The next server challenges for itself.
        for header in [name::VIA, name::AUTHORIZATION, name::PROXY_AUTHORIZATION] {
            request.headers.remove(header);
        }
        let number = client.request.head().map_or(1, |head| head.cseq.number + 1);
        request.headers.set(name::CSEQ, format!("{number} {}", request.method));
        let contact =
            self.lines.get(&account).and_then(|line| line.contact(&self.net, destination.transport));
        if let Some(contact) = contact.filter(|_| request.method == Method::INVITE) {
            request.headers.set(name::CONTACT, contact.to_string());
        }
        let method = request.method.clone();
        let id = self.clients.start(&mut self.net, at, request, destination, client.owner, 0);
        self.replace_client(client.owner, &method, old, id, number);
        self.plan_next_hop(at.now, id);
        true
    }
}

/// Whether the server is to blame, so that another one may do better (RFC 3263 §4.3).
fn is_failure_of_server(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Response(response) => is_unavailable(response),
        Outcome::Timeout | Outcome::Unsent => true,
    }
}

/// 503: this server cannot, another one may (RFC 3261 §21.5.4).
pub(super) fn is_unavailable(response: &Response) -> bool {
    response.status == 503
}
