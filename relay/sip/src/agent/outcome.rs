//! What comes of our requests.

use super::UserAgent;
use crate::call::State;
use crate::digest;
use crate::message::{Method, Response, name};
use crate::random::At;
use crate::transaction::{Client, ClientEvent, ClientId, Outcome, Owner};
use crate::transport::Destination;

/// How many challenges one request is taken through: proxies and server, each stale once.
const MOST_CHALLENGES: u8 = 4;

impl UserAgent {
    pub(super) fn on_client_event(&mut self, at: &mut At<'_>, event: ClientEvent) {
        if let Outcome::Response(response) = &event.outcome
            && matches!(response.status, 401 | 407)
            && !matches!(event.client.owner, Owner::Probe(_) | Owner::Ping(..))
            // Another server was asked meanwhile: nobody would cancel a second attempt at this one.
            && !event.client.was_left()
            && self.send_authorised(at, event.id, &event.client, response)
        {
            return;
        }
        if self.try_next_hop(at, &event) {
            return;
        }
        match event.client.owner {
            Owner::Registration(account) => self.on_registration_outcome(at, account, event),
            Owner::Leg(leg, _) => self.on_leg_outcome(at, leg, event),
            Owner::Subscription(id, _) => self.on_subscribe_outcome(at, id, &event),
            Owner::Keys(leg, _) => self.on_keys_outcome(at, leg, &event),
            Owner::Orphan(_) => {}
            Owner::Probe(account) => self.on_probe_outcome(at, account, &event),
            Owner::Ping(trunk, peer) => self.on_ping_outcome(at, trunk, peer, &event),
        }
    }

    /// Sends a challenged request again with credentials. False: there is no use in it.
    fn send_authorised(
        &mut self,
        at: &mut At<'_>,
        refused: ClientId,
        client: &Client,
        response: &Response,
    ) -> bool {
        let challenges = digest::challenges(response);
        // Credentials were refused, unless they were old ones or for somebody else.
        let answered = |c: &digest::Challenge| {
            let realm = format!("realm={}", crate::message::quote(&c.realm));
            client.request.headers.all(c.header()).any(|value| value.contains(&realm))
        };
        let useful = |c: &digest::Challenge| client.challenges == 0 || c.stale || !answered(c);
        if client.challenges >= MOST_CHALLENGES
            || !challenges.iter().any(useful)
            || !self.still_wanted(client)
            || self.is_foreign(client.owner)
        {
            return false;
        }
        let Some(account) = client.owner.account() else { return false };
        let Some(line) = self.lines.get_mut(&account) else { return false };
        let asked = |known: &digest::Challenge| {
            answered(known) || challenges.iter().any(|c| c.realm == known.realm && c.proxy == known.proxy)
        };
        line.learn(challenges.clone());
        let mut request = client.request.clone();
        request.headers.remove(name::VIA);
        let number = self.next_number(client);
        let Some(line) = self.lines.get_mut(&account) else { return false };
        request.headers.set(name::CSEQ, format!("{number} {}", request.method));
        line.authorise(at, &mut request, asked);
        let method = request.method.clone();
        // Who challenged knows the nonce; another server of the same name may not.
        let destination = match client.path.filter(|path| path.transport == client.destination.transport) {
            Some(path) => Destination {
                rest: client.rest.clone(),
                others: client.destination.others.clone(),
                ..Destination::along(path, Some(client.destination.identity()))
            },
            None => client.destination.clone(),
        };
        let tries = client.challenges + 1;
        let id = self.clients.start(&mut self.net, at, request, destination, client.owner, tries);
        self.replace_client(client.owner, &method, refused, id, number);
        self.plan_next_hop(at.now, id);
        true
    }

    /// Whether a request went to somebody who is no part of the line's telephone system. A challenge of theirs is not
    /// answered: from the answer they could guess the password at leisure.
    fn is_foreign(&self, owner: Owner) -> bool {
        match owner {
            Owner::Leg(leg, _) | Owner::Keys(leg, _) => self.legs.get(&leg).is_some_and(|leg| leg.foreign),
            Owner::Subscription(id, account) => {
                let uri = self.subscriptions.get(id).map(crate::subscription::Subscription::uri);
                let line = self.lines.get(&account);
                uri.zip(line).is_some_and(|(uri, line)| line.trunk().is_none() && !line.is_home(uri))
            }
            Owner::Registration(_) | Owner::Orphan(_) | Owner::Probe(_) | Owner::Ping(..) => false,
        }
    }

    /// The number of a request that is sent again: the next one of its dialog, where it has one.
    fn next_number(&mut self, client: &Client) -> u32 {
        let Ok(head) = client.request.head() else { return 1 };
        let dialog = match client.owner {
            Owner::Leg(leg, _) | Owner::Keys(leg, _) => self
                .legs
                .get_mut(&leg)
                .and_then(|leg| leg.dialog_mut(&head.call_id, head.to.tag().unwrap_or_default())),
            // A subscription counts for itself.
            Owner::Registration(_)
            | Owner::Orphan(_)
            | Owner::Probe(_)
            | Owner::Ping(..)
            | Owner::Subscription(..) => None,
        };
        match dialog.filter(|_| head.to.tag().is_some()) {
            Some(dialog) => {
                dialog.local_cseq += 1;
                dialog.local_cseq
            }
            None => head.cseq.number + 1,
        }
    }

    /// Whether the owner still wants an answer to a request.
    pub(super) fn still_wanted(&self, client: &Client) -> bool {
        match client.owner {
            Owner::Leg(leg, _) => match self.legs.get(&leg).map(|leg| &leg.state) {
                Some(State::Calling(calling)) => !calling.hung_up,
                Some(State::Ringing(_) | State::Up(_)) => true,
                Some(State::Ending(_)) => client.request.method == Method::BYE,
                None => false,
            },
            Owner::Subscription(id, _) => self.subscriptions.get(id).is_some(),
            Owner::Keys(leg, _) => self.wants_key_client(leg),
            Owner::Registration(_) | Owner::Orphan(_) => client.request.method != Method::CANCEL,
            Owner::Probe(_) | Owner::Ping(..) => false,
        }
    }

    /// Tells the owner which transaction works for it now.
    pub(super) fn replace_client(
        &mut self,
        owner: Owner,
        method: &Method,
        old: ClientId,
        new: ClientId,
        number: u32,
    ) {
        match owner {
            Owner::Registration(account) => {
                if let Some(line) = self.lines.get_mut(&account) {
                    line.registration.client = Some(new);
                    line.registration.cseq = number;
                }
            }
            Owner::Leg(leg, _) => {
                let Some(leg) = self.legs.get_mut(&leg) else { return };
                match &mut leg.state {
                    State::Calling(calling) if *method == Method::INVITE && calling.invite == old => {
                        calling.invite = new;
                        // They belonged to the refused request.
                        leg.leave_forks(None);
                    }
                    State::Ending(ending) if ending.bye == old => ending.bye = new,
                    State::Calling(_) | State::Ringing(_) | State::Up(_) | State::Ending(_) => {}
                }
                leg.replace_client(old, new, number);
            }
            Owner::Subscription(id, _) => {
                if let Some(subscription) = self.subscriptions.get_mut(id) {
                    subscription.carried_on(new, number);
                }
            }
            Owner::Keys(leg, _) => self.replace_key_client(leg, new, number),
            Owner::Orphan(_) | Owner::Probe(_) | Owner::Ping(..) => {}
        }
    }
}
