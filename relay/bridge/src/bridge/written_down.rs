//! What is written down of a call that is over: how long it was on hold, when it ended, and why.

use super::Bridge;
use crate::leg::UserId;
use crate::{Command, Millis};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{CallState, EndReason};

/// What a call's record needs beside what the user sees.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Account {
    /// Since when the user has the call on hold.
    held_since: Option<Millis>,
    /// For how long, before that.
    held_ms: Millis,
    ended_at: Option<Millis>,
    /// The reason that was handed over last: a transfer that fails late changes it.
    written: Option<EndReason>,
}

impl Bridge {
    /// Keeps the clocks of holds, and hands over each call that is over.
    pub(super) fn write_down(&mut self, now: Millis, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        for call in &mut state.calls {
            let account = &mut call.account;
            if call.view.is_connected() && call.view.hold.by_user {
                account.held_since.get_or_insert(now);
            } else if let Some(since) = account.held_since.take() {
                account.held_ms += now.saturating_sub(since);
            }
            let CallState::Ended { reason } = &call.view.state else { continue };
            let ended_at_ms = *account.ended_at.get_or_insert(now);
            if account.written.as_ref() != Some(reason) {
                account.written = Some(reason.clone());
                let held_ms = account.held_ms;
                let call = Box::new(call.view.clone());
                self.commands.push_back(Command::CallEnded { user, call, ended_at_ms, held_ms });
            }
        }
    }
}
