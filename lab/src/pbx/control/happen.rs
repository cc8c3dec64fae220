//! What telephones do by themselves, and what is over by the clock.

use rsipstack::sip::StatusCode;
use tracing::info;

use super::Timer;
use super::call::State;
use super::leg::{Happening, PartyId};
use super::switch::Switch;
use crate::cti::{Address, CallId, Cause, Event};

impl Switch {
    pub(super) async fn happened(&mut self, id: PartyId, happening: Happening) {
        // Legs that end report so once more after they were told to.
        let Some((call, address)) = self.whereabouts(id) else { return };
        match happening {
            Happening::Dialog(dialog) => {
                if let Some(party) = self.party_mut(call, &address) {
                    party.dialog = Some(dialog);
                }
            }
            Happening::Ringing => self.rings(id),
            Happening::Answered => self.answered(id).await,
            Happening::CannotBeTold => self.refuse(call, address, Cause::NotSupported),
            Happening::Failed(status) => self.not_answered(call, &address, cause_of(&status)),
            Happening::Holds(holds) => self.holds(call, address, holds),
            Happening::Key(digit) => {
                let Some(found) = self.calls.get(&call) else { return };
                for party in found.parties.iter().filter(|party| party.id != id && party.is_talking()) {
                    party.dial(vec![digit]);
                }
                self.report_event(Event::Digits { call, from: address, digits: digit.to_char().to_string() });
            }
            Happening::Refer(request, dialog, handle) => {
                self.refer(call, address, &request, dialog, handle).await
            }
            Happening::Gone => {
                if self.calls.get(&call).is_some_and(|call| call.failed || call.watched.is_some()) {
                    self.end(call);
                } else {
                    self.leave(call, &address, false);
                }
            }
        }
    }

    fn holds(&mut self, call: CallId, by: Address, holds: bool) {
        let Some(party) = self.party_mut(call, &by) else { return };
        let was_holding = party.is_holding();
        party.holds = holds;
        match (was_holding, party.is_holding()) {
            (false, true) => self.report_event(Event::Held { call, by }),
            (true, false) => self.report_event(Event::Retrieved { call, by }),
            (true, true) | (false, false) => {}
        }
    }

    fn not_answered(&mut self, call: CallId, address: &Address, cause: Cause) {
        let waits = self.waits(call);
        let delivered = self.party(call, address).is_some_and(|party| party.delivered);
        let state = self.take_out(call, address, false);
        if state != Some(State::Ringing) {
            // The telephone that was to call, or to hear.
            self.calls.remove(&call);
            return self.report_event(Event::Failed { call, cause });
        }
        if waits && delivered {
            info!("a telephone did not take a call of a queue");
            self.report_event(Event::Diverted { call, from: address.clone() });
        } else if waits {
            self.refuse(call, address.clone(), cause);
        } else if self.calls.get(&call).is_some_and(|call| call.parties.len() > 1) {
            self.report_event(Event::PartyDropped { call, party: address.clone() });
        } else {
            self.failed(call, address, cause);
        }
    }

    pub(super) async fn timer(&mut self, timer: Timer) {
        match timer {
            Timer::Answers(party) => {
                let rings = self.is_ringing(party);
                if rings {
                    self.answered(party).await;
                }
            }
            Timer::Rang(party) => {
                if self.is_ringing(party)
                    && let Some((call, address)) = self.whereabouts(party)
                {
                    if let Some(party) = self.party(call, &address) {
                        party.hang_up(StatusCode::RequestTimeout);
                    }
                    self.not_answered(call, &address, Cause::NoAnswer);
                }
            }
            Timer::Busy(party) => {
                if let Some((call, _)) = self.whereabouts(party).filter(|(call, _)| self.is_failed(*call)) {
                    self.end(call);
                }
            }
        }
    }

    fn is_failed(&self, call: CallId) -> bool {
        self.calls.get(&call).is_some_and(|call| call.failed)
    }

    fn is_ringing(&self, party: PartyId) -> bool {
        let place = self.whereabouts(party);
        place.is_some_and(|(call, address)| {
            self.party(call, &address).is_some_and(|party| party.state == State::Ringing)
        })
    }
}

fn cause_of(status: &StatusCode) -> Cause {
    match status.code() {
        486 | 600 => Cause::Busy,
        404 | 484 | 604 => Cause::BadDestination,
        408 | 487 => Cause::NoAnswer,
        403 | 603 => Cause::Declined,
        _ => Cause::DeviceNotAvailable,
    }
}

#[cfg(test)]
mod tests {
    use super::super::reach::status_of;
    use super::*;

    #[test]
    fn a_cause_reads_the_same_on_its_way_through() {
        for cause in
            [Cause::Busy, Cause::BadDestination, Cause::NoAnswer, Cause::Declined, Cause::DeviceNotAvailable]
        {
            assert_eq!(cause_of(&status_of(cause)), cause);
        }
    }
}
