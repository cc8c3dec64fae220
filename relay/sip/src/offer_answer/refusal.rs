//! How the other side is told why its description leads to no audio.

use super::OfferAnswerError;
use crate::{Refusal, Warning};

/// 488 Not Acceptable Here (RFC 3261 §21.4.26).
const NOT_ACCEPTABLE_HERE: u16 = 488;

impl OfferAnswerError {
    /// The response to an offer with this error, with the warning that RFC 3261 §20.43 has for it.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let code = match self {
            Self::NoAddress => 301,
            Self::Protocol(_) | Self::Encrypted(_) | Self::NotEncrypted | Self::Crypto(_) => 302,
            Self::NoAudio => 304,
            Self::NoCodec => 305,
            Self::Sdp(_) => 399,
        };
        Refusal { status: NOT_ACCEPTABLE_HERE, warning: Some(Warning { code, text: self.to_string() }) }
    }
}
