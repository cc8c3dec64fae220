//! The session of one agent, without IO.
//!
//! [`Session`] finds the server that is in service, signs the agent in, keeps notifications coming, and keeps a [`View`]
//! that converges to what Finesse says, whatever is lost, late, twice or out of order on the way. Its caller
//!
//! 1. hands every happening to [`Session::handle`] with the time,
//! 2. carries out every [`Command`] from [`Session::next_command`] until there is none,
//! 3. calls [`Session::handle_timeout`] no later than [`Session::next_timeout`].
//!
//! The order is that of the Finesse developer guide ("Desktop presence and forced logout"): SystemInfo, the user,
//! notifications, sign-in, then everything else. Each input changes facts; what follows from the facts is worked out in
//! one place after it, so that no order of happenings leaves something undone. A state that Finesse tells is taken, however
//! unexpected: its back end decides, and any can follow any.
//!
//! A credential that was refused is not sent a second time.

mod account;
mod ask;
mod asks;
mod choices;
mod clock;
mod dialogs;
mod error;
mod expect;
mod http;
mod io;
mod kept;
mod link;
mod lists;
mod nodes;
mod queues;
mod reads;
mod settings;
mod sign_in;
mod status;
mod teams;
mod told;
mod user;
mod view;

pub use ask::{Ask, ChosenState, DialogAction, MemberState, SignIn};
pub use error::Error;
pub use io::{Change, Command, Credentials, HttpAnswer, HttpError, HttpId, Input, LinkId, Tag};
pub use settings::{LogoutOnLoss, Settings, TransportChoice};
pub use view::{Missing, Pending, Platform, Presence, Service, View};

use account::Account;
use clock::{Clock, Dice};
use expect::Waiting;
use http::Flight;
use kept::Kept;
use link::Link;
use nodes::Nodes;
use rand_core::Rng;
use reads::Reads;
use sign_in::Step;
use status::Shown;
use std::collections::{BTreeMap, VecDeque};

/// The session of one agent.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    view: View,
    commands: VecDeque<Command>,
    dice: Dice,
    next_id: u64,
    /// The time of the last input.
    now: u64,
    clock: Clock,
    account: Account,
    step: Step,
    nodes: Nodes,
    link: Link,
    reads: Reads,
    flights: BTreeMap<HttpId, Flight>,
    waiting: Vec<Waiting>,
    kept: Option<Kept>,
    raw: user::Raw,
    shown: Shown,
}

impl Session {
    /// A session in which nobody is to be signed in yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let view = View {
            platform: Platform(settings.platform.unwrap_or(Platform::default().0)),
            logout_on_loss: settings.logout_on_loss,
            ..View::default()
        };
        Self {
            nodes: Nodes::new(&settings.hosts),
            settings,
            view,
            commands: VecDeque::new(),
            dice: Dice::default(),
            next_id: 0,
            now: 0,
            clock: Clock::default(),
            account: Account::default(),
            step: Step::default(),
            link: Link::default(),
            reads: Reads::default(),
            flights: BTreeMap::new(),
            waiting: Vec::new(),
            kept: None,
            raw: user::Raw::default(),
            shown: Shown::default(),
        }
    }

    /// Takes note of a happening.
    pub fn handle(&mut self, now_ms: u64, rng: &mut dyn Rng, input: Input) {
        self.dice.mix(rng.next_u64());
        self.now = now_ms;
        match input {
            Input::Ask { tag, ask } => self.asked(now_ms, tag, ask),
            Input::HttpAnswer { id, result } => self.http_answered(now_ms, id, result),
            Input::XmppOpened { link } => self.link_opened(now_ms, link),
            Input::XmppReceived { link, text } => self.link_received(now_ms, link, &text),
            Input::XmppClosed { link } => self.link_closed(now_ms, link),
        }
        self.settle(now_ms);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now_ms: u64, rng: &mut dyn Rng) {
        self.dice.mix(rng.next_u64());
        self.now = now_ms;
        self.flights_due(now_ms);
        self.link_due(now_ms);
        self.waiting_due(now_ms);
        self.settle(now_ms);
    }

    /// When [`Session::handle_timeout`] is due, by the relay's clock.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        [
            self.next_flight(),
            self.next_waiting(),
            self.link.next_timeout(),
            self.next_poll(),
            self.next_link(),
            self.next_read(),
            self.next_step(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// What is to be done next.
    pub fn next_command(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    /// What is known.
    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }

    /// What follows from the facts.
    fn settle(&mut self, now: u64) {
        self.drive_nodes(now);
        self.drive_sign_in(now);
        self.drive_kept(now);
        self.drive_link(now);
        self.drive_reads(now);
        self.show_status(now);
    }

    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn changed(&mut self, change: Change) {
        self.commands.push_back(Command::Changed(change));
    }

    fn done(&mut self, tag: Option<Tag>, result: Result<(), Error>) {
        if let Some(tag) = tag {
            self.commands.push_back(Command::Done { tag, result });
        }
    }
}
