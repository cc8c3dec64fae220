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
        let Some((sip, user)) = self.far.get(id).and_then(|leg| Some((leg.sip?, leg.user))) else {
            return self.transfer_failed(id, "the call has not begun yet".to_owned());
        };
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
        let Some(sip) = self.far.get(id).and_then(|leg| leg.sip) else {
            return self.transfer_failed(id, "the call has not begun yet".to_owned());
        };
        let Some(other) = self.far.get(other).and_then(|leg| leg.sip) else {
            return self.transfer_failed(id, "the other call has not begun yet".to_owned());
        };
        let time = self.sip_time();
        if let Err(error) = self.sip.refer_to_leg(time, &mut self.rng, sip, other) {
            self.transfer_failed(id, error.to_string());
        }
    }

    /// Sends the other party to the conference at the other side of another leg.
    pub(super) fn transfer_to_room(&mut self, id: FarLegId, room: FarLegId) {
        let Some(sip) = self.far.get(id).and_then(|leg| leg.sip) else {
            return self.transfer_failed(id, "the call has not begun yet".to_owned());
        };
        let Some(room) = self.far.get(room).and_then(|leg| leg.sip) else {
            return self.transfer_failed(id, "the conference has not begun yet".to_owned());
        };
        let time = self.sip_time();
        if let Err(error) = self.sip.refer_to_focus(time, &mut self.rng, sip, room) {
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
    pub(super) fn transfer_requested(&mut self, sip: LegId, target: Party) {
        self.tell_far(sip, FarEvent::TransferRequested { target });
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

/// Whom we are to call, for showing. To replace a call we are sent to where its phone is: what stands before the `@`
/// there is a number with some makers and means nothing with others; then the name tells.
pub(super) fn target_of(uri: &str, name: Option<String>, replaces: bool) -> Party {
    let user = user_part(uri);
    if !replaces || is_number(user) {
        return Party { number: user.to_owned(), name };
    }
    match name {
        Some(number) if is_number(&number) => Party { number, name: None },
        name => Party { number: String::new(), name },
    }
}

/// Whether people would take it for a number.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    !digits.is_empty() && digits.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, '*' | '#'))
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

    #[test]
    fn whom_an_attended_transfer_goes_to_is_never_shown_as_the_address_of_a_phone() {
        let target = |uri, name: Option<&str>| {
            let Party { number, name } = target_of(uri, name.map(str::to_owned), true);
            (number, name)
        };
        assert_eq!(target("sip:ntj4tch5@192.0.2.7", Some("1002")), ("1002".into(), None));
        assert_eq!(target("sip:ntj4tch5@192.0.2.7", Some("Bo")), (String::new(), Some("Bo".into())));
        assert_eq!(target("sip:ntj4tch5@192.0.2.7", None), (String::new(), None));
        assert_eq!(target("sip:+491002@192.0.2.7", Some("Bo")), ("+491002".into(), Some("Bo".into())));
    }
}
