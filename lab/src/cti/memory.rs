//! A switch in memory: no telephones, no audio, no time of its own.
//!
//! Every telephone is played; what its user would do is done by commands, so that simulated teammates and customers
//! press the same buttons as everybody else.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Address, CallId, Cause, Command, Event};

/// The switch. What it reports is taken by [`MemorySwitch::next_event`].
#[derive(Debug, Default)]
pub struct MemorySwitch {
    queues: BTreeSet<Address>,
    devices: BTreeSet<Address>,
    calls: BTreeMap<CallId, Call>,
    events: VecDeque<Event>,
}

#[derive(Clone, Debug)]
struct Call {
    from: Address,
    parties: Vec<Party>,
    /// The number of the queue that it waits in or came from.
    queue: Option<Address>,
    /// A call to hear another one.
    silent: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Party {
    address: Address,
    state: PartyState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartyState {
    Ringing,
    Talking,
    Holding,
}

impl MemorySwitch {
    /// Takes what is to be reported next.
    pub fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Who is in a call, whether they ring, talk or hold.
    pub fn parties(&self, call: CallId) -> Vec<Address> {
        self.calls
            .get(&call)
            .map(|call| call.parties.iter().map(|party| party.address.clone()).collect())
            .unwrap_or_default()
    }

    /// How many calls there are.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// Does what is said, at once.
    pub fn command(&mut self, command: Command) {
        match command {
            Command::OpenQueue { number } => drop(self.queues.insert(number)),
            Command::Simulate { device } => drop(self.devices.insert(device)),
            Command::CallFromOutside { call, from, to } => {
                self.begin(call, &from);
                self.reach(call, &to);
            }
            Command::MakeCall { call, from, to } => {
                self.begin(call, &from);
                self.events.push_back(Event::Originated { call, from, to: to.clone() });
                self.reach(call, &to);
            }
            Command::Answer { call, device } => {
                if self.change(call, &device, PartyState::Ringing, PartyState::Talking) {
                    self.events.push_back(Event::Answered { call, by: device });
                }
            }
            Command::Hold { call, device } => {
                if self.change(call, &device, PartyState::Talking, PartyState::Holding) {
                    self.events.push_back(Event::Held { call, by: device });
                }
            }
            Command::Retrieve { call, device } => {
                if self.change(call, &device, PartyState::Holding, PartyState::Talking) {
                    self.events.push_back(Event::Retrieved { call, by: device });
                }
            }
            Command::Consult { held, consult, device, to } => {
                if self.state(held, &device) == Some(PartyState::Talking) {
                    self.change(held, &device, PartyState::Talking, PartyState::Holding);
                    self.events.push_back(Event::Held { call: held, by: device.clone() });
                } else if self.state(held, &device) != Some(PartyState::Holding) {
                    return self.refuse(held, device);
                }
                self.command(Command::MakeCall { call: consult, from: device, to });
            }
            Command::Transfer { device, survivor, ended } => self.join(&device, survivor, ended, false),
            Command::Conference { device, survivor, ended } => self.join(&device, survivor, ended, true),
            Command::SingleStepTransfer { call, device, to } => self.redirect(call, device, &to),
            Command::Drop { call, party } => self.leave(call, party),
            Command::End { call } => self.end(call),
            Command::SendDigits { call, device, digits } => {
                if self.state(call, &device) == Some(PartyState::Talking) {
                    self.events.push_back(Event::Digits { call, from: device, digits });
                } else {
                    self.refuse(call, device);
                }
            }
            Command::Route { call, device } => self.ring(call, &device),
            Command::Divert { call, device } => {
                let rings = self.state(call, &device) == Some(PartyState::Ringing);
                let Some(found) = self.calls.get_mut(&call).filter(|found| rings && found.queue.is_some())
                else {
                    return self.refuse(call, device);
                };
                found.parties.retain(|party| party.address != device);
                self.events.push_back(Event::Diverted { call, from: device });
            }
            Command::Monitor { call, watched, supervisor, agent } => {
                if self.state(watched, &agent) != Some(PartyState::Talking) {
                    return self.refuse(call, supervisor);
                }
                let talking =
                    |address: &Address| Party { address: address.clone(), state: PartyState::Talking };
                let parties = vec![talking(&supervisor), talking(&agent)];
                self.calls
                    .insert(call, Call { from: supervisor.clone(), parties, queue: None, silent: true });
                self.events.push_back(Event::Originated { call, from: supervisor, to: agent.clone() });
                self.events.push_back(Event::Answered { call, by: agent });
            }
            Command::Barge { monitor, watched, supervisor } => {
                let silent = self.calls.get(&monitor).is_some_and(|call| call.silent);
                if !silent || !self.calls.contains_key(&watched) {
                    return self.refuse(monitor, supervisor);
                }
                self.calls.remove(&monitor);
                if let Some(call) = self.calls.get_mut(&watched) {
                    call.parties.push(Party { address: supervisor.clone(), state: PartyState::Talking });
                }
                let parties = self.parties(watched);
                self.events.push_back(Event::Conferenced {
                    survivor: watched,
                    ended: monitor,
                    by: supervisor,
                    parties,
                });
            }
        }
    }

    fn begin(&mut self, call: CallId, from: &Address) {
        let parties = vec![Party { address: from.clone(), state: PartyState::Talking }];
        self.calls.insert(call, Call { from: from.clone(), parties, queue: None, silent: false });
    }

    /// Brings a call to a number: a queue, a telephone, or somebody outside, who can be told to answer like any other.
    fn reach(&mut self, call: CallId, to: &Address) {
        if !self.queues.contains(to) {
            return self.ring(call, to);
        }
        let Some(found) = self.calls.get_mut(&call) else { return };
        found.queue = Some(to.clone());
        let from = found.from.clone();
        self.events.push_back(Event::Offered { call, from, to: to.clone() });
    }

    fn ring(&mut self, call: CallId, to: &Address) {
        let busy = self.devices.contains(to) && self.is_busy(to);
        let Some(found) = self.calls.get_mut(&call) else {
            return self.refuse(call, to.clone());
        };
        let cause = if to.is_empty() || !to.bytes().all(|byte| byte.is_ascii_digit() || byte == b'+') {
            Some(Cause::BadDestination)
        } else {
            busy.then_some(Cause::Busy)
        };
        if let Some(cause) = cause {
            // Whoever routes from a queue tries another telephone; any other call is over.
            if found.queue.is_some() {
                self.events.push_back(Event::Refused { call, device: to.clone(), cause });
            } else {
                self.calls.remove(&call);
                self.events.push_back(Event::Failed { call, cause });
            }
            return;
        }
        let from = found.from.clone();
        found.parties.push(Party { address: to.clone(), state: PartyState::Ringing });
        self.events.push_back(Event::Delivered { call, from, to: to.clone() });
    }

    /// Whether a telephone rings or talks; a held call leaves it free for a second one.
    fn is_busy(&self, device: &Address) -> bool {
        let uses = |party: &Party| party.address == *device && party.state != PartyState::Holding;
        self.calls.values().any(|call| !call.silent && call.parties.iter().any(uses))
    }

    fn state(&self, call: CallId, address: &Address) -> Option<PartyState> {
        let parties = &self.calls.get(&call)?.parties;
        parties.iter().find(|party| party.address == *address).map(|party| party.state)
    }

    fn change(&mut self, call: CallId, address: &Address, from: PartyState, to: PartyState) -> bool {
        let party = self
            .calls
            .get_mut(&call)
            .and_then(|call| call.parties.iter_mut().find(|party| party.address == *address));
        match party {
            Some(party) if party.state == from => {
                party.state = to;
                true
            }
            Some(_) | None => {
                self.refuse(call, address.clone());
                false
            }
        }
    }

    fn refuse(&mut self, call: CallId, device: Address) {
        self.events.push_back(Event::Refused { call, device, cause: Cause::WrongState });
    }

    fn join(&mut self, device: &Address, survivor: CallId, ended: CallId, stays: bool) {
        let both = self.state(survivor, device).is_some() && self.state(ended, device).is_some();
        let Some(other) = (survivor != ended && both).then(|| self.calls.remove(&ended)).flatten() else {
            return self.refuse(survivor, device.clone());
        };
        let Some(call) = self.calls.get_mut(&survivor) else { return };
        for party in other.parties {
            if !call.parties.iter().any(|known| known.address == party.address) {
                call.parties.push(party);
            }
        }
        if stays {
            for party in call.parties.iter_mut().filter(|party| party.address == *device) {
                party.state = PartyState::Talking;
            }
        } else {
            call.parties.retain(|party| party.address != *device);
        }
        let by = device.clone();
        let parties = self.parties(survivor);
        self.events.push_back(if stays {
            Event::Conferenced { survivor, ended, by, parties }
        } else {
            Event::Transferred { survivor, ended, by, parties }
        });
    }

    fn redirect(&mut self, call: CallId, device: Address, to: &Address) {
        if self.state(call, &device).is_none_or(|state| state == PartyState::Ringing) {
            return self.refuse(call, device);
        }
        if let Some(found) = self.calls.get_mut(&call) {
            found.parties.retain(|party| party.address != device);
            found.queue = None;
            if found.from == device {
                found.from = found.parties.first().map(|party| party.address.clone()).unwrap_or_default();
            }
        }
        self.events.push_back(Event::Redirected { call, by: device, to: to.clone() });
        self.reach(call, to);
    }

    fn leave(&mut self, call: CallId, party: Address) {
        if self.state(call, &party).is_none() {
            return self.refuse(call, party);
        }
        let Some(found) = self.calls.get_mut(&call) else { return };
        found.parties.retain(|known| known.address != party);
        let left = found.parties.len();
        self.events.push_back(Event::PartyDropped { call, party });
        if left < 2 {
            self.end(call);
        }
    }

    fn end(&mut self, call: CallId) {
        let Some(found) = self.calls.remove(&call) else { return };
        for party in found.parties {
            self.events.push_back(Event::PartyDropped { call, party: party.address });
        }
        self.events.push_back(Event::Ended { call });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switch() -> MemorySwitch {
        let mut switch = MemorySwitch::default();
        switch.command(Command::OpenQueue { number: "5001".into() });
        for device in ["1001", "1002"] {
            switch.command(Command::Simulate { device: device.into() });
        }
        switch
    }

    fn reported(switch: &mut MemorySwitch) -> Vec<Event> {
        std::iter::from_fn(|| switch.next_event()).collect()
    }

    const CALL: CallId = CallId(1);
    const CONSULT: CallId = CallId(2);

    fn talking() -> MemorySwitch {
        let mut switch = switch();
        switch.command(Command::CallFromOutside { call: CALL, from: "0301".into(), to: "5001".into() });
        switch.command(Command::Route { call: CALL, device: "1001".into() });
        switch.command(Command::Answer { call: CALL, device: "1001".into() });
        switch
    }

    #[test]
    fn a_call_waits_rings_goes_back_and_is_answered_elsewhere() {
        let mut switch = switch();
        switch.command(Command::CallFromOutside { call: CALL, from: "0301".into(), to: "5001".into() });
        switch.command(Command::Route { call: CALL, device: "1001".into() });
        switch.command(Command::Divert { call: CALL, device: "1001".into() });
        switch.command(Command::Route { call: CALL, device: "1002".into() });
        switch.command(Command::Answer { call: CALL, device: "1002".into() });
        switch.command(Command::Drop { call: CALL, party: "0301".into() });
        let call = CALL;
        assert_eq!(
            reported(&mut switch),
            [
                Event::Offered { call, from: "0301".into(), to: "5001".into() },
                Event::Delivered { call, from: "0301".into(), to: "1001".into() },
                Event::Diverted { call, from: "1001".into() },
                Event::Delivered { call, from: "0301".into(), to: "1002".into() },
                Event::Answered { call, by: "1002".into() },
                Event::PartyDropped { call, party: "0301".into() },
                Event::PartyDropped { call, party: "1002".into() },
                Event::Ended { call },
            ]
        );
        assert_eq!(switch.calls(), 0);
    }

    #[test]
    fn a_consultation_becomes_a_transfer_or_a_conference() {
        for stays in [false, true] {
            let mut switch = talking();
            let (device, to) = ("1001".to_owned(), "1002".to_owned());
            switch.command(Command::Consult { held: CALL, consult: CONSULT, device: device.clone(), to });
            switch.command(Command::Answer { call: CONSULT, device: "1002".into() });
            reported(&mut switch);
            let (survivor, ended) = (CALL, CONSULT);
            switch.command(if stays {
                Command::Conference { device, survivor, ended }
            } else {
                Command::Transfer { device, survivor, ended }
            });
            let parties = switch.parties(CALL);
            assert_eq!(parties.contains(&"1001".to_owned()), stays);
            assert!(parties.contains(&"1002".to_owned()) && parties.contains(&"0301".to_owned()));
            assert_eq!((reported(&mut switch).len(), switch.calls()), (1, 1));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_changes_nothing() {
        let mut switch = talking();
        reported(&mut switch);
        for command in [
            Command::Answer { call: CALL, device: "1001".into() },
            Command::Retrieve { call: CALL, device: "1001".into() },
            Command::Divert { call: CALL, device: "1001".into() },
            Command::Drop { call: CALL, party: "1002".into() },
            Command::Transfer { device: "1001".into(), survivor: CALL, ended: CALL },
        ] {
            switch.command(command);
            assert!(matches!(&reported(&mut switch)[..], [Event::Refused { .. }]));
            assert_eq!(switch.parties(CALL), ["0301", "1001"]);
        }
    }

    #[test]
    fn who_hears_a_call_may_join_it() {
        let mut switch = talking();
        reported(&mut switch);
        let (supervisor, agent) = ("1002".to_owned(), "1001".to_owned());
        switch.command(Command::Monitor {
            call: CONSULT,
            watched: CALL,
            supervisor: supervisor.clone(),
            agent,
        });
        switch.command(Command::Barge { monitor: CONSULT, watched: CALL, supervisor });
        assert_eq!(switch.parties(CALL), ["0301", "1001", "1002"]);
    }
}
