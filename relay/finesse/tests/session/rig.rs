//! Virtual time, two servers, and the network between them and the session.

mod servers;

use crate::center::{Center, EXTENSION, ID, PASSWORD, Published};
use crate::wire::{escape, plain, time};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sidetone_finesse::model::{AgentId, AgentState};
use sidetone_finesse::rest::Method;
use sidetone_finesse::session::{
    Ask, Change, Command, Credentials, Error, Input, LinkId, Session, Settings, SignIn,
};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const START: u64 = 1_900_000_000_000;
const HTTP_MS: u64 = 40;
const FRAME_MS: u64 = 25;
/// The agent is lost so long after the last sign of life.
const LOST_MS: u64 = 120_000;

/// How a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Good,
    /// Connections are refused.
    Dead,
    /// Connections are taken, and nothing is answered.
    Hung,
    /// 503, and SystemInfo says so.
    OutOfService,
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) health: Health,
    /// WebSockets are taken.
    pub(crate) websocket: bool,
    /// BOSH is taken.
    pub(crate) bosh: bool,
}

#[derive(Debug, Default)]
struct Link {
    host: usize,
    signed_in: bool,
    ready: bool,
    nodes: BTreeSet<String>,
    /// Of BOSH: what waits to be fetched, and the request that is held.
    bosh: Option<String>,
    outbox: Vec<String>,
    held: Option<(u64, u64)>,
}

/// What the network does to notifications, in percent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Chaos {
    pub(crate) lost: u64,
    pub(crate) twice: u64,
    pub(crate) late_ms: u64,
}

pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) session: Session,
    rng: ChaCha8Rng,
    pub(crate) center: Center,
    pub(crate) servers: [Server; 2],
    links: BTreeMap<LinkId, Link>,
    queue: BTreeMap<(u64, u64), Input>,
    counter: u64,
    pub(crate) cut_until: u64,
    pub(crate) chaos: Chaos,
    dice: u64,
    pub(crate) done: BTreeMap<u64, Result<(), Error>>,
    pub(crate) changes: Vec<Change>,
    /// When requests were sent and connections opened.
    pub(crate) requests: Vec<(u64, String)>,
    /// The last body that was sent to change something.
    pub(crate) last_body: String,
    next_tick: u64,
    tags: u64,
    /// The agent's last sign of life.
    heard: u64,
    /// Every password is refused on connections for notifications.
    pub(crate) refuse_xmpp: bool,
    /// How much later than usual what is read arrives, in milliseconds.
    pub(crate) reads_late_ms: u64,
    /// How long the servers take to begin with what changes something, in milliseconds.
    pub(crate) writes_late_ms: u64,
    writes: BTreeMap<(u64, u64), servers::Write>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Settings::new(vec!["fin1.example".to_owned(), "fin2.example".to_owned()]))
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let server = || Server { health: Health::Good, websocket: true, bosh: true };
        Self {
            now: START,
            session: Session::new(settings),
            rng: ChaCha8Rng::seed_from_u64(7),
            center: Center::new(),
            servers: [server(), server()],
            links: BTreeMap::new(),
            queue: BTreeMap::new(),
            counter: 0,
            cut_until: 0,
            chaos: Chaos::default(),
            dice: 0x1234_5678_9abc_def0,
            done: BTreeMap::new(),
            changes: Vec::new(),
            requests: Vec::new(),
            last_body: String::new(),
            next_tick: START,
            tags: 0,
            heard: 0,
            refuse_xmpp: false,
            reads_late_ms: 0,
            writes_late_ms: 0,
            writes: BTreeMap::new(),
        }
    }

    /// Signed in, not ready.
    pub(crate) fn signed_in() -> Self {
        Self::signed_in_to(Self::new())
    }

    pub(crate) fn signed_in_to(mut world: Self) -> Self {
        let tag = world.sign_in();
        world.run(5_000);
        assert_eq!(world.done.get(&tag), Some(&Ok(())), "signing in");
        world
    }

    pub(crate) fn sign_in(&mut self) -> u64 {
        self.sign_in_with(PASSWORD)
    }

    pub(crate) fn sign_in_with(&mut self, password: &str) -> u64 {
        self.ask(Ask::SignIn(Box::new(SignIn {
            id: AgentId(ID.to_owned()),
            credentials: Credentials::Basic { id: ID.to_owned(), password: password.to_owned() },
            extension: EXTENSION.to_owned(),
            device: None,
            mobile: None,
        })))
    }

    pub(crate) fn credentials(&self) -> Credentials {
        Credentials::Basic { id: ID.to_owned(), password: self.center.password.clone() }
    }

    pub(crate) fn ask(&mut self, ask: Ask) -> u64 {
        self.tags += 1;
        let tag = self.tags;
        self.input(Input::Ask { tag, ask });
        tag
    }

    /// How much was asked for.
    pub(crate) fn asked(&self) -> u64 {
        self.tags
    }

    /// Asks, and says what came of it.
    pub(crate) fn outcome(&mut self, ask: Ask) -> Result<(), Error> {
        let tag = self.ask(ask);
        self.run(20_000);
        self.done.get(&tag).cloned().expect("everything that is asked for has an outcome")
    }

    pub(crate) fn state(&self) -> AgentState {
        self.session.view().state().expect("the state is known")
    }

    fn input(&mut self, input: Input) {
        self.session.handle(self.now, &mut self.rng, input);
        self.carry_out();
    }

    fn random(&mut self, below: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % below.max(1)
    }

    pub(crate) fn seed(&mut self, seed: u64) {
        self.dice ^= seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    }

    fn later(&mut self, after: u64, input: Input) {
        self.counter += 1;
        self.queue.insert((self.now + after, self.counter), input);
    }

    /// Goes on for so many milliseconds.
    pub(crate) fn run(&mut self, ms: u64) {
        let end = self.now + ms;
        let mut idle = 0;
        loop {
            self.publish();
            let event = self.queue.keys().next().map(|(at, _)| *at);
            let write = self.writes.keys().next().map(|(at, _)| *at);
            let due = self.session.next_timeout();
            let next = [event, write, due, Some(self.next_tick)]
                .into_iter()
                .flatten()
                .min()
                .unwrap_or(end)
                .max(self.now);
            if next > end {
                break;
            }
            idle = if next == self.now { idle + 1 } else { 0 };
            assert!(idle < 2_000, "it goes in circles at {}", self.now - START);
            self.now = next;
            if self.now >= self.next_tick {
                self.next_tick = self.now + 1_000;
                self.tick();
            }
            if let Some(key) = self.writes.keys().next().copied().filter(|(at, _)| *at <= self.now) {
                let write = self.writes.remove(&key).expect("it is there");
                self.serve_late(&write);
            } else if let Some(key) = self.queue.keys().next().copied().filter(|(at, _)| *at <= self.now) {
                let input = self.queue.remove(&key).expect("it is there");
                self.input(input);
            } else if due.is_some_and(|at| at <= self.now) {
                self.session.handle_timeout(self.now, &mut self.rng);
                self.carry_out();
            }
        }
        self.now = end;
    }

    fn tick(&mut self) {
        if self.heard > 0 && self.now > self.heard + LOST_MS {
            self.heard = 0;
            self.center.lost(self.now);
        }
        let held: Vec<LinkId> = self
            .links
            .iter()
            .filter(|(_, link)| link.held.is_some_and(|(_, since)| self.now > since + 25_000))
            .map(|(id, _)| *id)
            .collect();
        for link in held {
            self.answer_held(link);
        }
    }

    /// A server dies, or comes back.
    pub(crate) fn health(&mut self, host: usize, health: Health) {
        self.servers[host].health = health;
        if health == Health::Dead {
            self.drop_links(host);
        }
        if health == Health::OutOfService {
            self.tell_system(host);
        }
        if health == Health::Good {
            self.tell_system(host);
        }
    }

    pub(crate) fn drop_links(&mut self, host: usize) {
        let gone: Vec<LinkId> =
            self.links.iter().filter(|(_, link)| link.host == host).map(|(id, _)| *id).collect();
        for link in gone {
            if let Some(gone) = self.links.remove(&link)
                && gone.bosh.is_none()
            {
                self.later(1, Input::XmppClosed { link });
            }
        }
    }

    pub(crate) fn links_up(&self) -> usize {
        self.links.values().filter(|link| link.ready).count()
    }

    pub(crate) fn subscriptions(&self) -> BTreeSet<String> {
        self.links.values().flat_map(|link| link.nodes.iter().cloned()).collect()
    }

    /// Nothing goes through for so long.
    pub(crate) fn cut(&mut self, ms: u64) {
        self.cut_until = self.now + ms;
    }

    /// The presence of the user `finesse`.
    pub(crate) fn finesse_is(&mut self, available: bool) {
        let kind = if available { "" } else { " type='unavailable'" };
        for link in self.links.keys().copied().collect::<Vec<_>>() {
            let frame = format!("<presence from='finesse@fin.example/srv'{kind}/>");
            self.frame(link, FRAME_MS, frame);
        }
    }

    fn tell_system(&mut self, host: usize) {
        let update = format!(
            "<Update><data>{}</data><event>PUT</event><requestId/><source>/finesse/api/SystemInfo</source></Update>",
            self.system_info(host)
        );
        for (id, link) in self.links.iter().map(|(id, link)| (*id, link.host)).collect::<Vec<_>>() {
            if link == host {
                self.frame(id, FRAME_MS, message("/finesse/api/SystemInfo", &update));
            }
        }
    }

    fn system_info(&self, host: usize) -> String {
        let status =
            if self.servers[host].health == Health::OutOfService { "OUT_OF_SERVICE" } else { "IN_SERVICE" };
        let platform = if self.center.uccx { "UCCX" } else { "UCCE" };
        format!(
            "<SystemInfo><currentTimestamp>{}</currentTimestamp><deploymentType>{platform}</deploymentType><primaryNode>\
             <host>fin1.example</host></primaryNode><secondaryNode><host>fin2.example</host></secondaryNode>\
             <status>{status}</status><xmppDomain>fin.example</xmppDomain><xmppPubSubDomain>pubsub.fin.example</xmppPubSubDomain>\
             </SystemInfo>",
            time(self.center.clock(self.now))
        )
    }

    /// What the back end has published goes out.
    fn publish(&mut self) {
        for published in std::mem::take(&mut self.center.published) {
            if self.center.mute {
                continue;
            }
            let Published { node, event, source, data, request } = published;
            let update = format!(
                "<Update><data>{data}</data><event>{event}</event><requestId>{request}</requestId><source>{source}</source></Update>"
            );
            let automatic =
                node.starts_with(&format!("/finesse/api/User/{ID}")) && !node.ends_with("/Queues");
            let links: Vec<(LinkId, usize)> = self
                .links
                .iter()
                .filter(|(_, link)| link.ready && (automatic || link.nodes.contains(&node)))
                .map(|(id, link)| (*id, link.host))
                .collect();
            for (link, host) in links {
                if self.servers[host].health != Health::Good || self.random(100) < self.chaos.lost {
                    continue;
                }
                let copies = if self.random(100) < self.chaos.twice { 2 } else { 1 };
                for _ in 0..copies {
                    let late = self.random(self.chaos.late_ms + 1);
                    self.frame(link, FRAME_MS + late, message(&node, &update));
                }
            }
        }
    }

    fn frame(&mut self, link: LinkId, after: u64, text: String) {
        let Some(open) = self.links.get_mut(&link) else { return };
        if open.bosh.is_some() {
            open.outbox.push(text);
            self.answer_held(link);
            return;
        }
        let after = after.max(self.cut_until.saturating_sub(self.now));
        self.later(after, Input::XmppReceived { link, text });
    }

    fn carry_out(&mut self) {
        while let Some(command) = self.session.next_command() {
            let shown = format!("{command:?}");
            assert!(!shown.contains(PASSWORD) && !shown.contains(&plain(ID, PASSWORD)), "a secret is shown");
            match command {
                Command::Http { id, host, port, request, credentials, timeout_ms } => {
                    if port == 8445 && request.method != Method::Get {
                        self.last_body =
                            format!("{} {} {}", request.method.as_str(), request.path, request.body);
                    }
                    self.requests.push((self.now, format!("{} {}", request.method.as_str(), request.path)));
                    self.http(id, &host, port, &request, &credentials, timeout_ms);
                }
                Command::OpenXmpp { link, host, .. } => {
                    self.requests.push((self.now, "WS".to_owned()));
                    self.open(link, host_of(&host));
                }
                Command::SendXmpp { link, text } => self.sent(link, &text),
                Command::CloseXmpp { link } => {
                    self.links.remove(&link);
                    self.queue.retain(|_, input| {
                        !matches!(input, Input::XmppReceived { link: of, .. } | Input::XmppClosed { link: of } if *of == link)
                    });
                }
                Command::Done { tag, result } => {
                    assert!(self.done.insert(tag, result).is_none(), "one outcome for each");
                }
                Command::Changed(change) => self.changes.push(change),
            }
        }
    }

    fn open(&mut self, link: LinkId, host: usize) {
        match self.servers[host].health {
            Health::Dead => self.later(2, Input::XmppClosed { link }),
            Health::Hung => {}
            Health::Good | Health::OutOfService => {
                if !self.servers[host].websocket {
                    self.later(2, Input::XmppClosed { link });
                } else if self.cut_until <= self.now {
                    self.links.insert(link, Link { host, ..Link::default() });
                    self.later(FRAME_MS, Input::XmppOpened { link });
                }
            }
        }
    }

    fn sent(&mut self, link: LinkId, text: &str) {
        let Some(open) = self.links.get(&link) else { return };
        if self.servers[open.host].health == Health::Hung || self.cut_until > self.now {
            return;
        }
        for answer in self.speak(link, text) {
            self.frame(link, FRAME_MS, answer);
        }
    }
}

fn host_of(host: &str) -> usize {
    usize::from(host == "fin2.example")
}

fn message(node: &str, update: &str) -> String {
    format!(
        "<message from='pubsub.fin.example' to='{ID}@fin.example'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
         <items node='{node}'><item id='i'><notification xmlns='http://jabber.org/protocol/pubsub'>{}</notification></item></items></event></message>",
        escape(update)
    )
}
