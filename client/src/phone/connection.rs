//! The WebSocket: opening, greeting, numbering, heartbeats and the way back after a break.

use super::effect::{ConnectionId, Effect};
use super::random::Jitter;
use super::time::Time;
use sidetone_protocol::{ClientFrame, ClientMessage, PROTOCOL_VERSION};

/// How long a socket may take to open and to be greeted, idle and in a call.
const OPEN_TIMEOUT_MS: u64 = 10_000;
const OPEN_TIMEOUT_IN_CALL_MS: u64 = 5_000;
/// The first try of an idle client comes quickly, then the waits double between these two.
const FIRST_RETRY_MS: u64 = 250;
const RETRY_MIN_MS: u64 = 2_000;
const RETRY_MAX_MS: u64 = 30_000;
/// In a call every second counts: bursts of ten tries, a second apart.
const BURST_GAP_MS: u64 = 100;
const BURST_TRIES: u32 = 10;
const BURST_PAUSE_MS: u64 = 1_000;
/// So many pings without an answer and the relay is taken for gone.
const MISSED_PINGS: u32 = 3;
/// How long the answer to a single question may take after a change of the network.
const PROBE_MS: u64 = 3_000;

#[derive(Debug)]
pub(super) struct Connection {
    phase: Phase,
    id: ConnectionId,
    sent: u64,
    received: u64,
    tries: u32,
    pings: Pings,
    jitter: Jitter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Not wanted.
    Idle,
    /// Broken; the next try is due then.
    Waiting { until: Time },
    /// Opening, or open and not yet greeted; given up then.
    Opening { until: Time },
    /// Greeted.
    Open,
}

#[derive(Debug, Default)]
struct Pings {
    every_ms: u64,
    next_at: Time,
    nonce: u64,
    sent_at: Time,
    missed: u32,
}

/// What a frame's number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sequence {
    /// The next in order.
    Next,
    /// Some are missing before it.
    Gap,
    /// It came before.
    Repeated,
}

impl Connection {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            phase: Phase::Idle,
            id: ConnectionId::default(),
            sent: 0,
            received: 0,
            tries: 0,
            pings: Pings::default(),
            jitter: Jitter::new(seed),
        }
    }

    /// Whether the relay has greeted and can be talked to.
    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Whether there is neither a socket nor a plan for one.
    pub(super) fn is_idle(&self) -> bool {
        self.phase == Phase::Idle
    }

    /// Whether an event belongs to the socket in use.
    pub(super) fn is_current(&self, id: ConnectionId) -> bool {
        id == self.id && matches!(self.phase, Phase::Opening { .. } | Phase::Open)
    }

    /// Opens a socket at once, whatever was before.
    pub(super) fn open(&mut self, now: Time, in_call: bool, effects: &mut impl Extend<Effect>) {
        self.close(effects);
        self.id = ConnectionId(self.id.0.wrapping_add(1));
        self.sent = 0;
        self.received = 0;
        let timeout = if in_call { OPEN_TIMEOUT_IN_CALL_MS } else { OPEN_TIMEOUT_MS };
        self.phase = Phase::Opening { until: now + timeout };
        effects.extend([Effect::OpenSocket(self.id)]);
    }

    /// Closes the socket, and opens no other.
    pub(super) fn close(&mut self, effects: &mut impl Extend<Effect>) {
        if matches!(self.phase, Phase::Opening { .. } | Phase::Open) {
            effects.extend([Effect::CloseSocket(self.id)]);
        }
        self.phase = Phase::Idle;
    }

    /// Closes what is left of a broken socket and plans the next try.
    pub(super) fn retry(&mut self, now: Time, in_call: bool, effects: &mut impl Extend<Effect>) {
        self.close(effects);
        let wait = self.wait(in_call);
        self.tries = self.tries.saturating_add(1);
        self.phase = Phase::Waiting { until: now + wait };
    }

    fn wait(&mut self, in_call: bool) -> u64 {
        if in_call {
            let paused = self.tries % BURST_TRIES == BURST_TRIES - 1;
            return if paused { BURST_PAUSE_MS } else { BURST_GAP_MS };
        }
        let nominal = match self.tries {
            0 => FIRST_RETRY_MS,
            n => (RETRY_MIN_MS << (n - 1).min(8)).min(RETRY_MAX_MS),
        };
        self.jitter.spread(nominal)
    }

    /// Brings a planned try forward: the network is back, or the user looks at the page. Returns whether
    /// one was planned.
    pub(super) fn hurry(&mut self, now: Time) -> bool {
        let waiting = matches!(self.phase, Phase::Waiting { .. });
        if waiting {
            self.tries = 0;
            self.phase = Phase::Waiting { until: now };
        }
        waiting
    }

    /// The socket is open: greets.
    pub(super) fn greet(&mut self, effects: &mut impl Extend<Effect>) {
        self.send(ClientMessage::Hello { version: PROTOCOL_VERSION }, effects);
    }

    /// The relay has greeted.
    pub(super) fn greeted(&mut self, now: Time, heartbeat_ms: u32) {
        self.phase = Phase::Open;
        let every_ms = u64::from(heartbeat_ms.max(1_000));
        self.pings =
            Pings { every_ms, next_at: now + every_ms, nonce: self.pings.nonce, sent_at: now, missed: 0 };
    }

    /// The session is on: the next break starts with quick tries again.
    pub(super) fn settled(&mut self) {
        self.tries = 0;
    }

    /// Numbers and sends a message.
    pub(super) fn send(&mut self, message: ClientMessage, effects: &mut impl Extend<Effect>) {
        self.sent += 1;
        effects
            .extend([Effect::Send { connection: self.id, frame: ClientFrame { seq: self.sent, message } }]);
    }

    /// Looks at the number of a frame that has come.
    pub(super) fn sequence(&mut self, seq: u64) -> Sequence {
        let expected = self.received + 1;
        if seq < expected {
            return Sequence::Repeated;
        }
        self.received = seq;
        if seq == expected { Sequence::Next } else { Sequence::Gap }
    }

    /// The relay has answered a ping. Returns when that ping was sent, if it was the last one.
    pub(super) fn pong(&mut self, nonce: u64) -> Option<Time> {
        self.pings.missed = 0;
        (nonce == self.pings.nonce).then_some(self.pings.sent_at)
    }

    /// Asks at once whether the relay is still there: the network has changed, or the computer has slept.
    pub(super) fn probe(&mut self, now: Time, effects: &mut impl Extend<Effect>) {
        if !self.is_open() {
            return;
        }
        self.pings.missed = self.pings.missed.max(MISSED_PINGS - 1);
        if self.ping(now, effects) == Timeout::Nothing {
            self.pings.next_at = now + PROBE_MS.min(self.pings.every_ms);
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Time> {
        match self.phase {
            Phase::Idle => None,
            Phase::Waiting { until } | Phase::Opening { until } => Some(until),
            Phase::Open => Some(self.pings.next_at),
        }
    }

    /// Does what is due.
    pub(super) fn handle_timeout(
        &mut self,
        now: Time,
        in_call: bool,
        effects: &mut impl Extend<Effect>,
    ) -> Timeout {
        match self.phase {
            Phase::Waiting { until } if until <= now => {
                self.open(now, in_call, effects);
                Timeout::Nothing
            }
            Phase::Opening { until } if until <= now => Timeout::Broken,
            Phase::Open if self.pings.next_at <= now => self.ping(now, effects),
            Phase::Idle | Phase::Waiting { .. } | Phase::Opening { .. } | Phase::Open => Timeout::Nothing,
        }
    }

    fn ping(&mut self, now: Time, effects: &mut impl Extend<Effect>) -> Timeout {
        if self.pings.missed == MISSED_PINGS {
            return Timeout::Broken;
        }
        self.pings.missed += 1;
        self.pings.nonce += 1;
        self.pings.sent_at = now;
        self.pings.next_at = now + self.pings.every_ms;
        self.send(ClientMessage::Ping { nonce: self.pings.nonce }, effects);
        Timeout::Nothing
    }
}

/// What a time-out of the connection means to the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timeout {
    /// It was dealt with.
    Nothing,
    /// The socket is of no use any more.
    Broken,
}
