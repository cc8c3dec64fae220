//! Server transactions.

use super::ServerId;
use crate::message::{Head, Host, Method, Request, Response, Via};
use crate::schedule::Alarm;
use crate::transport::{Destination, Net, Path, Sender};
use crate::{FlowId, LegId, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    /// No final response yet.
    Proceeding,
    /// A final response was sent, for an INVITE other than 2xx.
    Completed,
    /// It was acknowledged.
    Confirmed,
    /// An INVITE was answered by 2xx (RFC 6026 §7.1); its repetition belongs to the call.
    Accepted,
}

/// One server transaction.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Server {
    pub(crate) request: Request,
    pub(crate) head: Head,
    /// The leg it belongs to, where a CANCEL would have to go.
    pub(crate) leg: Option<LegId>,
    path: Path,
    /// Where to connect to if the connection of the request is gone (RFC 3261 §18.2.2).
    fallback: SocketAddr,
    state: State,
    last: Option<Vec<u8>>,
    interval: Duration,
    key: String,
    merge_key: Option<String>,
}

/// What to do with a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    /// It is new, and this is its transaction.
    New(ServerId),
    /// An ACK of a 2xx, or of nothing.
    Ack,
    /// A CANCEL, with the INVITE transaction it is about.
    Cancel(ServerId, Option<ServerId>),
    /// The same request came by another way already (RFC 3261 §8.2.2.2).
    Merged(ServerId),
    /// A repetition that is dealt with.
    Absorbed,
}

/// All server transactions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Servers {
    all: BTreeMap<ServerId, Server>,
    by_key: BTreeMap<String, ServerId>,
    /// Requests outside of dialogs by what stays the same along all ways they take.
    by_origin: BTreeMap<String, ServerId>,
    next: u64,
}

/// RFC 3261 §17.2.3; ACK and CANCEL are found under the method they are about.
fn key(request: &Request, head: &Head, method: &Method) -> String {
    let via = &head.via;
    if via.has_unique_branch() {
        return format!("{} {} {method}", via.branch().unwrap_or_default(), via.sent_by());
    }
    // RFC 2543 peers: the tag in To is left out, since an ACK has one that its INVITE had not.
    let from = head.from.tag().unwrap_or_default();
    format!("{} {from} {} {} {via} {method}", request.uri, head.call_id, head.cseq.number)
}

impl Servers {
    pub(crate) fn get(&self, id: ServerId) -> Option<&Server> {
        self.all.get(&id)
    }

    /// Whether a request belongs to a transaction that there is already: it repeats it, or cancels it.
    pub(crate) fn knows(&self, request: &Request, head: &Head) -> bool {
        let of_invite = || {
            request.method == Method::CANCEL && self.by_key.contains_key(&key(request, head, &Method::INVITE))
        };
        self.by_key.contains_key(&key(request, head, &request.method)) || of_invite()
    }

    pub(crate) fn set_leg(&mut self, id: ServerId, leg: LegId) {
        if let Some(server) = self.all.get_mut(&id) {
            server.leg = Some(leg);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// A request came over a path; its topmost Via says so already.
    pub(crate) fn on_request(
        &mut self,
        net: &mut Net,
        now: Time,
        path: Path,
        request: Request,
        head: Head,
    ) -> Disposition {
        if request.method == Method::ACK {
            return self.on_ack(net, now, &key(&request, &head, &Method::INVITE));
        }
        let own_key = key(&request, &head, &request.method);
        if let Some(&id) = self.by_key.get(&own_key) {
            self.repeat(net, now, id);
            return Disposition::Absorbed;
        }
        let invite = (request.method == Method::CANCEL).then(|| {
            let invite = *self.by_key.get(&key(&request, &head, &Method::INVITE))?;
            // A CANCEL goes the way of its INVITE (RFC 3261 §9.1). From elsewhere it is somebody's guess of a branch.
            let sender = self.all.get(&invite)?.path.remote.ip();
            (sender.to_canonical() == path.remote.ip().to_canonical()).then_some(invite)
        });
        let origin = (head.to.tag().is_none() && invite.is_none()).then(|| {
            let tag = head.from.tag().unwrap_or_default();
            format!("{} {tag} {}", head.call_id, head.cseq)
        });
        let merged = origin.as_ref().is_some_and(|origin| self.by_origin.contains_key(origin));
        self.next += 1;
        let id = ServerId(self.next);
        let merge_key = origin.filter(|_| !merged);
        if let Some(origin) = &merge_key {
            self.by_origin.insert(origin.clone(), id);
        }
        self.by_key.insert(own_key.clone(), id);
        let server = Server {
            fallback: fallback(&head, path),
            request,
            head,
            leg: None,
            path,
            state: State::Proceeding,
            last: None,
            interval: net.settings.timers.t1,
            key: own_key,
            merge_key,
        };
        self.all.insert(id, server);
        match invite {
            Some(invite) => Disposition::Cancel(id, invite),
            None if merged => Disposition::Merged(id),
            None => Disposition::New(id),
        }
    }

    fn on_ack(&mut self, net: &mut Net, now: Time, key: &str) -> Disposition {
        let Some(&id) = self.by_key.get(key) else { return Disposition::Ack };
        let Some(server) = self.all.get_mut(&id) else { return Disposition::Ack };
        match server.state {
            State::Completed => {
                server.state = State::Confirmed;
                net.schedule.cancel(Alarm::ServerRetransmit(id));
                // Timer I.
                let linger =
                    if server.path.flow == FlowId::UDP { net.settings.timers.t4 } else { Duration::ZERO };
                net.schedule.set(Alarm::ServerEnd(id), now + linger);
                Disposition::Absorbed
            }
            State::Accepted => Disposition::Ack,
            State::Proceeding | State::Confirmed => Disposition::Absorbed,
        }
    }

    /// Sends a response.
    pub(crate) fn respond(&mut self, net: &mut Net, now: Time, id: ServerId, response: &Response) {
        let Some(server) = self.all.get_mut(&id) else { return };
        if server.state != State::Proceeding {
            return;
        }
        let bytes = response.to_bytes();
        server.send(net, now, bytes.clone());
        server.last = Some(bytes);
        if response.is_provisional() {
            return;
        }
        let unreliable = server.path.flow == FlowId::UDP;
        let whole = net.settings.timers.transaction();
        let linger = if server.request.method != Method::INVITE {
            server.state = State::Completed;
            // Timer J.
            if unreliable { whole } else { Duration::ZERO }
        } else if response.is_success() {
            server.state = State::Accepted;
            // Timer L.
            whole
        } else {
            server.state = State::Completed;
            if unreliable {
                net.schedule.set(Alarm::ServerRetransmit(id), now + server.interval);
            }
            // Timer H.
            whole
        };
        net.schedule.set(Alarm::ServerEnd(id), now + linger);
    }

    /// Whether a final response can still be sent.
    pub(crate) fn is_pending(&self, id: ServerId) -> bool {
        self.all.get(&id).is_some_and(|server| server.state == State::Proceeding)
    }

    /// Sends the last response of a transaction again, also a 2xx on behalf of its call.
    pub(crate) fn repeat_last(&mut self, net: &mut Net, now: Time, id: ServerId) {
        if let Some(server) = self.all.get(&id)
            && let Some(bytes) = server.last.clone()
        {
            server.send(net, now, bytes);
        }
    }

    fn repeat(&mut self, net: &mut Net, now: Time, id: ServerId) {
        let absorbs =
            self.all.get(&id).is_some_and(|s| matches!(s.state, State::Accepted | State::Confirmed));
        if !absorbs {
            self.repeat_last(net, now, id);
        }
    }

    pub(crate) fn on_retransmit(&mut self, net: &mut Net, now: Time, id: ServerId) {
        self.repeat_last(net, now, id);
        let Some(server) = self.all.get_mut(&id) else { return };
        // Timer G.
        server.interval = (server.interval * 2).min(net.settings.timers.t2);
        net.schedule.set(Alarm::ServerRetransmit(id), now + server.interval);
    }

    /// Forgets a transaction.
    pub(crate) fn remove(&mut self, net: &mut Net, id: ServerId) {
        net.schedule.cancel(Alarm::ServerRetransmit(id));
        net.schedule.cancel(Alarm::ServerEnd(id));
        let Some(server) = self.all.remove(&id) else { return };
        self.by_key.remove(&server.key);
        if let Some(origin) = &server.merge_key {
            self.by_origin.remove(origin);
        }
    }
}

impl Server {
    /// The way back.
    pub(crate) fn path(&self) -> Path {
        self.path
    }

    fn send(&self, net: &mut Net, now: Time, bytes: Vec<u8>) {
        if !net.send_along(now, self.path, bytes.clone()) {
            let destination = Destination::address(Net::transport_of(self.path), self.fallback);
            net.send(now, &destination, bytes, Sender::Nobody);
        }
    }
}

/// The address of the Via: where the source is known, with the stated port.
fn fallback(head: &Head, path: Path) -> SocketAddr {
    let received = head.via.params.get("received").and_then(|ip| ip.parse::<IpAddr>().ok());
    let ip = received.unwrap_or_else(|| match &head.via.host {
        Host::Ip(ip) => *ip,
        Host::Name(_) => path.remote.ip(),
    });
    SocketAddr::new(ip, head.via.port.unwrap_or(path.transport.default_port()))
}

/// Where responses go: back along the way of the request, or without `rport` to the stated port of the source
/// (RFC 3261 §18.2.2, RFC 3581 §4).
pub(crate) fn response_path(via: &Via, source: Path) -> Path {
    if source.flow != FlowId::UDP || via.params.has("rport") {
        return source;
    }
    let port = via.port.unwrap_or(source.transport.default_port());
    Path { remote: SocketAddr::new(source.remote.ip(), port), ..source }
}
