//! Each request of a tab is carried out once and answered once; one that is sent again is answered again.

use super::routing::RouteId;
use sidetone_bridge::ClientId;
use sidetone_protocol::{RelayMessage, RequestId};
use std::collections::{HashMap, VecDeque};

/// How many answers are kept of a tab. It has at most a handful of requests under way.
const KEPT: usize = 16;

/// The last answers to the tabs of one user.
#[derive(Debug, Default)]
pub(super) struct Answers(HashMap<ClientId, VecDeque<(RequestId, RelayMessage)>>);

impl Answers {
    /// What was answered.
    pub(super) fn of(&self, client: ClientId, request: RequestId) -> Option<Box<RelayMessage>> {
        let known = self.0.get(&client)?.iter().find(|(known, _)| *known == request)?;
        Some(Box::new(known.1.clone()))
    }

    pub(super) fn keep(&mut self, client: ClientId, request: RequestId, message: RelayMessage) {
        let kept = self.0.entry(client).or_default();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((request, message));
    }

    pub(super) fn forget(&mut self, client: ClientId) {
        self.0.remove(&client);
    }
}

/// Whom the outcome of something concerns that was asked of a session.
#[derive(Debug)]
pub(super) enum Waiting {
    /// A tab: accepted, or not.
    Request { client: ClientId, request: RequestId, route: Option<RouteId> },
    /// A tab: those of the phone books that have the text.
    Contacts { client: ClientId, request: RequestId, text: String },
    /// Those who look after the calls.
    Calls(RouteId),
    /// Nobody: the user has left.
    Leaving,
    /// Nobody: the relay has asked by itself, and what comes of it shows.
    Nobody,
}

impl Waiting {
    /// Whether it is that request.
    pub(super) fn is(&self, by: ClientId, named: RequestId) -> bool {
        match self {
            Self::Request { client, request, .. } | Self::Contacts { client, request, .. } => {
                (*client, *request) == (by, named)
            }
            Self::Calls(_) | Self::Leaving | Self::Nobody => false,
        }
    }
}
