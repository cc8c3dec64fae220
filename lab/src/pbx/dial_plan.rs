//! What a dialled number means.

use std::time::Duration;

/// A number of the PBX that is not somebody's telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// Hear yourself.
    Echo,
    /// Hear a tone.
    Tone,
    /// Press keys and hear them again.
    RepeatDigits,
    /// Be called back.
    CallBack,
    /// Is busy.
    Busy,
    /// Rings and is never answered.
    NoAnswer,
    /// Hear an announcement before the call is answered.
    EarlyMedia,
}

/// Makes a conference for everybody who calls (RFC 4579 §3.2).
pub(super) const CONFERENCE_FACTORY: &str = "608";

/// How long a call back is waited for.
pub(super) const CALL_BACK_AFTER: Duration = Duration::from_secs(3);

/// How long the announcement before the answer lasts.
pub(super) const ANNOUNCEMENT: Duration = Duration::from_secs(3);

impl Service {
    /// The service at `number`.
    pub(super) fn at(number: &str) -> Option<Self> {
        match number {
            "600" => Some(Self::Echo),
            "601" => Some(Self::Tone),
            "602" => Some(Self::RepeatDigits),
            "603" => Some(Self::CallBack),
            "605" => Some(Self::Busy),
            "606" => Some(Self::NoAnswer),
            "607" => Some(Self::EarlyMedia),
            _ => None,
        }
    }

    /// For logs, which carry no numbers.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Tone => "tone",
            Self::RepeatDigits => "repeat digits",
            Self::CallBack => "call back",
            Self::Busy => "busy",
            Self::NoAnswer => "no answer",
            Self::EarlyMedia => "early media",
        }
    }
}
