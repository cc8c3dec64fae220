//! The browser's leg: who holds the phone, and what happens to the packets.

use super::Bridge;
use crate::leg::{BrowserEvent, BrowserLegId, ClientId, UserId};
use crate::media::{MediaLease, MediaState};
use crate::{Command, Millis};
use sidetone_protocol::{Event, Failure, FailureCode, MediaGeneration, MediaHolder, RelayMessage};

impl Bridge {
    /// A tab offers a peer connection: the first, one after a reload, or to take the phone over.
    pub(super) fn offer_media(
        &mut self,
        now: Millis,
        (user, client): (UserId, ClientId),
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
        self.settle(now, user);
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
            self.tell_holder_change(user);
            self.settle(now, user);
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
            }
            BrowserEvent::Refused { failure } => self.lose_media(user, client, generation, failure),
            BrowserEvent::Connected => lease.state = MediaState::Connected,
            BrowserEvent::Lost => {
                let failure = FailureCode::MediaUnreachable.into();
                self.lose_media(user, client, generation, failure);
            }
        }
        self.settle(now, user);
    }

    fn lose_media(&mut self, user: UserId, client: ClientId, generation: MediaGeneration, failure: Failure) {
        self.close_media(user);
        self.tell(client, RelayMessage::MediaLost { generation, failure });
        self.tell_holder_change(user);
    }

    /// Forgets the browser's leg and closes it.
    pub(super) fn close_media(&mut self, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let Some(lease) = state.media.take() else { return };
        state.wiring.forget_browser(lease.leg);
        self.browser_legs.remove(&lease.leg);
        self.commands.push_back(Command::CloseBrowserLeg { leg: lease.leg });
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
