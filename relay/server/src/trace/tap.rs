//! Where the sockets hand in what they carry.

use super::{Direction, Trace};
use sidetone_sip::message::{Frame, StreamBuffer};
use sidetone_sip::{FlowId, Input, Transport, is_keep_alive};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

/// Sees all that goes in and out, and cuts streams into messages. Does nothing if nothing is traced.
#[derive(Debug, Default)]
pub(crate) struct Tap {
    trace: Option<Arc<Trace>>,
    /// The address of the UDP socket.
    udp: Option<SocketAddr>,
    flows: HashMap<FlowId, Flow>,
}

/// A connection.
#[derive(Debug)]
struct Flow {
    transport: Transport,
    local: SocketAddr,
    remote: SocketAddr,
    received: StreamBuffer,
}

impl Tap {
    pub(crate) fn new(trace: Option<Arc<Trace>>, udp: SocketAddr) -> Self {
        Self { trace, udp: Some(udp), flows: HashMap::new() }
    }

    /// A connection is being made; its own address is known once it is up.
    pub(crate) fn connecting(&mut self, flow: FlowId, transport: Transport, remote: SocketAddr) {
        let unknown = match remote {
            SocketAddr::V4(_) => SocketAddr::from(([0, 0, 0, 0], 0)),
            SocketAddr::V6(_) => SocketAddr::from(([0; 16], 0)),
        };
        self.opened(flow, Flow { transport, local: unknown, remote, received: StreamBuffer::default() });
    }

    /// Something came in.
    pub(crate) fn input(&mut self, input: &Input) {
        let Some(trace) = &self.trace else { return };
        match input {
            Input::Datagram { flow: _, local, remote, bytes } => {
                keep(trace, Transport::Udp, Direction::Received, (*local, *remote), bytes);
            }
            Input::Connected { flow, local } => {
                if let Some(flow) = self.flows.get_mut(flow) {
                    flow.local = *local;
                }
            }
            Input::Accepted { flow, local, remote, transport } => {
                let received = StreamBuffer::default();
                self.opened(*flow, Flow { transport: *transport, local: *local, remote: *remote, received });
            }
            Input::Stream { flow, bytes } => {
                if let Some(flow) = self.flows.get_mut(flow) {
                    flow.receive(trace, bytes);
                }
            }
            Input::Closed { flow } => self.closed(*flow),
            Input::Resolved { .. } | Input::Located { .. } | Input::Unresolved { .. } => {}
        }
    }

    /// Something goes out.
    pub(crate) fn sent(&self, flow: FlowId, remote: SocketAddr, bytes: &[u8]) {
        let Some(trace) = &self.trace else { return };
        match (self.flows.get(&flow), self.udp) {
            (Some(flow), _) => {
                keep(trace, flow.transport, Direction::Sent, (flow.local, flow.remote), bytes);
            }
            (None, Some(local)) if flow == FlowId::UDP => {
                keep(trace, Transport::Udp, Direction::Sent, (local, remote), bytes);
            }
            (None, _) => {}
        }
    }

    /// Two calls are parts of one conversation.
    pub(crate) fn relate(&self, one: &str, other: &str) {
        if let Some(trace) = &self.trace {
            trace.relate(one, other);
        }
    }

    /// A connection is gone.
    pub(crate) fn closed(&mut self, flow: FlowId) {
        self.flows.remove(&flow);
    }

    fn opened(&mut self, id: FlowId, flow: Flow) {
        if self.trace.is_some() {
            self.flows.insert(id, flow);
        }
    }
}

impl Flow {
    fn receive(&mut self, trace: &Trace, bytes: &[u8]) {
        self.received.push(bytes);
        while let Some(frame) = self.received.next_frame() {
            match frame {
                Frame::Message(message) | Frame::Broken { head: Some(message), reason: _ } => {
                    let ends = (self.local, self.remote);
                    keep(trace, self.transport, Direction::Received, ends, &message);
                }
                Frame::Ping | Frame::Broken { head: None, reason: _ } => {}
            }
        }
    }
}

fn keep(
    trace: &Trace,
    transport: Transport,
    direction: Direction,
    (local, remote): (SocketAddr, SocketAddr),
    bytes: &[u8],
) {
    if !is_keep_alive(bytes) {
        trace.keep(transport, direction, local, remote, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{message, trace};

    const TCP: FlowId = FlowId(7);

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn both_ways_are_seen_with_their_addresses() {
        let trace = trace();
        let (ours, theirs) = (address("192.0.2.1:5060"), address("192.0.2.9:5062"));
        let mut tap = Tap::new(Some(Arc::clone(&trace)), ours);
        let bytes = message("c1", "INVITE");
        tap.input(&Input::Datagram { flow: FlowId::UDP, local: ours, remote: theirs, bytes });
        tap.input(&Input::Datagram {
            flow: FlowId::UDP,
            local: ours,
            remote: theirs,
            bytes: b"\r\n\r\n".to_vec(),
        });
        // A Binding request of STUN.
        tap.sent(FlowId::UDP, theirs, b"\0\x01\0\0\x21\x12\xa4\x42abcdefghijkl");
        tap.sent(FlowId::UDP, theirs, &message("c1", "BYE"));
        let call = trace.call(trace.calls()[0].id).unwrap();
        let ends: Vec<_> = call.records.iter().map(super::super::Record::ends).collect();
        assert_eq!(ends, [(theirs, ours), (ours, theirs)]);
    }

    #[test]
    fn a_stream_is_cut_into_messages() {
        let trace = trace();
        let (ours, theirs) = (address("192.0.2.1:41000"), address("192.0.2.9:5060"));
        let mut tap = Tap::new(Some(Arc::clone(&trace)), ours);
        tap.connecting(TCP, Transport::Tcp, theirs);
        tap.input(&Input::Connected { flow: TCP, local: ours });
        tap.sent(TCP, theirs, &message("c1", "INVITE"));
        let bytes = [message("c1", "BYE"), b"\r\n\r\n".to_vec(), message("c1", "INFO")].concat();
        for piece in bytes.chunks(7) {
            tap.input(&Input::Stream { flow: TCP, bytes: piece.to_vec() });
        }
        let call = trace.call(trace.calls()[0].id).unwrap();
        assert_eq!(call.records.len(), 3);
        assert!(call.records.iter().all(|record| record.transport_name() == "TCP" && record.local == ours));
        tap.input(&Input::Closed { flow: TCP });
        tap.sent(TCP, theirs, &message("c1", "BYE"));
        assert_eq!(trace.calls()[0].messages, 3);
    }

    #[test]
    fn nothing_is_kept_when_nothing_is_traced() {
        let mut tap = Tap::new(None, address("192.0.2.1:5060"));
        tap.connecting(TCP, Transport::Tcp, address("192.0.2.9:5060"));
        tap.input(&Input::Stream { flow: TCP, bytes: message("c1", "INVITE") });
        assert!(tap.flows.is_empty());
    }
}
