//! XMPP as Finesse's notification service speaks it: a client's connection as a machine, without IO.
//!
//! [`Connection`] signs in (SASL PLAIN), binds its resource, answers and sends pings (XEP-0199), subscribes to nodes
//! (XEP-0060) and tells what is published there, over WebSocket (RFC 7395) or BOSH (XEP-0124, XEP-0206). Its caller hands
//! in what comes and the time, and carries out every [`Output`].
//!
//! Nothing that comes is trusted: a frame has a greatest size, an answer counts only from where it was asked, and a
//! notification only from the server's own domains.

mod bosh;
mod connection;
mod login;
mod stanza;
mod stream;
mod write;

pub use connection::{Connection, Transport};
pub use login::{Login, RESERVED_RESOURCE};
pub use stanza::{
    Body, Iq, IqKind, IqPayload, MAX_STANZA_BYTES, Malformed, Published, Stanza, read, read_body,
};
pub use stream::{End, Event};

use std::fmt;

/// What a connection wants done. `Debug` hides what is said: the password is among it.
#[derive(Clone, PartialEq, Eq)]
pub enum Output {
    /// Send a text frame on the WebSocket.
    Send(String),
    /// POST a BOSH body, and hand in what comes by [`Connection::answered`].
    Post {
        /// Names the request.
        request: u64,
        /// The body.
        body: String,
        /// How long to wait for the answer, in milliseconds.
        timeout_ms: u64,
    },
    /// Close the WebSocket.
    Close,
    /// Something has happened.
    Event(Event),
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(text) => write!(f, "Send({} bytes)", text.len()),
            Self::Post { request, body, .. } => write!(f, "Post({request}, {} bytes)", body.len()),
            Self::Close => f.write_str("Close"),
            Self::Event(event) => f.debug_tuple("Event").field(event).finish(),
        }
    }
}
