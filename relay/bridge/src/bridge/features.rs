//! What a line does beside calls: do not disturb, forwarding, voicemail, and watched phones.

use super::Bridge;
use crate::leg::{ClientId, UserId};
use crate::{Command, Millis};
use sidetone_protocol::{
    CallId, DialString, Event, FailureCode, Features, Forward, TransferTarget, Voicemail, WatchedState,
};

impl Bridge {
    /// What waits in the user's voicemail box has changed.
    pub fn voicemail_changed(&mut self, user: UserId, voicemail: Voicemail) {
        self.change_features(user, |features| features.voicemail = Some(voicemail));
    }

    /// A phone that the user watches has changed.
    pub fn watched_changed(&mut self, user: UserId, number: &DialString, new: WatchedState) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let Some(watched) = state.watched.iter_mut().find(|watched| watched.number == *number) else {
            return;
        };
        if watched.state == new {
            return;
        }
        watched.state = new;
        let event = Event::WatchedChanged { watched: watched.clone() };
        self.tell_all(user, &event);
    }

    pub(super) fn set_do_not_disturb(&mut self, user: UserId, on: bool) {
        if self.change_features(user, |features| features.do_not_disturb = on) {
            self.keep_features(user);
        }
    }

    pub(super) fn set_forward(&mut self, user: UserId, forward: Forward) -> Result<(), FailureCode> {
        let state = self.users.get(&user).ok_or(FailureCode::Internal)?;
        let own = state.profile.extension.as_str();
        let targets = [&forward.always, &forward.busy, &forward.no_answer];
        // A call that is forwarded to where it came from goes round for ever.
        if targets.into_iter().flatten().any(|target| target.as_str() == own) {
            return Err(FailureCode::BadNumber);
        }
        if self.change_features(user, |features| features.forward = forward) {
            self.keep_features(user);
        }
        Ok(())
    }

    /// Transfers the other party to where the telephone system keeps it for whoever fetches it.
    pub(super) fn park(&mut self, user: UserId, id: CallId) -> Result<(), FailureCode> {
        let state = self.users.get(&user).ok_or(FailureCode::Internal)?;
        let code = state.settings.park_code.clone().ok_or(FailureCode::FeatureUnavailable)?;
        self.transfer(user, id, TransferTarget::Person(code))
    }

    /// Takes a call that rings at another phone.
    pub(super) fn pick_up(
        &mut self,
        now: Millis,
        user: UserId,
        client: ClientId,
        number: Option<&DialString>,
    ) -> Result<CallId, FailureCode> {
        let state = self.users.get(&user).ok_or(FailureCode::Internal)?;
        let code = state.settings.pickup_code.as_ref().ok_or(FailureCode::FeatureUnavailable)?;
        let number = number.map_or("", DialString::as_str);
        let target = format!("{code}{number}").parse().map_err(|_| FailureCode::BadNumber)?;
        self.place_call(now, user, client, target)
    }

    /// Changes the features and tells the tabs. Says whether anything is different now.
    fn change_features(&mut self, user: UserId, change: impl FnOnce(&mut Features)) -> bool {
        let Some(state) = self.users.get_mut(&user) else { return false };
        let before = state.features.clone();
        change(&mut state.features);
        if state.features == before {
            return false;
        }
        let event = Event::FeaturesChanged { features: state.features.clone() };
        self.tell_all(user, &event);
        true
    }

    fn keep_features(&mut self, user: UserId) {
        let Some(features) = self.users.get(&user).map(|state| state.features.clone()) else { return };
        self.commands.push_back(Command::FeaturesChanged { user, features });
    }
}
