//! One worker's loop: wait, read, decide, send.

use super::{
    command::Command,
    pairs::{Pairs, Which},
    shared::Shared,
    sys::{Epoll, Ready, Receiver, Sender},
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
const WAKE: u64 = 0;
const BROWSER: u64 = 1;
/// Tokens from here on are the sockets of RTP legs.
pub(super) const FIRST_RTP: u64 = 2;

/// What a worker is made of before its thread starts.
pub(super) struct Parts {
    pub(super) engine: Engine,
    pub(super) epoll: Epoll,
    pub(super) browser: UdpSocket,
    pub(super) pairs: Pairs,
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
    receiver: Receiver,
    sender: Sender,
    out: Transmits,
    received: u64,
    sent: u64,
    refused: u64,
}

impl Worker {
    pub(super) fn new(parts: Parts) -> Self {
        let browser_is_v6 = parts.browser.local_addr().is_ok_and(|address| address.is_ipv6());
        Self {
            parts,
            browser_is_v6,
            receiver: Receiver::new(BROWSER_BATCH),
            sender: Sender::default(),
            out: Transmits::default(),
            received: 0,
            sent: 0,
            refused: 0,
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
                    token => self.read_rtp(now, token),
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
                    self.parts.pairs.listen_to(slot, group, &self.parts.epoll);
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
        let pair = self.parts.pairs.open()?;
        let port = pair.port();
        let slot = match self.parts.engine.open_rtp_leg(now, leg) {
            Ok(slot) => slot,
            Err(error) => {
                self.parts.pairs.give_back(&pair);
                return Err(error);
            }
        };
        if let Err(error) = self.parts.pairs.place(slot, pair, &self.parts.epoll) {
            self.close_leg(now, leg);
            return Err(MediaError::Socket(error.kind()));
        }
        Ok(SocketAddr::new(self.parts.rtp_advertised, port))
    }

    fn close_leg(&mut self, now: Instant, leg: LegId) {
        let Some(slot) = self.parts.engine.close_leg(now, leg, &mut self.out) else { return };
        // The good-bye goes out before its socket is closed and its slot is somebody else's.
        self.flush();
        self.parts.pairs.close(slot);
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
        // A leg closed earlier in this turn is no longer read, nor a group that was left.
        let Some((slot, which)) = self.parts.pairs.of_token(token) else { return };
        let Some(socket) = self.parts.pairs.socket(slot, which) else { return };
        let count = self.receiver.receive(socket, RTP_BATCH).unwrap_or_else(|error| {
            tracing::debug!(%error, "cannot read an RTP port");
            0
        });
        self.received += u64::try_from(count).unwrap_or(0);
        for index in 0..count {
            let Some((from, datagram)) = self.receiver.datagram(index) else { continue };
            let (engine, out) = (&mut self.parts.engine, &mut self.out);
            match which {
                Which::Rtp => engine.handle_rtp_datagram(now, slot, from, datagram, out),
                Which::Rtcp => engine.handle_rtcp_datagram(now, slot, from, datagram),
                Which::Group => engine.handle_group_datagram(now, slot, from, datagram, out),
            }
        }
    }

    /// Sends what there is: to the browsers by one system call, to SIP by one for each socket.
    fn flush(&mut self) {
        let datagrams = self.out.datagrams();
        for run in datagrams.chunk_by(|a, b| a.port == b.port) {
            let Some(first) = run.first() else { continue };
            let pairs = &self.parts.pairs;
            let (socket, is_v6) = match first.port {
                Port::Browser => (Some(&self.parts.browser), self.browser_is_v6),
                Port::Rtp(slot) => (pairs.socket(slot, Which::Rtp), pairs.is_v6()),
                Port::Rtcp(slot) => (pairs.socket(slot, Which::Rtcp), pairs.is_v6()),
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
            sockets: count(1 + 2 * engine.rtp_legs() + self.parts.pairs.groups()),
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
