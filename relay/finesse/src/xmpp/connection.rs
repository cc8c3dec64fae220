//! A client's connection over either transport.

use super::bosh::Bosh;
use super::login::Login;
use super::stanza::{self, Malformed};
use super::stream::{End, Event, Say, Stream};
use super::{Output, write};
use std::collections::VecDeque;

/// What carries a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// A WebSocket, one stanza in a text frame.
    WebSocket,
    /// Long polls, stanzas in a body.
    Bosh {
        /// The first request's id: random, and far below 2^53 (XEP-0124 §7.1).
        rid: u32,
    },
}

/// A client's connection.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    /// None over WebSocket.
    bosh: Option<Bosh>,
    outputs: VecDeque<Output>,
}

impl Connection {
    /// Over BOSH it begins at once, over WebSocket with [`Connection::opened`].
    #[must_use]
    pub fn new(login: Login, transport: Transport, now: u64) -> Self {
        let mut connection = Self {
            stream: Stream::new(login, now),
            bosh: match transport {
                Transport::WebSocket => None,
                Transport::Bosh { rid } => Some(Bosh::new(u64::from(rid))),
            },
            outputs: VecDeque::new(),
        };
        if connection.bosh.is_some() {
            connection.stream.opened();
            connection.carry(now);
        }
        connection
    }

    /// The WebSocket is open.
    pub fn opened(&mut self, now: u64) {
        self.stream.opened();
        self.carry(now);
    }

    /// A text frame came.
    pub fn received(&mut self, now: u64, frame: &str) {
        match stanza::read(frame) {
            Ok(stanza) => self.stream.received(now, stanza),
            Err(Malformed::NotXmpp | Malformed::TooLarge) => self.stream.end(End::Malformed),
        }
        self.carry(now);
    }

    /// A BOSH request was answered with status and body, or was not (none).
    pub fn answered(&mut self, now: u64, request: u64, answer: Option<(u16, &str)>) {
        if self.stream.is_over() {
            return;
        }
        if let Some(bosh) = &mut self.bosh {
            match bosh.answered(now, request, answer) {
                Ok(stanzas) => {
                    for stanza in stanzas {
                        self.stream.received(now, stanza);
                    }
                }
                Err((stanzas, end)) => {
                    for stanza in stanzas {
                        self.stream.received(now, stanza);
                    }
                    self.stream.end(end);
                }
            }
        }
        self.carry(now);
    }

    /// The WebSocket could not be opened, or is closed.
    pub fn closed(&mut self) {
        self.stream.end(End::Lost);
        self.carry_events();
    }

    /// Subscribes to a node, with the bound address. Told by [`Event::Subscribed`].
    pub fn subscribe(&mut self, now: u64, node: &str) {
        self.stream.subscribe(now, node, true);
        self.carry(now);
    }

    /// Ends a subscription.
    pub fn unsubscribe(&mut self, now: u64, node: &str) {
        self.stream.subscribe(now, node, false);
        self.carry(now);
    }

    /// Says good-bye and ends it.
    pub fn close(&mut self, now: u64) {
        self.stream.close();
        self.carry(now);
    }

    /// What is due.
    pub fn handle_timeout(&mut self, now: u64) {
        self.stream.handle_timeout(now);
        self.carry(now);
    }

    /// When [`Connection::handle_timeout`] is due.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        if self.stream.is_over() {
            return None;
        }
        let bosh = self.bosh.as_ref().and_then(Bosh::next_timeout);
        self.stream.next_timeout().into_iter().chain(bosh).min()
    }

    /// What has to be done.
    pub fn next_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn carry(&mut self, now: u64) {
        while let Some(say) = self.stream.next_say() {
            match (say, &mut self.bosh) {
                (Say::Event(event), _) => self.tell(event),
                (Say::Open, None) => {
                    self.outputs.push_back(Output::Send(write::open(&self.stream.login().domain)))
                }
                (Say::Stanza(text), None) => self.outputs.push_back(Output::Send(text)),
                (Say::Close, None) => self.outputs.push_back(Output::Send(write::close())),
                (Say::Open, Some(bosh)) => bosh.open(),
                (Say::Stanza(text), Some(bosh)) => bosh.push(text),
                (Say::Close, Some(bosh)) => {
                    self.outputs.extend(bosh.terminate());
                }
            }
        }
        if let Some(bosh) = &mut self.bosh
            && !self.stream.is_over()
        {
            self.outputs.extend(bosh.flush(now, &self.stream.login().domain));
        }
    }

    fn carry_events(&mut self) {
        while let Some(say) = self.stream.next_say() {
            match say {
                Say::Event(event) => self.tell(event),
                // There is nothing left that could carry it.
                Say::Open | Say::Stanza(_) | Say::Close => {}
            }
        }
    }

    fn tell(&mut self, event: Event) {
        let over = matches!(event, Event::Ended(_));
        if over && self.bosh.is_none() {
            self.outputs.push_back(Output::Close);
        }
        self.outputs.push_back(Output::Event(event));
    }
}
