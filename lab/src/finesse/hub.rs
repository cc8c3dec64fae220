//! The notification service of a server: who is connected, who has subscribed to what, and who gets what.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::centre::{Audience, Publication};
use super::faults::Faults;
use super::xml::Element;

/// A connection.
pub type SessionId = u64;

/// What is written to a connection.
#[derive(Clone, Debug)]
pub enum Out {
    /// A stanza or a part of the stream's opening; not before the time that is given.
    Write(String, Option<Instant>),
    /// The end.
    Close,
}

/// Connections and subscriptions.
pub struct Hub {
    domain: String,
    sessions: BTreeMap<SessionId, Session>,
    /// Node and JID, bare or full.
    subscriptions: BTreeSet<(String, String)>,
    next: SessionId,
    items: u64,
    /// Held back to be overtaken.
    held: Vec<(SessionId, String)>,
    /// Whether the user `finesse` is there.
    finesse: bool,
}

struct Session {
    user: Option<String>,
    resource: Option<String>,
    available: bool,
    heard: u64,
    out: UnboundedSender<Out>,
}

impl Hub {
    /// Nobody is connected.
    pub fn new(domain: &str) -> Self {
        Self {
            domain: domain.to_owned(),
            sessions: BTreeMap::new(),
            subscriptions: BTreeSet::new(),
            next: 1,
            items: 0,
            held: Vec::new(),
            finesse: true,
        }
    }

    /// Adds a connection that has said nothing.
    pub fn connect(&mut self, now: u64, out: UnboundedSender<Out>) -> SessionId {
        let id = self.next;
        self.next += 1;
        self.sessions.insert(id, Session { user: None, resource: None, available: false, heard: now, out });
        id
    }

    /// Something was received.
    pub fn heard(&mut self, now: u64, id: SessionId) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.heard = now;
        }
    }

    /// The user of a connection is known.
    pub fn authenticated(&mut self, id: SessionId, user: &str) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.user = Some(user.to_owned());
        }
    }

    /// Gives a connection its resource; an older one with the same is ended. Returns the full JID.
    pub fn bind(&mut self, id: SessionId, resource: &str) -> Option<String> {
        let user = self.sessions.get(&id)?.user.clone()?;
        let older: Vec<SessionId> = self
            .sessions
            .iter()
            .filter(|(other, session)| {
                **other != id
                    && session.user.as_ref() == Some(&user)
                    && session.resource.as_deref() == Some(resource)
            })
            .map(|(other, _)| *other)
            .collect();
        for other in older {
            if let Some(session) = self.sessions.remove(&other) {
                let conflict = Element::new("stream:error")
                    .attribute("xmlns:stream", "http://etherx.jabber.org/streams")
                    .child(
                        Element::new("conflict").attribute("xmlns", "urn:ietf:params:xml:ns:xmpp-streams"),
                    );
                let _ = session.out.send(Out::Write(conflict.write(), None));
                let _ = session.out.send(Out::Close);
            }
        }
        self.sessions.get_mut(&id)?.resource = Some(resource.to_owned());
        self.jid(id)
    }

    /// The full JID of a connection.
    pub fn jid(&self, id: SessionId) -> Option<String> {
        let session = self.sessions.get(&id)?;
        let (user, resource) = (session.user.as_ref()?, session.resource.as_ref()?);
        Some(format!("{user}@{}/{resource}", self.domain))
    }

    /// The user of a connection.
    pub fn user(&self, id: SessionId) -> Option<&str> {
        self.sessions.get(&id)?.user.as_deref()
    }

    /// Sets whether a connection is available, and tells it who is there.
    pub fn set_available(&mut self, id: SessionId, available: bool) {
        if let Some(session) = self.sessions.get_mut(&id) {
            let first = available && !session.available;
            session.available = available;
            if first {
                self.tell_finesse(id);
            }
        }
    }

    fn tell_finesse(&self, id: SessionId) {
        let (Some(session), Some(jid)) = (self.sessions.get(&id), self.jid(id)) else { return };
        let mut presence = Element::new("presence")
            .attribute("xmlns", "jabber:client")
            .attribute("from", format!("finesse@{}", self.domain))
            .attribute("to", jid);
        if !self.finesse {
            presence = presence.attribute("type", "unavailable");
        }
        let _ = session.out.send(Out::Write(presence.write(), None));
    }

    /// Lets the user `finesse` come or go.
    pub fn set_finesse(&mut self, present: bool) {
        if std::mem::replace(&mut self.finesse, present) != present {
            for (id, session) in &self.sessions {
                if session.available {
                    self.tell_finesse(*id);
                }
            }
        }
    }

    /// Whether any connection of a user is available.
    pub fn is_present(&self, user: &str) -> bool {
        self.sessions.values().any(|session| session.available && session.user.as_deref() == Some(user))
    }

    /// A connection has gone. Returns its user.
    pub fn disconnect(&mut self, id: SessionId) -> Option<String> {
        self.sessions.remove(&id)?.user
    }

    /// Ends all connections. Their users are told to nobody until the connections have ended.
    pub fn drop_all(&mut self) {
        for session in self.sessions.values() {
            let _ = session.out.send(Out::Close);
        }
    }

    /// Ends the connections that have been silent for so long, and returns their users.
    pub fn drop_silent(&mut self, now: u64, silence_ms: u64) -> Vec<String> {
        let silent: Vec<SessionId> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.heard + silence_ms <= now)
            .map(|(id, _)| *id)
            .collect();
        let dropped = silent.into_iter().filter_map(|id| {
            let session = self.sessions.remove(&id)?;
            let _ = session.out.send(Out::Close);
            session.user
        });
        dropped.collect()
    }

    /// Subscribes a JID to a node.
    pub fn subscribe(&mut self, node: &str, jid: &str) {
        self.subscriptions.insert((node.to_owned(), jid.to_owned()));
    }

    /// Ends a subscription. False where there is none.
    pub fn unsubscribe(&mut self, node: &str, jid: &str) -> bool {
        self.subscriptions.remove(&(node.to_owned(), jid.to_owned()))
    }

    /// The nodes that a user has subscribed to, with the JIDs.
    pub fn subscriptions<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a (String, String)> {
        self.subscriptions.iter().filter(move |(_, jid)| jid.split('@').next() == Some(user))
    }

    /// Connections, as JID and whether it is available.
    pub fn connections(&self) -> Vec<(String, bool)> {
        self.sessions.iter().filter_map(|(id, session)| Some((self.jid(*id)?, session.available))).collect()
    }

    /// Gives a notification to all who are to have it.
    pub fn publish(&mut self, publication: &Publication, faults: &mut Faults) {
        let automatic = |user: &str| match &publication.audience {
            Audience::Everybody => true,
            Audience::Agent(agent) => agent == user,
            Audience::Subscribers => false,
        };
        let mut receivers = Vec::new();
        for (id, session) in &self.sessions {
            let (Some(user), true) = (session.user.as_deref(), session.available) else { continue };
            let Some(full) = self.jid(*id) else { continue };
            let bare = format!("{user}@{}", self.domain);
            let subscribed = [&full, &bare]
                .into_iter()
                .any(|jid| self.subscriptions.contains(&(publication.node.clone(), jid.clone())));
            if automatic(user) || subscribed {
                receivers.push((*id, if automatic(user) { bare } else { full }));
            }
        }
        for (id, to) in receivers {
            if faults.lose > 0 {
                faults.lose -= 1;
                continue;
            }
            self.items += 1;
            let text = event(&self.domain, &to, self.items, publication);
            for _ in 0..=u8::from(faults.duplicate) {
                self.deliver(id, text.clone(), faults);
            }
        }
    }

    fn deliver(&mut self, id: SessionId, text: String, faults: &Faults) {
        let due = faults.delay().map(|delay| Instant::now() + delay);
        if faults.reorder {
            let before = self.held.iter().position(|(other, _)| *other == id);
            let Some(before) = before else { return self.held.push((id, text)) };
            let (_, older) = self.held.remove(before);
            self.write(id, text, due);
            return self.write(id, older, due);
        }
        while let Some(index) = self.held.iter().position(|(other, _)| *other == id) {
            let (_, older) = self.held.remove(index);
            self.write(id, older, due);
        }
        self.write(id, text, due);
    }

    fn write(&self, id: SessionId, text: String, due: Option<Instant>) {
        if let Some(session) = self.sessions.get(&id) {
            let _ = session.out.send(Out::Write(text, due));
        }
    }
}

/// The stanza of a notification: the document is text inside of it.
fn event(domain: &str, to: &str, number: u64, publication: &Publication) -> String {
    let notification = Element::new("notification")
        .attribute("xmlns", "http://jabber.org/protocol/pubsub")
        .text(publication.body.as_str());
    let item = Element::new("item").attribute("id", format!("{number:08x}-item")).child(notification);
    let items = Element::new("items").attribute("node", publication.node.as_str()).child(item);
    Element::new("message")
        .attribute("xmlns", "jabber:client")
        .attribute("from", format!("pubsub.{domain}"))
        .attribute("to", to)
        .attribute("id", format!("{}__{to}__{number:05x}", publication.node))
        .child(
            Element::new("event").attribute("xmlns", "http://jabber.org/protocol/pubsub#event").child(items),
        )
        .write()
}
