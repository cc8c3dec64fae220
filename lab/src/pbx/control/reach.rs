//! How calls begin, reach somebody, and are answered or not.

use std::time::Duration;

use rsipstack::sip::StatusCode;

use super::call::{Call, End, Party, State, Then};
use super::leg::{self, Order, PartyId};
use super::switch::Switch;
use super::tones::voice_of;
use super::{Arrival, Timer};
use crate::cti::{Address, CallId, Cause, Event};
use crate::media::simulated::Voice;
use crate::pbx::exchange::Shared;

/// Nobody is rung for longer; a contact centre loses patience much earlier.
const LONGEST_RINGING: Duration = Duration::from_secs(120);
/// Somebody outside answers after so long.
const OUTSIDE_ANSWERS: Duration = Duration::from_secs(3);
/// A busy tone is heard for so long at most.
const BUSY_TONE: Duration = Duration::from_secs(30);

/// Numbers with an answer of their own, as in the dial plan of the PBX.
const ECHO: &str = "600";
const TONE: &str = "601";
const IS_BUSY: &str = "605";
const NEVER_ANSWERS: &str = "606";

impl Switch {
    /// A telephone calls: one of ours is called first, to have it in the call.
    pub(super) async fn make_call(&mut self, call: CallId, from: Address, to: Address) {
        if self.played.contains(&from) {
            self.begin_played(call, &from);
            self.report_event(Event::Originated { call, from, to: to.clone() });
            return self.reach(call, &to).await;
        }
        let Some(mut party) = self.telephone(&from, State::Calling, &to, true).await else {
            return self.refuse(call, from, Cause::DeviceNotAvailable);
        };
        party.then = Some(Then::Reach(to.clone()));
        let mut made = Call::new(call, &from);
        made.parties.push(party);
        self.calls.insert(call, made);
        self.report_event(Event::Originated { call, from, to });
    }

    pub(super) fn begin_played(&mut self, call: CallId, from: &Address) {
        let party = self.somebody(from, State::Calling, Voice::Tone(voice_of(from)));
        let mut made = Call::new(call, from);
        made.parties.push(party);
        self.calls.insert(call, made);
    }

    /// A telephone called somebody by itself.
    pub(super) async fn arrived(&mut self, arrival: Arrival) {
        let Arrival { dialog, states, media, keys, description, from, to } = arrival;
        let (party, line) = self.line(&from, State::Calling, &to, &media, keys);
        let serving = leg::serve(Shared::clone(&self.exchange), line, media, dialog, states, description);
        self.exchange.calls.spawn(serving);
        let call = self.next_call();
        let mut made = Call::new(call, &from);
        made.parties.push(party);
        self.calls.insert(call, made);
        self.report_event(Event::Originated { call, from, to: to.clone() });
        self.reach(call, &to).await;
    }

    /// Brings a call to a number: a queue, a telephone, or somebody outside.
    pub(super) async fn reach(&mut self, call: CallId, to: &Address) {
        if !self.queues.contains(to) {
            return self.ring(call, to).await;
        }
        let Some(found) = self.calls.get_mut(&call) else { return };
        found.queue = Some(to.clone());
        for party in &mut found.parties {
            party.order(Order::Accept);
            party.is_connected = true;
            party.state = State::Waiting;
        }
        let from = found.from.clone();
        self.report_event(Event::Offered { call, from, to: to.clone() });
    }

    /// Rings at a number, for a call that calls it or is routed to it.
    pub(super) async fn ring(&mut self, call: CallId, to: &Address) {
        let Some(found) = self.calls.get(&call) else { return };
        if found.party(to).is_some() {
            return self.failed(call, to, Cause::Busy);
        }
        let from = found.from.clone();
        let party = if self.played.contains(to) {
            if self.is_busy(to) {
                return self.failed(call, to, Cause::Busy);
            }
            self.somebody(to, State::Ringing, Voice::Tone(voice_of(to)))
        } else if self.exchange.is_extension(to) {
            let Some(party) = self.telephone(to, State::Ringing, &from, false).await else {
                return self.failed(call, to, Cause::DeviceNotAvailable);
            };
            party
        } else if to == IS_BUSY {
            return self.failed(call, to, Cause::Busy);
        } else if to == ECHO {
            self.somebody(to, State::Ringing, Voice::Echo)
        } else if to == TONE {
            self.somebody(to, State::Ringing, Voice::Tone(self.exchange.tone_hz))
        } else if to == NEVER_ANSWERS || is_outside(to) {
            self.somebody(to, State::Ringing, Voice::Tone(voice_of(to)))
        } else {
            return self.failed(call, to, Cause::BadDestination);
        };
        self.wait(LONGEST_RINGING, Timer::Rang(party.id));
        let is_real = matches!(party.end, End::Telephone { .. });
        if to == ECHO || to == TONE {
            self.wait(Duration::ZERO, Timer::Answers(party.id));
        } else if self.exchange.outside_answers && is_outside(to) && !is_real && !self.played.contains(to) {
            self.wait(OUTSIDE_ANSWERS, Timer::Answers(party.id));
        }
        let id = party.id;
        if let Some(found) = self.calls.get_mut(&call) {
            found.parties.push(party);
        }
        // A real telephone says itself that it rings.
        if !is_real {
            self.rings(id);
        }
    }

    /// Whether somebody who is played rings or talks; a held call leaves them free for a second one.
    fn is_busy(&self, address: &str) -> bool {
        let calls = self.calls.values().filter(|call| call.watched.is_none());
        calls.filter_map(|call| call.party(address)).any(|party| !party.is_holding())
    }

    pub(super) fn rings(&mut self, party: PartyId) {
        let Some((call, to)) = self.whereabouts(party) else { return };
        let Some(found) = self.calls.get_mut(&call) else { return };
        let from = found.from.clone();
        let Some(party) = found.party_mut(&to).filter(|p| p.state == State::Ringing && !p.delivered) else {
            return;
        };
        party.delivered = true;
        for caller in found.parties.iter().filter(|party| party.state == State::Calling) {
            caller.order(Order::Ring);
        }
        self.report_event(Event::Delivered { call, from, to });
    }

    /// Whom a call was to reach cannot be had.
    pub(super) fn failed(&mut self, call: CallId, to: &str, cause: Cause) {
        if self.waits(call) {
            return self.refuse(call, to.to_owned(), cause);
        }
        let Some(found) = self.calls.get_mut(&call) else { return };
        found.failed = true;
        let mut busy = Vec::new();
        for party in &mut found.parties {
            // Who is not connected yet is told by the answer to its call. Others hear it.
            party.hang_up_unanswered(status_of(cause));
            party.state = State::Failed;
            busy.push(party.id);
        }
        let is_heard = found.parties.iter().any(Party::is_connected_telephone);
        self.report_event(Event::Failed { call, cause });
        if is_heard {
            for party in busy {
                self.wait(BUSY_TONE, Timer::Busy(party));
            }
        } else {
            self.end(call);
        }
    }

    pub(super) async fn answer(&mut self, call: CallId, device: Address) {
        let Some(party) = self.party(call, &device).filter(|party| party.state == State::Ringing) else {
            return self.refuse(call, device, Cause::WrongState);
        };
        match &party.end {
            End::Played(_) => {
                let party = party.id;
                self.answered(party).await;
            }
            // Else only its user can do so.
            End::Telephone { .. } => party.order(Order::Talk),
        }
    }

    /// A party is connected.
    pub(super) async fn answered(&mut self, id: PartyId) {
        self.rings(id);
        let Some((call, by)) = self.whereabouts(id) else { return };
        let Some(found) = self.calls.get_mut(&call) else { return };
        let Some(party) = found.party_mut(&by) else { return };
        party.is_connected = true;
        match party.then.take() {
            Some(Then::Reach(to)) => return self.reach(call, &to).await,
            Some(Then::Listen) => {
                party.state = State::Talking;
                if let Some((_, agent)) = found.watched.clone() {
                    self.report_event(Event::Answered { call, by: agent });
                }
                return;
            }
            None => {}
        }
        if party.state != State::Ringing {
            return;
        }
        party.state = State::Talking;
        for caller in &mut found.parties {
            if matches!(caller.state, State::Calling | State::Waiting) {
                caller.order(Order::Accept);
                caller.is_connected = true;
                caller.state = State::Talking;
            }
        }
        self.report_event(Event::Answered { call, by });
    }
}

/// A number of the world outside: international, or longer than our own.
pub(super) fn is_outside(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or(number);
    digits.len() >= 6 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn status_of(cause: Cause) -> StatusCode {
    match cause {
        Cause::Busy => StatusCode::BusyHere,
        Cause::BadDestination => StatusCode::NotFound,
        Cause::NoAnswer => StatusCode::RequestTimeout,
        Cause::Declined => StatusCode::Decline,
        Cause::DeviceNotAvailable | Cause::WrongState | Cause::NotSupported => {
            StatusCode::TemporarilyUnavailable
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_are_longer_than_ours() {
        for number in ["+442079460018", "02079460018", "555019"] {
            assert!(is_outside(number), "{number}");
        }
        for number in ["1999", "", "+", "alice", "12345x7"] {
            assert!(!is_outside(number), "{number}");
        }
    }
}
