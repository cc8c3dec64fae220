//! The browser's leg: who holds the phone, and what happens to the packets.

use super::Bridge;
use crate::leg::{BrowserEvent, BrowserLegId, ClientId, UserId};
use crate::media::{MediaLease, MediaState};
use crate::{Command, Millis};
use sidetone_protocol::{CallState, Event, Failure, FailureCode, MediaGeneration, MediaHolder, RelayMessage};

impl Bridge {
    /// A tab offers a peer connection: the first, one after a reload, or to take the phone over.
    pub(super) fn offer_media(
        &mut self,
        user: UserId,
        client: ClientId,
        generation: MediaGeneration,
        offer: String,
        take_over: bool,
    ) {
        let Some(state) = self.users.get(&user) else { return };
        let elsewhere = state.holder_for(client) == MediaHolder::Elsewhere;
        let holder_connected = state
            .media
            .as_ref()
            .and_then(|lease| state.tabs.get(&lease.client))
            .is_some_and(|tab| tab.connected);
        // A holder whose tab was closed does not keep the others from the phone.
        if elsewhere && holder_connected && !take_over {
            let failure = FailureCode::PhoneInOtherTab.into();
            self.tell(client, RelayMessage::MediaLost { generation, failure });
            return;
        }
        if elsewhere {
            self.tell_holder_that_phone_moved(user);
        }
        self.close_media(user);
        let leg = BrowserLegId(self.id());
        let Some(state) = self.users.get_mut(&user) else { return };
        state.media = Some(MediaLease { client, generation, leg, state: MediaState::Opening });
        self.browser_legs.insert(leg, user);
        self.commands.push_back(Command::OpenBrowserLeg { leg, user, offer });
        self.tell_holder_change(user);
    }

    /// A tab gives its peer connection up.
    pub(super) fn give_up_media(
        &mut self,
        now: Millis,
        user: UserId,
        client: ClientId,
        generation: MediaGeneration,
    ) {
        let Some(state) = self.users.get(&user) else { return };
        let holds = state
            .media
            .as_ref()
            .is_some_and(|lease| lease.client == client && lease.generation == generation);
        if holds {
            self.close_media(user);
            self.media_is_gone(now, user);
            self.tell_holder_change(user);
        }
    }

    /// Something happened on a browser's leg.
    pub fn browser_leg(&mut self, now: Millis, leg: BrowserLegId, event: BrowserEvent) {
        let Some(user) = self.browser_legs.get(&leg).copied() else { return };
        let Some(lease) = self.users.get_mut(&user).and_then(|state| state.media.as_mut()) else { return };
        if lease.leg != leg {
            return;
        }
        let (client, generation) = (lease.client, lease.generation);
        match event {
            BrowserEvent::Opened { answer } => {
                lease.state = MediaState::Checking;
                self.tell(client, RelayMessage::MediaAnswer { generation, sdp: answer });
                self.connect_media(user);
            }
            BrowserEvent::Refused { failure } => self.lose_media(now, user, client, generation, failure),
            BrowserEvent::Connected => {
                lease.state = MediaState::Connected;
                self.media_is_back(user);
            }
            BrowserEvent::Lost => {
                let failure = FailureCode::MediaUnreachable.into();
                self.lose_media(now, user, client, generation, failure);
            }
        }
    }

    fn lose_media(
        &mut self,
        now: Millis,
        user: UserId,
        client: ClientId,
        generation: MediaGeneration,
        failure: Failure,
    ) {
        self.close_media(user);
        self.media_is_gone(now, user);
        self.tell(client, RelayMessage::MediaLost { generation, failure });
        self.tell_holder_change(user);
    }

    /// Joins the browser's leg to that of the call that has audio, and says which codec that needs.
    pub(super) fn connect_media(&mut self, user: UserId) {
        let Some(state) = self.users.get(&user) else { return };
        let Some(lease) = &state.media else { return };
        if lease.state == MediaState::Opening {
            return;
        }
        let Some(call) = state.calls.iter().find(|call| call.has_audio()) else { return };
        let (client, generation, browser, far) = (lease.client, lease.generation, lease.leg, call.far);
        let codec = call.view.codec;
        self.commands.push_back(Command::Connect { browser, far });
        if let Some(codec) = codec {
            self.tell(client, RelayMessage::SendCodec { generation, codec });
        }
    }

    /// Forgets the browser's leg and closes it.
    pub(super) fn close_media(&mut self, user: UserId) {
        let Some(lease) = self.users.get_mut(&user).and_then(|state| state.media.take()) else { return };
        self.browser_legs.remove(&lease.leg);
        self.commands.push_back(Command::CloseBrowserLeg { leg: lease.leg });
    }

    /// Shows a call that has lost its browser as such, and starts the clock for it.
    pub(super) fn media_is_gone(&mut self, now: Millis, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        if state.live_call().is_none() {
            return;
        }
        state.silent_since.get_or_insert(now);
        let Some(call) = state.calls.iter_mut().find(|call| call.view.state == CallState::Connected) else {
            return;
        };
        call.view.state = CallState::Reconnecting;
        let id = call.view.id;
        self.tell_call(user, id);
    }

    fn media_is_back(&mut self, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        state.silent_since = None;
        let Some(call) = state.calls.iter_mut().find(|call| call.view.state == CallState::Reconnecting)
        else {
            return;
        };
        call.view.state = CallState::Connected;
        let id = call.view.id;
        self.tell_call(user, id);
    }

    fn tell_holder_that_phone_moved(&mut self, user: UserId) {
        let Some(lease) = self.users.get(&user).and_then(|state| state.media.as_ref()) else { return };
        let (client, generation) = (lease.client, lease.generation);
        let failure = FailureCode::PhoneInOtherTab.into();
        self.tell(client, RelayMessage::MediaLost { generation, failure });
    }

    fn tell_holder_change(&mut self, user: UserId) {
        let Some(state) = self.users.get(&user) else { return };
        let tabs: Vec<(ClientId, MediaHolder)> =
            state.connected_tabs().map(|client| (client, state.holder_for(client))).collect();
        for (client, media) in tabs {
            self.tell(client, RelayMessage::Event { event: Event::MediaHolderChanged { media } });
        }
    }
}
