//! A request as a value.

use crate::xml::Writer;
use std::fmt;

/// Before every path of the API.
const API: &str = "/finesse/api";

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Changes.
    Put,
    /// Makes something new.
    Post,
    /// Deletes.
    Delete,
}

impl Method {
    /// As it stands in HTTP.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// What is asked for, as far as it matters for what a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Purpose {
    /// Signing in.
    SignIn,
    /// Changing the agent's own state, or signing out.
    State,
    /// Changing a team member's state.
    MemberState,
    /// Making a call.
    MakeCall,
    /// Doing something with a call.
    Dialog,
    /// Changing call variables or the wrap-up reason.
    CallData,
    /// Listening to a member's call, or joining it.
    Monitor,
    /// A list of devices.
    Devices,
    /// A team or its messages.
    Team,
    /// An access token.
    Token,
    /// Reading the user.
    User,
    /// Reading anything else, or not known.
    #[default]
    Other,
}

/// A request without address and credentials. `Debug` shows neither body nor query, which can have secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query, escaped: `/finesse/api/User/70123`.
    pub path: String,
    /// Headers besides those of credentials and length.
    pub headers: Vec<(&'static str, String)>,
    /// The body, empty for none.
    pub body: String,
    /// What it asks for.
    pub purpose: Purpose,
}

impl Request {
    /// Gives it the name that the notification of its outcome will carry, in the header `requestId`.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.headers.push(("requestId", id.into()));
        self
    }

    /// The header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(super) fn get(path: Path, purpose: Purpose) -> Self {
        Self { method: Method::Get, path: path.text, headers: Vec::new(), body: String::new(), purpose }
    }

    pub(super) fn delete(path: Path, purpose: Purpose) -> Self {
        Self { method: Method::Delete, ..Self::get(path, purpose) }
    }

    /// A request with an XML document.
    pub(super) fn send(
        method: Method,
        path: Path,
        purpose: Purpose,
        root: &str,
        inside: impl FnOnce(&mut Writer),
    ) -> Self {
        let headers = vec![("Content-Type", "application/xml".to_owned())];
        Self { method, path: path.text, headers, body: Writer::document(root, inside), purpose }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "Request({} {path}, {} bytes)", self.method.as_str(), self.body.len())
    }
}

/// A path, each of whose segments is escaped.
#[derive(Debug, Clone)]
pub(super) struct Path {
    text: String,
}

impl Path {
    /// A resource of the API.
    pub(super) fn api(segments: &[&str]) -> Self {
        let mut path = Self { text: API.to_owned() };
        for segment in segments {
            path.text.push('/');
            escape_into(&mut path.text, segment);
        }
        path
    }

    /// A path of ours, which needs no escape.
    pub(super) fn fixed(path: &'static str) -> Self {
        Self { text: path.to_owned() }
    }

    /// The path of a URI that Finesse has sent. None: it does not lead into the API.
    pub(super) fn of_uri(uri: &str) -> Option<Self> {
        let path = match uri.split_once("://") {
            Some((_, rest)) => rest.find('/').map(|at| &rest[at..])?,
            None => uri,
        };
        let path = path.trim().trim_start_matches('/');
        let good = path.starts_with("finesse/api/")
            && path.bytes().all(|byte| byte.is_ascii_graphic())
            && !path.contains(['#', '\\'])
            && !path.split(['/', '?']).any(|segment| segment == "..");
        good.then(|| Self { text: format!("/{path}") })
    }

    /// Adds a parameter of the query.
    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        self.text.push(if self.text.contains('?') { '&' } else { '?' });
        self.text.push_str(name);
        self.text.push('=');
        escape_into(&mut self.text, value);
        self
    }
}

/// Escapes all but the unreserved characters (RFC 3986 §2.3).
pub(super) fn escape_into(text: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_path_is_escaped() {
        let path = Path::api(&["User", "a b/ü?#"]).query("category", "x&y");
        assert_eq!(path.text, "/finesse/api/User/a%20b%2F%C3%BC%3F%23?category=x%26y");
    }

    #[test]
    fn a_uri_leads_into_the_api_or_nowhere() {
        let path = |uri| Path::of_uri(uri).map(|path| path.text);
        let good = Some("/finesse/api/PhoneBook/2/Contacts".to_owned());
        assert_eq!(path("/finesse/api/PhoneBook/2/Contacts"), good);
        assert_eq!(path("finesse/api/PhoneBook/2/Contacts"), good);
        assert_eq!(path("https://fin1.example:8445/finesse/api/PhoneBook/2/Contacts"), good);
        for uri in ["", "/admin", "/finesse/api/../../admin", "https://evil.example", "/finesse/api/a b"] {
            assert_eq!(path(uri), None, "{uri}");
        }
    }

    #[test]
    fn debug_shows_no_body_and_no_query() {
        let path = Path::fixed("/p").query("token", "secret");
        let mut request = Request::get(path, Purpose::Token);
        request.body = "secret".to_owned();
        assert_eq!(format!("{request:?}"), "Request(GET /p, 6 bytes)");
    }
}
