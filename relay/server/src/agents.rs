//! The agents: for each user who is one, a session with the contact centre.
//!
//! The sessions are pure machines in the event loop, as calls and SIP are: each is handed what happens to it, and carries out
//! what it asks for. A session costs microseconds for a notification, and its sockets run in tasks of their own.

mod answers;
pub mod calls;
mod command;
mod contacts;
mod credentials;
mod day;
mod diary;
mod drive;
pub mod joining;
mod leaving;
mod requests;
pub mod routing;
mod schedule;
mod setup;
mod signing_in;
mod sso;
pub mod translate;
mod vault;

pub use command::{AgentSecret, keep_agent_secret};
pub(crate) use drive::AgentInput;

use crate::config::Config;
use crate::finesse_io::{FinesseSite, Link};
use crate::relay::Input;
use crate::store::Store;
use answers::{Answers, Waiting};
use anyhow::Result;
use calls::{AgentCalls, Place};
use day::OwnDay;
use leaving::Leaving;
use rand_chacha::ChaCha12Rng;
use routing::RouteId;
use schedule::Schedule;
use setup::Setup;
use sidetone_bridge::{Bridge, ClientId, UserId};
use sidetone_finesse::session::{Change, Error, LinkId, Presence, Service, Session, Tag};
use sidetone_protocol::agent::{Agent, AgentAction, AgentEvent, Day};
use sidetone_protocol::dial_plan::DialPlan;
use sidetone_protocol::{FailureCode, RelayMessage, RequestId};
use signing_in::SigningIn;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::mpsc;
use vault::{Kept, Vault};

/// All agents of the relay.
pub(crate) struct Agents {
    sites: Vec<FinesseSite>,
    agents: HashMap<UserId, AgentUser>,
    due: Schedule,
    news: VecDeque<News>,
    next_run: u64,
    next_tag: Tag,
    vault: Arc<Vault>,
    store: Store,
    inputs: mpsc::Sender<Input>,
    counts: Counts,
}

/// A user who is an agent.
struct AgentUser {
    setup: Setup,
    /// None while nobody is there.
    run: Option<Run>,
    kept: Kept,
    answers: Answers,
}

/// A session with the contact centre.
struct Run {
    /// Tells what belongs to it from what belonged to one before.
    id: u64,
    session: Session,
    /// One, or two while one takes the other's place.
    links: Vec<(LinkId, Link)>,
    signing_in: SigningIn,
    waiting: HashMap<Tag, Waiting>,
    /// The agent's calls, as the contact centre and the phone know them.
    calls: AgentCalls,
    /// The user has signed out of the phone: it is over when the contact centre knows.
    leaving: Option<Leaving>,
    /// When it is over at the latest.
    leave_by: Option<u64>,
    /// A new token was asked for.
    renewing: bool,
    day: Option<OwnDay>,
    /// When it is midnight where the agent works.
    day_ends: Option<u64>,
}

/// Something that others have to know.
#[derive(Debug)]
pub(crate) enum News {
    /// A request was answered.
    Answered { client: ClientId, message: Box<RelayMessage> },
    /// What an agent sees has changed.
    Changed { user: UserId, change: Change },
    /// Something about calls that the contact centre was asked for was done, or was not.
    Carried { user: UserId, route: RouteId, result: Result<(), Error> },
    /// It is time to look after the calls of an agent.
    LookAtCalls { user: UserId },
    /// What an agent has done today has changed.
    Day { user: UserId },
    /// An agent asks for help.
    HelpWanted { user: UserId, client: ClientId, request: RequestId },
}

/// What has happened since the start.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Requests over HTTP.
    pub(crate) requests: u64,
    /// Requests that got no answer.
    pub(crate) unanswered: u64,
    /// Notifications and whatever else came over the links.
    pub(crate) frames: u64,
    /// Links that have ended without our doing.
    pub(crate) links_lost: u64,
}

/// How agents are, for metrics.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AgentFigures {
    pub(crate) signed_in: usize,
    pub(crate) impaired: usize,
    pub(crate) links: usize,
    pub(crate) counts: Counts,
}

impl Agents {
    /// By the configuration. Nobody is signed in yet.
    ///
    /// # Errors
    ///
    /// If the certificates of a contact centre cannot be read.
    pub(crate) fn new(config: &Config, inputs: mpsc::Sender<Input>, store: Store) -> Result<Self> {
        let sites = config.finesse.iter().map(FinesseSite::new).collect::<Result<_>>()?;
        let agents = config.users.iter().zip(0..).filter_map(|(user, id)| {
            let setup = Setup::new(config, user)?;
            Some((
                UserId(id),
                AgentUser { setup, run: None, kept: Kept::default(), answers: Answers::default() },
            ))
        });
        Ok(Self {
            sites,
            agents: agents.collect(),
            due: Schedule::default(),
            news: VecDeque::new(),
            next_run: 1,
            next_tag: 1,
            vault: Arc::new(Vault::new(store.clone())),
            store,
            inputs,
            counts: Counts::default(),
        })
    }

    /// What a user sees as an agent; none for users who are none.
    pub(crate) fn view(&self, user: UserId) -> Option<Box<Agent>> {
        let agent = self.agents.get(&user)?;
        let run = agent.run.as_ref()?;
        let mut view = translate::agent(run.session.view(), &agent.about());
        view.day = self.day(user).unwrap_or_default();
        Some(Box::new(view))
    }

    /// What an agent has done today.
    pub(crate) fn day(&self, user: UserId) -> Option<Day> {
        let own = self.agents.get(&user)?.run.as_ref()?.day.as_ref()?;
        Some(own.day.clone())
    }

    /// A tab of the user is there. A session begins, unless there is one.
    pub(crate) fn arrive(&mut self, user: UserId) {
        let Some(agent) = self.agents.get_mut(&user) else { return };
        if let Some(run) = agent.run.as_ref().filter(|run| run.leaving.is_none()) {
            // What is asked for may be there by now.
            if agent.setup.zero_touch && run.needs_something() {
                let id = run.id;
                self.recall(user, id);
            }
            return;
        }
        let id = self.next_run;
        self.next_run += 1;
        agent.run = Some(Run {
            id,
            session: Session::new(agent.setup.session.clone()),
            links: Vec::new(),
            signing_in: SigningIn::Recalling,
            waiting: HashMap::new(),
            calls: AgentCalls::new(agent.setup.extension.as_deref().unwrap_or_default()),
            leaving: None,
            leave_by: None,
            renewing: false,
            day: None,
            day_ends: None,
        });
        self.recall(user, id);
    }

    /// The last tab of the user is gone for good: by choice of the user, or because it did not come back.
    pub(crate) fn leave(&mut self, now: u64, rng: &mut ChaCha12Rng, user: UserId, by_choice: bool) {
        let Some(agent) = self.agents.get_mut(&user) else { return };
        let Some(run) = &mut agent.run else { return };
        let signed_in = run.session.view().presence == Presence::SignedIn;
        if by_choice && signed_in && agent.setup.signs_out {
            self.begin_leaving(now, rng, user);
        } else {
            // What the contact centre makes of the presence that ends is its own business: others see the same of its own desktop.
            self.end(user);
        }
    }

    /// A tab's session is over.
    pub(crate) fn forget(&mut self, user: UserId, client: ClientId) {
        if let Some(agent) = self.agents.get_mut(&user) {
            agent.answers.forget(client);
            agent.run.iter_mut().for_each(|run| run.calls.forget(client));
        }
    }

    /// A tab asks for something.
    pub(crate) fn request(
        &mut self,
        now: u64,
        rng: &mut ChaCha12Rng,
        (bridge, plan): (&mut Bridge, &DialPlan),
        (user, client): (UserId, ClientId),
        request: RequestId,
        action: AgentAction,
    ) {
        let Some(agent) = self.agents.get_mut(&user) else {
            let message = failed(request, FailureCode::FeatureUnavailable);
            return self.news.push_back(News::Answered { client, message });
        };
        if let Some(message) = agent.answers.of(client, request) {
            return self.news.push_back(News::Answered { client, message });
        }
        let waits = |run: &Run| run.waiting.values().any(|wait| wait.is(client, request));
        if agent.run.as_ref().is_some_and(waits) {
            return;
        }
        self.carry_out_action(now, rng, (bridge, plan), (user, client), request, action);
    }

    /// The calls of an agent, with what belongs to them; none while there is no session.
    pub(crate) fn calls<'a>(
        &'a mut self,
        now: u64,
        user: UserId,
        plan: &'a DialPlan,
    ) -> Option<(&'a mut AgentCalls, Place<'a>)> {
        let AgentUser { setup, run, .. } = self.agents.get_mut(&user)?;
        let Run { session, calls, .. } = run.as_mut()?;
        let view = session.view();
        // The sound of a mobile agent's calls is not here.
        if view.user.as_ref().is_some_and(|user| user.mobile_agent.is_some()) {
            return None;
        }
        Some((calls, Place { now, user, view, plan, dial_by_finesse: setup.dials_by_finesse }))
    }

    /// The next thing that others have to know, oldest first.
    pub(crate) fn next_news(&mut self) -> Option<News> {
        self.news.pop_front()
    }

    /// What a change means to those who see the agent.
    pub(crate) fn event(&self, user: UserId, change: &Change) -> Option<AgentEvent> {
        let agent = self.agents.get(&user)?;
        translate::event(agent.run.as_ref()?.session.view(), change, &agent.about())
    }

    /// What the supervisors of an agent's team are told when the agent asks for help, and who of them is signed in here.
    pub(crate) fn help_wanted(&self, user: UserId) -> Option<(AgentEvent, Vec<UserId>)> {
        let agent = self.agents.get(&user)?;
        let me = agent.run.as_ref()?.session.view().user.as_ref()?;
        let team = &me.team.as_ref()?.id;
        let supervises = |(_, other): &(&UserId, &AgentUser)| {
            let view = other.run.as_ref().map(|run| run.session.view());
            let signed_in = view.filter(|view| view.presence == Presence::SignedIn);
            let teams = signed_in.and_then(|view| view.user.as_ref()).map(|user| user.teams.as_slice());
            other.setup.site == agent.setup.site
                && teams.unwrap_or_default().iter().any(|supervised| supervised.id == *team)
        };
        let supervisors = self.agents.iter().filter(supervises).map(|(id, _)| *id);
        let event = AgentEvent::HelpWanted {
            member: me.login_id.clone(),
            name: format!("{} {}", me.first_name, me.last_name).trim().to_owned(),
            extension: me.extension.clone(),
        };
        Some((event, supervisors.filter(|id| *id != user).collect()))
    }

    pub(crate) fn figures(&self) -> AgentFigures {
        let mut figures = AgentFigures { counts: self.counts, ..AgentFigures::default() };
        for run in self.agents.values().filter_map(|agent| agent.run.as_ref()) {
            let view = run.session.view();
            figures.signed_in += usize::from(view.presence == Presence::SignedIn);
            figures.impaired += usize::from(matches!(view.service, Service::Impaired { .. }));
            figures.links += run.links.len();
        }
        figures
    }
}

fn failed(request: RequestId, code: FailureCode) -> Box<RelayMessage> {
    Box::new(RelayMessage::Failed { request: Some(request), failure: code.into() })
}
