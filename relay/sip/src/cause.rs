//! Why a leg or a registration ended.

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
    /// Our 2xx was never acknowledged (RFC 3261 §13.3.1.4); a BYE was sent.
    NotConfirmed,
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
