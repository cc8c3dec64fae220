//! A working day: who plays the teammates and the customers. Deterministic by its seed and by what it sees.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::centre::agent::AgentId;
use super::centre::state::AgentState;
use super::centre::{Centre, Change};
use crate::cti::split::Split;
use crate::cti::{Address, CallId, Command, Event};

/// What kind of day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Script {
    /// How many calls come in an hour, to all queues together.
    pub calls_per_hour: u32,
    /// Whether teammates sign in.
    pub staffed: bool,
    /// When the connection with the back-end fails and for how long, in ms; 0 for never.
    pub failover: (u64, u64),
}

impl Script {
    /// Nobody comes and nobody calls; those who are called outside answer.
    pub const BARE: Self = Self { calls_per_hour: 0, staffed: false, failover: (0, 0) };
    /// Forty teammates are kept busy.
    pub const BUSY_MONDAY: Self = Self { calls_per_hour: 620, staffed: true, failover: (0, 0) };
    /// A call now and then.
    pub const QUIET: Self = Self { calls_per_hour: 60, staffed: true, failover: (0, 0) };
    /// A quiet day on which the back-end fails after two minutes, for half a minute, again and again.
    pub const FAILOVER: Self = Self { calls_per_hour: 120, staffed: true, failover: (120_000, 30_000) };

    /// The script of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "busy-monday" => Some(Self::BUSY_MONDAY),
            "quiet" => Some(Self::QUIET),
            "failover" => Some(Self::FAILOVER),
            _ => None,
        }
    }
}

/// A day and what is about to happen on it.
pub struct Day {
    script: Script,
    random: ChaCha8Rng,
    plans: BTreeMap<(u64, u64), Plan>,
    planned: u64,
    /// Teammates, with their telephones.
    teammates: BTreeMap<AgentId, Address>,
    /// Telephones that somebody else answers.
    humans: BTreeSet<Address>,
    queues: Vec<Address>,
    /// Calls that wait for an agent, with the caller.
    waiting: BTreeMap<CallId, Address>,
    live: BTreeSet<CallId>,
    customers: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Plan {
    Become(AgentId, AgentState),
    Answer(CallId, Address),
    GiveUp(CallId, Address),
    HangUp(CallId, Address),
    Customer,
    Out(AgentId),
    Fail,
    Recover,
}

/// Something that a teammate or a customer does now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// At a telephone. Only where the call is in memory, if it is about one that somebody else may have.
    Telephone(Command, bool),
    /// A customer calls.
    Customer(Address, Address),
    /// A teammate changes state.
    Change(AgentId, Box<Change>),
    /// A teammate calls somebody.
    Call(AgentId, Address),
    /// The back-end fails, or comes back.
    Service(bool),
}

impl Act {
    /// Does it.
    pub fn perform(self, now: u64, centre: &mut Centre, switch: &mut Split) {
        match self {
            Self::Telephone(command, in_memory_only) => {
                let ours = match &command {
                    Command::Answer { call, .. } | Command::Drop { call, .. } => switch.is_in_memory(*call),
                    _ => true,
                };
                if ours || !in_memory_only {
                    switch.command(command);
                }
            }
            Self::Customer(from, to) => drop(centre.customer_calls(&from, &to)),
            // What is refused is not done; the next plan makes up for it.
            Self::Change(agent, change) => drop(centre.change(now, &agent, &agent, &change, "")),
            Self::Call(agent, to) => drop(centre.call_by_hand(&agent, &to)),
            Self::Service(true) => centre.come_into_service(now, true),
            Self::Service(false) => centre.go_out_of_service(now, "CTI_SERVER_LOST"),
        }
    }
}

impl Day {
    /// A day that begins now.
    pub fn new(script: Script, seed: u64, now: u64, centre: &Centre) -> Self {
        let simulated = |simulated: bool| {
            centre.agents().filter(move |agent| agent.config.simulated == simulated).map(|it| &it.config)
        };
        let mut day = Self {
            script,
            random: ChaCha8Rng::seed_from_u64(seed),
            plans: BTreeMap::new(),
            planned: 0,
            teammates: simulated(true).map(|it| (it.id.clone(), it.extension.clone())).collect(),
            humans: simulated(false).map(|it| it.extension.clone()).collect(),
            queues: centre.config().queues.iter().map(|queue| queue.number.clone()).collect(),
            waiting: BTreeMap::new(),
            live: BTreeSet::new(),
            customers: 0,
        };
        if script.staffed {
            let teammates: Vec<AgentId> = day.teammates.keys().cloned().collect();
            for agent in teammates {
                let at = now + day.between(500, 15_000);
                day.plan(at, Plan::Become(agent, AgentState::NotReady));
            }
        }
        if script.calls_per_hour > 0 {
            day.plan(now + 10_000, Plan::Customer);
        }
        if script.failover.0 > 0 {
            day.plan(now + script.failover.0, Plan::Fail);
        }
        day
    }

    fn plan(&mut self, at: u64, plan: Plan) {
        self.planned += 1;
        self.plans.insert((at, self.planned), plan);
    }

    fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.random.next_u64() % (to - from).max(1)
    }

    /// A time with that mean, as between independent events.
    fn about(&mut self, mean_ms: u64) -> u64 {
        // Of 53 bits each value is exact; 1 - x is never 0.
        #[expect(clippy::cast_precision_loss, reason = "53 bits")]
        let unit = (self.random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "minutes, in ms"
        )]
        let ms = (-(1.0 - unit).ln() * mean_ms as f64) as u64;
        ms
    }

    /// When something is planned next.
    pub fn next_timeout(&self) -> u64 {
        self.plans.first_key_value().map_or(u64::MAX, |((at, _), _)| *at)
    }

    /// A teammate's state changed.
    pub fn changed(&mut self, now: u64, agent: &str, from: AgentState, to: AgentState) {
        if !self.script.staffed || !self.teammates.contains_key(agent) {
            return;
        }
        let agent = agent.to_owned();
        match to {
            AgentState::NotReady => {
                let rest = if from == AgentState::Logout {
                    self.between(1_000, 20_000)
                } else {
                    self.about(90_000) + 3_000
                };
                self.plan(now + rest, Plan::Become(agent, AgentState::Ready));
            }
            AgentState::Ready => {
                let work = self.about(1_500_000) + 60_000;
                self.plan(now + work, Plan::Become(agent, AgentState::NotReady));
            }
            AgentState::Work | AgentState::WorkReady => {
                let write = self.between(4_000, 20_000);
                self.plan(now + write, Plan::Become(agent, AgentState::Ready));
            }
            AgentState::Logout => {
                let away = self.between(60_000, 300_000);
                self.plan(now + away, Plan::Become(agent, AgentState::NotReady));
            }
            AgentState::Reserved
            | AgentState::ReservedOutbound
            | AgentState::ReservedOutboundPreview
            | AgentState::Talking
            | AgentState::Hold => {}
        }
    }

    /// Something happened at a telephone.
    pub fn heard(&mut self, now: u64, event: &Event) {
        match event {
            Event::Offered { call, from, .. } => {
                self.waiting.insert(*call, from.clone());
                let patience = self.between(45_000, 240_000);
                self.plan(now + patience, Plan::GiveUp(*call, from.clone()));
            }
            Event::Delivered { call, to, .. } if !self.humans.contains(to) => {
                // Some do not hear it.
                if self.between(0, 100) >= 3 {
                    let reach = self.between(1_500, 6_000);
                    self.plan(now + reach, Plan::Answer(*call, to.clone()));
                }
            }
            Event::Answered { call, by } => {
                self.live.insert(*call);
                let customer = self.waiting.remove(call);
                let who = customer.unwrap_or_else(|| by.clone());
                let talk = if self.humans.contains(by) {
                    self.between(240_000, 480_000)
                } else {
                    self.about(140_000) + 15_000
                };
                if !self.humans.contains(&who) {
                    self.plan(now + talk, Plan::HangUp(*call, who));
                }
            }
            Event::Ended { call } | Event::Failed { call, .. } => {
                self.waiting.remove(call);
                self.live.remove(call);
            }
            Event::Transferred { ended, .. } | Event::Conferenced { ended, .. } => {
                self.live.remove(ended);
            }
            Event::Originated { .. }
            | Event::Delivered { .. }
            | Event::Diverted { .. }
            | Event::Held { .. }
            | Event::Retrieved { .. }
            | Event::Redirected { .. }
            | Event::PartyDropped { .. }
            | Event::Refused { .. }
            | Event::Digits { .. }
            | Event::InService { .. } => {}
        }
    }

    /// Takes what is to be done now.
    pub fn due(&mut self, now: u64, centre: &Centre) -> Vec<Act> {
        let mut acts = Vec::new();
        while let Some(entry) = self.plans.first_entry().filter(|entry| entry.key().0 <= now) {
            let plan = entry.remove();
            self.act(now, plan, centre, &mut acts);
        }
        acts
    }

    fn act(&mut self, now: u64, plan: Plan, centre: &Centre, acts: &mut Vec<Act>) {
        match plan {
            Plan::Become(agent, to) => self.become_state(now, agent, to, centre, acts),
            Plan::Answer(call, device) => {
                // Whoever is outside of a real switch is played there.
                let outside = !self.teammates.values().any(|telephone| *telephone == device);
                acts.push(Act::Telephone(Command::Answer { call, device }, outside));
            }
            Plan::GiveUp(call, party) => {
                if self.waiting.remove(&call).is_some() {
                    acts.push(Act::Telephone(Command::Drop { call, party }, true));
                }
            }
            Plan::HangUp(call, party) => {
                if self.live.contains(&call) {
                    acts.push(Act::Telephone(Command::Drop { call, party }, false));
                }
            }
            Plan::Customer => {
                self.customers += 1;
                let number = format!("0301{:06}", self.between(0, 1_000_000));
                // The first queues have more calls than the last.
                let queues = self.queues.len() as u64;
                let one = self.between(0, queues).min(self.between(0, queues));
                if let Some(queue) = usize::try_from(one).ok().and_then(|one| self.queues.get(one)) {
                    acts.push(Act::Customer(number, queue.clone()));
                }
                let next = self.about(3_600_000 / u64::from(self.script.calls_per_hour.max(1)));
                self.plan(now + next, Plan::Customer);
            }
            Plan::Out(agent) => {
                let number = format!("0302{:06}", self.between(0, 1_000_000));
                acts.push(Act::Call(agent, number));
            }
            Plan::Fail => {
                acts.push(Act::Service(false));
                self.plan(now + self.script.failover.1, Plan::Recover);
            }
            Plan::Recover => {
                acts.push(Act::Service(true));
                self.plan(now + self.script.failover.0, Plan::Fail);
            }
        }
    }

    fn become_state(
        &mut self,
        now: u64,
        agent: AgentId,
        to: AgentState,
        centre: &Centre,
        acts: &mut Vec<Act>,
    ) {
        let Some(state) = centre.agent(&agent).map(|agent| agent.state) else { return };
        let extension = self.teammates.get(&agent).cloned();
        let login = state == AgentState::Logout;
        let wanted = match (state, to) {
            (AgentState::Logout, _) => "LOGIN",
            (AgentState::Ready, AgentState::NotReady) => "NOT_READY",
            (AgentState::NotReady | AgentState::Work | AgentState::WorkReady, AgentState::Ready) => "READY",
            // A break that is due in a call is taken after it.
            (_, AgentState::NotReady) => {
                let later = self.between(20_000, 60_000);
                return self.plan(now + later, Plan::Become(agent, to));
            }
            (_, _) => return,
        };
        let reason = (wanted == "NOT_READY").then(|| (7 + self.between(0, 5)).to_string());
        if wanted == "NOT_READY" && self.between(0, 4) == 0 {
            let soon = self.between(2_000, 10_000);
            self.plan(now + soon, Plan::Out(agent.clone()));
        }
        let change = Change {
            state: Some(wanted.to_owned()),
            extension: extension.filter(|_| login),
            reason,
            ..Change::default()
        };
        acts.push(Act::Change(agent, Box::new(change)));
    }
}

#[cfg(test)]
mod tests;
