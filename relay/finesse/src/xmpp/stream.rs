//! What is said on a connection, whatever carries it.

mod negotiation;

use super::login::{Login, bare};
use super::stanza::{Iq, IqKind, IqPayload, Stanza};
use super::write;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

/// The server expects a ping every 20 s; Cisco's own samples send one every 10 s.
const PING_EVERY_MS: u64 = 10_000;
/// After so many pings with nothing coming back the connection is dead.
const PINGS_MISSED: u32 = 3;
/// How long signing in, or an answer to a request, may take.
const ANSWER_MS: u64 = 15_000;
/// More resources of one user than anybody has.
const RESOURCES: usize = 32;
/// The user whose presence says whether Finesse itself is up.
const FINESSE: &str = "finesse";

/// What has happened on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It is signed in; subscriptions can be made.
    Ready,
    /// Something was published.
    Notification {
        /// At which node.
        node: String,
        /// What.
        text: String,
    },
    /// A subscription was made, or was not: refused, or not answered.
    Subscribed {
        /// To which node.
        node: String,
        /// Whether it was made.
        made: bool,
    },
    /// The presence of the user `finesse`.
    Finesse {
        /// Whether it is available.
        available: bool,
    },
    /// It is over; nothing more comes.
    Ended(End),
}

/// Why a connection is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The server refused id or password (`not-authorized`, `account-disabled`, `credentials-expired`…).
    Rejected,
    /// Another connection took the resource over.
    Conflict,
    /// The server ended it, with a condition of RFC 6120 §4.9.3 or XEP-0124 §17, or refused what is needed.
    Refused(String),
    /// Nothing came back for too long.
    Unresponsive,
    /// What came is no XMPP, or too much of it.
    Malformed,
    /// It broke.
    Lost,
    /// It was closed from here.
    Closed,
}

/// What the carrier has to do.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Say {
    /// Begin a stream, or begin it again after signing in.
    Open,
    /// Send.
    Stanza(String),
    /// End the stream.
    Close,
    /// Tell.
    Event(Event),
}

/// The password is among what is said.
impl fmt::Debug for Say {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::Stanza(_) => "Stanza(…)",
            Self::Close => "Close",
            Self::Event(_) => "Event(…)",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Nothing can be said yet.
    Waiting,
    /// The stream was opened; the features are due.
    Opened,
    /// The password was sent.
    Authenticating,
    /// The stream was opened again.
    Reopened,
    Binding,
    /// The deprecated session of RFC 3921, which Openfire still offers.
    Session,
    Ready,
    Over,
}

/// A request that waits for its answer.
#[derive(Debug)]
struct Asked {
    what: What,
    until: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Bind,
    Session,
    Ping,
    Subscribe(String),
    Unsubscribe,
}

/// One stream, signing in first.
#[derive(Debug)]
pub(super) struct Stream {
    login: Login,
    phase: Phase,
    jid: String,
    counter: u64,
    asked: BTreeMap<String, Asked>,
    /// When signing in has failed, while it goes on.
    until: Option<u64>,
    next_ping: Option<u64>,
    unanswered: u32,
    offers_session: bool,
    finesse: BTreeSet<String>,
    says: VecDeque<Say>,
}

impl Stream {
    pub(super) fn new(login: Login, now: u64) -> Self {
        Self {
            login,
            phase: Phase::Waiting,
            jid: String::new(),
            counter: 0,
            asked: BTreeMap::new(),
            until: Some(now + ANSWER_MS),
            next_ping: None,
            unanswered: 0,
            offers_session: false,
            finesse: BTreeSet::new(),
            says: VecDeque::new(),
        }
    }

    pub(super) fn login(&self) -> &Login {
        &self.login
    }

    /// Something can be said.
    pub(super) fn opened(&mut self) {
        if self.phase == Phase::Waiting {
            self.phase = Phase::Opened;
            self.says.push_back(Say::Open);
        }
    }

    pub(super) fn received(&mut self, now: u64, stanza: Stanza) {
        if self.phase == Phase::Over {
            return;
        }
        self.unanswered = 0;
        match stanza {
            Stanza::Open | Stanza::Other => {}
            Stanza::Close => self.end(End::Lost),
            Stanza::Features { mechanisms, session } => self.features(now, &mechanisms, session),
            Stanza::Success => self.authenticated(),
            Stanza::Challenge => self.end(End::Refused("challenge".to_owned())),
            Stanza::Failure { condition } => self.not_authenticated(condition),
            Stanza::StreamError { condition } => self.end(match condition.as_str() {
                "conflict" => End::Conflict,
                "not-authorized" => End::Rejected,
                _ => End::Refused(condition),
            }),
            Stanza::Iq(iq) => self.iq(now, iq),
            Stanza::Message { from, published } => {
                if self.login.is_pubsub(&from) {
                    for one in published {
                        self.tell(Event::Notification { node: one.node, text: one.text });
                    }
                }
            }
            Stanza::Presence { from, available } => self.presence(&from, available),
        }
    }

    pub(super) fn subscribe(&mut self, now: u64, node: &str, subscribe: bool) {
        if self.phase != Phase::Ready {
            return;
        }
        let what = if subscribe { What::Subscribe(node.to_owned()) } else { What::Unsubscribe };
        let id = self.ask(now, what);
        let text = write::subscription(&id, &self.login.pubsub, &self.jid, node, subscribe);
        self.says.push_back(Say::Stanza(text));
    }

    /// Ends it from here.
    pub(super) fn close(&mut self) {
        if self.phase == Phase::Over {
            return;
        }
        if self.phase == Phase::Ready {
            self.says.push_back(Say::Stanza(write::unavailable()));
        }
        if self.phase > Phase::Waiting {
            self.says.push_back(Say::Close);
        }
        self.end(End::Closed);
    }

    /// It is over. Said once.
    pub(super) fn end(&mut self, end: End) {
        if self.phase == Phase::Over {
            return;
        }
        self.phase = Phase::Over;
        self.asked.clear();
        self.until = None;
        self.next_ping = None;
        self.tell(Event::Ended(end));
    }

    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    pub(super) fn handle_timeout(&mut self, now: u64) {
        if self.until.is_some_and(|until| now >= until) {
            self.end(End::Unresponsive);
            return;
        }
        let late: Vec<String> =
            self.asked.iter().filter(|(_, asked)| now >= asked.until).map(|(id, _)| id.clone()).collect();
        for id in late {
            match self.asked.remove(&id).map(|asked| asked.what) {
                Some(What::Subscribe(node)) => self.tell(Event::Subscribed { node, made: false }),
                // Signing in has its own time-out, and pings are counted.
                Some(What::Bind | What::Session | What::Ping | What::Unsubscribe) | None => {}
            }
        }
        if self.next_ping.is_some_and(|at| now >= at) {
            if self.unanswered >= PINGS_MISSED {
                self.end(End::Unresponsive);
                return;
            }
            self.unanswered += 1;
            self.next_ping = Some(now + PING_EVERY_MS);
            let id = self.ask(now, What::Ping);
            self.says.push_back(Say::Stanza(write::ping(&id, &self.login.domain)));
        }
    }

    pub(super) fn next_timeout(&self) -> Option<u64> {
        let asked = self.asked.values().map(|asked| asked.until);
        asked.chain(self.until).chain(self.next_ping).min()
    }

    pub(super) fn next_say(&mut self) -> Option<Say> {
        self.says.pop_front()
    }

    fn iq(&mut self, now: u64, iq: Iq) {
        match iq.kind {
            IqKind::Get | IqKind::Set => self.asked_of(&iq),
            IqKind::Result | IqKind::Error => self.answered(now, iq),
        }
    }

    fn asked_of(&mut self, iq: &Iq) {
        // Only the own server is answered: anybody else learns nothing, not even that somebody is here.
        if !self.login.is_server(&iq.from) {
            return;
        }
        self.says.push_back(Say::Stanza(if iq.payload == IqPayload::Ping {
            write::pong(&iq.id, &iq.from)
        } else {
            write::not_served(&iq.id, &iq.from)
        }));
    }

    fn answered(&mut self, now: u64, iq: Iq) {
        let Some(asked) = self.asked.get(&iq.id) else { return };
        let expected = match &asked.what {
            What::Subscribe(_) | What::Unsubscribe => {
                self.login.is_pubsub(&iq.from) || self.login.is_server(&iq.from)
            }
            What::Bind | What::Session | What::Ping => self.login.is_server(&iq.from),
        };
        if !expected {
            return;
        }
        let Some(asked) = self.asked.remove(&iq.id) else { return };
        let good = iq.kind == IqKind::Result;
        match asked.what {
            What::Bind => self.bound(now, iq),
            What::Session if good => self.ready(now),
            What::Session => self.end(End::Refused("session".to_owned())),
            What::Subscribe(node) => self.tell(Event::Subscribed { node, made: good }),
            What::Unsubscribe | What::Ping => {}
        }
    }

    fn presence(&mut self, from: &str, available: bool) {
        let address = bare(from);
        let expected = format!("{FINESSE}@{}", self.login.domain);
        if !address.eq_ignore_ascii_case(&expected) {
            return;
        }
        let resource = from[address.len()..].to_owned();
        if available {
            if self.finesse.len() < RESOURCES {
                self.finesse.insert(resource);
            }
        } else if resource.is_empty() {
            self.finesse.clear();
        } else {
            self.finesse.remove(&resource);
        }
        self.tell(Event::Finesse { available: !self.finesse.is_empty() });
    }

    fn ask(&mut self, now: u64, what: What) -> String {
        self.counter += 1;
        let id = format!("s{}", self.counter);
        self.asked.insert(id.clone(), Asked { what, until: now + ANSWER_MS });
        id
    }

    fn tell(&mut self, event: Event) {
        self.says.push_back(Say::Event(event));
    }
}
