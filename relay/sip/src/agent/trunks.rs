//! Trunks: which peers are alive, and which one a call goes to.

use super::UserAgent;
use super::next_hop::is_unavailable;
use crate::message::{Host, NameAddr, SipUri, Uri};
use crate::random::At;
use crate::registration::retry_after;
use crate::schedule::Alarm;
use crate::transaction::{ClientEvent, Outcome, Owner};
use crate::transport::Destination;
use crate::trunk::{Attempt, PeerState, Trunk, TrunkState};
use crate::{AccountId, Cause, Error, Event, LegId, Time, TrunkId, order};
use std::time::Duration;

/// A dead peer is asked at least so often, since calls wait for it.
const DEAD_PING: Duration = Duration::from_secs(10);
/// A peer that is not to be pinged, but known by name only, is asked so often to learn its addresses.
const NAME_PING: Duration = Duration::from_secs(300);

/// How a call over a trunk begins.
pub(super) struct First {
    pub(super) attempt: Attempt,
    pub(super) uri: Uri,
    pub(super) destination: Destination,
}

/// Whether an outcome shows that somebody is there and takes requests. None: it does not say yet.
pub(super) fn shows_life(outcome: &Outcome) -> Option<bool> {
    match outcome {
        Outcome::Response(response) if response.is_provisional() => None,
        // 408 comes from something before the server that waited in vain.
        Outcome::Response(response) => Some(!is_unavailable(response) && response.status != 408),
        Outcome::Timeout | Outcome::Unsent => Some(false),
    }
}

impl UserAgent {
    pub(super) fn install_trunk(&mut self, at: &mut At<'_>, id: TrunkId, trunk: Trunk) -> Result<(), Error> {
        let reaches =
            trunk.peers.iter().map(|peer| self.net.reach(peer.transport)).collect::<Option<Vec<_>>>();
        let state = TrunkState::new(trunk, &reaches.ok_or(Error::NoTransport)?)?;
        self.drop_trunk(id);
        for line in self.lines.values_mut().filter(|line| line.trunk() == Some(id)) {
            line.join(&state.config, state.domain.clone());
        }
        let peers = state.peers.len();
        let pinged: Vec<_> = (0..peers).filter(|peer| state.ping_pause(*peer).is_some()).collect();
        self.trunks.insert(id, state);
        for peer in pinged {
            self.ping(at, id, peer);
        }
        Ok(())
    }

    /// Forgets a trunk with all that goes on for it.
    pub(super) fn drop_trunk(&mut self, id: TrunkId) {
        let Some(gone) = self.trunks.remove(&id) else { return };
        for (index, peer) in gone.peers.iter().enumerate() {
            self.net.schedule.cancel(Alarm::Ping(id, index));
            if let Some(ping) = peer.ping {
                self.clients.remove(&mut self.net, ping);
            }
        }
    }

    fn peer_mut(&mut self, trunk: TrunkId, peer: usize) -> Option<&mut PeerState> {
        self.trunks.get_mut(&trunk)?.peers.get_mut(peer)
    }

    /// Asks a peer whether it is alive (RFC 3261 §11).
    pub(super) fn ping(&mut self, at: &mut At<'_>, id: TrunkId, index: usize) {
        let Some(trunk) = self.trunks.get(&id) else { return };
        let Some(peer) = trunk.peers.get(index).filter(|peer| peer.ping.is_none()) else { return };
        let (Some(destination), Some(local)) = (peer.destination(), self.net.local(peer.transport())) else {
            return;
        };
        let own = SipUri { user: None, host: trunk.domain.clone(), port: None, ..bare() };
        let contact = format!("<sip:{local}{}>", peer.transport().parameter());
        let request = self.options_ping(at, peer.uri(), NameAddr::new(Uri::Sip(own)), contact);
        let ping = self.clients.start(&mut self.net, at, request, destination, Owner::Ping(id, index), 0);
        if let Some(peer) = self.peer_mut(id, index) {
            peer.ping = Some(ping);
        }
        self.plan_next_hop(at.now, ping);
    }

    pub(super) fn on_ping_outcome(
        &mut self,
        at: &mut At<'_>,
        id: TrunkId,
        index: usize,
        event: &ClientEvent,
    ) {
        let Some(alive) = shows_life(&event.outcome) else { return };
        let Some(peer) = self.peer_mut(id, index) else { return };
        if peer.ping.take_if(|ping| *ping == event.id).is_none() {
            return;
        }
        let client = &event.client;
        let found = client.path.iter().map(|path| path.remote).chain(client.rest.iter().copied());
        let found = found.chain(client.destination.others.iter().map(|hop| hop.address));
        let found: std::collections::BTreeSet<_> = found.map(|address| address.ip().to_canonical()).collect();
        if !found.is_empty() {
            peer.addresses = found;
        }
        if alive {
            self.peer_up(id, index);
        } else {
            self.peer_down(id, index, cause(&event.outcome));
        }
        if let Some(pause) = self.trunks.get(&id).and_then(|trunk| trunk.ping_pause(index)) {
            // Jitter keeps many relays from asking in step.
            let pause = at.part_of(pause, 75);
            self.net.schedule.set(Alarm::Ping(id, index), at.now + pause);
        }
    }

    fn peer_up(&mut self, id: TrunkId, index: usize) {
        let was_alive = self.trunks.get(&id).is_some_and(TrunkState::is_alive);
        let Some(peer) = self.peer_mut(id, index) else { return };
        if std::mem::replace(&mut peer.alive, true) {
            return;
        }
        self.net.event(Event::PeerUp { trunk: id, peer: index });
        if !was_alive {
            self.tell_all(id);
        }
    }

    fn peer_down(&mut self, id: TrunkId, index: usize, cause: Cause) {
        let Some(peer) = self.peer_mut(id, index) else { return };
        if !std::mem::replace(&mut peer.alive, false) {
            return;
        }
        self.net.event(Event::PeerDown { trunk: id, peer: index, cause });
        if !self.trunks.get(&id).is_some_and(TrunkState::is_alive) {
            self.tell_all(id);
        }
    }

    fn tell_all(&mut self, id: TrunkId) {
        let of_trunk = self.lines.iter().filter(|(_, line)| line.trunk() == Some(id));
        for account in of_trunk.map(|(account, _)| *account).collect::<Vec<_>>() {
            self.tell_service(account);
        }
    }

    /// Says whether an account of a trunk can be used.
    pub(super) fn tell_service(&mut self, account: AccountId) {
        let Some(trunk) = self.lines.get(&account).and_then(|line| self.trunks.get(&line.trunk()?)) else {
            return;
        };
        let event =
            if trunk.is_alive() { Event::InService { account } } else { Event::OutOfService { account } };
        self.net.event(event);
    }

    /// The best peer for a call, and the ones after it. With no living one all are tried: the pings may err.
    pub(super) fn first_peer(&self, at: &mut At<'_>, id: TrunkId, to: &Uri) -> Result<First, Error> {
        let trunk = self.trunks.get(&id).ok_or(Error::UnknownTrunk(id))?;
        let bad = || Error::BadAddress(to.to_string());
        let user = to.user().ok_or_else(bad)?;
        let peers = trunk.config.peers.iter().enumerate();
        let all: Vec<_> = peers.map(|(index, peer)| (peer.priority, peer.weight, index)).collect();
        let usable: Vec<_> =
            all.iter().copied().filter(|(.., peer)| trunk.is_usable(*peer, at.now)).collect();
        let mut rest = order(if usable.is_empty() { all } else { usable }, at.rng);
        rest.reverse();
        let index = rest.pop().ok_or_else(bad)?;
        let peer = trunk.peers.get(index).ok_or_else(bad)?;
        let (uri, destination) = (peer.uri_of(&user), peer.destination().ok_or_else(bad)?);
        Ok(First { attempt: Attempt { trunk: id, peer: index, rest, user }, uri, destination })
    }

    /// The next peer for a call, past those that were found dead meanwhile.
    pub(super) fn next_peer(&mut self, now: Time, leg: LegId) -> Option<(Uri, Destination)> {
        let attempt = self.attempts.get_mut(&leg)?;
        let trunk = self.trunks.get(&attempt.trunk)?;
        let usable = attempt.rest.iter().rposition(|peer| trunk.is_usable(*peer, now));
        let place = usable.or(attempt.rest.len().checked_sub(1))?;
        attempt.peer = attempt.rest.remove(place);
        attempt.rest.truncate(place);
        let peer = trunk.peers.get(attempt.peer)?;
        Some((peer.uri_of(&attempt.user), peer.destination()?))
    }

    /// Learns from what became of a call whether its peer is alive.
    pub(super) fn judge_peer(&mut self, at: &mut At<'_>, leg: LegId, outcome: &Outcome) {
        let Some((trunk, index)) = self.attempts.get(&leg).map(|attempt| (attempt.trunk, attempt.peer))
        else {
            return;
        };
        match outcome {
            Outcome::Response(response) if is_unavailable(response) => {
                if let (Some(pause), Some(peer)) = (retry_after(response), self.peer_mut(trunk, index)) {
                    peer.busy_until = Some(at.now + pause);
                }
            }
            // The peer may have had it from somebody behind it that it waited for.
            Outcome::Response(_) => self.peer_up(trunk, index),
            Outcome::Timeout | Outcome::Unsent => {
                self.peer_down(trunk, index, cause(outcome));
                self.net.schedule.set_once(Alarm::Ping(trunk, index), at.now + DEAD_PING);
            }
        }
    }

    /// A call heard nothing of its peer: ask the peer, so that the next calls know.
    pub(super) fn suspect_peer(&mut self, at: &mut At<'_>, leg: LegId) {
        if let Some((trunk, index)) = self.attempts.get(&leg).map(|attempt| (attempt.trunk, attempt.peer)) {
            self.net.schedule.cancel(Alarm::Ping(trunk, index));
            self.ping(at, trunk, index);
        }
    }
}

impl TrunkState {
    /// How long until a peer is pinged again. None: it is not.
    fn ping_pause(&self, index: usize) -> Option<Duration> {
        let peer = self.peers.get(index)?;
        let named = matches!(peer.uri(), Uri::Sip(SipUri { host: Host::Name(_), .. }));
        let usual = self.config.ping.or(named.then_some(NAME_PING));
        if peer.alive { usual } else { Some(usual.unwrap_or(DEAD_PING).min(DEAD_PING)) }
    }
}

fn cause(outcome: &Outcome) -> Cause {
    match outcome {
        Outcome::Response(response) => crate::call::reason::of_response(response),
        Outcome::Timeout => Cause::Timeout,
        Outcome::Unsent => Cause::Transport,
    }
}

/// A URI with nothing in it yet.
fn bare() -> SipUri {
    SipUri {
        secure: false,
        user: None,
        host: Host::Name(String::new()),
        port: None,
        params: Default::default(),
        headers: None,
    }
}
