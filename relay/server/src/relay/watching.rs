//! Mailboxes and watched phones: what the telephone system tells beside calls.

use super::Relay;
use super::lines::{account_of, user_of};
use sidetone_bridge::UserId;
use sidetone_protocol::{DialString, FailureCode, Voicemail, WatchedState};
use sidetone_sip::{AccountId, MessageSummary, UnknownReason, WatchState};

impl Relay {
    /// Watches the phones that the user wants to see.
    pub(super) fn watch(&mut self, user: UserId) {
        let time = self.sip_time();
        for number in self.users.watched(user) {
            if let Err(error) = self.sip.watch(time, &mut self.rng, account_of(user), number.as_str()) {
                tracing::warn!(user = user.0, %error, "a phone cannot be watched as it is configured");
                let state = WatchedState::Unavailable { failure: FailureCode::BadNumber.into() };
                self.bridge.watched_changed(user, number, state);
            }
        }
    }

    pub(super) fn watched_phone(&mut self, account: AccountId, target: &str, state: &WatchState) {
        let Ok(number) = target.parse::<DialString>() else { return };
        self.bridge.watched_changed(user_of(account), &number, watched_state(state));
    }

    pub(super) fn mailbox(&mut self, account: AccountId, summary: &MessageSummary) {
        let voicemail = Voicemail { waiting: summary.waiting, new: summary.new, old: summary.old };
        self.bridge.voicemail_changed(user_of(account), voicemail);
    }
}

fn watched_state(state: &WatchState) -> WatchedState {
    let unavailable = |code: FailureCode| WatchedState::Unavailable { failure: code.into() };
    match state {
        WatchState::Idle => WatchedState::Idle,
        WatchState::Ringing => WatchedState::Ringing,
        WatchState::InCall => WatchedState::InCall,
        WatchState::Unknown(reason) => match reason {
            UnknownReason::Starting | UnknownReason::Pending | UnknownReason::Unreadable => {
                WatchedState::Unknown
            }
            UnknownReason::Refused => unavailable(FailureCode::Forbidden),
            UnknownReason::NotFound => unavailable(FailureCode::NotFound),
            UnknownReason::NotSupported => unavailable(FailureCode::FeatureUnavailable),
            UnknownReason::Unreachable => unavailable(FailureCode::NoResponse),
        },
    }
}
