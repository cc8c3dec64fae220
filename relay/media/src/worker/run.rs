//! One worker's loop: wait, read, decide, send.

use super::{
    command::Command,
    ports::Ports,
    shared::Shared,
    sys::{self, Epoll, Ready, Receiver, Sender},
};
use crate::{
    Counters, Event, LegId, MediaError,
    engine::Engine,
    transmit::{Port, Transmits},
};
use std::{
    net::{IpAddr, SocketAddr, UdpSocket},
    sync::{Arc, atomic::Ordering, mpsc::Receiver as Queue},
    time::Instant,
};

/// Datagrams per system call on the port that all browsers share.
const BROWSER_BATCH: usize = 64;
/// Datagrams per system call on a call's own port, where one at a time is the rule.
const RTP_BATCH: usize = 8;
/// Batches from one socket before the others have their turn.
const BATCHES_PER_TURN: usize = 4;
/// Commands before media has its turn.
const COMMANDS_PER_TURN: usize = 256;
/// A second of 1,000 calls; the system may allow less.
pub(super) const BROWSER_RECEIVE_BUFFER: i32 = 8 << 20;
/// Two seconds of one call.
const RTP_RECEIVE_BUFFER: i32 = 64 << 10;

const WAKE: u64 = 0;
const BROWSER: u64 = 1;
/// Tokens from here on are the sockets of RTP legs, by turns.
const FIRST_RTP: u64 = 2;
/// A leg's RTP port, its RTCP port, and the multicast group that it may listen to.
const TOKENS_PER_LEG: u64 = 3;
const RTCP: u64 = 1;
const GROUP: u64 = 2;

/// The sockets of an RTP leg.
struct Pair {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    port: u16,
    group: Option<Group>,
}

/// A multicast group that a leg listens to. The membership ends with the socket.
struct Group {
    socket: UdpSocket,
    address: SocketAddr,
}

fn first_token(slot: usize) -> u64 {
    FIRST_RTP + TOKENS_PER_LEG * u64::try_from(slot).unwrap_or(0)
}

/// What a worker is made of before its thread starts.
pub(super) struct Parts {
    pub(super) engine: Engine,
    pub(super) epoll: Epoll,
    pub(super) browser: UdpSocket,
    pub(super) ports: Ports,
    pub(super) rtp_bind: IpAddr,
    pub(super) rtp_advertised: IpAddr,
    pub(super) commands: Queue<Command>,
    pub(super) shared: Arc<Shared>,
    pub(super) on_event: Arc<dyn Fn(Event) + Send + Sync>,
}

impl Parts {
    /// Lets the worker be woken by the descriptors that it starts with.
    pub(super) fn register(&self) -> std::io::Result<()> {
        self.epoll.add(&self.shared.waker, WAKE)?;
        self.epoll.add(&self.browser, BROWSER)
    }
}

pub(super) struct Worker {
    parts: Parts,
    browser_is_v6: bool,
    /// By the leg's slot.
    pairs: Vec<Option<Pair>>,
    receiver: Receiver,
    sender: Sender,
    out: Transmits,
    received: u64,
    sent: u64,
    refused: u64,
    groups: usize,
}

impl Worker {
    pub(super) fn new(parts: Parts) -> Self {
        let browser_is_v6 = parts.browser.local_addr().is_ok_and(|address| address.is_ipv6());
        Self {
            parts,
            browser_is_v6,
            pairs: Vec::new(),
            receiver: Receiver::new(BROWSER_BATCH),
            sender: Sender::default(),
            out: Transmits::default(),
            received: 0,
            sent: 0,
            refused: 0,
            groups: 0,
        }
    }

    /// Runs until the handle says stop.
    pub(super) fn run(mut self) {
        let mut ready = Ready::new();
        while !self.parts.shared.stop.load(Ordering::Acquire) {
            let timeout =
                self.parts.engine.next_timeout().map(|due| due.saturating_duration_since(Instant::now()));
            if let Err(error) = self.parts.epoll.wait(&mut ready, timeout) {
                // Nothing that this loop does can cause it; to go on would be to spin.
                tracing::error!(%error, "a media worker cannot wait for packets and stops");
                break;
            }
            let now = Instant::now();
            for index in 0..ready.len() {
                match ready.token(index) {
                    WAKE => self.obey(now),
                    BROWSER => self.read_browsers(now),
                    token => self.read_rtp(now, token - FIRST_RTP),
                }
            }
            self.parts.engine.handle_timeout(now, &mut self.out);
            self.flush();
            self.tell();
        }
        self.end();
    }

    fn obey(&mut self, now: Instant) {
        self.parts.shared.waker.clear();
        for _ in 0..COMMANDS_PER_TURN {
            let Ok(command) = self.parts.commands.try_recv() else { return };
            self.carry_out(now, command);
        }
        // There may be more: come back after the packets.
        self.parts.shared.waker.wake();
    }

    fn carry_out(&mut self, now: Instant, command: Command) {
        match command {
            Command::OpenBrowserLeg { leg, offer, reply } => {
                reply(self.parts.engine.open_browser_leg(now, leg, &offer));
            }
            Command::OpenRtpLeg { leg, reply } => reply(self.open_rtp_leg(now, leg)),
            Command::SetRtpRemote { leg, parameters } => {
                if let Some((slot, group)) = self.parts.engine.set_rtp_remote(now, leg, parameters) {
                    self.listen_to(slot, group);
                }
            }
            Command::Connect { browser, rtp } => self.parts.engine.connect(browser, rtp),
            Command::Bridge { one, other } => self.parts.engine.bridge(one, other),
            Command::Disconnect { leg } => self.parts.engine.disconnect(leg),
            Command::OpenMix { mix } => self.parts.engine.open_mix(mix),
            Command::MixJoin { mix, leg, codec } => self.parts.engine.mix_join(now, mix, leg, codec),
            Command::MixMute { leg, is_muted } => self.parts.engine.mix_mute(leg, is_muted),
            Command::MixLeave { leg } => self.parts.engine.mix_leave(leg),
            Command::CloseMix { mix } => self.parts.engine.close_mix(mix),
            Command::SendDtmf { rtp, digits } => {
                self.parts.engine.send_dtmf(now, rtp, &digits, &mut self.out)
            }
            Command::Inspect { leg, reply } => reply(self.parts.engine.counters(leg)),
            Command::CloseLeg { leg } => self.close_leg(now, leg),
        }
    }

    fn open_rtp_leg(&mut self, now: Instant, leg: LegId) -> Result<SocketAddr, MediaError> {
        let pair = self.bind_pair()?;
        let port = pair.port;
        let slot = match self.parts.engine.open_rtp_leg(now, leg) {
            Ok(slot) => slot,
            Err(error) => {
                self.parts.ports.free(port);
                return Err(error);
            }
        };
        let token = first_token(slot);
        let epoll = &self.parts.epoll;
        let added = epoll.add(&pair.rtp, token).and_then(|()| epoll.add(&pair.rtcp, token + RTCP));
        if self.pairs.len() <= slot {
            self.pairs.resize_with(slot + 1, || None);
        }
        self.pairs[slot] = Some(pair);
        if let Err(error) = added {
            self.close_leg(now, leg);
            return Err(MediaError::Socket(error.kind()));
        }
        Ok(SocketAddr::new(self.parts.rtp_advertised, port))
    }

    /// Opens the next free pair. A port that another program has is passed over.
    fn bind_pair(&mut self) -> Result<Pair, MediaError> {
        let mut taken = Vec::new();
        let result = loop {
            let Some(port) = self.parts.ports.take() else { break Err(MediaError::NoPorts) };
            taken.push(port);
            let open =
                |port| sys::media_socket(SocketAddr::new(self.parts.rtp_bind, port), RTP_RECEIVE_BUFFER);
            match open(port).and_then(|rtp| Ok((rtp, open(port + 1)?))) {
                Ok((rtp, rtcp)) => {
                    taken.pop();
                    break Ok(Pair { rtp, rtcp, port, group: None });
                }
                Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
                Err(error) => break Err(MediaError::Socket(error.kind())),
            }
        };
        for port in taken {
            self.parts.ports.free(port);
        }
        result
    }

    /// Joins the multicast group that a leg is to hear, and leaves the one that it heard before.
    fn listen_to(&mut self, slot: usize, wanted: Option<SocketAddr>) {
        let Some(Some(pair)) = self.pairs.get_mut(slot) else { return };
        if pair.group.as_ref().map(|group| group.address) == wanted {
            return;
        }
        self.groups -= usize::from(pair.group.take().is_some());
        let Some(address) = wanted else { return };
        let socket = sys::group_socket(address, self.parts.rtp_bind, RTP_RECEIVE_BUFFER)
            .and_then(|socket| self.parts.epoll.add(&socket, first_token(slot) + GROUP).map(|()| socket));
        match socket {
            Ok(socket) => {
                pair.group = Some(Group { socket, address });
                self.groups += 1;
            }
            // The call goes on without music; the far end that never sends is told of by its timeout.
            Err(error) => tracing::warn!(%error, "cannot listen to the multicast music of a held call"),
        }
    }

    fn close_leg(&mut self, now: Instant, leg: LegId) {
        let Some(slot) = self.parts.engine.close_leg(now, leg, &mut self.out) else { return };
        // The good-bye goes out before its socket is closed and its slot is somebody else's.
        self.flush();
        if let Some(pair) = self.pairs.get_mut(slot).and_then(Option::take) {
            self.parts.ports.free(pair.port);
            self.groups -= usize::from(pair.group.is_some());
        }
    }

    fn read_browsers(&mut self, now: Instant) {
        for _ in 0..BATCHES_PER_TURN {
            let count = self.receiver.receive(&self.parts.browser, BROWSER_BATCH).unwrap_or_else(|error| {
                tracing::debug!(%error, "cannot read the port towards the browsers");
                0
            });
            self.received += u64::try_from(count).unwrap_or(0);
            for index in 0..count {
                if let Some((from, datagram)) = self.receiver.datagram(index) {
                    self.parts.engine.handle_browser_datagram(now, from, datagram, &mut self.out);
                }
            }
            self.flush();
            if count < BROWSER_BATCH {
                return;
            }
        }
    }

    fn read_rtp(&mut self, now: Instant, token: u64) {
        let slot = usize::try_from(token / TOKENS_PER_LEG).unwrap_or(usize::MAX);
        let which = token % TOKENS_PER_LEG;
        // A leg closed earlier in this turn is no longer read, nor a group that was left.
        let Some(Some(pair)) = self.pairs.get(slot) else { return };
        let socket = match (which, &pair.group) {
            (RTCP, _) => &pair.rtcp,
            (GROUP, Some(group)) => &group.socket,
            (GROUP, None) => return,
            (_, _) => &pair.rtp,
        };
        let count = self.receiver.receive(socket, RTP_BATCH).unwrap_or_else(|error| {
            tracing::debug!(%error, "cannot read an RTP port");
            0
        });
        self.received += u64::try_from(count).unwrap_or(0);
        for index in 0..count {
            let Some((from, datagram)) = self.receiver.datagram(index) else { continue };
            let (engine, out) = (&mut self.parts.engine, &mut self.out);
            match which {
                RTCP => engine.handle_rtcp_datagram(now, slot, from, datagram),
                GROUP => engine.handle_group_datagram(now, slot, from, datagram, out),
                _ => engine.handle_rtp_datagram(now, slot, from, datagram, out),
            }
        }
    }

    /// Sends what there is: to the browsers by one system call, to SIP by one for each socket.
    fn flush(&mut self) {
        let datagrams = self.out.datagrams();
        for run in datagrams.chunk_by(|a, b| a.port == b.port) {
            let Some(first) = run.first() else { continue };
            let pair = |slot: usize| self.pairs.get(slot).and_then(Option::as_ref);
            let (socket, is_v6) = match first.port {
                Port::Browser => (Some(&self.parts.browser), self.browser_is_v6),
                Port::Rtp(slot) => (pair(slot).map(|pair| &pair.rtp), self.parts.rtp_bind.is_ipv6()),
                Port::Rtcp(slot) => (pair(slot).map(|pair| &pair.rtcp), self.parts.rtp_bind.is_ipv6()),
            };
            let Some(socket) = socket else { continue };
            let sent =
                self.sender.send(socket, is_v6, run.iter().map(|datagram| (datagram.to, datagram.bytes())));
            self.sent += u64::try_from(sent.taken).unwrap_or(0);
            self.refused += u64::try_from(sent.refused).unwrap_or(0);
        }
        self.out.clear();
    }

    fn tell(&mut self) {
        while let Some(event) = self.parts.engine.next_event() {
            (self.parts.on_event)(event);
        }
        let count = |count: usize| u64::try_from(count).unwrap_or(0);
        let engine = &self.parts.engine;
        self.parts.shared.store(&Counters {
            browser_legs: count(engine.browser_legs()),
            rtp_legs: count(engine.rtp_legs()),
            mixes: count(engine.mixes()),
            sockets: count(1 + 2 * engine.rtp_legs() + self.groups),
            datagrams_received: self.received,
            datagrams_sent: self.sent,
            datagrams_dropped: engine.dropped + self.refused,
        });
    }

    /// Closes every leg, and answers whoever is still waiting.
    fn end(mut self) {
        let now = Instant::now();
        for leg in self.parts.engine.leg_ids() {
            self.close_leg(now, leg);
        }
        self.flush();
        while let Ok(command) = self.parts.commands.try_recv() {
            // Who gave the command has dropped the handle; only replies are still waited for.
            let _no_reply = command.refuse(MediaError::Stopped);
        }
    }
}
