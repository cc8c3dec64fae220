//! A trace of SIP: the last messages sent and received, without their secrets, for admins to look at.
//!
//! `ring` keeps them within bounds, `mask` takes the secrets out before they are kept, `tap` is where the sockets hand
//! them in; `ladder`, `text` and `pcap` write them out, and `web` serves that.

mod headline;
mod html;
mod ladder;
mod list;
mod mask;
mod pcap;
mod ring;
mod tap;
mod text;
pub(crate) mod web;

pub(crate) use tap::Tap;

use crate::clock::Clock;
use crate::config;
use ring::{Call, Limits, Ring, Summary};
use sidetone_sip::Transport;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// One message, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// In microseconds since the Unix epoch.
    pub(crate) time: u64,
    pub(crate) transport: Transport,
    pub(crate) direction: Direction,
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    /// The message without its secrets.
    pub(crate) bytes: Arc<[u8]>,
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Received,
    Sent,
}

impl Record {
    /// Sender and receiver.
    pub(crate) fn ends(&self) -> (SocketAddr, SocketAddr) {
        match self.direction {
            Direction::Received => (self.remote, self.local),
            Direction::Sent => (self.local, self.remote),
        }
    }

    /// `UDP`, `TCP` or `TLS`.
    pub(crate) fn transport_name(&self) -> &'static str {
        match self.transport {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
        }
    }
}

/// The trace of the whole relay, shared by the sockets that fill it and the pages that show it.
#[derive(Debug)]
pub(crate) struct Trace {
    clock: Clock,
    /// Held while a message is put in or a call is copied out, never across an await.
    ring: Mutex<Ring>,
}

impl Trace {
    /// An empty trace; none at all if it is switched off.
    pub(crate) fn start(config: &config::Trace, clock: Clock) -> Option<Arc<Self>> {
        let limits = Limits {
            bytes: usize::try_from(config.megabytes).unwrap_or(usize::MAX).saturating_mul(1 << 20),
            calls: usize::try_from(config.calls).unwrap_or(usize::MAX),
        };
        config.enabled.then(|| Arc::new(Self { clock, ring: Mutex::new(Ring::new(limits)) }))
    }

    /// Keeps a message; its secrets are taken out here, before anything else sees it.
    pub(crate) fn keep(
        &self,
        transport: Transport,
        direction: Direction,
        local: SocketAddr,
        remote: SocketAddr,
        message: &[u8],
    ) {
        let bytes: Arc<[u8]> = mask::mask(message).into();
        let time = self.clock.unix_micros();
        self.with(|ring| ring.push(Record { time, transport, direction, local, remote, bytes }));
    }

    /// Two Call-IDs are those of one conversation, as the relay knows that made it of them.
    pub(crate) fn relate(&self, one: &str, other: &str) {
        self.with(|ring| ring.relate(&headline::short(one), &headline::short(other)));
    }

    fn calls(&self) -> Vec<Summary> {
        self.with(|ring| ring.summaries())
    }

    fn call(&self, id: u64) -> Option<Call> {
        self.with(|ring| ring.call(id))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Ring) -> T) -> T {
        // A panic while it was held can at worst have lost a message.
        act(&mut self.ring.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(super) fn trace() -> Arc<Trace> {
        let config = config::Trace { enabled: true, megabytes: 1, calls: 10 };
        Trace::start(&config, Clock::start()).unwrap()
    }

    pub(super) fn message(call_id: &str, method: &str) -> Vec<u8> {
        format!(
            "{method} sip:1002@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:1001@h>;tag=1\r\n\
             To: <sip:1002@h>\r\nCall-ID: {call_id}\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
        )
        .into_bytes()
    }

    /// A call of messages that have all come in.
    pub(super) fn one_call(messages: &[Vec<u8>]) -> Call {
        let trace = trace();
        let (ours, theirs) = ("192.0.2.1:5060".parse().unwrap(), "192.0.2.9:5062".parse().unwrap());
        for message in messages {
            trace.keep(Transport::Udp, Direction::Received, ours, theirs, message);
        }
        match trace.calls().first() {
            Some(summary) => trace.call(summary.id).unwrap(),
            None => Call { summary: Summary::default(), records: Vec::new() },
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_shown_has_a_secret(
            secret in mask::tests::secret(),
            places in prop::collection::vec(0..64_usize, 0..6),
            bodies in prop::collection::vec(0..64_usize, 0..4),
        ) {
            let call = one_call(&[mask::tests::message(&secret, &places, &bodies, "\r\n")]);
            let shown = [
                list::page(std::slice::from_ref(&call.summary), &list::Filter::default()).into_bytes(),
                ladder::page(&call, true).into_bytes(),
                text::write(&call),
                pcap::write(&call),
                format!("{call:?}").into_bytes(),
            ];
            for shown in shown {
                prop_assert!(!shown.windows(secret.len()).any(|window| window == secret.as_bytes()));
            }
        }
    }
}
