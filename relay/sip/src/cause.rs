//! Why a leg or a registration ended.

use crate::LegId;
use serde::{Deserialize, Serialize};

/// Why a leg ended or a registration failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// The other side refused by a final response.
    Status {
        /// The status code, 300 to 699.
        code: u16,
        /// The reason phrase as it was sent.
        reason: String,
        /// The `Reason` header, if there was one.
        detail: Option<Reason>,
    },
    /// Nobody answered in time (timers B and F), which callers may treat as 408.
    Timeout,
    /// The message could not be sent: no address, no connection.
    Transport,
    /// The other party ended an established call.
    Bye {
        /// The `Reason` header, if there was one.
        detail: Option<Reason>,
    },
    /// An inbound call was given up before it was answered; with `SIP;cause=200` in the detail it
    /// was answered on another phone.
    Cancelled {
        /// The `Reason` header, if there was one.
        detail: Option<Reason>,
    },
    /// We ended it: cancelled, rejected or hung up.
    HungUp,
    /// Our 2xx was never acknowledged (RFC 3261 §13.3.1.4), and a BYE was sent; or a reliable 180 never was
    /// (RFC 3262 §3), and the call was refused.
    NotConfirmed,
    /// Another call has taken its place (RFC 3891).
    Replaced {
        /// That call.
        by: LegId,
    },
    /// The session was not refreshed in time (RFC 4028 §10); a BYE was sent.
    SessionExpired,
}

impl Cause {
    /// Status code and reason phrase of the response that refused; none where it ended otherwise.
    #[must_use]
    pub fn status(&self) -> Option<(u16, &str)> {
        match self {
            Self::Status { code, reason, .. } => Some((*code, reason)),
            Self::Timeout
            | Self::Transport
            | Self::Bye { .. }
            | Self::Cancelled { .. }
            | Self::HungUp
            | Self::NotConfirmed
            | Self::Replaced { .. }
            | Self::SessionExpired => None,
        }
    }

    /// Whether an inbound call was given up because it was answered on another phone (RFC 3326 §3.1;
    /// Q.850 names it "non-selected user clearing").
    #[must_use]
    pub fn is_answered_elsewhere(&self) -> bool {
        let Self::Cancelled { detail: Some(detail) } = self else { return false };
        let is =
            |protocol, cause| detail.protocol.eq_ignore_ascii_case(protocol) && detail.cause == Some(cause);
        is("SIP", 200) || is("Q.850", 26)
    }
}

/// The `Reason` header of RFC 3326.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// `Q.850` or `SIP`.
    pub protocol: String,
    /// The cause value of that protocol.
    pub cause: Option<u16>,
    /// Words for people.
    pub text: Option<String>,
}
