//! SIP messages: a tolerant front for what peers really send.
//!
//! `rsip` gives the methods and status codes. Its message and header parsers refuse what RFC 4475 calls valid
//! (folded lines, compact names among lists, extension methods, dots in user parts), its types cannot be
//! serialised, and its writer changes what it has read; so framing, headers and header values are ours.

mod cseq;
mod head;
mod headers;
mod list;
mod method;
mod multipart;
mod name_addr;
mod params;
mod parse;
mod response;
mod stream;
mod uri;
mod via;
mod write;

pub use cseq::CSeq;
pub use head::Head;
pub use headers::{Headers, name};
pub use list::split_list;
pub(crate) use list::{quote, unquote};
pub use method::Method;
pub use name_addr::NameAddr;
pub use params::Params;
pub use parse::{MAX_BODY, MAX_HEAD, ParseError, Refusal};
pub use response::reason_phrase;
pub use stream::{Frame, StreamBuffer};
pub use uri::{Host, SipUri, Uri};
pub(crate) use uri::{escape_user, unescape};
pub use via::Via;

use serde::{Deserialize, Serialize};

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

/// A request. Header values are as they came, unfolded; [`Request::head`] reads those that every request has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// Of whom.
    pub uri: Uri,
    /// The headers.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// 100 to 699.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// The headers.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}
