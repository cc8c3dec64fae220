//! What is known of a way to a proxy over UDP.

use crate::stun::{Answer, TransactionId};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// How often a request is sent before its silence counts (RFC 5389 §7.2.1, Rc).
const MOST_REQUESTS: u32 = 7;
/// How long the last one waits, in units of the first interval (Rm).
const LAST_WAIT: u32 = 16;

/// A flow to a proxy (RFC 5626 §3.2). All lines behind the proxy share it, since they leave by one socket.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct UdpFlow {
    proxy: Proxy,
    asked: Option<Asked>,
}

/// What a proxy understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
enum Proxy {
    /// It was not asked yet.
    #[default]
    Unknown,
    /// It answers Binding requests, and this is our address as it saw it last.
    Stun(Option<SocketAddr>),
    /// It has never answered one. RFC 5626 §4.4.2 takes an answer for granted, because the proxy has said that it
    /// can; many proxies say nothing and many that say so speak no STUN over UDP. So only who has answered once is
    /// taken for dead when silent; for the others the way is kept open, and the next refresh shows whether it is.
    LineEnds,
}

/// A Binding request under way.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Asked {
    id: TransactionId,
    sent: u32,
    interval: Duration,
}

/// How a flow fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is as good as it was.
    Alive,
    /// Nothing comes back, or an address translator has given us another address, by which we are not registered
    /// (RFC 5626 §4.4.2).
    Failed,
}

impl UdpFlow {
    /// Whether the proxy is to be asked by STUN.
    pub(crate) fn speaks_stun(&self) -> bool {
        self.proxy != Proxy::LineEnds
    }

    /// Whether a request is under way.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// Notes a request that is sent; it is repeated after `interval`.
    pub(crate) fn ask(&mut self, id: TransactionId, interval: Duration) {
        self.asked = Some(Asked { id, sent: 1, interval });
    }

    /// The request to send again, and how long to wait then. None: it was sent often enough.
    pub(crate) fn ask_again(&mut self, first: Duration) -> Option<(TransactionId, Duration)> {
        let asked = self.asked.as_mut().filter(|asked| asked.sent < MOST_REQUESTS)?;
        asked.sent += 1;
        asked.interval *= 2;
        let wait = if asked.sent < MOST_REQUESTS { asked.interval } else { first * LAST_WAIT };
        Some((asked.id, wait))
    }

    /// No answer came.
    pub(crate) fn silence(&mut self) -> Fate {
        self.asked = None;
        match self.proxy {
            Proxy::Unknown | Proxy::LineEnds => {
                self.proxy = Proxy::LineEnds;
                Fate::Alive
            }
            Proxy::Stun(_) => Fate::Failed,
        }
    }

    /// An answer came. None: not to what was asked.
    pub(crate) fn answer(&mut self, answer: &Answer) -> Option<Fate> {
        self.asked.take_if(|asked| asked.id == answer.id)?;
        let before = match self.proxy {
            Proxy::Stun(mapped) => mapped,
            Proxy::Unknown | Proxy::LineEnds => None,
        };
        self.proxy = Proxy::Stun(answer.mapped.or(before));
        let moved = before.is_some() && answer.mapped.is_some() && before != answer.mapped;
        Some(if moved { Fate::Failed } else { Fate::Alive })
    }
}
