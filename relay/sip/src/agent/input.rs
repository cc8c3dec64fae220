//! What comes in: messages out of datagrams and streams, the fate of what was sent, alarms.

use super::UserAgent;
use crate::message::{Frame, Message, ParseError, Refusal, Response, Via, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::stun::is_stun;
use crate::transaction::ClientId;
use crate::transport::{Destination, Fate, Net, Path, Sender};
use crate::{FlowId, Hop, Input, Transport};
use std::collections::VecDeque;
use std::net::SocketAddr;

impl UserAgent {
    pub(super) fn on_input(&mut self, at: &mut At<'_>, input: Input) {
        match input {
            Input::Datagram { flow: _, local: _, remote, bytes } => self.on_datagram(at, remote, &bytes),
            Input::Connected { flow, local: _ } => self.net.connected(at.now, flow),
            Input::Accepted { flow, local: _, remote, transport } => {
                let crowded = self.net.accepted_count() >= self.net.settings.most_accepted;
                if crowded && !self.is_known_address(remote.ip()) {
                    return self.net.refuse(flow);
                }
                self.net.accepted(at.now, flow, remote, transport);
            }
            Input::Stream { flow, bytes } => self.on_stream(at, flow, &bytes),
            Input::Closed { flow } => self.on_closed(at, flow),
            Input::Resolved { query, addresses } => self.net.resolved(at.now, query, &addresses),
            Input::Located { query, hops } => self.net.located(query, &hops),
            Input::Unresolved { query } => self.net.unresolved(at.now, query),
        }
    }

    fn on_datagram(&mut self, at: &mut At<'_>, remote: SocketAddr, bytes: &[u8]) {
        let path = Path { flow: FlowId::UDP, remote, transport: Transport::Udp };
        if bytes.iter().all(|b| b"\r\n\0".contains(b)) {
            // A keep-alive. The double line end wants an answer (RFC 5626 §3.5.1), on UDP as well from
            // peers who do not speak STUN.
            if bytes.starts_with(b"\r\n\r\n") {
                self.reply(at, path, b"\r\n".to_vec());
            }
            return;
        }
        if is_stun(bytes) {
            return self.on_stun(at, remote, bytes);
        }
        self.on_message(at, path, bytes);
    }

    fn on_stream(&mut self, at: &mut At<'_>, flow: FlowId, bytes: &[u8]) {
        let awaits_pong = self.net.schedule.is_set(Alarm::Pong(flow));
        let Some((buffer, path)) = self.net.buffer(at.now, flow) else { return };
        buffer.push(bytes);
        if awaits_pong {
            buffer.drop_pong();
        }
        // Whatever comes shows that the flow is alive, a pong or not.
        self.net.schedule.cancel(Alarm::Pong(flow));
        while let Some((buffer, _)) = self.net.buffer(at.now, flow) {
            match buffer.next_frame() {
                None => break,
                Some(Frame::Ping) => self.reply(at, path, b"\r\n".to_vec()),
                Some(Frame::Message(message)) => {
                    self.net.prove(at.now, flow);
                    self.on_message(at, path, &message);
                    self.settle(at);
                }
                Some(Frame::Broken { head, reason }) => {
                    if let Some(head) = head {
                        self.refuse_broken(at, path, &head, reason);
                    }
                    // Where the next message begins is anybody's guess.
                    self.net.close(at.now, flow);
                    self.after_close(at, flow);
                }
            }
        }
    }

    fn on_message(&mut self, at: &mut At<'_>, path: Path, bytes: &[u8]) {
        match Message::parse(bytes) {
            Ok(Message::Request(request)) => match request.head() {
                Ok(head) => self.on_request(at, path, request, head),
                Err(refusal) => self.refuse(at, path, &refusal),
            },
            Ok(Message::Response(response)) => {
                // A response that lacks a mandatory header is dropped (RFC 3261 §8.1.3.3 and RFC 4475 §3.1.2.5).
                let Some(head) = response.head() else { return };
                // It was meant for another, further back (§8.1.3.3).
                if response.headers.all(name::VIA).nth(1).is_some() {
                    return;
                }
                if let Some(event) = self.clients.on_response(&mut self.net, at.now, response, &head) {
                    self.on_client_event(at, event);
                }
            }
            Err(ParseError::Refused(refusal)) => self.refuse(at, path, &refusal),
            Err(ParseError::Garbage(_)) => {}
        }
    }

    /// The head of a message whose length cannot be told.
    fn refuse_broken(&mut self, at: &mut At<'_>, path: Path, head: &[u8], reason: &'static str) {
        let refusal = match Message::parse(head) {
            Ok(Message::Request(request)) => {
                Refusal { status: 400, reason, method: request.method, headers: request.headers }
            }
            Err(ParseError::Refused(refusal)) => *refusal,
            Ok(Message::Response(_)) | Err(ParseError::Garbage(_)) => return,
        };
        self.refuse(at, path, &refusal);
    }

    /// Refuses without a transaction: what cannot be read cannot be told from its repetition.
    fn refuse(&mut self, at: &mut At<'_>, path: Path, refusal: &Refusal) {
        let Some(top) = refusal.headers.first(name::VIA).filter(|_| refusal.may_answer()) else { return };
        let mut response = Response::to_request(&refusal.headers, refusal.status, refusal.reason);
        let mut path = path;
        if let Ok(mut via) = top.parse::<Via>() {
            via.note_source(path.remote);
            path = crate::transaction::response_path(&via, path);
            response.headers.replace_first(name::VIA, via.to_string());
        }
        self.send_statelessly(at, path, response);
    }

    /// Sends back along the way that something came; if the connection is gone so is who asked.
    pub(super) fn reply(&mut self, at: &At<'_>, path: Path, bytes: Vec<u8>) {
        let _sent = self.net.send_along(at.now, path, bytes);
    }

    pub(super) fn on_closed(&mut self, at: &mut At<'_>, flow: FlowId) {
        self.net.closed(at.now, flow);
        self.after_close(at, flow);
    }

    pub(super) fn after_close(&mut self, at: &mut At<'_>, flow: FlowId) {
        self.clients.on_flow_closed(&mut self.net, at.now, flow);
        self.register_again_after_loss(at, |line| {
            line.registration.path.is_some_and(|path| path.flow == flow)
        });
    }

    /// Deals with what became of messages, until nothing is left to deal with.
    pub(super) fn settle(&mut self, at: &mut At<'_>) {
        while let Some(notice) = self.net.notices.pop_front() {
            let (path, rest) = match notice.fate {
                Fate::Sent(path, rest) => (Some(path), rest),
                Fate::Lost => (None, VecDeque::new()),
                Fate::Located(hops, name) => {
                    // Only requests outside of dialogs are sent to a name alone.
                    if let Sender::Client(id) = notice.sender {
                        self.on_located(at, id, hops, name);
                    }
                    continue;
                }
            };
            match notice.sender {
                Sender::Client(id) => {
                    self.clients.note_rest(id, rest);
                    self.plan_next_hop(at.now, id);
                    if let Some(event) = self.clients.on_sent(&mut self.net, at.now, id, path) {
                        self.on_client_event(at, event);
                    }
                }
                Sender::Ack(id, index) => self.clients.on_ack_sent(id, index, path),
                Sender::Nobody => {}
            }
        }
    }

    /// The name service has told the ways to the host of a request: it goes the first one.
    fn on_located(&mut self, at: &mut At<'_>, id: ClientId, hops: VecDeque<Hop>, name: String) {
        let event = match Destination::of_hops(hops, name) {
            Some(destination) => {
                self.clients.send_to(&mut self.net, at.now, id, destination);
                None
            }
            None => self.clients.on_sent(&mut self.net, at.now, id, None),
        };
        if let Some(event) = event {
            self.on_client_event(at, event);
        }
    }

    pub(super) fn on_alarm(&mut self, at: &mut At<'_>, alarm: Alarm) {
        let (net, now) = (&mut self.net, at.now);
        match alarm {
            Alarm::ClientRetransmit(id) => self.clients.on_retransmit(net, now, id),
            Alarm::ClientTimeout(id) => {
                if let Some(event) = self.clients.on_timeout(net, id) {
                    self.on_client_event(at, event);
                }
            }
            Alarm::ClientEnd(id) => drop(self.clients.remove(net, id)),
            Alarm::ServerRetransmit(id) => self.servers.on_retransmit(net, now, id),
            Alarm::ServerEnd(id) => self.servers.remove(net, id),
            Alarm::Register(account) => self.register(at, account),
            Alarm::Ring(leg) => self.ring_on(at, leg),
            Alarm::InviteExpires(leg) => self.expire(at, leg),
            Alarm::RepeatAccept(leg) => self.repeat_accept(at, leg),
            Alarm::Unconfirmed(leg) => self.give_up_on_ack(at, leg),
            Alarm::CancelUnanswered(leg) => self.give_up_on_cancel(at, leg),
            Alarm::SessionRefresh(leg) => self.refresh_session(at, leg),
            Alarm::SessionExpires(leg) => self.expire_session(at, leg),
            Alarm::RepeatRing(leg) => self.repeat_ring(at, leg),
            Alarm::RingUnheard(leg) => self.give_up_on_prack(at, leg),
            Alarm::ReferUnanswered(leg) => self.end_refer(leg, Err(crate::Cause::Timeout)),
            Alarm::ReferralExpires(leg) => self.expire_referral(at, leg),
            Alarm::OfferAgain(leg) => self.offer_again(at, leg),
            Alarm::OfferUnanswered(leg) => self.cancel_offer(at, leg),
            Alarm::Subscription(id) => self.on_subscription_alarm(at, id),
            Alarm::KeysExpire(leg) => self.expire_keys(at, leg),
            Alarm::IdleFlow(flow) => self.close_if_idle(at, flow),
            Alarm::NextHop(id) => self.leave_hop(at, id),
            Alarm::FirstRegistrar(account) => self.probe_first_registrar(at, account),
            Alarm::KeepAlive(account) => self.keep_alive(at, account),
            Alarm::UdpFlow(proxy) => self.on_udp_flow_alarm(at, proxy),
            Alarm::Pong(flow) => self.flow_failed(at, flow),
            Alarm::Ping(trunk, peer) => self.ping(at, trunk, peer),
        }
    }

    fn close_if_idle(&mut self, at: &mut At<'_>, flow: FlowId) {
        let registered = self.lines.values().any(|l| l.registration.path.is_some_and(|p| p.flow == flow));
        if registered {
            self.net.touch(at.now, flow);
        } else {
            self.net.close(at.now, flow);
            self.after_close(at, flow);
        }
    }

    /// The transport of a path, for our Contact.
    pub(super) fn transport_of(path: Path) -> crate::Transport {
        Net::transport_of(path)
    }
}
