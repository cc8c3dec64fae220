//! How the media plane is set up, and the names of its parts.

use crate::{
    Certificate, Codec,
    srtp::{MasterKey, Mki},
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    time::Duration,
};

/// One of the worker threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WorkerId(pub u16);

/// A leg, browser or RTP. It carries its worker, since a call lives on one worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LegId {
    /// Where the leg lives.
    pub worker: WorkerId,
    /// Any number that no other leg of this worker has or had.
    pub number: u64,
}

impl LegId {
    /// Names a leg.
    #[must_use]
    pub fn new(worker: WorkerId, number: u64) -> Self {
        Self { worker, number }
    }
}

impl fmt::Display for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leg {}.{}", self.worker.0, self.number)
    }
}

/// A mix: a conference of legs, all on one worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MixId {
    /// Where the mix lives.
    pub worker: WorkerId,
    /// Any number that no other mix of this worker has or had.
    pub number: u64,
}

impl MixId {
    /// Names a mix.
    #[must_use]
    pub fn new(worker: WorkerId, number: u64) -> Self {
        Self { worker, number }
    }
}

impl fmt::Display for MixId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mix {}.{}", self.worker.0, self.number)
    }
}

/// Everything the media plane needs to start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many worker threads; at least one.
    pub workers: u16,
    /// The side that faces the browsers.
    pub browser: BrowserSettings,
    /// The side that faces SIP.
    pub rtp: RtpSettings,
    /// Who we are in DTLS. Its fingerprint goes into every answer.
    pub certificate: Certificate,
}

/// The side that faces the browsers.
#[derive(Debug, Clone)]
pub struct BrowserSettings {
    /// The address to listen on; may be the unspecified one.
    pub bind: IpAddr,
    /// The UDP port of the first worker; worker *n* has `port + n`. Zero takes any free port each.
    pub port: u16,
    /// The addresses that browsers can reach us at, offered as ICE host candidates.
    pub advertised: Vec<IpAddr>,
    /// How long a leg may take from its offer to the end of the DTLS handshake.
    pub connect_timeout: Duration,
    /// How long a browser may be silent before it counts as gone. Chromium checks every 2.5 s.
    pub silence_timeout: Duration,
}

impl Default for BrowserSettings {
    fn default() -> Self {
        Self {
            bind: IpAddr::from([0, 0, 0, 0]),
            port: 20_000,
            advertised: Vec::new(),
            connect_timeout: Duration::from_secs(30),
            silence_timeout: Duration::from_secs(15),
        }
    }
}

/// The side that faces SIP.
#[derive(Debug, Clone)]
pub struct RtpSettings {
    /// The address to open RTP ports on. Multicast music on hold is heard from its network; the unspecified
    /// address leaves that to the routing table.
    pub bind: IpAddr,
    /// The address written into SDP.
    pub advertised: IpAddr,
    /// The ports to use; each leg takes an even one for RTP and the next for RTCP.
    pub ports: RangeInclusive<u16>,
    /// How long the far end may be silent, while it should send, before [`Event::RtpTimeout`](crate::Event::RtpTimeout).
    pub timeout: Duration,
}

impl Default for RtpSettings {
    fn default() -> Self {
        Self {
            bind: IpAddr::from([0, 0, 0, 0]),
            advertised: IpAddr::from([127, 0, 0, 1]),
            ports: 20_100..=23_000,
            timeout: Duration::from_secs(30),
        }
    }
}

/// Who sends, as seen from us (RFC 3264 §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// Both sides send.
    SendRecv,
    /// Only we send.
    SendOnly,
    /// Only the far end sends.
    RecvOnly,
    /// Nobody sends.
    Inactive,
}

impl Direction {
    /// Whether we may send.
    #[must_use]
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the far end may send.
    #[must_use]
    pub fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }
}

/// A negotiated `telephone-event` format (RFC 4733 §2.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TelephoneEvent {
    /// The payload type that we put on what we send.
    pub payload_type_send: u8,
    /// The payload type that the far end puts on what it sends.
    pub payload_type_receive: u8,
    /// The RTP clock of the events, in Hz; that of the codec it goes with.
    pub clock_rate: u32,
}

/// How an RTP leg is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SrtpKeys {
    /// With what we encrypt what we send.
    pub send: MasterKey,
    /// With what the far end encrypts what it sends.
    pub receive: MasterKey,
    /// How the far end's packets name its key, if they do.
    pub receive_mki: Option<Mki>,
}

/// What offer and answer made of an RTP leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtpParameters {
    /// Where the far end wants its RTP. An IPv4 multicast group, while we receive, is listened to (Cisco's
    /// multicast music on hold); to a group nothing is ever sent.
    pub remote: SocketAddr,
    /// Where the far end wants its RTCP; by default the port after `remote` (RFC 3550 §11, RFC 3605).
    pub remote_rtcp: Option<SocketAddr>,
    /// The codec of the call.
    pub codec: Codec,
    /// The payload type that we put on what we send.
    pub payload_type_send: u8,
    /// The payload type that the far end puts on what it sends.
    pub payload_type_receive: u8,
    /// The event format, if negotiated.
    pub telephone_event: Option<TelephoneEvent>,
    /// Who sends, as seen from us.
    pub direction: Direction,
    /// Milliseconds of audio per packet.
    pub ptime_ms: u8,
    /// The keys, if the leg is encrypted: then nothing plain is taken or sent. A key that stays the same goes on with its
    /// counters; with another of ours we are another source, whose counters begin at zero.
    pub srtp: Option<SrtpKeys>,
}
