//! Questions to the name service (RFC 3263).

use super::{Destination, Fate, Net, Notice, Parcel};
use crate::io::Hop;
use crate::{Command, QueryId, Time, Transport};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::net::SocketAddr;

/// A question, with the messages that wait for its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Query {
    host: String,
    port: Option<u16>,
    /// None: that is the question.
    transport: Option<Transport>,
    /// Each with the number of addresses to leave for last.
    pub(super) waiting: Vec<(Parcel, u32)>,
}

impl Net {
    pub(super) fn look_up(&mut self, name: &str, to: &Destination, parcel: Parcel) {
        let transport = (!to.by_name).then_some(to.transport);
        let same = |q: &&mut Query| q.host == *name && q.port == to.port && q.transport == transport;
        if let Some(query) = self.queries.values_mut().find(same) {
            query.waiting.push((parcel, to.skip));
            return;
        }
        self.next_query += 1;
        let id = QueryId(self.next_query);
        let query =
            Query { host: name.to_owned(), port: to.port, transport, waiting: vec![(parcel, to.skip)] };
        self.ask(id, &query);
        self.queries.insert(id, query);
    }

    fn ask(&mut self, query: QueryId, asked: &Query) {
        let host = asked.host.clone();
        self.commands.push_back(match asked.transport {
            Some(transport) => Command::Resolve { query, host, port: asked.port, transport },
            None => Command::Locate { query, host, transports: self.transports().collect() },
        });
    }

    /// Asks all questions again, in another process.
    pub(super) fn ask_again(&mut self) {
        for (id, query) in self.queries.clone() {
            self.ask(id, &query);
        }
    }

    /// The addresses of a host, for the transport that was asked for; empty: nothing was found.
    pub(crate) fn resolved(&mut self, now: Time, id: QueryId, addresses: &[SocketAddr]) {
        let Some(query) = self.queries.remove(&id) else { return };
        for (mut parcel, skip) in query.waiting {
            parcel.rest = rotated(addresses, skip);
            self.dispatch(now, parcel);
        }
    }

    /// There is no answer.
    pub(crate) fn unresolved(&mut self, now: Time, id: QueryId) {
        match self.queries.get(&id).map(|query| query.transport) {
            Some(None) => self.located(id, &[]),
            Some(Some(_)) | None => self.resolved(now, id, &[]),
        }
    }

    /// The ways to a host by any transport. Messages say in themselves by which one they go: their senders have to
    /// write them anew.
    pub(crate) fn located(&mut self, id: QueryId, hops: &[Hop]) {
        let Some(query) = self.queries.remove(&id) else { return };
        for (parcel, skip) in query.waiting {
            let fate = Fate::Located(rotated(hops, skip), parcel.identity);
            self.notices.push_back(Notice { sender: parcel.sender, fate });
        }
    }
}

fn rotated<T: Copy>(found: &[T], skip: u32) -> VecDeque<T> {
    let mut found: VecDeque<T> = found.iter().copied().collect();
    if !found.is_empty() {
        let skip = skip as usize % found.len();
        found.rotate_left(skip);
    }
    found
}
