//! Which server is in service.

use super::clock::{TOLERANCE_MS, TOLERANCE_OF_DATE_MS};
use super::http::Why;
use super::{HttpAnswer, HttpError, Missing, Session};
use crate::model::{Deployment, SystemInfo};
use crate::rest::{self, Request};

/// The longest time between polls while nothing is in service.
const SLOWEST_MS: u64 = 20_000;
/// The time before the first poll of the other host.
const FIRST_MS: u64 = 500;
/// Over so long everybody's reads are spread when a server says that it is back.
const SPREAD_MS: u64 = 2_000;
/// How many hosts are kept: a failover pair.
const PAIR: usize = 2;

/// What is known of the present host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum NodeState {
    /// Nothing yet.
    #[default]
    Unknown,
    /// In service.
    InService,
    /// It was, and something speaks against it.
    Suspect,
    /// It is not.
    Down,
}

/// The hosts.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    hosts: Vec<String>,
    /// What each said last: none for in service.
    missing: Vec<Option<Missing>>,
    pub(super) current: usize,
    pub(super) state: NodeState,
    pub(super) info: SystemInfo,
    /// The host that is being asked.
    asked: Option<usize>,
    next_host: usize,
    poll_at: u64,
    polls_failed: u32,
    /// Requests in a row that were not answered.
    pub(super) failures: u32,
    /// The other host is to be asked too, since notifications do not come from this one.
    pub(super) look_elsewhere: bool,
    /// The agent has to be signed in again: the host is another one.
    pub(super) moved: bool,
}

impl Nodes {
    pub(super) fn new(hosts: &[String]) -> Self {
        let hosts: Vec<String> = hosts.iter().filter(|host| !host.is_empty()).take(PAIR).cloned().collect();
        Self { missing: vec![None; hosts.len()], hosts, ..Self::default() }
    }

    pub(super) fn name(&self, host: usize) -> String {
        self.hosts.get(host).cloned().unwrap_or_default()
    }

    /// No host is configured.
    pub(super) fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }

    /// Requests can be sent.
    pub(super) fn usable(&self) -> bool {
        matches!(self.state, NodeState::InService | NodeState::Suspect)
    }

    /// What is missing: a server that says so of itself tells more than one that says nothing.
    pub(super) fn missing(&self) -> Missing {
        if self.missing.contains(&Some(Missing::OutOfService)) {
            Missing::OutOfService
        } else {
            Missing::Servers
        }
    }

    /// A whole round of polls has failed.
    pub(super) fn all_failed(&self) -> bool {
        usize::try_from(self.polls_failed).is_ok_and(|failed| failed >= self.hosts.len().max(1))
    }

    fn other(&self) -> Option<usize> {
        (self.hosts.len() > 1).then(|| (self.current + 1) % self.hosts.len())
    }

    /// Where one host is configured, the other is learned from it.
    fn learn(&mut self, info: &SystemInfo) {
        if self.hosts.len() >= PAIR || info.secondary.is_none() {
            return;
        }
        // The rule of Cisco's library first: it also holds where the configured name is an alias.
        let named = info.secondary.iter().chain([&info.primary]).map(|node| node.host.as_str());
        let new = info.alternate_host().into_iter().chain(named).find(|other| {
            !other.is_empty() && !self.hosts.iter().any(|known| known.eq_ignore_ascii_case(other))
        });
        if let Some(other) = new {
            let other = other.to_owned();
            self.hosts.push(other);
            self.missing.push(None);
        }
    }

    fn note(&mut self, host: usize, missing: Option<Missing>) {
        if let Some(known) = self.missing.get_mut(host) {
            *known = missing;
        }
    }
}

impl Session {
    /// Asks for SystemInfo where it is due.
    pub(super) fn drive_nodes(&mut self, now: u64) {
        if !self.polls(now) {
            return;
        }
        let host = if self.nodes.look_elsewhere && self.nodes.state == NodeState::InService {
            self.nodes.look_elsewhere = false;
            let Some(other) = self.nodes.other() else { return };
            other
        } else {
            self.nodes.next_host % self.nodes.hosts.len()
        };
        self.nodes.asked = Some(host);
        self.send(now, host, Why::SystemInfo, Request::system_info());
    }

    pub(super) fn next_poll(&self) -> Option<u64> {
        (self.wants_poll() && self.nodes.asked.is_none()).then_some(self.nodes.poll_at)
    }

    fn polls(&self, now: u64) -> bool {
        self.wants_poll() && self.nodes.asked.is_none() && now >= self.nodes.poll_at
    }

    fn wants_poll(&self) -> bool {
        self.account.usable()
            && !self.nodes.hosts.is_empty()
            && (self.nodes.state != NodeState::InService || self.nodes.look_elsewhere)
    }

    pub(super) fn system_info_answered(
        &mut self,
        now: u64,
        host: usize,
        result: Result<HttpAnswer, HttpError>,
    ) {
        if self.nodes.asked == Some(host) {
            self.nodes.asked = None;
        }
        let missing = match result {
            Ok(HttpAnswer { status: 503, .. }) => Missing::OutOfService,
            Ok(answer) => match rest::outcome::<SystemInfo>(answer.status, &answer.body) {
                Ok(info) if info.in_service => {
                    if let Some(theirs) = info.timestamp {
                        self.clock_said(now, theirs, TOLERANCE_MS);
                    } else if let Some(theirs) = answer.date {
                        self.clock_said(now, theirs, TOLERANCE_OF_DATE_MS);
                    }
                    self.in_service(now, host, info);
                    return;
                }
                Ok(_) => Missing::OutOfService,
                Err(_) => Missing::Servers,
            },
            Err(_) => Missing::Servers,
        };
        self.nodes.note(host, Some(missing));
        if host != self.nodes.current && self.nodes.state == NodeState::InService {
            // The other one was asked for its notifications' sake, and has none.
            return;
        }
        if host == self.nodes.current {
            self.nodes.state = NodeState::Down;
        }
        self.poll_failed(now, host);
    }

    fn poll_failed(&mut self, now: u64, host: usize) {
        // Whoever is looked for is taken where it is found first.
        self.nodes.look_elsewhere = false;
        self.nodes.polls_failed = self.nodes.polls_failed.saturating_add(1);
        self.nodes.next_host = host + 1;
        let wait = self.dice.back_off(FIRST_MS, self.nodes.polls_failed, SLOWEST_MS);
        self.nodes.poll_at = now + wait;
    }

    fn in_service(&mut self, now: u64, host: usize, info: SystemInfo) {
        self.nodes.note(host, None);
        self.nodes.polls_failed = 0;
        self.nodes.next_host = host;
        if self.settings.platform.is_none()
            && let Some(deployment) = info.deployment
        {
            self.view.platform.0 = deployment;
        }
        self.nodes.learn(&info);
        let was = self.nodes.state;
        self.nodes.state = NodeState::InService;
        self.nodes.info = info;
        if host != self.nodes.current {
            self.nodes.current = host;
            self.nodes.failures = 0;
            self.nodes.moved = self.account.ever_proved();
            self.link_lost(now);
            self.reads.everything(now);
        } else if was == NodeState::Down || was == NodeState::Unknown {
            self.raw.in_doubt();
            self.reads.everything(now);
            self.link_may_retry(now);
        }
    }

    /// A server has said by a notification whether it is in service.
    pub(super) fn system_info_told(&mut self, now: u64, info: SystemInfo) {
        let current = self.nodes.current;
        if info.in_service {
            if self.nodes.state != NodeState::InService {
                // The event may have less in it than the object.
                let full = if info.primary.host.is_empty() { self.nodes.info.clone() } else { info };
                self.in_service(now, current, SystemInfo { in_service: true, ..full });
            }
            // After a failover of its CTI server the states of everybody are told anew, and everybody reads them.
            let soon = now + self.dice.next() % SPREAD_MS;
            self.reads.everything(soon);
        } else {
            self.node_out_of_service(now, current);
        }
    }

    /// A request was answered by 503, or by an event.
    pub(super) fn node_out_of_service(&mut self, now: u64, host: usize) {
        self.nodes.note(host, Some(Missing::OutOfService));
        if host == self.nodes.current && self.nodes.usable() {
            self.nodes.state = NodeState::Down;
            self.poll_failed(now, host);
        }
    }

    /// A request was not answered: SystemInfo tells whether that means something.
    pub(super) fn node_failed(&mut self, now: u64, host: usize, most: u32) {
        if host != self.nodes.current {
            return;
        }
        self.nodes.failures = self.nodes.failures.saturating_add(1);
        if self.nodes.failures.is_multiple_of(most) {
            self.nodes.look_elsewhere = true;
        }
        self.suspect(now);
    }

    /// Something speaks against the present host.
    pub(super) fn suspect(&mut self, now: u64) {
        if self.nodes.state == NodeState::InService {
            self.nodes.state = NodeState::Suspect;
            self.nodes.next_host = self.nodes.current;
            // Polls were not due for a while; they must not come faster than they would anyhow.
            self.nodes.poll_at = self.nodes.poll_at.max(now);
        }
    }

    pub(super) fn node_answered(&mut self, host: usize) {
        if host == self.nodes.current {
            self.nodes.failures = 0;
        }
    }

    /// Of UCCX it is known, of UCCE it is what is left.
    pub(super) fn is_uccx(&self) -> bool {
        self.view.platform.0 == Deployment::Uccx
    }

    /// The domain of its notifications; older versions do not say it.
    pub(super) fn domains(&self) -> (String, String) {
        let info = &self.nodes.info;
        let domain = if info.xmpp_domain.is_empty() {
            self.nodes.name(self.nodes.current)
        } else {
            info.xmpp_domain.clone()
        };
        let pubsub = if info.pubsub_domain.is_empty() {
            format!("pubsub.{domain}")
        } else {
            info.pubsub_domain.clone()
        };
        (domain, pubsub)
    }
}
