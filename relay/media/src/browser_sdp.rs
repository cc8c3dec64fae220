//! The browser's session description: reading its offer, writing our answer (RFC 8829, RFC 8843).
//!
//! This is not the SDP of the SIP side. A browser always offers the same shape: one bundled transport with
//! one audio section and one data channel section, so an offer of another shape is refused by name
//! instead of being half understood.

mod answer;
mod offer;

pub use answer::{Local, answer};
pub use offer::{Audio, BrowserOffer, Section};

use thiserror::Error;

/// Why an offer cannot be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum OfferError {
    /// Not a session description at all.
    #[error("it is not a session description")]
    Malformed,
    /// Larger than any browser writes.
    #[error("it is too long")]
    TooLong,
    /// No usable audio section.
    #[error("it has no audio section")]
    NoAudio,
    /// More than one audio section, or sections that we have no use for.
    #[error("it has sections that a phone has no use for")]
    UnexpectedSection,
    /// The sections do not share one transport.
    #[error("its sections are not bundled")]
    NotBundled,
    /// RTP and RTCP would use two ports.
    #[error("it does not multiplex RTCP with RTP")]
    NoRtcpMux,
    /// Not DTLS-SRTP.
    #[error("its media is not protected by DTLS-SRTP")]
    NotEncrypted,
    /// No certificate fingerprint, or only in a hash other than SHA-256.
    #[error("it has no SHA-256 certificate fingerprint")]
    NoFingerprint,
    /// The browser insists on being the DTLS server.
    #[error("it does not let the relay be the DTLS server")]
    NotDtlsClient,
    /// No ICE user name fragment and password, or ones that RFC 8839 §5.4 forbids.
    #[error("it has no ICE credentials")]
    NoIceCredentials,
    /// None of the codecs is one that we carry.
    #[error("it has no codec that the relay carries")]
    NoCodec,
}

#[cfg(test)]
pub(crate) mod tests;
