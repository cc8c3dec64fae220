//! The bridge: all users of one relay, their calls and their tabs.

mod browser;
mod calls;
mod conferencing;
mod controlling;
mod far;
mod features;
mod following;
mod holding;
mod incoming;
mod requests;
mod rooms;
mod settle;
mod timers;
mod transferring;
mod written_down;

pub use incoming::IncomingCall;
pub(crate) use written_down::Account;

use crate::leg::{BrowserLegId, ClientId, FarLegId, UserId};
use crate::user::UserState;
use crate::{Command, Millis, NewUser, Settings};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{
    ClientMessage, EndReason, Event, FailureCode, Line, LineState, RelayMessage, Snapshot,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// All users of one relay, their calls and their tabs. See the crate's documentation for how it is driven.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bridge {
    settings: Settings,
    users: BTreeMap<UserId, UserState>,
    clients: BTreeMap<ClientId, UserId>,
    far_legs: BTreeMap<FarLegId, FarLeg>,
    browser_legs: BTreeMap<BrowserLegId, UserId>,
    next_id: u64,
    /// The users of whom something may have changed since the shell looked.
    #[serde(skip)]
    settled: BTreeSet<UserId>,
    /// What the shell has yet to carry out. It is carried out before the state is saved anywhere.
    #[serde(skip)]
    commands: VecDeque<Command>,
}

/// A leg to another party that has not ended.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct FarLeg {
    user: UserId,
    /// Whether the shell was told to end it.
    ending: bool,
}

impl Bridge {
    /// A bridge without users.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let next_id = settings.first_call;
        Self {
            settings,
            users: BTreeMap::new(),
            clients: BTreeMap::new(),
            far_legs: BTreeMap::new(),
            browser_legs: BTreeMap::new(),
            next_id,
            settled: BTreeSet::new(),
            commands: VecDeque::new(),
        }
    }

    /// Makes a user known. Nothing happens until one of their tabs is attached.
    pub fn add_user(&mut self, id: UserId, user: NewUser) {
        self.users.insert(id, UserState::new(id, user));
    }

    /// The next thing to be done by the shell, oldest first.
    pub fn next_command(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    /// A tab has signed in, or is back after a reload or a broken connection.
    ///
    /// Returns what the tab has to know, or nothing if the user is unknown. From now on the tab is told every change.
    pub fn attach(&mut self, now: Millis, user: UserId, client: ClientId) -> Option<Snapshot> {
        let state = self.users.get_mut(&user)?;
        state.tabs.entry(client).or_default().connected = true;
        state.away_since = None;
        self.clients.insert(client, user);
        if !state.line_up {
            state.line_up = true;
            state.line = LineState::Registering;
            self.commands.push_back(Command::BringUpLine { user });
        }
        let snapshot = state.snapshot_for(client, now);
        Some(snapshot)
    }

    /// A tab's connection is gone. The tab may come back; its calls wait for it.
    pub fn detach(&mut self, now: Millis, client: ClientId) {
        let Some(user) = self.user_of_client(client) else { return };
        if let Some(tab) = user.tabs.get_mut(&client) {
            tab.connected = false;
        }
        if user.connected_tabs().next().is_none() {
            user.away_since.get_or_insert(now);
        }
    }

    /// A tab said something.
    pub fn message(&mut self, now: Millis, client: ClientId, message: ClientMessage) {
        requests::handle(self, now, client, message);
    }

    /// The user's line has changed.
    pub fn line_changed(&mut self, user: UserId, line: LineState) {
        let Some(state) = self.users.get_mut(&user) else { return };
        if state.line == line {
            return;
        }
        state.line = line;
        let event = Event::LineChanged { line: Line { state: state.line.clone() } };
        self.tell_all(user, &event);
    }

    /// Ends every call and takes every line down, before the relay stops.
    pub fn stop(&mut self, now: Millis) {
        let users: Vec<UserId> = self.users.keys().copied().collect();
        for user in users {
            self.end_live_calls(user, &EndReason::Failed { failure: FailureCode::RelayStopping.into() });
            self.settle(now, user);
            self.take_down(user);
        }
    }

    /// How many calls are not over, for metrics and for an orderly stop.
    #[must_use]
    pub fn live_calls(&self) -> usize {
        self.users.values().map(|user| user.live_calls().count()).sum()
    }

    /// How many legs the bridge knows of, towards browsers and towards other parties. Zero of both when
    /// nobody is signed in: what remains is a leak.
    #[must_use]
    pub fn legs(&self) -> (usize, usize) {
        (self.browser_legs.len(), self.far_legs.len())
    }

    fn user_of_client(&mut self, client: ClientId) -> Option<&mut UserState> {
        self.users.get_mut(self.clients.get(&client)?)
    }

    fn id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    fn tell(&mut self, client: ClientId, message: RelayMessage) {
        self.commands.push_back(Command::Tell { client, message: Box::new(message) });
    }

    fn tell_all(&mut self, user: UserId, event: &Event) {
        let Some(state) = self.users.get(&user) else { return };
        let tabs: Vec<ClientId> = state.connected_tabs().collect();
        for client in tabs {
            self.tell(client, RelayMessage::Event { event: event.clone() });
        }
    }

    /// Nobody is there any more: no audio, no tabs, no line. The calls have ended before. A tab whose session is still good brings it all
    /// back when it attaches again.
    fn take_down(&mut self, user: UserId) {
        self.close_media(user);
        let Some(state) = self.users.get_mut(&user) else { return };
        let tabs = std::mem::take(&mut state.tabs);
        state.calls.retain(|call| call.is_live());
        state.away_since = None;
        let was_up = std::mem::take(&mut state.line_up);
        for client in tabs.into_keys() {
            self.clients.remove(&client);
        }
        if was_up {
            self.commands.push_back(Command::TakeDownLine { user });
        }
    }
}
