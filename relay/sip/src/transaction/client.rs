//! Client transactions.

mod messages;

use super::{ClientEvent, ClientId, Outcome, Owner};
use crate::message::{Head, Method, Request, Response, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transport::{Destination, Net, Path, Sender};
use crate::{FlowId, Time};
use messages::via;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    /// The address is being found, or the connection made.
    Waiting,
    /// Sent; "Calling" of an INVITE.
    Trying,
    Proceeding,
    Completed,
    /// An INVITE that was answered by 2xx (RFC 6026 §7.2).
    Accepted,
}

/// One client transaction.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) request: Request,
    pub(crate) owner: Owner,
    pub(crate) destination: Destination,
    /// The way the request went.
    pub(crate) path: Option<Path>,
    /// Where else the host can be reached, if the way it went leads nowhere.
    pub(crate) rest: VecDeque<SocketAddr>,
    /// How many challenges were answered on the way to this request.
    pub(crate) challenges: u8,
    state: State,
    interval: Duration,
    key: String,
    /// The ACK to a final response other than 2xx.
    ack: Option<Vec<u8>>,
    /// The ACKs to 2xx, one for each dialog, to be repeated with each repeated 2xx.
    accepted: Vec<SentAck>,
    /// Whether the request was sent again over a new connection.
    reconnected: bool,
    /// Whether it ends in time even if somebody is still thinking about it.
    bounded: bool,
    /// Whether another server was asked meanwhile.
    left: Option<Left>,
}

/// An INVITE that nothing was heard of when another server was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Left {
    /// It has to be cancelled if it is heard of.
    Silent,
    /// It was heard of and cancelled.
    Cancelled,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct SentAck {
    to_tag: String,
    bytes: Vec<u8>,
    destination: Destination,
    path: Option<Path>,
}

/// All client transactions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Clients {
    all: BTreeMap<ClientId, Client>,
    by_key: BTreeMap<String, ClientId>,
    next: u64,
}

fn key(branch: &str, method: &Method) -> String {
    format!("{branch} {method}")
}

impl Clients {
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Starts a transaction; the Via is put before the request's headers.
    pub(crate) fn start(
        &mut self,
        net: &mut Net,
        at: &mut At<'_>,
        mut request: Request,
        destination: Destination,
        owner: Owner,
        challenges: u8,
    ) -> ClientId {
        let branch = at.branch();
        request.headers.push_front(name::VIA, via(net, destination.transport, &branch));
        self.start_with(net, at.now, request, &branch, destination, owner, challenges)
    }

    /// Starts the CANCEL of an INVITE: the same branch, the same way (RFC 3261 §9.1).
    pub(crate) fn cancel(&mut self, net: &mut Net, now: Time, invite: ClientId, reason: Option<&str>) {
        let Some(client) = self.all.get(&invite) else { return };
        let Some((request, branch)) = client.cancellation(reason) else { return };
        let destination = match client.path {
            Some(path) => Destination {
                prefer: Some(path),
                ..Destination::address(Net::transport_of(path), path.remote)
            },
            None => client.destination.clone(),
        };
        let Some(owner) = client.owner.account().map(Owner::Orphan) else { return };
        self.start_with(net, now, request, &branch, destination, owner, 0);
    }

    #[expect(clippy::too_many_arguments, reason = "the two ways to start differ in the branch only")]
    fn start_with(
        &mut self,
        net: &mut Net,
        now: Time,
        request: Request,
        branch: &str,
        destination: Destination,
        owner: Owner,
        challenges: u8,
    ) -> ClientId {
        self.next += 1;
        let id = ClientId(self.next);
        let key = key(branch, &request.method);
        let bytes = request.to_bytes();
        self.by_key.insert(key.clone(), id);
        // Timers B and F run from the start, so that a name service or a connection that hangs ends too.
        net.schedule.set(Alarm::ClientTimeout(id), now + net.settings.timers.transaction());
        net.send(now, &destination, bytes, Sender::Client(id));
        self.all.insert(
            id,
            Client {
                request,
                owner,
                destination,
                path: None,
                rest: VecDeque::new(),
                challenges,
                state: State::Waiting,
                interval: net.settings.timers.t1,
                key,
                ack: None,
                accepted: Vec::new(),
                reconnected: false,
                bounded: false,
                left: None,
            },
        );
        id
    }

    /// Sends a request that waits to where the name service says, which may be by another transport than was thought.
    pub(crate) fn send_to(&mut self, net: &mut Net, now: Time, id: ClientId, destination: Destination) {
        let Some(client) = self.all.get_mut(&id) else { return };
        client.write_for(net, destination.transport);
        net.send(now, &destination, client.request.to_bytes(), Sender::Client(id));
        client.destination = destination;
    }

    /// The request has left, or could not be sent.
    pub(crate) fn on_sent(
        &mut self,
        net: &mut Net,
        now: Time,
        id: ClientId,
        path: Option<Path>,
    ) -> Option<ClientEvent> {
        let client = self.all.get_mut(&id)?;
        let Some(path) = path else { return self.end(net, id, Outcome::Unsent) };
        client.path = Some(path);
        if client.state == State::Waiting || client.reconnected {
            client.state = State::Trying;
            if path.flow == FlowId::UDP {
                net.schedule.set(Alarm::ClientRetransmit(id), now + client.interval);
            }
        }
        None
    }

    /// An ACK to a 2xx has left, or could not be sent.
    pub(crate) fn on_ack_sent(&mut self, id: ClientId, index: usize, path: Option<Path>) {
        if let Some(ack) = self.all.get_mut(&id).and_then(|client| client.accepted.get_mut(index)) {
            ack.path = path;
        }
    }

    /// Sends the ACK of a 2xx and keeps it for the repeated ones (RFC 3261 §13.2.2.4).
    pub(crate) fn acknowledge(
        &mut self,
        net: &mut Net,
        at: &mut At<'_>,
        id: ClientId,
        to_tag: &str,
        mut ack: Request,
        destination: Destination,
    ) {
        let Some(client) = self.all.get_mut(&id) else { return };
        let branch = at.branch();
        ack.headers.push_front(name::VIA, via(net, destination.transport, &branch));
        let bytes = ack.to_bytes();
        net.send(at.now, &destination, bytes.clone(), Sender::Ack(id, client.accepted.len()));
        client.accepted.push(SentAck { to_tag: to_tag.to_owned(), bytes, destination, path: None });
    }

    /// A response came; gives it to the owner unless the transaction deals with it alone.
    pub(crate) fn on_response(
        &mut self,
        net: &mut Net,
        now: Time,
        response: Response,
        head: &Head,
    ) -> Option<ClientEvent> {
        let id = *self.by_key.get(&key(head.via.branch()?, &head.cseq.method))?;
        let client = self.all.get_mut(&id)?;
        let invite = client.request.method == Method::INVITE;
        if response.is_provisional() {
            return match client.state {
                State::Waiting | State::Trying | State::Proceeding => {
                    client.state = State::Proceeding;
                    if invite {
                        // Nobody knows how long it rings.
                        net.schedule.cancel(Alarm::ClientRetransmit(id));
                        if !client.bounded {
                            net.schedule.cancel(Alarm::ClientTimeout(id));
                        }
                    }
                    self.event(id, Outcome::Response(Box::new(response)))
                }
                State::Completed | State::Accepted => None,
            };
        }
        let timers = net.settings.timers;
        let reliable = client.path.is_some_and(|path| path.flow != FlowId::UDP);
        match (client.state, response.is_success()) {
            (State::Accepted, true) => {
                let to_tag = head.to.tag().unwrap_or_default();
                if client.repeat_ack(net, now, id, to_tag) {
                    return None;
                }
                self.event(id, Outcome::Response(Box::new(response)))
            }
            (State::Accepted, false) => None,
            (State::Completed, _) => {
                if let (Some(ack), Some(path)) = (client.ack.clone(), client.path) {
                    // A connection that is gone brings no repeated response either.
                    let _ = net.send_along(now, path, ack);
                }
                None
            }
            (State::Waiting | State::Trying | State::Proceeding, success) => {
                net.schedule.cancel(Alarm::ClientRetransmit(id));
                net.schedule.cancel(Alarm::ClientTimeout(id));
                let linger = if invite && success {
                    client.state = State::Accepted;
                    timers.transaction()
                } else if invite {
                    client.state = State::Completed;
                    client.acknowledge_failure(net, now, &response);
                    // Timer D: "at least 32 seconds".
                    if reliable { Duration::ZERO } else { timers.transaction() }
                } else {
                    client.state = State::Completed;
                    if reliable { Duration::ZERO } else { timers.t4 }
                };
                net.schedule.set(Alarm::ClientEnd(id), now + linger);
                self.event(id, Outcome::Response(Box::new(response)))
            }
        }
    }

    pub(crate) fn on_retransmit(&mut self, net: &mut Net, now: Time, id: ClientId) {
        let Some(client) = self.all.get_mut(&id) else { return };
        let Some(path) = client.path else { return };
        let t2 = net.settings.timers.t2;
        client.interval = match (&client.state, client.request.method == Method::INVITE) {
            (State::Trying, true) => client.interval * 2,
            (State::Trying, false) => (client.interval * 2).min(t2),
            // RFC 3261 §17.1.2.2.
            (State::Proceeding, false) => t2,
            _ => return,
        };
        let bytes = client.request.to_bytes();
        if net.send_along(now, path, bytes) {
            net.schedule.set(Alarm::ClientRetransmit(id), now + client.interval);
        }
    }

    pub(crate) fn on_timeout(&mut self, net: &mut Net, id: ClientId) -> Option<ClientEvent> {
        self.end(net, id, Outcome::Timeout)
    }

    /// A connection was lost. What had no response yet is sent again over a new one, once: the branch makes a
    /// retransmission of it.
    pub(crate) fn on_flow_closed(&mut self, net: &mut Net, now: Time, flow: FlowId) {
        for (id, client) in &mut self.all {
            let lost = client.path.filter(|path| path.flow == flow);
            let (Some(path), State::Trying, false) = (lost, client.state, client.reconnected) else {
                continue;
            };
            client.reconnected = true;
            let found_by = Some(client.destination.identity());
            let destination = Destination { found_by, ..Destination::address(path.transport, path.remote) };
            net.send(now, &destination, client.request.to_bytes(), Sender::Client(*id));
        }
    }

    /// Lets a transaction wait for its end no longer than one without any response.
    pub(crate) fn bound(&mut self, net: &mut Net, now: Time, id: ClientId) {
        let Some(client) = self.all.get_mut(&id) else { return };
        client.bounded = true;
        if matches!(client.state, State::Trying | State::Proceeding) {
            net.schedule.set(Alarm::ClientTimeout(id), now + net.settings.timers.transaction());
        }
    }

    /// Whether a provisional response came, so that a CANCEL may be sent (RFC 3261 §9.1).
    pub(crate) fn is_proceeding(&self, id: ClientId) -> bool {
        self.all.get(&id).is_some_and(|client| client.state == State::Proceeding)
    }

    /// Whether nothing of the request can have left yet.
    pub(crate) fn is_unsent(&self, id: ClientId) -> bool {
        self.all.get(&id).is_none_or(|client| client.state == State::Waiting)
    }

    pub(crate) fn get(&self, id: ClientId) -> Option<&Client> {
        self.all.get(&id)
    }

    /// Notes where else the host of a request can be reached.
    pub(crate) fn note_rest(&mut self, id: ClientId, rest: VecDeque<SocketAddr>) {
        if let Some(client) = self.all.get_mut(&id) {
            client.rest = rest;
        }
    }

    /// Leaves an INVITE that nothing was heard of for another server. It is not repeated, but it may have
    /// arrived: the transaction stays to its end.
    pub(crate) fn leave(&mut self, net: &mut Net, id: ClientId) {
        net.schedule.cancel(Alarm::ClientRetransmit(id));
        if let Some(client) = self.all.get_mut(&id) {
            client.left = Some(Left::Silent);
        }
    }

    /// Cancels an INVITE that was left, now that it is heard of after all.
    pub(crate) fn cancel_left(&mut self, net: &mut Net, now: Time, id: ClientId) {
        let silent = |client: &&mut Client| client.left == Some(Left::Silent);
        let Some(client) = self.all.get_mut(&id).filter(silent) else { return };
        client.left = Some(Left::Cancelled);
        // No provisional response may keep it longer than a CANCEL that was lost.
        net.schedule.set(Alarm::NextHop(id), now + net.settings.timers.transaction());
        self.cancel(net, now, id, None);
    }

    /// Forgets a transaction.
    pub(crate) fn remove(&mut self, net: &mut Net, id: ClientId) -> Option<Client> {
        let timers = [Alarm::ClientRetransmit(id), Alarm::ClientTimeout(id), Alarm::ClientEnd(id)];
        for alarm in timers.into_iter().chain([Alarm::NextHop(id)]) {
            net.schedule.cancel(alarm);
        }
        let client = self.all.remove(&id)?;
        self.by_key.remove(&client.key);
        if client.state == State::Waiting {
            // Nobody would know what to do with the response.
            net.recall(id);
        }
        Some(client)
    }

    fn event(&self, id: ClientId, outcome: Outcome) -> Option<ClientEvent> {
        Some(ClientEvent { id, client: self.all.get(&id)?.clone(), outcome })
    }

    fn end(&mut self, net: &mut Net, id: ClientId, outcome: Outcome) -> Option<ClientEvent> {
        let client = self.remove(net, id)?;
        Some(ClientEvent { id, client, outcome })
    }
}

impl Client {
    /// Whether another server was asked instead.
    pub(crate) fn was_left(&self) -> bool {
        self.left.is_some()
    }

    /// Whether the host of the request can be reached another way too.
    pub(crate) fn has_next_address(&self) -> bool {
        !(self.rest.is_empty() && self.destination.others.is_empty())
    }

    /// The next way to the same host.
    pub(crate) fn next_address(&self) -> Option<Destination> {
        let found_by = self.destination.identity();
        let others = self.destination.others.clone();
        let mut rest = self.rest.clone();
        match rest.pop_front() {
            Some(address) => {
                let to = Destination::address(self.destination.transport, address);
                Some(Destination { rest, others, found_by: Some(found_by), ..to })
            }
            None => Destination::of_hops(others, found_by),
        }
    }

    /// Repeats the ACK of a dialog, if there was one.
    fn repeat_ack(&self, net: &mut Net, now: Time, id: ClientId, to_tag: &str) -> bool {
        let Some(index) = self.accepted.iter().position(|ack| ack.to_tag == to_tag) else { return false };
        let ack = &self.accepted[index];
        if !ack.path.is_some_and(|path| net.send_along(now, path, ack.bytes.clone())) {
            net.send(now, &ack.destination, ack.bytes.clone(), Sender::Ack(id, index));
        }
        true
    }
}
