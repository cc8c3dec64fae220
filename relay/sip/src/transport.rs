//! Ways to the network: the UDP socket, connections, and the name service.

mod destination;
mod lookup;

pub(crate) use destination::{Destination, Reach};

use crate::io::Hop;
use crate::message::{Host, StreamBuffer};
use crate::schedule::{Alarm, Schedule};
use crate::transaction::ClientId;
use crate::{Command, Event, FlowId, QueryId, Settings, Time, Transport};
use lookup::Query;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// A flow with the far end: enough to send along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Path {
    pub(crate) flow: FlowId,
    pub(crate) remote: SocketAddr,
    pub(crate) transport: Transport,
}

/// Who wants to know what became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Sender {
    /// A client transaction.
    Client(ClientId),
    /// An INVITE transaction about the ACK with this number.
    Ack(ClientId, usize),
    /// Nobody.
    Nobody,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) sender: Sender,
    pub(crate) fate: Fate,
}

/// How a message fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fate {
    /// It went this way. The addresses of the host that it was not sent to follow.
    Sent(Path, VecDeque<SocketAddr>),
    /// It could not be sent.
    Lost,
    /// It was not sent: it may have to go by another transport than it says. These are the ways to the host of this name.
    Located(VecDeque<Hop>, String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Parcel {
    bytes: Vec<u8>,
    sender: Sender,
    transport: Transport,
    /// What a TLS certificate has to be made for.
    identity: String,
    /// Addresses still to try.
    rest: VecDeque<SocketAddr>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Flow {
    remote: SocketAddr,
    transport: Transport,
    /// Whom we connected to. None: the other end connected to us.
    identity: Option<String>,
    open: bool,
    /// Whether it was made by us, or has brought a message.
    proven: bool,
    waiting: Vec<Parcel>,
    buffer: StreamBuffer,
}

/// Everything below the transactions, with the alarms and the commands that all layers share.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Net {
    pub(crate) settings: Settings,
    pub(crate) schedule: Schedule,
    pub(crate) commands: VecDeque<Command>,
    pub(crate) notices: VecDeque<Notice>,
    flows: BTreeMap<FlowId, Flow>,
    queries: BTreeMap<QueryId, Query>,
    next_flow: u64,
    next_query: u64,
}

impl Net {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            schedule: Schedule::default(),
            commands: VecDeque::new(),
            notices: VecDeque::new(),
            flows: BTreeMap::new(),
            queries: BTreeMap::new(),
            next_flow: FlowId::UDP.0 + 1,
            next_query: 0,
        }
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.commands.push_back(Command::Event(event));
    }

    pub(crate) fn allocate_flow(&mut self) -> FlowId {
        self.next_flow += 1;
        FlowId(self.next_flow - 1)
    }

    /// Our address of a transport, None if it is not in use.
    pub(crate) fn local(&self, transport: Transport) -> Option<SocketAddr> {
        match transport {
            Transport::Udp => self.settings.udp,
            Transport::Tcp => self.settings.tcp,
            Transport::Tls => self.settings.tls,
        }
    }

    /// What a path is made of.
    pub(crate) fn transport_of(path: Path) -> Transport {
        path.transport
    }

    pub(crate) fn is_open(&self, flow: FlowId) -> bool {
        flow == FlowId::UDP || self.flows.get(&flow).is_some_and(|f| f.open)
    }

    pub(crate) fn flow_count(&self) -> usize {
        self.flows.len()
    }

    /// Sends along a known path. False: the connection is gone.
    #[must_use]
    pub(crate) fn send_along(&mut self, now: Time, path: Path, bytes: Vec<u8>) -> bool {
        if !self.is_open(path.flow) {
            return false;
        }
        self.touch(now, path.flow);
        self.commands.push_back(Command::Send { flow: path.flow, remote: path.remote, bytes });
        true
    }

    /// Sends to a destination, after finding its address and connecting if need be; a [`Notice`] tells how
    /// it went.
    pub(crate) fn send(&mut self, now: Time, to: &Destination, bytes: Vec<u8>, sender: Sender) {
        let transport = to.transport;
        if self.local(transport).is_none() {
            self.notices.push_back(Notice { sender, fate: Fate::Lost });
            return;
        }
        let identity = to.identity();
        let parcel = Parcel { bytes, sender, transport, identity, rest: to.rest.clone() };
        match &to.host {
            Host::Ip(ip) => {
                if let Some(path) = to.prefer
                    && path.transport == transport
                    && transport.is_stream()
                    && path.remote.ip() == *ip
                    && self.is_open(path.flow)
                {
                    return self.deliver(now, path, parcel);
                }
                let address = SocketAddr::new(*ip, to.port.unwrap_or(transport.default_port()));
                let mut parcel = parcel;
                parcel.rest.push_front(address);
                self.dispatch(now, parcel);
            }
            Host::Name(name) => self.look_up(name, to, parcel),
        }
    }

    /// Sends a parcel to the first address left.
    fn dispatch(&mut self, now: Time, mut parcel: Parcel) {
        let Some(remote) = parcel.rest.pop_front() else {
            self.notices.push_back(Notice { sender: parcel.sender, fate: Fate::Lost });
            return;
        };
        let transport = parcel.transport;
        if !transport.is_stream() {
            return self.deliver(now, Path { flow: FlowId::UDP, remote, transport }, parcel);
        }
        // Who showed a certificate for one name may not be the one of another name (RFC 5923 §4).
        let serves = |flow: &Flow| {
            let proven = flow.identity.as_ref().is_none_or(|identity| *identity == parcel.identity);
            flow.remote == remote && flow.transport == transport && (proven || transport != Transport::Tls)
        };
        let known = self.flows.iter_mut().find(|(_, flow)| serves(flow));
        match known {
            Some((&flow, Flow { open: true, .. })) => {
                self.deliver(now, Path { flow, remote, transport }, parcel);
            }
            Some((_, flow)) => flow.waiting.push(parcel),
            None => {
                let flow = self.allocate_flow();
                let host = parcel.identity.clone();
                self.commands.push_back(Command::Connect { flow, transport, remote, host });
                let identity = Some(parcel.identity.clone());
                let (waiting, buffer) = (vec![parcel], StreamBuffer::default());
                let (open, proven) = (false, true);
                self.flows.insert(flow, Flow { remote, transport, identity, open, proven, waiting, buffer });
            }
        }
    }

    fn deliver(&mut self, now: Time, path: Path, parcel: Parcel) {
        self.touch(now, path.flow);
        self.commands.push_back(Command::Send { flow: path.flow, remote: path.remote, bytes: parcel.bytes });
        self.notices.push_back(Notice { sender: parcel.sender, fate: Fate::Sent(path, parcel.rest) });
    }

    /// Takes back the message of a transaction that waits for an address or a connection.
    pub(crate) fn recall(&mut self, id: ClientId) {
        let stays = |parcel: &Parcel| parcel.sender != Sender::Client(id);
        self.flows.values_mut().for_each(|flow| flow.waiting.retain(stays));
        self.queries.values_mut().for_each(|query| query.waiting.retain(|(parcel, _)| stays(parcel)));
    }

    pub(crate) fn connected(&mut self, now: Time, id: FlowId) {
        let Some(flow) = self.flows.get_mut(&id) else { return };
        flow.open = true;
        let path = Path { flow: id, remote: flow.remote, transport: flow.transport };
        for parcel in std::mem::take(&mut flow.waiting) {
            self.deliver(now, path, parcel);
        }
        self.touch(now, id);
    }

    pub(crate) fn accepted(&mut self, now: Time, id: FlowId, remote: SocketAddr, transport: Transport) {
        let (waiting, buffer) = (Vec::new(), StreamBuffer::default());
        let (identity, open, proven) = (None, true, false);
        self.flows.insert(id, Flow { remote, transport, identity, open, proven, waiting, buffer });
        self.schedule.set(Alarm::IdleFlow(id), now + self.settings.first_message_within);
    }

    /// How many connections others have to us.
    pub(crate) fn accepted_count(&self) -> usize {
        self.flows.values().filter(|flow| flow.identity.is_none()).count()
    }

    /// Closes a connection of somebody else before anything comes over it.
    pub(crate) fn refuse(&mut self, flow: FlowId) {
        self.commands.push_back(Command::Close { flow });
    }

    /// Notes that a connection has brought a message.
    pub(crate) fn prove(&mut self, now: Time, id: FlowId) {
        if let Some(flow) = self.flows.get_mut(&id) {
            flow.proven = true;
        }
        self.touch(now, id);
    }

    /// Forgets a connection; what waited for it tries the next address.
    pub(crate) fn closed(&mut self, now: Time, id: FlowId) {
        self.schedule.cancel(Alarm::IdleFlow(id));
        self.schedule.cancel(Alarm::Pong(id));
        let Some(flow) = self.flows.remove(&id) else { return };
        for parcel in flow.waiting {
            self.dispatch(now, parcel);
        }
    }

    /// Closes a connection from our side.
    pub(crate) fn close(&mut self, now: Time, id: FlowId) {
        if self.flows.contains_key(&id) {
            self.commands.push_back(Command::Close { flow: id });
            self.closed(now, id);
        }
    }

    /// The buffer of a connection that bytes came over.
    pub(crate) fn buffer(&mut self, now: Time, id: FlowId) -> Option<(&mut StreamBuffer, Path)> {
        self.touch(now, id);
        let flow = self.flows.get_mut(&id)?;
        let path = Path { flow: id, remote: flow.remote, transport: flow.transport };
        Some((&mut flow.buffer, path))
    }

    /// Notes that a connection is in use.
    pub(crate) fn touch(&mut self, now: Time, id: FlowId) {
        if id != FlowId::UDP && self.flows.get(&id).is_some_and(|flow| flow.proven) {
            self.schedule.set(Alarm::IdleFlow(id), now + self.settings.idle_flow);
        }
    }

    /// After a restore: the connections of the other process are gone, its questions are asked again.
    pub(crate) fn forget_process(&mut self) -> Vec<FlowId> {
        self.ask_again();
        self.flows.keys().copied().collect()
    }
}
