//! Messages out of a byte stream.

use super::parse::{MAX_BODY, MAX_HEAD, end_of_head, stated_length};
use serde::{Deserialize, Serialize};

/// The bytes of a connection that are not a whole message yet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StreamBuffer(Vec<u8>);

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
        self.0.extend_from_slice(bytes);
    }

    /// Drops a single CRLF between messages, the answer to a ping, which would look like half a ping with the next
    /// one behind it.
    pub(crate) fn drop_pong(&mut self) {
        if self.0.starts_with(b"\r\n") && !self.0.starts_with(b"\r\n\r\n") {
            self.0.drain(..2);
        }
    }

    /// Cuts off what is complete.
    pub fn next_frame(&mut self) -> Option<Frame> {
        let blank = self.0.iter().position(|b| !b"\r\n".contains(b)).unwrap_or(self.0.len());
        if self.0[..blank].starts_with(b"\r\n\r\n") {
            self.0.drain(..4);
            return Some(Frame::Ping);
        }
        if blank == self.0.len() && b"\r\n\r\n".starts_with(&self.0) {
            // Nothing, or half a ping unless something else follows.
            return None;
        }
        self.0.drain(..blank);
        let Some(head) = end_of_head(&self.0) else {
            if self.0.len() <= MAX_HEAD {
                return None;
            }
            self.0.clear();
            return Some(Frame::Broken { head: None, reason: "Headers Too Long" });
        };
        if head > MAX_HEAD {
            self.0.clear();
            return Some(Frame::Broken { head: None, reason: "Headers Too Long" });
        }
        let broken = match stated_length(&self.0[..head]) {
            Ok(length) if length > MAX_BODY => "Body Too Long",
            Ok(length) if head + length > self.0.len() => return None,
            Ok(length) => return Some(Frame::Message(self.0.drain(..head + length).collect())),
            Err(reason) => reason,
        };
        let head = self.0[..head].to_vec();
        self.0.clear();
        Some(Frame::Broken { head: Some(head), reason: broken })
    }
}
