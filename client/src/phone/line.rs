//! What the line does beside calls: do not disturb, forwarding, pick-up, redial.

use super::wanted::What;
use super::{Phone, Time};
use sidetone_protocol::{ClientMessage, DialString, FailureCode, Features, Forward};
use sidetone_skins::Intent;
use sidetone_skins::snapshot::Notice;

impl Phone {
    pub(super) fn pick_up(&mut self, now: Time, number: Option<DialString>) {
        self.notice = None;
        if self.is_on() {
            self.want(now, What::PickUp { number });
        } else {
            let retry = Intent::PickUp { number };
            self.notice = Some(Notice::with_retry(FailureCode::RelayUnreachable, retry));
        }
    }

    pub(super) fn redial(&mut self, now: Time) {
        if let Some(number) = self.last_dialled() {
            self.dial(now, number);
        }
    }

    /// What the user called last: here as they wrote it, or anywhere as the relay keeps it.
    pub(super) fn last_dialled(&self) -> Option<String> {
        let kept = || self.relay.as_ref()?.last_dialled.as_ref().map(ToString::to_string);
        self.last_dialled.clone().or_else(kept)
    }

    pub(super) fn set_do_not_disturb(&mut self, now: Time, on: bool) {
        self.do_not_disturb = Some(on);
        self.ask(now, |request| ClientMessage::SetDoNotDisturb { request, on });
    }

    pub(super) fn set_forward(&mut self, now: Time, forward: Forward) {
        self.ask(now, |request| ClientMessage::SetForward { request, forward });
    }

    /// The features as the relay has them, with what the user has just asked for.
    pub(super) fn features(&self) -> Features {
        let features = self.relay.as_ref().map(|relay| relay.features.clone()).unwrap_or_default();
        let do_not_disturb = self.do_not_disturb.unwrap_or(features.do_not_disturb);
        Features { do_not_disturb, ..features }
    }
}
