//! What a tab asks for about its session.

use crate::bridge::Bridge;
use crate::{ClientId, Command, Millis, UserId};
use sidetone_protocol::{EndReason, Failure, FailureCode, RelayMessage};

impl Bridge {
    pub(super) fn sync(&mut self, now: Millis, user: UserId, client: ClientId) {
        let Some(snapshot) = self.users.get(&user).map(|state| state.snapshot_for(client, now)) else {
            return;
        };
        self.tell(client, RelayMessage::Snapshot { snapshot });
    }

    /// A tab's session is over without its asking for that: it was not used for too long, or made room for others.
    pub fn expire(&mut self, now: Millis, client: ClientId) {
        if let Some(user) = self.clients.get(&client).copied() {
            self.end_session(now, user, client, Some(FailureCode::SessionExpired.into()));
        }
    }

    pub(super) fn sign_out(&mut self, now: Millis, user: UserId, client: ClientId) {
        self.end_session(now, user, client, None);
    }

    /// Ends the tab's session. With the last tab go the calls and the line.
    fn end_session(&mut self, now: Millis, user: UserId, client: ClientId, failure: Option<Failure>) {
        self.refuse_waiting(user, |wait| wait.client == client, &FailureCode::SessionExpired.into());
        let Some(state) = self.users.get_mut(&user) else { return };
        state.tabs.remove(&client);
        self.clients.remove(&client);
        let last = state.tabs.is_empty();
        let held = state.media.as_ref().is_some_and(|lease| lease.client == client);
        if last {
            self.end_live_calls(user, &EndReason::User);
            self.settle(now, user);
            self.take_down(user);
        } else if held {
            self.close_media(user);
            self.settle(now, user);
        }
        self.tell(client, RelayMessage::SignedOut { failure });
        self.commands.push_back(Command::Forget { client });
    }
}
