//! Transfers: ours of the other party, and the other party's of us.

use super::far_leg::Pending;
use super::{Relay, outcome};
use sidetone_bridge::{FarEvent, FarLegId, LegEnd};
use sidetone_protocol::{DialString, Failure, FailureCode, Party};
use sidetone_sip::{Cause, LegId};

/// 603 Decline: the user is not to be transferred.
const DECLINE: u16 = 603;

impl Relay {
    /// Sends the other party to somebody who was not asked.
    pub(super) fn transfer(&mut self, id: FarLegId, target: &DialString) {
        let Some((sip, user)) = self.far.get(id).and_then(|leg| Some((leg.sip?, leg.user))) else { return };
        let target = match self.plans.target(user, target) {
            Ok(target) => target,
            Err(failure) => {
                return self.bridge.far_leg(self.clock.millis(), id, FarEvent::TransferFailed { failure });
            }
        };
        let time = self.sip_time();
        if let Err(error) = self.sip.refer(time, &mut self.rng, sip, target.as_str()) {
            self.transfer_failed(id, error.to_string());
        }
    }

    /// Sends the other party to that of another leg.
    pub(super) fn transfer_to(&mut self, id: FarLegId, other: FarLegId) {
        let Some(sip) = self.far.get(id).and_then(|leg| leg.sip) else { return };
        let Some(other) = self.far.get(other).and_then(|leg| leg.sip) else {
            return self.transfer_failed(id, "the other call has not begun yet".to_owned());
        };
        let time = self.sip_time();
        if let Err(error) = self.sip.refer_to_leg(time, &mut self.rng, sip, other) {
            self.transfer_failed(id, error.to_string());
        }
    }

    fn transfer_failed(&mut self, id: FarLegId, detail: String) {
        let failure = Failure::with_detail(FailureCode::TransferFailed, detail);
        self.bridge.far_leg(self.clock.millis(), id, FarEvent::TransferFailed { failure });
    }

    pub(super) fn transfer_progress(&mut self, sip: LegId, status: u16) {
        self.tell_far(sip, FarEvent::TransferProgress { ringing: matches!(status, 180 | 183) });
    }

    pub(super) fn transfer_done(&mut self, sip: LegId, result: Result<(), Cause>) {
        let event = match result {
            Ok(()) => FarEvent::TransferDone,
            Err(cause) => FarEvent::TransferFailed { failure: failure_of(&cause) },
        };
        self.tell_far(sip, event);
    }

    /// The other party wants us to call somebody else in its place.
    pub(super) fn transfer_requested(&mut self, sip: LegId, target: &str) {
        let number = user_part(target).to_owned();
        self.tell_far(sip, FarEvent::TransferRequested { target: Party { number, name: None } });
    }

    pub(super) fn follow_transfer(&mut self, id: FarLegId, new: FarLegId) {
        let Some((sip, user)) = self.far.get(id).and_then(|leg| Some((leg.sip?, leg.user))) else {
            let end = LegEnd::Failed(FailureCode::CallFailed.into());
            return self.bridge.far_leg(self.clock.millis(), new, FarEvent::Ended { end });
        };
        let time = self.sip_time();
        if let Err(error) = self.sip.accept_refer(time, &mut self.rng, sip) {
            tracing::debug!(%error, "the other party gave its transfer up");
            let end = LegEnd::Failed(FailureCode::CallFailed.into());
            return self.bridge.far_leg(self.clock.millis(), new, FarEvent::Ended { end });
        }
        self.open_far_leg(new, user, Pending::Referred(id));
    }

    pub(super) fn refuse_transfer(&mut self, id: FarLegId) {
        let Some(sip) = self.far.get(id).and_then(|leg| leg.sip) else { return };
        let time = self.sip_time();
        if let Err(error) = self.sip.reject_refer(time, &mut self.rng, sip, DECLINE) {
            tracing::debug!(%error, "the other party gave its transfer up");
        }
    }
}

/// Why a transfer failed, in the words for a call that failed, which say more than that it did.
fn failure_of(cause: &Cause) -> Failure {
    let detail = match outcome::leg_end(cause) {
        LegEnd::Failed(failure) => failure.detail.or(Some(failure.code.as_str().to_owned())),
        LegEnd::Party | LegEnd::Elsewhere => None,
    };
    Failure { code: FailureCode::TransferFailed, detail }
}

/// What stands before the `@` of a URI, for showing.
fn user_part(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    rest.split(['@', ';', '?']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_of_a_transfer_is_shown_as_its_number() {
        assert_eq!(user_part("sip:2002@pbx.example:5060;transport=tcp"), "2002");
        assert_eq!(user_part("tel:+4930123;phone-context=x"), "+4930123");
        assert_eq!(user_part("2002"), "2002");
    }
}
