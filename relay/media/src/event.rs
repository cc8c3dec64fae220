//! What the media plane tells the call control, and how it refuses.

use crate::{Codec, LegId, MixId, WorkerId};
use std::io;
use thiserror::Error;

/// Something that happened on a leg. Delivered from a worker's thread: the receiver must not block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// ICE and DTLS are done: media can pass.
    BrowserConnected {
        /// The browser leg.
        leg: LegId,
    },
    /// The browser goes on from another address (a network switch); nothing was renegotiated.
    BrowserMoved {
        /// The browser leg.
        leg: LegId,
    },
    /// The data channel opened, over which the browser keeps its tab awake.
    DataChannelOpened {
        /// The browser leg.
        leg: LegId,
    },
    /// The browser is gone. The leg is closed; `close_leg` is allowed but needless.
    BrowserLost {
        /// The browser leg.
        leg: LegId,
        /// Why.
        cause: LostCause,
    },
    /// The first valid RTP packet from the far end.
    RtpStarted {
        /// The RTP leg.
        leg: LegId,
    },
    /// The far end should be sending, but nothing came for [`RtpSettings::timeout`](crate::RtpSettings::timeout).
    /// Told once; `RtpStarted` follows if packets come again.
    RtpTimeout {
        /// The RTP leg.
        leg: LegId,
    },
    /// The far end pressed a key (RFC 4733).
    DtmfReceived {
        /// The RTP leg.
        leg: LegId,
        /// `0`–`9`, `*`, `#` or `A`–`D`.
        digit: char,
    },
    /// All digits of [`send_dtmf`](crate::MediaPlane::send_dtmf) have been sent.
    DtmfSent {
        /// The RTP leg.
        leg: LegId,
    },
}

/// Why a browser leg ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostCause {
    /// The browser never completed ICE and DTLS.
    NeverConnected,
    /// Its connectivity checks and media stopped (RFC 7675).
    Silence,
    /// It closed the DTLS connection in an orderly way.
    Closed,
    /// The DTLS handshake failed: a wrong certificate, or no protection profile in common.
    Handshake,
}

/// Why the media plane did not do as asked.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaError {
    /// The browser's offer cannot be answered.
    #[error("the browser's offer cannot be used: {0}")]
    Offer(#[from] crate::browser_sdp::OfferError),
    /// That leg id is in use.
    #[error("there already is a leg {0}")]
    LegExists(LegId),
    /// No port pair is left in the configured range.
    #[error("every RTP port of the configured range is in use")]
    NoPorts,
    /// The operating system refused a socket.
    #[error("cannot open an RTP socket: {0}")]
    Socket(io::ErrorKind),
    /// The two legs are not on the same worker.
    #[error("{0} and {1} live on different workers")]
    DifferentWorkers(LegId, LegId),
    /// The worker's command queue is full.
    #[error("the media worker is overloaded")]
    Overloaded,
    /// The media plane has been shut down.
    #[error("the media plane has stopped")]
    Stopped,
    /// A leg and the mix that it should join are not on the same worker.
    #[error("{0} and {1} live on different workers")]
    LegAndMixApart(LegId, MixId),
    /// The worker does not exist.
    #[error("there is no media worker {}", .0.0)]
    NoSuchWorker(WorkerId),
    /// DTLS could not be set up for the leg; the log has the reason.
    #[error("DTLS could not be set up")]
    Dtls,
    /// A character that is no DTMF digit.
    #[error("{0:?} is not a DTMF digit")]
    NotADigit(char),
}

/// Why the media plane did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting has no meaning.
    #[error("{0}")]
    Settings(&'static str),
    /// The UDP port towards the browsers cannot be had.
    #[error("cannot listen for browsers on UDP {address}: {source}")]
    Bind {
        /// Which address and port.
        address: std::net::SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// Something else the operating system refused: a thread, an event descriptor.
    #[error("cannot start a media worker: {0}")]
    System(#[from] io::Error),
}

/// The answer to a browser's offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserAnswer {
    /// The SDP answer to hand to the browser.
    pub sdp: String,
    /// The codecs that the browser can send and receive on this leg, in its order of preference.
    pub codecs: Vec<Codec>,
}

/// What one leg has carried since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LegCounters {
    /// Valid RTP packets received.
    pub packets_received: u64,
    /// Their payload bytes.
    pub bytes_received: u64,
    /// RTP packets sent.
    pub packets_sent: u64,
    /// Their payload bytes.
    pub bytes_sent: u64,
    /// Packets missing from the received sequence (RFC 3550 §A.3); duplicates can make it negative.
    pub packets_lost: i64,
    /// Interarrival jitter in microseconds (RFC 3550 §A.8), of the current source.
    pub jitter_us: u32,
    /// Packets dropped because they failed authentication, were replayed, or came from elsewhere.
    pub rejected: u64,
    /// Packets dropped because the other leg does not take their payload type.
    pub wrong_codec: u64,
    /// Round trip in microseconds by RTCP (RFC 3550 §6.4.1), if the far end reported.
    pub round_trip_us: Option<u32>,
}

/// Totals over all workers, for health checks and for proving that nothing leaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Browser legs that exist.
    pub browser_legs: u64,
    /// RTP legs that exist.
    pub rtp_legs: u64,
    /// Mixes that exist.
    pub mixes: u64,
    /// UDP sockets open, the ones towards the browsers included.
    pub sockets: u64,
    /// Datagrams received since the start.
    pub datagrams_received: u64,
    /// Datagrams sent since the start.
    pub datagrams_sent: u64,
    /// Datagrams dropped since the start: malformed, unauthenticated, from nobody we know, or no room to send.
    pub datagrams_dropped: u64,
}
