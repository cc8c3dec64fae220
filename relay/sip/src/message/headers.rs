//! Header lines.

use serde::{Deserialize, Serialize};

/// The names of headers, as they are written.
pub mod name {
    #![expect(missing_docs, reason = "each constant is the name it spells")]
    pub const ACCEPT: &str = "Accept";
    pub const ALERT_INFO: &str = "Alert-Info";
    pub const ALLOW: &str = "Allow";
    pub const ALLOW_EVENTS: &str = "Allow-Events";
    pub const ANSWER_MODE: &str = "Answer-Mode";
    pub const AUTHORIZATION: &str = "Authorization";
    pub const CALL_INFO: &str = "Call-Info";
    pub const CALL_ID: &str = "Call-ID";
    pub const CONTACT: &str = "Contact";
    pub const CONTENT_ENCODING: &str = "Content-Encoding";
    pub const CONTENT_LENGTH: &str = "Content-Length";
    pub const CONTENT_TYPE: &str = "Content-Type";
    pub const CSEQ: &str = "CSeq";
    pub const DIVERSION: &str = "Diversion";
    pub const EVENT: &str = "Event";
    pub const EXPIRES: &str = "Expires";
    pub const FLOW_TIMER: &str = "Flow-Timer";
    pub const FROM: &str = "From";
    pub const HISTORY_INFO: &str = "History-Info";
    pub const MAX_FORWARDS: &str = "Max-Forwards";
    pub const MIN_EXPIRES: &str = "Min-Expires";
    pub const MIN_SE: &str = "Min-SE";
    pub const P_ASSERTED_IDENTITY: &str = "P-Asserted-Identity";
    pub const PRIV_ANSWER_MODE: &str = "Priv-Answer-Mode";
    pub const PROXY_AUTHENTICATE: &str = "Proxy-Authenticate";
    pub const PROXY_AUTHORIZATION: &str = "Proxy-Authorization";
    pub const RACK: &str = "RAck";
    pub const REASON: &str = "Reason";
    pub const RECORD_ROUTE: &str = "Record-Route";
    pub const REFERRED_BY: &str = "Referred-By";
    pub const REFER_TO: &str = "Refer-To";
    pub const REMOTE_PARTY_ID: &str = "Remote-Party-ID";
    pub const REPLACES: &str = "Replaces";
    pub const REQUIRE: &str = "Require";
    pub const RETRY_AFTER: &str = "Retry-After";
    pub const ROUTE: &str = "Route";
    pub const RSEQ: &str = "RSeq";
    pub const SERVER: &str = "Server";
    pub const SESSION_EXPIRES: &str = "Session-Expires";
    pub const SUBSCRIPTION_STATE: &str = "Subscription-State";
    pub const SERVICE_ROUTE: &str = "Service-Route";
    pub const SUPPORTED: &str = "Supported";
    pub const TIMESTAMP: &str = "Timestamp";
    pub const TO: &str = "To";
    pub const UNSUPPORTED: &str = "Unsupported";
    pub const USER_AGENT: &str = "User-Agent";
    pub const VIA: &str = "Via";
    pub const WARNING: &str = "Warning";
    pub const WWW_AUTHENTICATE: &str = "WWW-Authenticate";
}

/// The compact names (RFC 3261 §7.3.3 and the IANA registry) and what they stand for.
const COMPACT: [(&str, &str); 19] = [
    ("a", "Accept-Contact"),
    ("b", name::REFERRED_BY),
    ("c", name::CONTENT_TYPE),
    ("d", "Request-Disposition"),
    ("e", name::CONTENT_ENCODING),
    ("f", name::FROM),
    ("i", name::CALL_ID),
    ("j", "Reject-Contact"),
    ("k", name::SUPPORTED),
    ("l", name::CONTENT_LENGTH),
    ("m", name::CONTACT),
    ("n", "Identity-Info"),
    ("o", name::EVENT),
    ("r", name::REFER_TO),
    ("s", "Subject"),
    ("t", name::TO),
    ("u", name::ALLOW_EVENTS),
    ("v", name::VIA),
    ("x", name::SESSION_EXPIRES),
];

/// The headers of a message, in order, with long names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a header. A compact name is written out.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        let long = COMPACT.iter().find(|(compact, _)| compact.eq_ignore_ascii_case(name));
        self.0.push((long.map_or(name, |(_, long)| long).to_owned(), value.into()));
    }

    /// Puts a header before all others.
    pub fn push_front(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(0, (name.to_owned(), value.into()));
    }

    /// Replaces all headers of this name by one.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.push(name, value);
    }

    /// Replaces the value of the first header of this name, if there is one.
    pub fn replace_first(&mut self, name: &str, value: impl Into<String>) {
        if let Some((_, old)) = self.0.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
            *old = value.into();
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Removes the last header.
    pub(super) fn pop(&mut self) -> Option<(String, String)> {
        self.0.pop()
    }

    /// Removes all headers of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    }

    /// The value of the first header of this name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The values of all headers of this name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The elements of all headers of this name whose value is a list.
    pub fn elements<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.all(name).flat_map(super::split_list).filter(|element| !element.is_empty())
    }

    /// Whether a list of option tags has this one (RFC 3261 §19.2).
    #[must_use]
    pub fn has_option(&self, name: &str, option: &str) -> bool {
        self.elements(name).any(|element| element.eq_ignore_ascii_case(option))
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}
