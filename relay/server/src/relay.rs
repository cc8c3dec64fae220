//! The event loop: one task that owns every state machine.
//!
//! Each happening goes to its machine; then the commands of all machines are carried out until none is left. Nothing
//! clever lives here, and nothing waits: what takes time runs elsewhere and comes back as an [`Input`].

mod agents;
mod browsers;
mod called;
mod calling;
mod carry_out;
mod far_leg;
mod features;
mod keys;
mod lines;
mod media_events;
mod media_format;
mod mixing;
mod negotiating;
mod outcome;
mod records;
mod relating;
mod sip_events;
mod stop;
mod transferring;
mod users;
mod watching;

use crate::agents::{AgentInput, Agents};
use crate::auth::{Session, Sessions, fresh_token};
use crate::clock::Clock;
use crate::config::Config;
use crate::dial_plans::DialPlans;
use crate::metrics::Figures;
use crate::sip_io::{Accepted, SipAddresses, SipTask};
use crate::store::Store;
use anyhow::{Context, Result, anyhow};
use browsers::BrowserLegs;
use far_leg::FarLegs;
use features::FeatureFile;
use lines::Lines;
use rand_chacha::ChaCha12Rng;
use rand_core::SeedableRng;
use sidetone_bridge::{Bridge, BrowserLegId, ClientId, FarLegId, UserId};
use sidetone_media::{BrowserAnswer, MediaError, MediaPlane, MixId};
use sidetone_protocol::{ClientMessage, ConferenceId, Failure, FailureCode, RelayMessage, SessionToken};
use sidetone_sip as sip;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use users::{Users, new_user};

/// A connection of a browser, counted from the start of the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConnectionId(pub(crate) u64);

/// The way back to a browser.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) id: ConnectionId,
    /// Boxed, since a channel keeps room for dozens of messages: 11 KB for each browser if they lay in it.
    pub(crate) sender: mpsc::Sender<Box<RelayMessage>>,
}

/// How a tab comes in.
#[derive(Debug)]
pub(crate) enum Attach {
    /// With a password that was right.
    New(UserId),
    /// With the token of an earlier session.
    Resume(SessionToken),
}

/// The answer to a tab that comes in: who it is from now on, and what to tell it.
pub(crate) type Attached = Result<(ClientId, RelayMessage), Failure>;

/// Something that happened.
pub(crate) enum Input {
    /// A tab wants in.
    Attach { attach: Attach, connection: Connection, reply: oneshot::Sender<Attached> },
    /// A tab said something.
    Message { client: ClientId, message: ClientMessage },
    /// A tab's connection is gone.
    Detach { client: ClientId, connection: ConnectionId },
    /// Something came in on the SIP side.
    Sip(sip::Input),
    /// Somebody opened a SIP connection to us.
    SipAccepted(Accepted),
    /// Something happened to an agent, in the session with that number.
    Agent { user: UserId, run: u64, input: AgentInput },
    /// Somebody wants to know how things are.
    Inspect { reply: oneshot::Sender<Figures> },
    /// The relay is told to stop.
    Stop,
}

/// Something that the media plane says. It never waits for room, since the media threads must not.
pub(crate) enum MediaInput {
    /// Something happened on a leg.
    Event(sidetone_media::Event),
    /// An RTP port was opened, or not.
    RtpOpened { leg: FarLegId, result: Result<SocketAddr, MediaError> },
    /// A browser's offer was answered, or not.
    BrowserOpened { leg: BrowserLegId, result: Result<BrowserAnswer, MediaError> },
}

/// The relay: every state machine, and what joins them.
pub(crate) struct Relay {
    clock: Clock,
    rng: ChaCha12Rng,
    bridge: Bridge,
    sip: sip::UserAgent,
    sockets: SipTask,
    media: MediaPlane,
    media_inputs: mpsc::UnboundedSender<MediaInput>,
    lines: Lines,
    browsers: BrowserLegs,
    far: FarLegs,
    mixes: HashMap<ConferenceId, MixId>,
    features: FeatureFile,
    agents: Agents,
    /// Whose user has just asked to be signed out.
    signing_out: Option<UserId>,
    users: Users,
    store: Store,
    plans: Arc<DialPlans>,
    sessions: Sessions,
    connections: HashMap<ClientId, Connection>,
    grace_ms: u32,
    stopping: bool,
}

/// The queues into the event loop.
pub(crate) struct Queues {
    pub(crate) inputs: mpsc::Receiver<Input>,
    pub(crate) media: mpsc::UnboundedReceiver<MediaInput>,
}

impl Relay {
    pub(crate) fn new(
        config: &Config,
        clock: Clock,
        (sockets, addresses): (SipTask, SipAddresses),
        (media, media_inputs): (MediaPlane, mpsc::UnboundedSender<MediaInput>),
        plans: Arc<DialPlans>,
        agents: Agents,
        store: Store,
    ) -> Result<Self> {
        let mut seed = [0u8; 32];
        getrandom::fill(&mut seed).map_err(|error| anyhow!("the system gives no random bytes: {error}"))?;
        let grace = u64::from(config.calls.grace_s) * 1_000;
        let mut bridge = Bridge::new(sidetone_bridge::Settings {
            grace,
            ring: u64::from(config.calls.ring_s) * 1_000,
            first_call: clock.millis(),
            ..sidetone_bridge::Settings::default()
        });
        let features = FeatureFile::open(&config.data_dir)?;
        for (user, id) in config.users.iter().zip(0..) {
            bridge.add_user(UserId(id), new_user(config, user, features.of(&user.name)));
        }
        let mut rng = ChaCha12Rng::from_seed(seed);
        let mut user_agent = sip::UserAgent::new(addresses.settings());
        for (id, trunk) in lines::trunks(config) {
            let name = trunk.domain.clone();
            user_agent
                .set_trunk(sip::Time(clock.micros()), &mut rng, id, trunk)
                .with_context(|| format!("the trunk to {name} cannot be used as it is configured"))?;
        }
        Ok(Self {
            clock,
            rng,
            bridge,
            sip: user_agent,
            sockets,
            media,
            media_inputs,
            lines: Lines::new(config),
            browsers: BrowserLegs::default(),
            far: FarLegs::default(),
            mixes: HashMap::new(),
            features,
            agents,
            signing_out: None,
            users: Users::new(config),
            store,
            plans,
            sessions: Sessions::new(u64::from(config.http.session_hours) * 3_600_000),
            connections: HashMap::new(),
            grace_ms: u32::try_from(grace).unwrap_or(u32::MAX),
            stopping: false,
        })
    }

    /// Runs until the relay was told to stop and every call and line has ended.
    pub(crate) async fn run(mut self, mut queues: Queues) {
        loop {
            let wait = self.until_timeout();
            tokio::select! {
                input = queues.inputs.recv() => match input {
                    Some(input) => self.handle(input),
                    None => return,
                },
                Some(input) = queues.media.recv() => self.handle_media(input),
                () = tokio::time::sleep(wait) => self.handle_timeouts(),
            }
            self.carry_out();
            if self.stopping && self.has_stopped() {
                self.media.shutdown();
                return;
            }
        }
    }

    fn until_timeout(&mut self) -> std::time::Duration {
        let bridge = self.bridge.next_timeout().map(|at| self.clock.until_millis(at));
        let sip = self.sip.next_timeout().map(|at| self.clock.until_micros(at.0));
        let agents = self.agents.next_timeout().map(|at| self.clock.until_millis(at));
        // Nothing is due for an hour: look again then.
        let idle = std::time::Duration::from_secs(3_600);
        [bridge, sip, agents].into_iter().flatten().min().unwrap_or(idle)
    }

    fn handle_timeouts(&mut self) {
        let (now, time) = (self.clock.millis(), self.sip_time());
        self.bridge.handle_timeout(now);
        self.sip.handle_timeout(time, &mut self.rng);
        self.agents.handle_timeouts(now, &mut self.rng);
    }

    fn handle(&mut self, input: Input) {
        let now = self.clock.millis();
        match input {
            Input::Attach { attach, connection, reply } => {
                let attached = self.attach(now, attach, connection);
                // A connection that broke meanwhile says so itself.
                let _ = reply.send(attached);
            }
            Input::Message { client, message } => {
                self.sessions.touch(now, client);
                self.message(now, client, message);
            }
            Input::Detach { client, connection } => {
                // A newer connection of the same tab may have taken its place.
                if self.connections.get(&client).is_some_and(|known| known.id == connection) {
                    self.connections.remove(&client);
                    self.sessions.touch(now, client);
                    self.bridge.detach(now, client);
                }
            }
            Input::Sip(input) => self.handle_sip(input),
            Input::SipAccepted(accepted) => self.accept(accepted),
            Input::Agent { user, run, input } => self.agents.input(now, &mut self.rng, user, run, input),
            Input::Inspect { reply } => {
                // Whoever asked may have given up.
                let _ = reply.send(self.figures());
            }
            Input::Stop => self.stop(),
        }
    }

    fn attach(&mut self, now: u64, attach: Attach, connection: Connection) -> Attached {
        if self.stopping {
            return Err(FailureCode::RelayStopping.into());
        }
        let token = fresh_token().map_err(|error| {
            tracing::error!(%error, "the system gives no random bytes for a session");
            FailureCode::Internal
        })?;
        let (Session { user, client }, ended) = match attach {
            Attach::New(user) => {
                let connected = |client| self.connections.contains_key(&client);
                self.sessions.start(now, user, token.clone(), connected)
            }
            Attach::Resume(old) => {
                let session = self.sessions.resume(now, &old, token.clone());
                (session.ok_or(FailureCode::SessionExpired)?, Vec::new())
            }
        };
        let mut snapshot = self.bridge.attach(now, user, client).ok_or(FailureCode::Internal)?;
        self.agents.arrive(user);
        snapshot.agent = self.agents.view(user);
        ended.into_iter().for_each(|client| self.bridge.expire(now, client));
        if let Some(older) = self.connections.insert(client, connection) {
            let failure = Some(FailureCode::PhoneInOtherTab.into());
            // The older connection is most often a dead one whose end nobody has noticed yet.
            let _ = older.sender.try_send(Box::new(RelayMessage::SignedOut { failure }));
        }
        let dial_plan = self.plans.for_page(user).cloned().map(Box::new);
        Ok((client, RelayMessage::SignedIn { token, grace_ms: self.grace_ms, snapshot, dial_plan }))
    }

    fn tell(&mut self, client: ClientId, message: RelayMessage) {
        let Some(connection) = self.connections.get(&client) else { return };
        match connection.sender.try_send(Box::new(message)) {
            Ok(()) => return,
            Err(TrySendError::Full(_)) => {
                tracing::warn!(client = client.0, "a browser reads too slowly: its connection is closed");
            }
            // Its end has not been told yet.
            Err(TrySendError::Closed(_)) => {
                tracing::debug!(client = client.0, "a browser's connection is gone")
            }
        }
        self.connections.remove(&client);
        self.bridge.detach(self.clock.millis(), client);
    }

    fn sip_time(&self) -> sip::Time {
        sip::Time(self.clock.micros())
    }
}
