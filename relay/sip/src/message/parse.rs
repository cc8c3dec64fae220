//! From bytes.

use super::{Headers, Message, Method, Request, Response, Uri, name, split_list};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest start line with all headers.
pub const MAX_HEAD: usize = 64 * 1024;
/// The longest body.
pub const MAX_BODY: usize = 64 * 1024;
/// More headers than this, elements of lists counted where they are told apart, are an attack: a response repeats some
/// of them, and must not be many times longer than what it answers.
const MAX_HEADERS: usize = 512;

/// A request that cannot be taken, with what is needed to say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// 400, 416, 505, …
    pub status: u16,
    /// What is wrong.
    pub reason: &'static str,
    /// The method as far as it could be read.
    pub method: Method,
    /// The headers, from which the response is built.
    pub headers: Headers,
}

/// Why bytes are not a message.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// A request to be refused with a response.
    #[error("the request is refused with {} {}", .0.status, .0.reason)]
    Refused(Box<Refusal>),
    /// Nothing that could be answered.
    #[error("not a SIP message: {0}")]
    Garbage(&'static str),
}

impl Message {
    /// Reads one message: a datagram, or what [`super::StreamBuffer`] cut out of a stream.
    ///
    /// # Errors
    /// [`ParseError::Refused`] for a request that deserves an answer, [`ParseError::Garbage`] otherwise.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let (head, body) = split(bytes);
        if head.len() > MAX_HEAD {
            return Err(ParseError::Garbage("the headers are too long"));
        }
        let text = String::from_utf8_lossy(head);
        let mut lines = unfold(&text);
        let start = lines.next().ok_or(ParseError::Garbage("empty"))?;
        let headers = read_headers(lines)?;
        if start.get(..4).is_some_and(|s| s.eq_ignore_ascii_case("SIP/")) {
            return response(&start, headers, body).map(Self::Response);
        }
        request(&start, headers, body).map(Self::Request)
    }
}

/// Head and body; leading line ends are dropped (RFC 3261 §7.5).
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let start = bytes.iter().position(|b| !b"\r\n".contains(b)).unwrap_or(bytes.len());
    let bytes = &bytes[start..];
    match HeadSearch::default().end_of_head(bytes) {
        Some(end) => bytes.split_at(end),
        None => (bytes, &[]),
    }
}

/// How far the end of a head was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct HeadSearch {
    line_start: usize,
    seen: usize,
}

impl HeadSearch {
    /// The length of the head with the empty line that ends it; bare LF is taken as a line end. The bytes begin with
    /// those of the last time.
    pub(super) fn end_of_head(&mut self, bytes: &[u8]) -> Option<usize> {
        let rest = bytes.iter().enumerate().skip(self.seen);
        for (index, _) in rest.filter(|(_, b)| **b == b'\n') {
            if index > 0 && matches!(&bytes[self.line_start..index], b"" | b"\r") {
                // It is found again until the message is cut off.
                self.seen = index;
                return Some(index + 1);
            }
            self.line_start = index + 1;
        }
        self.seen = bytes.len();
        None
    }
}

/// The lines with the continuation lines joined to them by one blank (RFC 3261 §7.3.1).
fn unfold(text: &str) -> impl Iterator<Item = String> {
    let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).peekable();
    std::iter::from_fn(move || {
        let mut line = lines.next().filter(|line| !line.is_empty())?.to_owned();
        while let Some(more) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
            line.truncate(line.trim_end().len());
            line.push(' ');
            line.push_str(more.trim());
        }
        Some(line)
    })
}

fn read_headers(lines: impl Iterator<Item = String>) -> Result<Headers, ParseError> {
    let mut headers = Headers::new();
    for line in lines {
        // A line without a colon says nothing; the rest of the message may still be good.
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim(), value.trim());
        headers.push(name, value);
        if value.contains(',') {
            split_last(&mut headers);
        }
        if headers.len() > MAX_HEADERS {
            return Err(ParseError::Garbage("too many headers"));
        }
    }
    Ok(headers)
}

/// Gives each element of the lists that routing works on a header of its own (RFC 3261 §7.3.1).
fn split_last(headers: &mut Headers) {
    let Some((name, value)) = headers.pop() else { return };
    if [name::VIA, name::ROUTE, name::RECORD_ROUTE, name::CONTACT]
        .iter()
        .any(|n| n.eq_ignore_ascii_case(&name))
    {
        for element in split_list(&value).into_iter().filter(|element| !element.is_empty()) {
            headers.push(&name, element);
        }
    } else {
        headers.push(&name, value);
    }
}

fn request(start: &str, headers: Headers, body: &[u8]) -> Result<Request, ParseError> {
    let line = start.trim();
    let (method, rest) = line.split_once([' ', '\t']).ok_or(ParseError::Garbage("no request line"))?;
    let (uri, version) = rest.rsplit_once([' ', '\t']).ok_or(ParseError::Garbage("no request line"))?;
    if !super::list::is_token(method) {
        return Err(ParseError::Garbage("no method"));
    }
    let is_sip = version.get(..4).is_some_and(|v| v.eq_ignore_ascii_case("SIP/"));
    if !is_sip {
        return Err(ParseError::Garbage("no SIP version"));
    }
    let method = Method::from(method.to_owned());
    let refuse = |status, reason, method: &Method, headers: &Headers| {
        let (method, headers) = (method.clone(), headers.clone());
        Err(ParseError::Refused(Box::new(Refusal { status, reason, method, headers })))
    };
    if version.get(4..) != Some("2.0") {
        return refuse(505, "Version Not Supported", &method, &headers);
    }
    let Ok(parsed) = uri.trim().parse::<Uri>() else {
        return refuse(400, "Bad Request-URI", &method, &headers);
    };
    if parsed.as_sip().is_some_and(|uri| uri.headers.is_some()) {
        // RFC 3261 §19.1.1 table 1, RFC 4475 §3.1.2.11.
        return refuse(400, "Headers in Request-URI", &method, &headers);
    }
    match cut_body(&headers, body) {
        Ok(body) => Ok(Request { method, uri: parsed, headers, body }),
        Err(reason) => refuse(400, reason, &method, &headers),
    }
}

fn response(start: &str, headers: Headers, body: &[u8]) -> Result<Response, ParseError> {
    let mut parts = start.trim_end().splitn(3, [' ', '\t']);
    if !parts.next().is_some_and(|version| version.eq_ignore_ascii_case("SIP/2.0")) {
        return Err(ParseError::Garbage("another SIP version"));
    }
    let code = parts.next().filter(|code| code.len() == 3).and_then(|code| code.parse::<u16>().ok());
    let status =
        code.filter(|code| (100..700).contains(code)).ok_or(ParseError::Garbage("no status code"))?;
    let reason = parts.next().unwrap_or_default().trim().to_owned();
    let body = cut_body(&headers, body).map_err(ParseError::Garbage)?;
    Ok(Response { status, reason, headers, body })
}

/// The body by its Content-Length: what follows it is dropped, too little is an error (RFC 3261 §18.3).
fn cut_body(headers: &Headers, body: &[u8]) -> Result<Vec<u8>, &'static str> {
    let length = match content_length(headers)? {
        Some(length) if length > body.len() => return Err("Content-Length Beyond Message"),
        Some(length) => length,
        None => body.len(),
    };
    if length > MAX_BODY {
        return Err("Body Too Long");
    }
    Ok(body[..length].to_vec())
}

/// The stated length of the body; two that differ are an error (RFC 4475 §3.3.9).
pub(super) fn content_length(headers: &Headers) -> Result<Option<usize>, &'static str> {
    let mut stated = None;
    for value in headers.all(name::CONTENT_LENGTH) {
        let digits = value.trim();
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err("Bad Content-Length");
        }
        let length = digits.parse::<usize>().map_err(|_| "Bad Content-Length")?;
        if stated.is_some_and(|earlier| earlier != length) {
            return Err("Conflicting Content-Length");
        }
        stated = Some(length);
    }
    Ok(stated)
}

/// The stated length of the body in the raw head of a stream's message.
pub(super) fn stated_length(head: &[u8]) -> Result<usize, &'static str> {
    let text = String::from_utf8_lossy(head);
    let headers = read_headers(unfold(text.trim_start_matches(['\r', '\n'])).skip(1));
    // A stream without Content-Length cannot go on after a body; most who leave it out send none.
    Ok(content_length(&headers.map_err(|_| "Too Many Headers")?)?.unwrap_or(0))
}
