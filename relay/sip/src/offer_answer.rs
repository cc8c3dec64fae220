//! Offer and answer (RFC 3264) for one audio stream with telephone events.
//!
//! [`offer()`] makes an offer, [`answer()`] answers one and says what was agreed, [`read_answer`] says what a
//! peer's answer to our offer agreed. Each is a pure function of texts: a call that is restored needs only the
//! last descriptions.

mod answer;
mod codec;
mod crypto_line;
mod offer;
mod refusal;
mod srtp;
mod stream;
mod suite;

pub use answer::answer;
pub use codec::Codec;
pub use crypto_line::{CryptoError, CryptoLine, Mki};
pub use offer::{offer, read_answer};
pub use srtp::{Encryption, LocalSrtp, Srtp};
pub use suite::{CryptoSuite, SrtpKey};

use crate::sdp::SdpError;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;
use thiserror::Error;

/// What we can and want to do in a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalMedia {
    /// Where we receive, as the other side reaches it.
    pub address: SocketAddr,
    /// Codecs, most wanted first.
    pub codecs: Vec<Codec>,
    /// Whether telephone events (RFC 4733) are wanted.
    pub telephone_event: bool,
    /// What we want to do.
    pub direction: Direction,
    /// The packet time that we like to receive.
    pub packet_time: Option<Duration>,
    /// What we say about encryption.
    pub srtp: LocalSrtp,
    /// The identity of the session in `o=`; the same for all descriptions of a call.
    pub session_id: u64,
    /// The version of the description in `o=`, for the first one of a call. What it is afterwards is the business of
    /// [`crate::UserAgent`], which knows what was sent before.
    pub version: u64,
}

/// Who sends audio, seen from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Both.
    SendRecv,
    /// Only we.
    SendOnly,
    /// Only the other side.
    RecvOnly,
    /// Nobody.
    Inactive,
}

impl Direction {
    /// Made of its two halves.
    #[must_use]
    pub fn new(send: bool, receive: bool) -> Self {
        match (send, receive) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// Whether we send.
    #[must_use]
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether we receive.
    #[must_use]
    pub fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same, seen from the other side.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self::new(self.receives(), self.sends())
    }

    /// What both allow.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::new(self.sends() && other.sends(), self.receives() && other.receives())
    }

    /// The attribute's name in SDP.
    #[must_use]
    pub fn attribute(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}

/// What an offer and its answer agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Negotiated {
    /// Where to send. Unspecified (`0.0.0.0`) where the other side holds in the way of RFC 2543; the
    /// direction then does not send.
    pub remote: SocketAddr,
    /// The codec.
    pub codec: Codec,
    /// Its payload type in packets that we send.
    pub payload_send: u8,
    /// Its payload type in packets that we receive.
    pub payload_receive: u8,
    /// Telephone events, where both sides have them.
    pub telephone_event: Option<TelephoneEvent>,
    /// The packet time that the other side likes to receive.
    pub packet_time: Option<Duration>,
    /// Who sends, seen from us.
    pub direction: Direction,
    /// How the stream is encrypted, if it is.
    pub srtp: Option<Srtp>,
}

/// How telephone events (RFC 4733) travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TelephoneEvent {
    /// The payload type in packets that we send.
    pub send: u8,
    /// The payload type in packets that we receive.
    pub receive: u8,
    /// The clock rate, which is the codec's wherever the other side offers it.
    pub clock: u32,
}

/// Why offer and answer do not lead to audio.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OfferAnswerError {
    /// The description cannot be read.
    #[error(transparent)]
    Sdp(#[from] SdpError),
    /// There is no audio stream, or it was refused (port 0).
    #[error("the session description has no audio stream")]
    NoAudio,
    /// The stream is neither plain RTP nor RTP with keys in its description.
    #[error("the audio stream is neither RTP nor SRTP with keys, but '{0}'")]
    Protocol(String),
    /// The stream is encrypted, and encryption is off.
    #[error("the audio stream is encrypted ('{0}'), which is switched off")]
    Encrypted(String),
    /// The stream is not encrypted, and encryption is required.
    #[error("the audio stream is not encrypted, which is required")]
    NotEncrypted,
    /// The stream is encrypted in no way that we could take.
    #[error("the audio stream is encrypted in no way that can be used: {0}")]
    Crypto(CryptoError),
    /// No codec in common.
    #[error("there is no common codec")]
    NoCodec,
    /// The `c=` line is missing or has no address.
    #[error("the session description has no media address")]
    NoAddress,
}
