//! The connection that notifications come over.

use super::http::{HttpLink, Why};
use super::nodes::NodeState;
use super::reads::Read;
use super::{Command, Credentials, HttpId, LinkId, Session, TransportChoice};
use crate::notification::Source;
use crate::rest::{Method, Purpose, Request};
use crate::xmpp::{Connection, End, Event, Login, Output, Transport};
use std::collections::{BTreeMap, BTreeSet};

/// Between attempts: at first, and at most.
const FIRST_MS: u64 = 1_000;
const SLOWEST_MS: u64 = 20_000;
/// A connection that was up is tried again so soon.
const LOST_MS: u64 = 800;
/// A password that is refused here is good for REST, which was asked first. Once it may be a server that has just started;
/// after that it is not tried often.
const REFUSED_MS: [u64; 4] = [15_000, 60_000, 10 * 60_000, 60 * 60_000];
/// Somebody else with the same resource would do the same as we do.
const CONFLICT_MS: u64 = 10_000;
/// A subscription that was refused.
const SUBSCRIBE_MS: u64 = 5_000;
const SUBSCRIBE_MOST_MS: u64 = 5 * 60_000;

#[derive(Debug)]
struct Open {
    connection: Connection,
    link: LinkId,
    bosh: bool,
    host: usize,
}

#[derive(Debug, Default)]
struct Subscription {
    asked: bool,
    made: bool,
    failures: u32,
    retry_at: u64,
}

/// The connection, and what is known of it.
#[derive(Debug, Default)]
pub(super) struct Link {
    open: Option<Open>,
    ready: bool,
    /// Whether the user `finesse` is there; not known where nobody says.
    finesse: Option<bool>,
    retry_at: u64,
    failures: u32,
    refused: u32,
    /// What works: BOSH or not.
    worked: Option<bool>,
    /// Attempts since then.
    attempts: u32,
    subscriptions: BTreeMap<String, Subscription>,
    /// The nodes to be subscribed to may be others than those that are.
    nodes_changed: bool,
}

impl Link {
    pub(super) fn next_timeout(&self) -> Option<u64> {
        self.open.as_ref()?.connection.next_timeout()
    }

    /// Turn and turn about at first; what has worked is tried three times before the other is.
    fn next_is_bosh(&self) -> bool {
        match self.worked {
            Some(bosh) => bosh != (self.attempts % 4 == 3),
            None => self.attempts % 2 == 1,
        }
    }

    pub(super) fn nodes_changed(&mut self) {
        self.nodes_changed = true;
    }

    pub(super) fn retry_now(&mut self, now: u64) {
        self.retry_at = now;
        self.refused = 0;
    }
}

impl Session {
    /// Notifications come.
    pub(super) fn link_is_up(&self) -> bool {
        self.link.ready && self.link.finesse != Some(false)
    }

    pub(super) fn link_tried(&self) -> bool {
        self.link.failures > 0
    }

    fn wants_link(&self) -> bool {
        self.account.usable()
            && self.account.ever_proved()
            && self.nodes.state == NodeState::InService
            && self.link.open.is_none()
    }

    pub(super) fn drive_link(&mut self, now: u64) {
        if self.account.link_ends().is_some_and(|at| now >= at) {
            self.close_link(now);
        }
        if self.wants_link() && now >= self.link.retry_at {
            self.open_link(now);
        }
        self.subscribe(now);
        self.pump(now);
    }

    pub(super) fn next_link(&self) -> Option<u64> {
        if self.link.ready {
            let waits = self.link.subscriptions.values().filter(|it| !it.asked && !it.made);
            return waits.map(|it| it.retry_at).chain(self.account.link_ends()).min();
        }
        self.wants_link().then_some(self.link.retry_at)
    }

    fn open_link(&mut self, now: u64) {
        let Some(wish) = &self.account.wish else { return };
        let (user, password) = match &wish.credentials {
            Credentials::Basic { id, password } => (id.clone(), password.clone()),
            Credentials::Bearer { token } => (wish.id.0.clone(), token.clone()),
            Credentials::None => return,
        };
        let (domain, pubsub) = self.domains();
        let login = Login { domain, pubsub, user, password, resource: self.settings.resource.clone() };
        let bosh = match self.settings.transport {
            TransportChoice::Auto => self.link.next_is_bosh(),
            TransportChoice::WebSocket => false,
            TransportChoice::Bosh => true,
        };
        let link = self.id();
        let host = self.nodes.current;
        let transport = if bosh {
            Transport::Bosh { rid: u32::try_from(self.dice.next() & 0x7fff_ffff).unwrap_or(1) }
        } else {
            Transport::WebSocket
        };
        self.link.open = Some(Open { connection: Connection::new(login, transport, now), link, bosh, host });
        self.link.ready = false;
        self.link.finesse = None;
        if !bosh {
            self.commands.push_back(Command::OpenXmpp {
                link,
                host: self.nodes.name(host),
                port: self.settings.websocket_port,
                path: self.settings.websocket_path.clone(),
            });
        }
    }

    fn connection(&mut self, link: LinkId) -> Option<&mut Connection> {
        self.link.open.as_mut().filter(|open| open.link == link).map(|open| &mut open.connection)
    }

    pub(super) fn link_opened(&mut self, now: u64, link: LinkId) {
        if let Some(connection) = self.connection(link) {
            connection.opened(now);
            self.pump(now);
        }
    }

    pub(super) fn link_received(&mut self, now: u64, link: LinkId, text: &str) {
        if let Some(connection) = self.connection(link) {
            connection.received(now, text);
            self.pump(now);
        }
    }

    pub(super) fn link_closed(&mut self, now: u64, link: LinkId) {
        if let Some(connection) = self.connection(link) {
            connection.closed();
            self.pump(now);
        }
    }

    pub(super) fn link_answered(&mut self, now: u64, of: HttpLink, answer: Option<(u16, &str)>) {
        if let Some(connection) = self.connection(of.link) {
            connection.answered(now, of.request, answer);
            self.pump(now);
        }
    }

    pub(super) fn link_due(&mut self, now: u64) {
        if let Some(open) = &mut self.link.open {
            open.connection.handle_timeout(now);
            self.pump(now);
        }
    }

    /// Carries out what the connection wants.
    fn pump(&mut self, now: u64) {
        loop {
            let Some(open) = &mut self.link.open else { return };
            let Some(output) = open.connection.next_output() else { return };
            let (link, host) = (open.link, open.host);
            match output {
                Output::Event(event) => self.link_event(now, event),
                output => self.carry_out(now, link, host, output),
            }
        }
    }

    fn carry_out(&mut self, now: u64, link: LinkId, host: usize, output: Output) {
        match output {
            Output::Send(text) => self.commands.push_back(Command::SendXmpp { link, text }),
            Output::Close => self.commands.push_back(Command::CloseXmpp { link }),
            Output::Post { request, body, timeout_ms } => {
                let path = self.settings.bosh_path.clone();
                let headers = vec![("Content-Type", "text/xml; charset=utf-8".to_owned())];
                let post = Request { method: Method::Post, path, headers, body, purpose: Purpose::Other };
                let why = Why::Bosh(HttpLink { link, request });
                let _: HttpId = self.send_as(
                    now,
                    host,
                    self.settings.bosh_port,
                    why,
                    post,
                    Credentials::None,
                    timeout_ms,
                );
            }
            Output::Event(_) => {}
        }
    }

    fn link_event(&mut self, now: u64, event: Event) {
        match event {
            Event::Ready => {
                self.link.ready = true;
                self.link.failures = 0;
                self.link.refused = 0;
                // WebSocket is preferred for good once it has worked.
                if self.link.worked != Some(false) {
                    self.link.worked = self.link.open.as_ref().map(|open| open.bosh);
                }
                self.link.attempts = 0;
                self.nodes.look_elsewhere = false;
                self.link.subscriptions.clear();
                self.link.nodes_changed = true;
                self.raw.in_doubt();
                self.reads.everything(now);
            }
            Event::Notification { node, text } => self.told(now, &node, &text),
            Event::Subscribed { node, made } => self.subscribed(now, &node, made),
            Event::Finesse { available } => {
                let was = self.link.finesse.replace(available);
                if available && was == Some(false) {
                    // What happened meanwhile may not have been told.
                    self.raw.in_doubt();
                    self.reads.everything(now);
                }
                if was != Some(available) && was.is_some() {
                    self.suspect(now);
                }
            }
            Event::Ended(end) => self.link_ended(now, &end),
        }
    }

    fn link_ended(&mut self, now: u64, end: &End) {
        let was_ready = self.link.ready;
        self.drop_link();
        if was_ready {
            self.raw.in_doubt();
        } else {
            self.link.attempts = self.link.attempts.wrapping_add(1);
        }
        self.link.failures = self.link.failures.saturating_add(1);
        let wait = match end {
            End::Rejected => {
                self.account.failed(now);
                self.link.refused = self.link.refused.saturating_add(1);
                let at = usize::try_from(self.link.refused).unwrap_or(usize::MAX).min(REFUSED_MS.len()) - 1;
                self.dice.around(REFUSED_MS[at])
            }
            End::Conflict => self.dice.around(CONFLICT_MS),
            // Everybody else has lost theirs too.
            _ if was_ready => self.dice.next() % LOST_MS,
            End::Refused(_) | End::Unresponsive | End::Malformed | End::Lost | End::Closed => {
                self.dice.back_off(FIRST_MS, self.link.failures, SLOWEST_MS)
            }
        };
        self.link.retry_at = now + wait;
        // Two transports on each host, then the other host.
        if self.link.failures.is_multiple_of(2) {
            self.nodes.look_elsewhere = true;
        }
        self.suspect(now);
    }

    fn drop_link(&mut self) {
        self.link.open = None;
        self.link.ready = false;
        self.link.finesse = None;
        self.link.subscriptions.clear();
    }

    /// Says good-bye. Subscriptions that nobody ends live on at the server.
    pub(super) fn close_link(&mut self, now: u64) {
        let nodes: Vec<String> = self
            .link
            .subscriptions
            .iter()
            .filter(|(_, it)| it.made || it.asked)
            .map(|(node, _)| node.clone())
            .collect();
        let Some(mut open) = self.link.open.take() else { return };
        if self.link.ready {
            for node in nodes {
                open.connection.unsubscribe(now, &node);
            }
        }
        open.connection.close(now);
        while let Some(output) = open.connection.next_output() {
            self.carry_out(now, open.link, open.host, output);
        }
        self.drop_link();
    }

    /// The connection leads to a host that is not the present one.
    pub(super) fn link_lost(&mut self, now: u64) {
        self.close_link(now);
        self.raw.in_doubt();
        self.link_may_retry(now);
    }

    /// A server is back: everybody who was there comes back too, but not all at once.
    pub(super) fn link_may_retry(&mut self, now: u64) {
        if self.link.open.is_none() && self.link.refused == 0 {
            let soon = now + self.dice.next() % 500;
            self.link.retry_at = self.link.retry_at.min(soon);
        }
    }

    fn subscribe(&mut self, now: u64) {
        if !self.link.ready || !(self.link.nodes_changed || self.next_link().is_some_and(|at| now >= at)) {
            return;
        }
        self.link.nodes_changed = false;
        let wanted = self.wanted_nodes();
        let link = &mut self.link;
        let Some(open) = &mut link.open else { return };
        link.subscriptions.retain(|node, _| {
            let keep = wanted.contains(node);
            if !keep {
                open.connection.unsubscribe(now, node);
            }
            keep
        });
        for node in wanted {
            let subscription = link.subscriptions.entry(node.clone()).or_default();
            if !subscription.asked && !subscription.made && now >= subscription.retry_at {
                subscription.asked = true;
                open.connection.subscribe(now, &node);
            }
        }
    }

    pub(super) fn is_subscribed(&self, node: &Source) -> bool {
        self.link.subscriptions.get(&node.to_string()).is_some_and(|subscription| subscription.made)
    }

    fn subscribed(&mut self, now: u64, node: &str, made: bool) {
        let Some(subscription) = self.link.subscriptions.get_mut(node) else { return };
        subscription.asked = false;
        subscription.made = made;
        if !made {
            subscription.failures = subscription.failures.saturating_add(1);
            let wait = self.dice.back_off(SUBSCRIBE_MS, subscription.failures, SUBSCRIBE_MOST_MS);
            subscription.retry_at = now + wait;
            return;
        }
        // What happened before it was made was not told.
        match Source::parse(node) {
            Source::TeamUsers(team) => self.reads.doubt(Read::Team(team), now),
            Source::TeamMessages(team) => self.reads.doubt(Read::Messages(team), now),
            Source::UserQueues(_) => self.reads.doubt(Read::Queues, now),
            Source::User(_)
            | Source::Dialogs(_)
            | Source::Dialog(_)
            | Source::Team(_)
            | Source::TeamMessage(_)
            | Source::Queue(_)
            | Source::SystemInfo
            | Source::Other(_) => {}
        }
    }

    /// The nodes that are not subscribed to by Finesse itself.
    fn wanted_nodes(&self) -> BTreeSet<String> {
        let mut wanted: BTreeSet<String> =
            self.raw.teams.keys().map(|id| Source::TeamUsers(id.clone()).to_string()).collect();
        if self.has_queues()
            && let Some(wish) = &self.account.wish
            && self.raw.user.is_some()
        {
            wanted.insert(Source::UserQueues(wish.id.clone()).to_string());
            wanted.extend(self.view.queues.keys().map(|id| Source::Queue(id.clone()).to_string()));
        }
        wanted.extend(self.message_teams().into_iter().map(|team| Source::TeamMessages(team).to_string()));
        wanted
    }
}
