//! All calls, and what is done with them when it is said.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rsipstack::sip::StatusCode;
use tokio::sync::mpsc;

use super::call::{Call, Party, State};
use super::leg::{Happening, PartyId};
use super::{Control, Message, Timer};
use crate::cti::{Address, CallId, Cause, Command, Event, Events};
use crate::media::dtmf::Digit;
use crate::pbx::exchange::Shared;

/// The switch of a PBX.
pub(super) struct Switch {
    pub(super) exchange: Shared,
    pub(super) control: Control,
    /// Where legs report; there once the switch runs.
    pub(super) happenings: Option<mpsc::UnboundedSender<(PartyId, Happening)>>,
    pub(super) queues: BTreeSet<Address>,
    /// The telephones that we play.
    pub(super) played: BTreeSet<Address>,
    pub(super) calls: BTreeMap<CallId, Call>,
    subscribers: Vec<Events>,
    in_service: BTreeSet<Address>,
    next_call: u64,
    next_party: u64,
}

impl Switch {
    pub(super) fn new(exchange: Shared, control: Control) -> Self {
        Self {
            exchange,
            control,
            happenings: None,
            queues: BTreeSet::new(),
            played: BTreeSet::new(),
            calls: BTreeMap::new(),
            subscribers: Vec::new(),
            in_service: BTreeSet::new(),
            next_call: CallId::FIRST_OF_SWITCH,
            next_party: 1,
        }
    }

    /// Does what is said, and reports what comes of it.
    pub(super) async fn command(&mut self, command: Command) {
        match command {
            Command::OpenQueue { number } => drop(self.queues.insert(number)),
            Command::Simulate { device } => drop(self.played.insert(device)),
            Command::CallFromOutside { call, from, to } => {
                if self.is_new(call, &from) {
                    self.begin_played(call, &from);
                    self.reach(call, &to).await;
                }
            }
            Command::MakeCall { call, from, to } => {
                if self.is_new(call, &from) {
                    self.make_call(call, from, to).await;
                }
            }
            Command::Answer { call, device } => self.answer(call, device).await,
            Command::Hold { call, device } => self.hold(call, device),
            Command::Retrieve { call, device } => self.retrieve(call, device),
            Command::Consult { held, consult, device, to } => {
                let party = self.party(held, &device);
                if party.is_some_and(Party::is_talking) {
                    self.hold(held, device.clone());
                } else if !party.is_some_and(Party::is_holding) {
                    return self.refuse(held, device, Cause::WrongState);
                }
                if self.is_new(consult, &device) {
                    self.make_call(consult, device, to).await;
                }
            }
            Command::Transfer { device, survivor, ended } => self.join(&device, survivor, ended, false),
            Command::Conference { device, survivor, ended } => self.join(&device, survivor, ended, true),
            Command::SingleStepTransfer { call, device, to } => _ = self.redirect(call, &device, &to).await,
            Command::Drop { call, party } => self.drop_party(call, party),
            Command::End { call } => self.end(call),
            Command::SendDigits { call, device, digits } => self.send_digits(call, device, digits),
            Command::Route { call, device } => {
                if self.waits(call) {
                    self.ring(call, &device).await;
                } else {
                    self.refuse(call, device, Cause::WrongState);
                }
            }
            Command::Divert { call, device } => {
                let rings = self.party(call, &device).is_some_and(|party| party.state == State::Ringing);
                if !rings || !self.waits(call) {
                    return self.refuse(call, device, Cause::WrongState);
                }
                self.take_out(call, &device, true);
                self.report_event(Event::Diverted { call, from: device });
            }
            Command::Monitor { call, watched, supervisor, agent } => {
                if self.is_new(call, &supervisor) {
                    self.monitor(call, watched, supervisor, agent).await;
                }
            }
            Command::Barge { monitor, watched, supervisor } => self.barge(monitor, watched, supervisor),
        }
    }

    fn is_new(&mut self, call: CallId, device: &Address) -> bool {
        let new = !self.calls.contains_key(&call);
        if !new {
            self.refuse(call, device.clone(), Cause::WrongState);
        }
        new
    }

    /// Whether somebody waits in a queue with this call.
    pub(super) fn waits(&self, call: CallId) -> bool {
        self.calls.get(&call).is_some_and(|call| {
            call.queue.is_some() && call.parties.iter().any(|p| p.state == State::Waiting)
        })
    }

    pub(super) fn hold(&mut self, call: CallId, device: Address) {
        match self.party_mut(call, &device).filter(|party| party.is_talking()) {
            Some(party) => {
                party.held = true;
                self.report_event(Event::Held { call, by: device });
            }
            None => self.refuse(call, device, Cause::WrongState),
        }
    }

    fn retrieve(&mut self, call: CallId, device: Address) {
        if !self.party(call, &device).is_some_and(Party::is_holding) {
            return self.refuse(call, device, Cause::WrongState);
        }
        // A telephone talks in one call at a time: taking one back holds the other.
        let talks = |other: &Call| other.id != call && other.party(&device).is_some_and(Party::is_talking);
        let others: Vec<CallId> =
            self.calls.values().filter(|call| talks(call)).map(|call| call.id).collect();
        for other in others {
            self.hold(other, device.clone());
        }
        if let Some(party) = self.party_mut(call, &device) {
            come_back(party);
        }
        self.report_event(Event::Retrieved { call, by: device });
    }

    fn drop_party(&mut self, call: CallId, party: Address) {
        let watches = self.calls.get(&call).is_some_and(|call| call.watched.is_some() || call.failed);
        if watches {
            self.end(call);
        } else if self.party(call, &party).is_some() {
            self.leave(call, &party, true);
        } else {
            self.refuse(call, party, Cause::WrongState);
        }
    }

    /// A party leaves, by its own telephone or since it is told to; what is left may be no call any more.
    pub(super) fn leave(&mut self, call: CallId, address: &str, is_told: bool) {
        let waits = self.waits(call);
        let Some(state) = self.take_out(call, address, is_told) else { return };
        if waits && state == State::Ringing {
            return self.report_event(Event::Diverted { call, from: address.to_owned() });
        }
        self.report_event(Event::PartyDropped { call, party: address.to_owned() });
        if self.calls.get(&call).is_some_and(|call| call.parties.len() < 2) {
            self.end(call);
        } else {
            self.end_watching(call);
        }
    }

    /// Takes a party out of a call, and says where it was.
    pub(super) fn take_out(&mut self, call: CallId, address: &str, is_told: bool) -> Option<State> {
        let found = self.calls.get_mut(&call)?;
        let index = found.parties.iter().position(|party| party.address == address)?;
        let party = found.parties.remove(index);
        if is_told {
            let declined = party.state == State::Ringing;
            party.hang_up(if declined { StatusCode::RequestTerminated } else { StatusCode::Decline });
        }
        Some(party.state)
    }

    pub(super) fn end(&mut self, call: CallId) {
        let Some(found) = self.calls.remove(&call) else { return };
        for party in found.parties {
            party.hang_up(StatusCode::TemporarilyUnavailable);
            self.report_event(Event::PartyDropped { call, party: party.address });
        }
        self.report_event(Event::Ended { call });
        self.end_watching(call);
    }

    /// Who heard the agent of a call hears nothing without it.
    pub(super) fn end_watching(&mut self, watched: CallId) {
        let is_there = |agent: &str| self.party(watched, agent).is_some();
        let over: Vec<CallId> = self
            .calls
            .values()
            .filter(|call| {
                call.watched.as_ref().is_some_and(|(heard, agent)| *heard == watched && !is_there(agent))
            })
            .map(|call| call.id)
            .collect();
        for call in over {
            self.end(call);
        }
    }

    fn send_digits(&mut self, call: CallId, device: Address, digits: String) {
        let keys: Option<Vec<Digit>> = digits.chars().map(Digit::from_char).collect();
        let talks = self.party(call, &device).is_some_and(Party::is_talking);
        match (keys, self.calls.get(&call)) {
            (Some(keys), Some(found)) if talks => {
                for party in
                    found.parties.iter().filter(|party| party.address != device && party.is_talking())
                {
                    party.dial(keys.clone());
                }
                self.report_event(Event::Digits { call, from: device, digits });
            }
            (Some(_) | None, Some(_) | None) => self.refuse(call, device, Cause::WrongState),
        }
    }

    /// Has everybody hear and know what follows from where all are.
    pub(super) fn settle(&mut self) {
        let mixers: BTreeMap<_, _> =
            self.calls.values().map(|call| (call.id, std::sync::Arc::clone(&call.mixer))).collect();
        for call in self.calls.values_mut() {
            let watched = call.watched.as_ref().and_then(|(watched, _)| mixers.get(watched));
            call.settle(watched);
        }
    }

    pub(super) fn look_at_registrations(&mut self) {
        let now: BTreeSet<Address> = self
            .exchange
            .extensions()
            .filter(|number| self.exchange.locations.locate(number).is_some())
            .cloned()
            .collect();
        let before = std::mem::replace(&mut self.in_service, now.clone());
        for device in before.symmetric_difference(&now) {
            self.report_event(Event::InService { device: device.clone(), up: now.contains(device) });
        }
    }

    pub(super) fn subscribe(&mut self, events: Events) {
        for device in &self.in_service {
            _ = events.send(Event::InService { device: device.clone(), up: true });
        }
        self.subscribers.push(events);
    }

    pub(super) fn report_event(&mut self, event: Event) {
        self.subscribers.retain(|events| events.send(event.clone()).is_ok());
    }

    pub(super) fn refuse(&mut self, call: CallId, device: Address, cause: Cause) {
        self.report_event(Event::Refused { call, device, cause });
    }

    pub(super) fn next_call(&mut self) -> CallId {
        self.next_call += 1;
        CallId(self.next_call - 1)
    }

    pub(super) fn next_party(&mut self) -> PartyId {
        self.next_party += 1;
        PartyId(self.next_party - 1)
    }

    pub(super) fn party(&self, call: CallId, address: &str) -> Option<&Party> {
        self.calls.get(&call)?.party(address)
    }

    pub(super) fn party_mut(&mut self, call: CallId, address: &str) -> Option<&mut Party> {
        self.calls.get_mut(&call)?.party_mut(address)
    }

    /// The call that a party is in, and its number.
    pub(super) fn whereabouts(&self, party: PartyId) -> Option<(CallId, Address)> {
        self.calls.values().find_map(|call| {
            let party = call.parties.iter().find(|known| known.id == party)?;
            Some((call.id, party.address.clone()))
        })
    }

    /// Has a timer run out after a while.
    pub(super) fn wait(&self, time: Duration, timer: Timer) {
        let control = self.control.clone();
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            control.tell(Message::Timer(timer));
        });
    }
}

/// Has a party hold no longer.
pub(super) fn come_back(party: &mut Party) {
    party.held = false;
    if std::mem::take(&mut party.holds) {
        party.tell_again();
    }
}
