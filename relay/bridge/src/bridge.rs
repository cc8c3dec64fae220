//! The bridge: all users of one relay, their calls and their tabs.

mod browser;
mod far;
mod requests;
mod timers;

use crate::call::BridgedCall;
use crate::leg::{BrowserLegId, ClientId, FarLegId, LegEnd, UserId};
use crate::user::UserState;
use crate::{Command, Millis, Refusal, Settings};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{
    CallId, ClientMessage, Direction, EndReason, Event, FailureCode, Line, LineState, Party, RelayMessage,
    Snapshot, User,
};
use std::collections::{BTreeMap, VecDeque};

/// All users of one relay, their calls and their tabs. See the crate's documentation for how it is driven.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bridge {
    settings: Settings,
    users: BTreeMap<UserId, UserState>,
    clients: BTreeMap<ClientId, UserId>,
    far_legs: BTreeMap<FarLegId, UserId>,
    browser_legs: BTreeMap<BrowserLegId, UserId>,
    next_id: u64,
    /// What the shell has yet to carry out. It is carried out before the state is saved anywhere.
    #[serde(skip)]
    commands: VecDeque<Command>,
}

/// A call that came in and may ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingCall {
    /// Whose phone is called.
    pub user: UserId,
    /// Who calls.
    pub caller: Party,
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
            commands: VecDeque::new(),
        }
    }

    /// Makes a user known. Nothing happens until one of their tabs is attached.
    pub fn add_user(&mut self, id: UserId, profile: User) {
        self.users.insert(id, UserState::new(id, profile));
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

    /// A call has come in. Names its leg, or says what the caller is to be told.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unavailable`] if nobody is there, [`Refusal::Busy`] if the user is in another call.
    pub fn incoming(&mut self, now: Millis, call: IncomingCall) -> Result<FarLegId, Refusal> {
        let reload = self.settings.reload;
        let Some(user) = self.users.get_mut(&call.user) else { return Err(Refusal::Unavailable) };
        if !user.reachable(now, reload) {
            return Err(Refusal::Unavailable);
        }
        if user.live_call().is_some() {
            return Err(Refusal::Busy);
        }
        let far = self.add_call(now, call.user, Direction::Inbound, call.caller);
        self.commands.push_back(Command::Alert { leg: far });
        Ok(far)
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
    pub fn stop(&mut self) {
        let users: Vec<UserId> = self.users.keys().copied().collect();
        for user in users {
            self.end_live_calls(user, &EndReason::Failed { failure: FailureCode::RelayStopping.into() });
            self.take_down(user);
        }
    }

    /// How many calls are not over, for metrics and for an orderly stop.
    #[must_use]
    pub fn live_calls(&self) -> usize {
        self.users.values().filter(|user| user.live_call().is_some()).count()
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

    fn tell_call(&mut self, user: UserId, call: CallId) {
        let Some(state) = self.users.get(&user) else { return };
        let Some(call) = state.calls.iter().find(|known| known.view.id == call) else { return };
        let event = Event::CallChanged { call: call.view.clone() };
        self.tell_all(user, &event);
    }

    /// Adds a call; those that are over make room for it.
    fn add_call(&mut self, now: Millis, user: UserId, direction: Direction, party: Party) -> FarLegId {
        let id = CallId(self.id());
        let far = FarLegId(self.id());
        self.far_legs.insert(far, user);
        let Some(state) = self.users.get_mut(&user) else { return far };
        let (over, live): (Vec<_>, Vec<_>) = state.calls.drain(..).partition(|call| call.view.is_ended());
        state.calls = live;
        state.calls.push(BridgedCall::new(id, far, direction, party, now));
        for call in over {
            self.tell_all(user, &Event::CallRemoved { call: call.view.id });
        }
        self.tell_call(user, id);
        far
    }

    /// Ends one call for the user, and its leg if that still stands.
    fn end_call(&mut self, user: UserId, id: CallId, reason: EndReason, refusal: Refusal) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let Some(call) = state.call_mut(id) else { return };
        if call.view.is_ended() {
            return;
        }
        let far = call.far;
        call.end(reason);
        state.silent_since = None;
        if self.far_legs.contains_key(&far) {
            self.commands.push_back(Command::End { leg: far, refusal });
        }
        self.tell_call(user, id);
    }

    fn end_live_calls(&mut self, user: UserId, reason: &EndReason) {
        let Some(state) = self.users.get(&user) else { return };
        let live: Vec<CallId> =
            state.calls.iter().filter(|call| !call.view.is_ended()).map(|call| call.view.id).collect();
        for id in live {
            self.end_call(user, id, reason.clone(), Refusal::Unavailable);
        }
    }

    /// Nobody is there any more: no audio, no tabs, no line. A tab whose session is still good brings it all
    /// back when it attaches again.
    fn take_down(&mut self, user: UserId) {
        self.close_media(user);
        let Some(state) = self.users.get_mut(&user) else { return };
        let tabs = std::mem::take(&mut state.tabs);
        state.calls.retain(|call| !call.view.is_ended());
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

/// Why a call ended, as its user is told.
fn reason_of(end: LegEnd) -> EndReason {
    match end {
        LegEnd::Party => EndReason::Party,
        LegEnd::Failed(failure) => EndReason::Failed { failure },
    }
}
