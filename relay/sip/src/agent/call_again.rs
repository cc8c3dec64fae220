//! Calls that are tried again in another way: elsewhere (RFC 3261 §8.1.3.4), or with a longer session timer.

use super::UserAgent;
use super::trunks::First;
use crate::call::{State, refer, session};
use crate::message::{Headers, NameAddr, Response, Uri, name};
use crate::random::At;
use crate::transaction::{Client, Owner};
use crate::transport::Destination;
use crate::{AccountId, LegId};

/// How many targets one call is sent on to.
const MOST_REDIRECTS: usize = 5;

/// The value of `q` (RFC 3261 §25.1), 1 if there is none.
fn thousandths(q: Option<&str>) -> u16 {
    let Some((whole, fraction)) = q.map(|q| q.trim().split_once('.').unwrap_or((q.trim(), ""))) else {
        return 1000;
    };
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    let fraction = fraction.parse().unwrap_or(0);
    if whole.starts_with('1') { 1000 } else { fraction }
}

impl UserAgent {
    /// Whether there is another way to make a refused call; then it is under way.
    pub(super) fn call_otherwise(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        client: &Client,
        response: Option<&Response>,
    ) -> bool {
        let Some(State::Calling(calling)) = self.legs.get(&leg).map(|leg| &leg.state) else { return false };
        if calling.hung_up {
            return false;
        }
        match response {
            Some(response) if response.status == 422 => {
                self.call_with_longer_session(at, leg, client, response)
            }
            Some(response) if matches!(response.status, 300..=302) => {
                self.learn_targets(leg, response);
                self.call_elsewhere(at, leg, client)
            }
            // It is the same everywhere.
            Some(response) if response.status >= 600 => false,
            Some(_) | None => self.call_elsewhere(at, leg, client),
        }
    }

    /// Takes note of where a call is to go: the Contacts, those with the highest `q` first.
    fn learn_targets(&mut self, leg: LegId, response: &Response) {
        if !self.net.settings.follow_redirects {
            return;
        }
        let Some(found) = self.legs.get_mut(&leg) else { return };
        let Some(line) = self.lines.get(&found.account) else { return };
        let State::Calling(calling) = &mut found.state else { return };
        let contacts = response.headers.elements(name::CONTACT).filter_map(|c| c.parse::<NameAddr>().ok());
        let mut targets: Vec<(u16, Uri)> = contacts
            .filter_map(|contact| {
                let q = thousandths(contact.params.get("q"));
                Some((q, line.target(&refer::dialable(contact.uri).to_string()).ok()?))
            })
            .collect();
        targets.sort_by_key(|(q, _)| std::cmp::Reverse(*q));
        let redirects = &mut calling.redirects;
        for (_, target) in targets {
            if !redirects.tried.contains(&target) && !redirects.left.contains(&target) {
                redirects.left.push_back(target);
            }
        }
    }

    /// Calls the next of the targets that a redirection has named.
    fn call_elsewhere(&mut self, at: &mut At<'_>, leg: LegId, client: &Client) -> bool {
        while let Some(State::Calling(calling)) = self.legs.get_mut(&leg).map(|leg| &mut leg.state) {
            let redirects = &mut calling.redirects;
            if redirects.tried.len() > MOST_REDIRECTS {
                return false;
            }
            let Some(target) = redirects.left.pop_front() else { return false };
            redirects.tried.push(target.clone());
            if self.invite_again(at, leg, client, target, |_| {}) {
                return true;
            }
        }
        false
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

    /// Where a call that is sent on goes: over a trunk to its peers, unless it is sent to somebody else.
    fn way_to(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        account: AccountId,
        uri: Uri,
    ) -> Option<(Uri, Destination)> {
        let line = self.lines.get(&account)?;
        let trunk =
            line.trunk().filter(|trunk| self.trunks.get(trunk).is_some_and(|trunk| trunk.is_home(&uri)));
        let Some(trunk) = trunk else {
            let hop = line.first_hop(&uri)?;
            // What becomes of the call says nothing of a peer any more.
            self.attempts.remove(&leg);
            return Some((uri, hop));
        };
        let First { attempt, uri, destination } = self.first_peer(at, trunk, &uri).ok()?;
        self.attempts.insert(leg, attempt);
        Some((uri, destination))
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
        let Some(account) = client.owner.account() else { return false };
        let mut destination = client.destination.clone();
        let mut uri = uri;
        if uri != client.request.uri {
            let Some(found) = self.way_to(at, leg, account, uri) else { return false };
            (uri, destination) = found;
        }
        let at_peer = self.attempts.contains_key(&leg);
        let foreign = !at_peer && self.lines.get(&account).is_some_and(|line| !line.is_home(&uri));
        let Ok(head) = client.request.head() else { return false };
        let mut request = client.request.clone();
        for name in [name::VIA, name::AUTHORIZATION, name::PROXY_AUTHORIZATION] {
            request.headers.remove(name);
        }
        request.uri = uri;
        request.headers.set(name::CSEQ, format!("{} INVITE", head.cseq.number + 1));
        change(&mut request.headers);
        let owner = Owner::Leg(leg, account);
        let invite = self.clients.start(&mut self.net, at, request, destination, owner, 0);
        if let Some(found) = self.legs.get_mut(&leg)
            && let State::Calling(calling) = &mut found.state
        {
            found.foreign |= foreign;
            calling.invite = invite;
            found.leave_forks(None);
        }
        self.plan_next_hop(at.now, invite);
        true
    }
}
