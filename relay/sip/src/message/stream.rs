//! Messages out of a byte stream.

use super::parse::{HeadSearch, MAX_BODY, MAX_HEAD, stated_length};
use serde::{Deserialize, Serialize};

/// The bytes of a connection that are not a whole message yet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StreamBuffer {
    bytes: Vec<u8>,
    /// How far the end of the head was looked for. Nothing is looked at twice, however small the pieces are that come.
    search: HeadSearch,
    /// With fewer bytes there is no whole message.
    needed: usize,
}

/// What stands next in a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// One message.
    Message(Vec<u8>),
    /// A double CRLF, to be answered by a single one (RFC 5626 §3.5.1).
    Ping,
    /// The end of the message cannot be told: answer the head, then close the connection.
    Broken {
        /// The head, if it is whole.
        head: Option<Vec<u8>>,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl StreamBuffer {
    /// Adds bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Drops a single CRLF between messages, the answer to a ping, which would look like half a ping with the next
    /// one behind it.
    pub(crate) fn drop_pong(&mut self) {
        if self.bytes.starts_with(b"\r\n") && !self.bytes.starts_with(b"\r\n\r\n") {
            self.bytes.drain(..2);
        }
    }

    /// Cuts off what is complete.
    pub fn next_frame(&mut self) -> Option<Frame> {
        if self.bytes.len() < self.needed {
            return None;
        }
        let blank = self.bytes.iter().position(|b| !b"\r\n".contains(b)).unwrap_or(self.bytes.len());
        if self.bytes[..blank].starts_with(b"\r\n\r\n") {
            self.bytes.drain(..4);
            return Some(Frame::Ping);
        }
        if blank == self.bytes.len() && b"\r\n\r\n".starts_with(&self.bytes) {
            // Nothing, or half a ping unless something else follows.
            return None;
        }
        self.bytes.drain(..blank);
        let Some(head) = self.search.end_of_head(&self.bytes).filter(|head| *head <= MAX_HEAD) else {
            if self.bytes.len() <= MAX_HEAD {
                return None;
            }
            return Some(self.broken(None, "Headers Too Long"));
        };
        match stated_length(&self.bytes[..head]) {
            Ok(length) if length > MAX_BODY => Some(self.broken(Some(head), "Body Too Long")),
            Ok(length) if head + length > self.bytes.len() => {
                self.needed = head + length;
                None
            }
            Ok(length) => Some(Frame::Message(self.cut(head + length))),
            Err(reason) => Some(self.broken(Some(head), reason)),
        }
    }

    fn broken(&mut self, head: Option<usize>, reason: &'static str) -> Frame {
        let head = head.map(|head| self.cut(head));
        *self = Self::default();
        Frame::Broken { head, reason }
    }

    fn cut(&mut self, length: usize) -> Vec<u8> {
        (self.search, self.needed) = Default::default();
        self.bytes.drain(..length).collect()
    }
}
