//! Two switches as one: a call stays in memory until it reaches a telephone of the real switch; or, where the real switch
//! plays telephones as well as memory does, all calls are there.
//!
//! A customer who is played waits in memory. When the call is to ring at a real telephone, the real switch has the
//! customer call there, with sound; if it is not answered, the customer is back in memory, still waiting.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::memory::MemorySwitch;
use super::{Address, CallControl, CallId, Command, Event};

/// A switch in memory and perhaps a real one.
pub struct Split {
    memory: MemorySwitch,
    real: Option<Arc<dyn CallControl>>,
    /// Nothing is in memory.
    all_real: bool,
    /// Telephones of the real switch.
    devices: BTreeSet<Address>,
    /// Calls that are at the real switch.
    calls: BTreeSet<CallId>,
    /// Who calls, of those that wait in memory while they ring at a real telephone.
    lent: BTreeMap<CallId, Address>,
    events: VecDeque<Event>,
}

impl Split {
    /// Puts both together; the real one has the telephones named.
    pub fn new(memory: MemorySwitch, real: Option<(Arc<dyn CallControl>, Vec<Address>)>) -> Self {
        let (real, devices) = match real {
            Some((real, devices)) => (Some(real), devices.into_iter().collect()),
            None => (None, BTreeSet::new()),
        };
        Self {
            memory,
            real,
            all_real: false,
            devices,
            calls: BTreeSet::new(),
            lent: BTreeMap::new(),
            events: VecDeque::new(),
        }
    }

    /// Has all calls at a switch that plays telephones itself.
    pub fn all_real(real: Arc<dyn CallControl>) -> Self {
        Self { all_real: true, ..Self::new(MemorySwitch::default(), Some((real, Vec::new()))) }
    }

    /// Takes what is to be reported next.
    pub fn next_event(&mut self) -> Option<Event> {
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        let event = self.memory.next_event()?;
        if let Event::Offered { call, from, .. } = &event {
            self.lent.insert(*call, from.clone());
        }
        if let Event::Ended { call } = &event {
            self.lent.remove(call);
        }
        Some(event)
    }

    /// Who is in a call that is in memory.
    pub fn parties(&self, call: CallId) -> Vec<Address> {
        self.memory.parties(call)
    }

    /// Whether nobody but those who are played is in a call, or whoever plays them is to tell them what to do anyway.
    pub fn is_in_memory(&self, call: CallId) -> bool {
        self.all_real || !self.calls.contains(&call)
    }

    /// Has it done by whom it concerns.
    pub fn command(&mut self, command: Command) {
        let Some(real) = self.real.clone() else { return self.memory.command(command) };
        if self.all_real {
            return real.command(command);
        }
        match &command {
            Command::OpenQueue { .. } | Command::Simulate { .. } => {
                self.memory.command(command.clone());
                real.command(command);
            }
            Command::Route { call, device } if self.devices.contains(device) => {
                if let Some(from) = self.lent.get(call).filter(|_| !self.calls.contains(call)) {
                    let (from, to) = (from.clone(), device.clone());
                    let call = *call;
                    self.calls.insert(call);
                    real.command(Command::CallFromOutside { call, from, to });
                } else {
                    real.command(command);
                }
            }
            Command::Divert { call, device } if self.lent.contains_key(call) => {
                let (call, from) = (*call, device.clone());
                if self.calls.remove(&call) {
                    real.command(Command::End { call });
                    self.events.push_back(Event::Diverted { call, from });
                } else {
                    self.memory.command(command);
                }
            }
            Command::Consult { held, consult, .. } if self.calls.contains(held) => {
                self.calls.insert(*consult);
                real.command(command);
            }
            Command::MakeCall { call, from, to } | Command::CallFromOutside { call, from, to }
                if self.devices.contains(from) || self.devices.contains(to) =>
            {
                self.calls.insert(*call);
                real.command(command);
            }
            Command::Monitor { call, watched, .. } if self.calls.contains(watched) => {
                self.calls.insert(*call);
                real.command(command);
            }
            Command::MakeCall { .. }
            | Command::CallFromOutside { .. }
            | Command::Route { .. }
            | Command::Divert { .. }
            | Command::Consult { .. }
            | Command::Monitor { .. } => {
                let at_real = matches!(&command, Command::Route { call, .. } | Command::Divert { call, .. }
                    if self.calls.contains(call));
                if at_real { real.command(command) } else { self.memory.command(command) }
            }
            Command::Answer { call, .. }
            | Command::Hold { call, .. }
            | Command::Retrieve { call, .. }
            | Command::SingleStepTransfer { call, .. }
            | Command::Drop { call, .. }
            | Command::End { call }
            | Command::SendDigits { call, .. }
            | Command::Transfer { survivor: call, .. }
            | Command::Conference { survivor: call, .. }
            | Command::Barge { monitor: call, .. } => {
                if self.calls.contains(call) {
                    real.command(command);
                } else {
                    self.memory.command(command);
                }
            }
        }
    }

    /// Takes a report of the real switch.
    pub fn reported(&mut self, event: Event) {
        if self.all_real {
            return self.events.push_back(event);
        }
        match &event {
            Event::Offered { call, .. } | Event::Originated { call, .. } => {
                self.calls.insert(*call);
            }
            Event::Delivered { call, .. } => {
                self.calls.insert(*call);
            }
            // The call that rang is over for the real switch, and was taken back before.
            Event::Ended { call } | Event::PartyDropped { call, .. } | Event::Failed { call, .. }
                if self.lent.contains_key(call) && !self.calls.contains(call) =>
            {
                return;
            }
            Event::Failed { call, cause } if self.lent.contains_key(call) => {
                let (call, cause) = (*call, *cause);
                self.calls.remove(&call);
                self.events.push_back(Event::Refused { call, device: Address::new(), cause });
                return;
            }
            Event::Answered { call, .. } => self.forget_in_memory(*call),
            Event::Ended { call } => {
                self.forget_in_memory(*call);
                self.calls.remove(call);
            }
            Event::Diverted { .. }
            | Event::Held { .. }
            | Event::Retrieved { .. }
            | Event::Transferred { .. }
            | Event::Conferenced { .. }
            | Event::Redirected { .. }
            | Event::PartyDropped { .. }
            | Event::Failed { .. }
            | Event::Refused { .. }
            | Event::Digits { .. }
            | Event::InService { .. } => {}
        }
        self.events.push_back(event);
    }

    /// From here on a call is the real switch's alone; in memory nobody is left to hear of it.
    fn forget_in_memory(&mut self, call: CallId) {
        if !self.calls.contains(&call) || self.lent.remove(&call).is_none() {
            return;
        }
        while let Some(event) = self.memory.next_event() {
            self.events.push_back(event);
        }
        self.memory.command(Command::End { call });
        while self.memory.next_event().is_some() {}
    }
}
