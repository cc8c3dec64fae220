//! Each call that is over is written down.

use super::Relay;
use crate::store::{CallRecord, Record};
use sidetone_bridge::{Millis, UserId};
use sidetone_protocol::{Call, CallState};

impl Relay {
    pub(super) fn call_ended(&mut self, user: UserId, call: Call, ended_at_ms: Millis, held_ms: u64) {
        let CallState::Ended { reason } = call.state else { return };
        let Some(user) = self.users.name(user) else { return };
        self.store.record(Record::Call(Box::new(CallRecord {
            user: user.to_owned(),
            call: call.id,
            direction: call.direction,
            party: call.party,
            started_at_ms: call.started_at_ms,
            answered_at_ms: call.answered_at_ms,
            ended_at_ms,
            end: reason,
            held_ms,
            dialog: None,
            queue: None,
        })));
    }
}
