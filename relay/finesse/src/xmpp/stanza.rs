//! Reading what comes on a connection.

use super::write::escaped;
use crate::xml::Element;
use thiserror::Error;

/// A frame longer than this is not read: the largest that Finesse sends is a dialog with its variables, below 64 KiB.
pub const MAX_STANZA_BYTES: usize = 1 << 20;
/// More items than one message or one BOSH body has.
const MOST_ITEMS: usize = 512;

/// One element of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stanza {
    /// `<open/>` (RFC 7395), or the stream's header.
    Open,
    /// `<close/>`.
    Close,
    /// `<stream:features/>`.
    Features {
        /// Of SASL.
        mechanisms: Vec<String>,
        /// Whether a session is offered (RFC 3921).
        session: bool,
    },
    /// SASL: it is who it says.
    Success,
    /// SASL: it is asked something.
    Challenge,
    /// SASL: it is refused.
    Failure {
        /// Why (RFC 6120 §6.5).
        condition: String,
    },
    /// `<stream:error/>`.
    StreamError {
        /// Why (RFC 6120 §4.9.3).
        condition: String,
    },
    /// `<iq/>`.
    Iq(Iq),
    /// `<message/>`.
    Message {
        /// Who sends it.
        from: String,
        /// What it says was published.
        published: Vec<Published>,
    },
    /// `<presence/>` that says whether somebody is there.
    Presence {
        /// Who.
        from: String,
        /// Whether.
        available: bool,
    },
    /// Anything else.
    Other,
}

/// A request or an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iq {
    /// Which of both.
    pub kind: IqKind,
    /// Names it.
    pub id: String,
    /// Who sends it; empty for the own server.
    pub from: String,
    /// What is in it.
    pub payload: IqPayload,
}

/// `type` of an [`Iq`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IqKind {
    /// A request.
    Get,
    /// A request that changes something.
    Set,
    /// An answer.
    Result,
    /// A refusal.
    Error,
}

/// What is in an [`Iq`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IqPayload {
    /// XEP-0199.
    Ping,
    /// The bound address.
    Bind {
        /// It.
        jid: String,
    },
    /// Why it is refused.
    Error {
        /// A condition of RFC 6120 §8.3.3.
        condition: String,
    },
    /// Anything else, or nothing.
    Other,
}

/// An item of a pub-sub event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Where.
    pub node: String,
    /// The text of its `<notification/>`: a document of its own, whose outer escaping is undone.
    pub text: String,
}

/// A BOSH `<body/>` from the server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    /// `sid`.
    pub sid: Option<String>,
    /// `wait`, in seconds.
    pub wait_s: Option<u64>,
    /// `requests`: how many may be open at once.
    pub requests: Option<usize>,
    /// `hold`: how many the server keeps open.
    pub hold: Option<usize>,
    /// `polling`: the least time between polls that are not held, in seconds.
    pub polling_s: Option<u64>,
    /// `type` is `terminate`: the session is over.
    pub terminated: bool,
    /// `type` is `error`: the request has to be sent again.
    pub again: bool,
    /// `condition`.
    pub condition: String,
    /// What is in it.
    pub stanzas: Vec<Stanza>,
}

/// It cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Malformed {
    /// No XML, or nothing that belongs here.
    #[error("not XMPP")]
    NotXmpp,
    /// More than is ever sent.
    #[error("too large")]
    TooLarge,
}

/// Reads a frame of a WebSocket (RFC 7395 §3.3.3). White space between stanzas is [`Stanza::Other`].
///
/// # Errors
/// [`Malformed`].
pub fn read(frame: &str) -> Result<Stanza, Malformed> {
    if frame.len() > MAX_STANZA_BYTES {
        return Err(Malformed::TooLarge);
    }
    if frame.trim().is_empty() {
        return Ok(Stanza::Other);
    }
    // Some servers open the stream as they would on TCP: with a start tag alone.
    if is_bare_stream_header(frame) {
        return Ok(Stanza::Open);
    }
    let element = Element::parse(frame).map_err(|_| Malformed::NotXmpp)?;
    Ok(stanza(&element))
}

/// Reads the answer to a BOSH request.
///
/// # Errors
/// [`Malformed`].
pub fn read_body(text: &str) -> Result<Body, Malformed> {
    if text.len() > 4 * MAX_STANZA_BYTES {
        return Err(Malformed::TooLarge);
    }
    let element = Element::parse(text).map_err(|_| Malformed::NotXmpp)?;
    if !element.is("body") {
        return Err(Malformed::NotXmpp);
    }
    if element.all().len() > MOST_ITEMS {
        return Err(Malformed::TooLarge);
    }
    let kind = element.attribute("type").unwrap_or_default();
    Ok(Body {
        sid: element.attribute("sid").filter(|sid| !sid.is_empty()).map(str::to_owned),
        wait_s: number(&element, "wait"),
        requests: number(&element, "requests").and_then(|value| usize::try_from(value).ok()),
        hold: number(&element, "hold").and_then(|value| usize::try_from(value).ok()),
        polling_s: number(&element, "polling"),
        terminated: kind == "terminate",
        again: kind == "error",
        condition: element.attribute("condition").unwrap_or_default().to_owned(),
        stanzas: element.all().iter().map(stanza).collect(),
    })
}

fn is_bare_stream_header(frame: &str) -> bool {
    let start = frame.trim_start();
    let start =
        start.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map_or(start, |(_, rest)| rest);
    start.trim_start().starts_with("<stream:stream")
}

fn number(element: &Element, name: &str) -> Option<u64> {
    element.attribute(name)?.trim().parse().ok()
}

fn stanza(element: &Element) -> Stanza {
    let from = element.attribute("from").unwrap_or_default().to_owned();
    match element.name() {
        "open" | "stream" => Stanza::Open,
        "close" => Stanza::Close,
        "features" => Stanza::Features {
            mechanisms: element
                .child("mechanisms")
                .into_iter()
                .flat_map(|mechanisms| mechanisms.children("mechanism"))
                .map(|mechanism| mechanism.text().to_owned())
                .collect(),
            session: element.child("session").is_some(),
        },
        "success" => Stanza::Success,
        "challenge" => Stanza::Challenge,
        "failure" => Stanza::Failure { condition: condition(element) },
        "error" => Stanza::StreamError { condition: condition(element) },
        "iq" => iq(element, from),
        "message" => Stanza::Message { from, published: published(element) },
        "presence" => match element.attribute("type").unwrap_or_default() {
            "" => Stanza::Presence { from, available: true },
            "unavailable" => Stanza::Presence { from, available: false },
            _ => Stanza::Other,
        },
        _ => Stanza::Other,
    }
}

fn iq(element: &Element, from: String) -> Stanza {
    let kind = match element.attribute("type").unwrap_or_default() {
        "get" => IqKind::Get,
        "set" => IqKind::Set,
        "result" => IqKind::Result,
        "error" => IqKind::Error,
        _ => return Stanza::Other,
    };
    let payload = if kind == IqKind::Error {
        IqPayload::Error { condition: element.child("error").map(condition).unwrap_or_default() }
    } else if let Some(bind) = element.child("bind") {
        IqPayload::Bind { jid: bind.value("jid").to_owned() }
    } else if element.child("ping").is_some() {
        IqPayload::Ping
    } else {
        IqPayload::Other
    };
    Stanza::Iq(Iq { kind, id: element.attribute("id").unwrap_or_default().to_owned(), from, payload })
}

/// The first child that is not the text for people.
fn condition(element: &Element) -> String {
    let first = element.all().iter().find(|child| !child.is("text"));
    first.map(|child| child.name().to_owned()).unwrap_or_default()
}

fn published(message: &Element) -> Vec<Published> {
    if message.attribute("type") == Some("error") {
        return Vec::new();
    }
    let mut published = Vec::new();
    for event in message.children("event") {
        for items in event.children("items") {
            let node = items.attribute("node").unwrap_or_default();
            for item in items.children("item") {
                for notification in item.children("notification") {
                    if published.len() >= MOST_ITEMS {
                        return published;
                    }
                    published.push(Published { node: node.to_owned(), text: document(notification) });
                }
            }
        }
    }
    published
}

/// The document inside: text as it should be, or elements where somebody has decoded it on the way.
fn document(notification: &Element) -> String {
    match notification.all().first() {
        None => notification.text().to_owned(),
        Some(update) => {
            let mut text = String::new();
            write_element(update, &mut text);
            text
        }
    }
}

/// The reader bounds how deep this goes.
fn write_element(element: &Element, out: &mut String) {
    out.push('<');
    out.push_str(element.name());
    out.push('>');
    out.push_str(&escaped(element.text()));
    for child in element.all() {
        write_element(child, out);
    }
    out.push_str("</");
    out.push_str(element.name());
    out.push('>');
}
