//! What holds for the user agent as a whole.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// How the user agent presents itself and how patient it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The text of the `User-Agent` and `Server` headers.
    pub user_agent: String,
    /// The address of the UDP socket as others reach it. None: no UDP.
    pub udp: Option<SocketAddr>,
    /// The address of the TCP listener as others reach it. None: no TCP, neither in nor out.
    pub tcp: Option<SocketAddr>,
    /// The address of the TLS listener as others reach it. None: no TLS, neither in nor out.
    pub tls: Option<SocketAddr>,
    /// The timers of RFC 3261.
    pub timers: Timers,
    /// The first pause after a failed registration; it doubles with each further failure.
    pub register_retry_first: Duration,
    /// The longest pause between two attempts to register.
    pub register_retry_longest: Duration,
    /// The session timer to ask for in our calls (RFC 4028); at least 90 s. Zero: none.
    pub session_expires: Duration,
    /// Whether our calls go on to where a 300, 301 or 302 sends them.
    pub follow_redirects: bool,
    /// Whether incoming calls ring reliably (RFC 3262) wherever the caller can do that, not only where it insists.
    pub ring_reliably: bool,
    /// How long a REGISTER waits for its response where there is another address or registrar to go to.
    pub next_registrar_after: Duration,
    /// How often a line that had to go to a further registrar asks the first one whether it is there again.
    pub first_registrar_probe: Duration,
    /// How long an INVITE waits for any response where its host has another address (RFC 3263 §4.3). Trunks
    /// have a value of their own.
    pub next_hop_after: Duration,
    /// How long an OPTIONS ping waits for its response.
    pub ping_patience: Duration,
    /// How often a proxy is asked for a sign of life over UDP, at most, unless its Flow-Timer says otherwise: by STUN, or
    /// where it does not speak that by a line end, so that address translators keep the way open (RFC 5626 §4.4.2).
    pub keep_alive_udp: Duration,
    /// How often a proxy is pinged over a connection, at most, unless its Flow-Timer says otherwise
    /// (RFC 5626 §4.4.1).
    pub keep_alive_stream: Duration,
    /// How long a ping waits for its pong (RFC 5626 §4.4.1).
    pub pong_within: Duration,
    /// How many requests of others may be under way; with more, what would begin something new is asked to wait.
    pub most_server_transactions: usize,
    /// How many connections others may have to us; with more, only telephone systems of ours are let in.
    pub most_accepted: usize,
    /// How long a connection of somebody else may take to bring its first message.
    pub first_message_within: Duration,
    /// A TCP or TLS connection that nobody registered over is closed when nothing came or went for so long.
    pub idle_flow: Duration,
}

impl Settings {
    /// Settings with the defaults of the RFCs and no transport yet.
    #[must_use]
    pub fn new(user_agent: impl Into<String>) -> Self {
        Self {
            user_agent: user_agent.into(),
            udp: None,
            tcp: None,
            tls: None,
            timers: Timers::default(),
            // RFC 5626 §4.5: 30 s first, 30 min at most. People wait for their phone: shorter.
            register_retry_first: Duration::from_secs(2),
            register_retry_longest: Duration::from_secs(120),
            session_expires: Duration::from_secs(1800),
            follow_redirects: true,
            ring_reliably: false,
            next_registrar_after: Duration::from_secs(5),
            first_registrar_probe: Duration::from_secs(60),
            next_hop_after: Duration::from_millis(800),
            ping_patience: Duration::from_secs(4),
            keep_alive_udp: Duration::from_secs(29),
            keep_alive_stream: Duration::from_secs(120),
            pong_within: Duration::from_secs(10),
            // Half a minute of 50 calls a second takes a tenth of it.
            most_server_transactions: 20_000,
            most_accepted: 1_024,
            first_message_within: Duration::from_secs(32),
            idle_flow: Duration::from_secs(600),
        }
    }
}

/// The base values of RFC 3261 §17 (table 4), from which all its timers follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timers {
    /// Round-trip time estimate.
    pub t1: Duration,
    /// The longest interval between retransmissions, other than of an INVITE request.
    pub t2: Duration,
    /// How long a message can stay in the network.
    pub t4: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self { t1: Duration::from_millis(500), t2: Duration::from_secs(4), t4: Duration::from_secs(5) }
    }
}

impl Timers {
    /// 64·T1: how long a transaction waits for its end (timers B, F, H, J and, after RFC 6026, L and M).
    #[must_use]
    pub fn transaction(&self) -> Duration {
        self.t1 * 64
    }
}
