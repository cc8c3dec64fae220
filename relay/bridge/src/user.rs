//! A user's tabs, line and calls.

use crate::call::BridgedCall;
use crate::media::MediaLease;
use crate::request::AnsweredRequests;
use crate::{ClientId, Millis, UserId};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{CallId, Line, LineState, MediaHolder, Snapshot, User};
use std::collections::BTreeMap;

/// Everything about one user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UserState {
    pub(crate) id: UserId,
    pub(crate) profile: User,
    pub(crate) line: LineState,
    pub(crate) line_up: bool,
    pub(crate) tabs: BTreeMap<ClientId, Tab>,
    pub(crate) calls: Vec<BridgedCall>,
    pub(crate) media: Option<MediaLease>,
    /// Since when no tab is connected; `None` while one is, or before the first.
    pub(crate) away_since: Option<Millis>,
    /// Since when a live call has no audio path to a browser.
    pub(crate) silent_since: Option<Millis>,
}

/// One tab of a user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tab {
    pub(crate) connected: bool,
    pub(crate) answered: AnsweredRequests,
}

impl UserState {
    pub(crate) fn new(id: UserId, profile: User) -> Self {
        Self {
            id,
            profile,
            line: LineState::Registering,
            line_up: false,
            tabs: BTreeMap::new(),
            calls: Vec::new(),
            media: None,
            away_since: None,
            silent_since: None,
        }
    }

    /// The tabs that can be told something now.
    pub(crate) fn connected_tabs(&self) -> impl Iterator<Item = ClientId> {
        self.tabs.iter().filter(|(_, tab)| tab.connected).map(|(client, _)| *client)
    }

    /// Whether a call to this user would be heard: a tab is there, or was a moment ago.
    pub(crate) fn reachable(&self, now: Millis, reload: Millis) -> bool {
        let reloading = self.away_since.is_some_and(|since| now < since + reload);
        self.connected_tabs().next().is_some() || (self.line_up && reloading)
    }

    pub(crate) fn live_call(&self) -> Option<&BridgedCall> {
        self.calls.iter().find(|call| !call.view.is_ended())
    }

    pub(crate) fn call_mut(&mut self, id: CallId) -> Option<&mut BridgedCall> {
        self.calls.iter_mut().find(|call| call.view.id == id)
    }

    pub(crate) fn holder_for(&self, client: ClientId) -> MediaHolder {
        match &self.media {
            None => MediaHolder::Nobody,
            Some(lease) if lease.client == client => MediaHolder::Here,
            Some(_) => MediaHolder::Elsewhere,
        }
    }

    pub(crate) fn snapshot_for(&self, client: ClientId, now: Millis) -> Snapshot {
        Snapshot {
            user: self.profile.clone(),
            line: Line { state: self.line.clone() },
            calls: self.calls.iter().map(|call| call.view.clone()).collect(),
            media: self.holder_for(client),
            now_ms: now,
        }
    }
}
