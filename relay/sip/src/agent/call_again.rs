//! Calls that are tried again in another way: a longer session timer.

use super::UserAgent;
use crate::LegId;
use crate::call::{State, session};
use crate::message::{Headers, Response, Uri, name};
use crate::random::At;
use crate::transaction::{Client, Owner};

impl UserAgent {
    /// Whether there is another way to make a refused call; then it is under way.
    pub(super) fn call_otherwise(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        client: &Client,
        response: &Response,
    ) -> bool {
        let Some(State::Calling(calling)) = self.legs.get(&leg).map(|leg| &leg.state) else { return false };
        if calling.hung_up {
            return false;
        }
        match response.status {
            422 => self.call_with_longer_session(at, leg, client, response),
            _ => false,
        }
    }

    fn call_with_longer_session(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        client: &Client,
        response: &Response,
    ) -> bool {
        if !self.take_longer(leg, response) {
            return false;
        }
        let wish = self.session_wish().unwrap_or(session::SHORTEST);
        let least = self.legs.get(&leg).map_or(session::SHORTEST, |leg| leg.min_se);
        self.invite_again(at, leg, client, client.request.uri.clone(), |headers| {
            headers.set(name::SESSION_EXPIRES, wish.max(least).as_secs().to_string());
            headers.set(name::MIN_SE, least.as_secs().to_string());
        })
    }

    /// Sends the INVITE of a call once more (RFC 3261 §8.1.3.5: the same Call-ID, From and To).
    fn invite_again(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        client: &Client,
        uri: Uri,
        change: impl FnOnce(&mut Headers),
    ) -> bool {
        let mut destination = client.destination.clone();
        if uri != client.request.uri {
            let line = self.lines.get(&client.owner.account());
            let Some(hop) = line.and_then(|line| line.first_hop(&uri)) else { return false };
            destination = hop;
        }
        let Ok(head) = client.request.head() else { return false };
        let mut request = client.request.clone();
        for name in [name::VIA, name::AUTHORIZATION, name::PROXY_AUTHORIZATION] {
            request.headers.remove(name);
        }
        request.uri = uri;
        request.headers.set(name::CSEQ, format!("{} INVITE", head.cseq.number + 1));
        change(&mut request.headers);
        let owner = Owner::Leg(leg, client.owner.account());
        let invite = self.clients.start(&mut self.net, at, request, destination, owner, 0);
        if let Some(State::Calling(calling)) = self.legs.get_mut(&leg).map(|leg| &mut leg.state) {
            calling.invite = invite;
            calling.early.clear();
        }
        true
    }
}
