//! The contact centre behind the simulated Finesse: agents, queues, calls. Pure: time is passed in, telephones are
//! told what to do by [`Output::Command`] and report by [`Centre::cti`].
//!
//! | Part | Concern |
//! |---|---|
//! | [`state`] | the tables of states, per platform |
//! | [`agent`], [`dialog`] | what is known of an agent, of a call |
//! | `change` | sign-in, sign-out, changes of state by agents, supervisors and lost presence |
//! | `follow` | how an agent's state follows the calls |
//! | `calls`, `joined` | what the switch reports |
//! | `action`, `create` | what agents ask of calls |
//! | `routing`, [`statistics`] | queues |
//! | `preview`, `messages`, `service` | campaigns, team messages, failover |
//! | `shapes` | objects as XML, and their notifications |

pub mod agent;
pub mod dialog;
pub mod error;
pub mod state;
pub mod statistics;
pub mod time;

mod action;
mod calls;
mod change;
mod create;
mod follow;
mod joined;
mod lists;
mod messages;
mod preview;
mod publish;
mod routing;
mod service;
mod shapes;

use std::collections::{BTreeMap, VecDeque};

use self::agent::{Agent, AgentId};
use self::dialog::Dialog;
use self::error::ApiError;
use self::state::{AgentState, Platform};
use self::statistics::Statistics;
use super::config::{Config, QueueConfig};
use crate::cti::{self, CallId};

pub use self::action::Action;
pub use self::change::Change;
pub use self::create::Create;
pub use self::messages::TeamMessage;
pub use self::service::{NodeInfo, Service};

/// The contact centre.
pub struct Centre {
    config: Config,
    agents: BTreeMap<AgentId, Agent>,
    queues: BTreeMap<u32, Queue>,
    dialogs: BTreeMap<CallId, Dialog>,
    messages: Vec<TeamMessage>,
    service: Service,
    /// Differs from the time of others by this, in ms, in all that is written.
    skew_ms: i64,
    next_call: u64,
    next_dialog: u64,
    next_message: u64,
    statistics_at: u64,
    /// Who asked for what a call's next notification reports.
    asked: BTreeMap<(CallId, AgentId), String>,
    /// Calls that were ordered and have not begun.
    ordered: BTreeMap<CallId, Ordered>,
    outputs: VecDeque<Output>,
    /// What happened since the start, for tests and for the page of figures.
    pub totals: Totals,
}

/// A queue and its figures.
struct Queue {
    config: QueueConfig,
    /// What was told last.
    published: Option<Statistics>,
    offered: u64,
    answered: u64,
    abandoned: u64,
}

/// A call that an agent ordered.
#[derive(Clone, Debug, Default)]
struct Ordered {
    by: AgentId,
    kind: &'static str,
    variables: BTreeMap<String, String>,
    /// The call that it is a consultation about.
    consult_of: Option<CallId>,
    /// The call that it hears.
    watched: Option<CallId>,
}

/// Sums since the start.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Totals {
    /// Calls that came to a queue.
    pub offered: u64,
    /// Of them, how many an agent answered.
    pub answered: u64,
    /// Of them, how many gave up.
    pub abandoned: u64,
    /// How often a call rang and was not answered.
    pub missed: u64,
}

/// What the contact centre wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// By the switch.
    Command(cti::Command),
    /// By the notification service.
    Publish(Publication),
    /// An agent's state changed; for whoever plays the teammates.
    Changed {
        /// Who.
        agent: AgentId,
        /// From.
        from: AgentState,
        /// To.
        to: AgentState,
    },
}

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The node.
    pub node: String,
    /// Who has it without a subscription.
    pub audience: Audience,
    /// The document `<Update>`.
    pub body: String,
}

/// Who has a node's notifications without a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Nobody.
    Subscribers,
    /// One agent.
    Agent(AgentId),
    /// Everybody who is connected.
    Everybody,
}

/// Dialogs are numbered from here on.
const FIRST_DIALOG: u64 = 40_077_001;

impl Centre {
    /// A contact centre where nobody is signed in. `nodes` are the Finesse servers, the primary first.
    pub fn new(config: Config, nodes: Vec<NodeInfo>, now: u64) -> Self {
        let agents = config.everybody();
        let queue = |config: &QueueConfig| Queue {
            config: config.clone(),
            published: None,
            offered: 0,
            answered: 0,
            abandoned: 0,
        };
        let mut centre = Self {
            agents: agents.into_iter().map(|agent| (agent.id.clone(), Agent::new(agent))).collect(),
            queues: config.queues.iter().map(|config| (config.id, queue(config))).collect(),
            dialogs: BTreeMap::new(),
            messages: Vec::new(),
            service: Service::new(nodes, now),
            skew_ms: 0,
            next_call: 1,
            next_dialog: FIRST_DIALOG,
            next_message: 1,
            statistics_at: now + config.statistics_ms,
            asked: BTreeMap::new(),
            ordered: BTreeMap::new(),
            outputs: VecDeque::new(),
            totals: Totals::default(),
            config,
        };
        for agent in centre.agents.values() {
            if agent.config.simulated {
                let device = agent.config.extension.clone();
                centre.outputs.push_back(Output::Command(cti::Command::Simulate { device }));
            }
        }
        for queue in centre.queues.values() {
            let number = queue.config.number.clone();
            centre.outputs.push_back(Output::Command(cti::Command::OpenQueue { number }));
        }
        centre
    }

    /// Takes what is wanted next.
    pub fn next_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Self::timeout`] is to be called.
    pub fn next_timeout(&self) -> u64 {
        let agents = self.agents.values().flat_map(|agent| {
            let gone = match agent.presence {
                agent::Presence::Gone(at) => Some(at),
                agent::Presence::Never | agent::Presence::Present => None,
            };
            [agent.reserved.map(|(_, until)| until), agent.wrap_up_until, gone]
        });
        let dialogs = self.dialogs.values().map(|dialog| dialog.give_up);
        let messages = self.messages.iter().map(|message| Some(message.expires()));
        agents.chain(dialogs).chain(messages).flatten().chain([self.statistics_at]).min().unwrap_or(u64::MAX)
    }

    /// Does what is due.
    pub fn timeout(&mut self, now: u64) {
        self.end_wrap_ups(now);
        self.take_back_unanswered(now);
        self.give_up_failed(now);
        self.expire_messages(now);
        self.sign_out_the_lost(now);
        if self.statistics_at <= now {
            self.statistics_at = now + self.config.statistics_ms;
            self.publish_queues(now);
        }
    }

    /// UCCE or UCCX.
    pub fn platform(&self) -> Platform {
        self.config.platform
    }

    /// What it is set up with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// An agent by id.
    pub fn agent(&self, id: &str) -> Option<&Agent> {
        self.agents.get(id)
    }

    /// All agents.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.values()
    }

    /// All dialogs, also those of calls that wait.
    pub fn dialogs(&self) -> impl Iterator<Item = &Dialog> {
        self.dialogs.values()
    }

    /// Checks a password: by id, or by login name where there is no single sign-on.
    pub fn authenticate(&mut self, now: u64, user: &str, password: &str) -> Result<AgentId, ApiError> {
        let (limit, block) = (self.config.sign_in_failures, self.config.block_ms);
        let agent = self
            .agents
            .values_mut()
            .find(|agent| agent.config.id == user || agent.config.login_name.eq_ignore_ascii_case(user))
            .ok_or_else(|| ApiError::unauthorized(user))?;
        if now < agent.failures.1 {
            return Err(ApiError::unauthorized(user));
        }
        if agent.config.password == password {
            agent.failures = (0, 0);
            return Ok(agent.config.id.clone());
        }
        agent.failures.0 += 1;
        if agent.failures.0 >= limit {
            agent.failures = (0, now + block);
        }
        Err(ApiError::unauthorized(user))
    }

    /// The agent who is signed in at a telephone.
    fn at(&self, extension: &str) -> Option<AgentId> {
        let mut signed_in = self.agents.values().filter(|agent| agent.state != AgentState::Logout);
        signed_in.find(|agent| agent.extension == extension).map(|agent| agent.config.id.clone())
    }

    /// Whether a number is an agent's, signed in or not.
    fn is_inside(&self, number: &str) -> bool {
        self.agents.values().any(|agent| agent.config.extension == number || agent.extension == number)
    }

    /// A number for a new call.
    pub fn new_call(&mut self) -> CallId {
        self.next_call += 1;
        CallId(self.next_call)
    }

    fn new_dialog_id(&mut self) -> u64 {
        let id = self.next_dialog;
        self.next_dialog += 1;
        id
    }

    fn command(&mut self, command: cti::Command) {
        self.outputs.push_back(Output::Command(command));
    }

    /// The call that a dialog is of.
    fn call_of(&self, dialog: &str) -> Option<CallId> {
        let id: u64 = dialog.parse().ok()?;
        self.dialogs.values().find(|known| known.id == id).map(|known| known.call)
    }
}

#[cfg(test)]
mod tests;
