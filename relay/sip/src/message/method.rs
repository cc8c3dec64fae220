//! Methods.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A method: one that `rsip` knows, or any other token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Method {
    /// A standard one.
    Known(rsip::Method),
    /// Any other.
    Extension(String),
}

impl Method {
    /// ACK.
    pub const ACK: Self = Self::Known(rsip::Method::Ack);
    /// BYE.
    pub const BYE: Self = Self::Known(rsip::Method::Bye);
    /// CANCEL.
    pub const CANCEL: Self = Self::Known(rsip::Method::Cancel);
    /// INFO.
    pub const INFO: Self = Self::Known(rsip::Method::Info);
    /// INVITE.
    pub const INVITE: Self = Self::Known(rsip::Method::Invite);
    /// NOTIFY.
    pub const NOTIFY: Self = Self::Known(rsip::Method::Notify);
    /// OPTIONS.
    pub const OPTIONS: Self = Self::Known(rsip::Method::Options);
    /// PRACK.
    pub const PRACK: Self = Self::Known(rsip::Method::PRack);
    /// REFER.
    pub const REFER: Self = Self::Known(rsip::Method::Refer);
    /// REGISTER.
    pub const REGISTER: Self = Self::Known(rsip::Method::Register);
    /// SUBSCRIBE.
    pub const SUBSCRIBE: Self = Self::Known(rsip::Method::Subscribe);
    /// UPDATE.
    pub const UPDATE: Self = Self::Known(rsip::Method::Update);
}

impl From<String> for Method {
    fn from(text: String) -> Self {
        match text.parse::<rsip::Method>() {
            // rsip ignores case, RFC 3261 §7.1 does not.
            Ok(method) if method.to_string() == text => Self::Known(method),
            Ok(_) | Err(_) => Self::Extension(text),
        }
    }
}

impl From<Method> for String {
    fn from(method: Method) -> Self {
        method.to_string()
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(method) => method.fmt(f),
            Self::Extension(text) => f.write_str(text),
        }
    }
}
