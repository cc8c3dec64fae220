//! To bytes.

use super::{Headers, Request, Response, name};

impl Request {
    /// The request as it is sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        write(format!("{} {} SIP/2.0\r\n", self.method, self.uri), &self.headers, &self.body)
    }
}

impl Response {
    /// The response as it is sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        write(format!("SIP/2.0 {} {}\r\n", self.status, self.reason), &self.headers, &self.body)
    }
}

fn write(mut text: String, headers: &Headers, body: &[u8]) -> Vec<u8> {
    for (name, value) in headers.iter().filter(|(n, _)| !n.eq_ignore_ascii_case(name::CONTENT_LENGTH)) {
        text.push_str(name);
        text.push_str(": ");
        // A line break inside a value would begin a header of its own.
        text.extend(value.chars().map(|c| if matches!(c, '\r' | '\n') { ' ' } else { c }));
        text.push_str("\r\n");
    }
    text.push_str(&format!("{}: {}\r\n\r\n", name::CONTENT_LENGTH, body.len()));
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
