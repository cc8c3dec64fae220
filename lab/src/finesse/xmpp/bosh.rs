//! XMPP over HTTP requests that wait (BOSH: XEP-0124 and XEP-0206).

use std::collections::HashMap;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, watch};

use super::features;
use super::session::{After, Client};
use crate::finesse::hub::Out;
use crate::finesse::world::Shared;
use crate::finesse::xml::Element;

const HTTPBIND: &str = "http://jabber.org/protocol/httpbind";
const XBOSH: &str = "urn:xmpp:xbosh";

/// How long a request waits at most, and how long a session lives without one.
const WAIT: Duration = Duration::from_secs(60);
const INACTIVITY: Duration = Duration::from_secs(60);

/// The sessions of a node.
#[derive(Clone, Default)]
pub struct Sessions(Arc<StdMutex<HashMap<String, Arc<Session>>>>);

struct Session {
    client: Mutex<Client>,
    out: mpsc::UnboundedSender<Out>,
    waiting: Mutex<mpsc::UnboundedReceiver<Out>>,
    /// Counts requests, so that the one that waits ends when the next arrives.
    turn: watch::Sender<u64>,
    wait: Duration,
}

impl Sessions {
    fn get(&self, sid: &str) -> Option<Arc<Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(sid).cloned()
    }

    fn remove(&self, sid: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(sid);
    }

    /// Answers one request; none where it is not one of BOSH.
    pub async fn request(&self, shared: &Shared, node: usize, text: &str) -> Option<Element> {
        let body = Element::parse(text).ok().filter(|body| body.local() == "body")?;
        let Some(sid) = body.get("sid") else { return Some(self.begin(shared, node, &body)) };
        let Some(session) = self.get(sid) else {
            return Some(empty().attribute("type", "terminate").attribute("condition", "item-not-found"));
        };
        let turn = *session.turn.borrow() + 1;
        session.turn.send_replace(turn);
        let mut client = session.client.lock().await;
        client.heard();
        let mut ends = body.get("type") == Some("terminate");
        if body.attributes.iter().any(|(name, value)| name.ends_with(":restart") && value == "true") {
            let _ = session.out.send(Out::Write(features(client.signed_in()).write(), None));
        }
        for stanza in body.elements() {
            ends |= client.stanza(stanza) == After::Close;
        }
        drop(client);
        if ends {
            self.remove(sid);
            session.client.lock().await.close();
            return Some(empty().attribute("type", "terminate"));
        }
        let answer = session.collect(turn).await;
        if answer.get("type") == Some("terminate") {
            self.remove(sid);
        } else {
            self.expire(sid.to_owned(), Arc::clone(&session), turn);
        }
        Some(answer)
    }

    fn begin(&self, shared: &Shared, node: usize, body: &Element) -> Element {
        let (out, receiver) = mpsc::unbounded_channel();
        let client = Client::new(shared.clone(), node, out.clone());
        let domain = client.domain().to_owned();
        let sid = format!("{:016x}", rand::random::<u64>());
        let asked = body.get("wait").and_then(|wait| wait.parse().ok()).map(Duration::from_secs);
        let wait = asked.unwrap_or(WAIT).min(WAIT);
        let session = Arc::new(Session {
            client: Mutex::new(client),
            out,
            waiting: Mutex::new(receiver),
            turn: watch::Sender::new(0),
            wait,
        });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(sid.clone(), Arc::clone(&session));
        self.expire(sid.clone(), session, 0);
        empty()
            .attribute("sid", sid)
            .attribute("from", domain)
            .attribute("wait", wait.as_secs().to_string())
            .attribute("hold", "1")
            .attribute("requests", "2")
            .attribute("inactivity", INACTIVITY.as_secs().to_string())
            .attribute("ver", "1.6")
            .attribute("xmlns:xmpp", XBOSH)
            .attribute("xmpp:version", "1.0")
            .attribute("xmpp:restartlogic", "true")
            .child(features(false))
    }

    /// Ends the session if no further request comes.
    fn expire(&self, sid: String, session: Arc<Session>, turn: u64) {
        let this = self.clone();
        tokio::spawn(async move {
            let mut turns = session.turn.subscribe();
            let late = tokio::time::timeout(INACTIVITY, turns.wait_for(|now| *now != turn)).await.is_err();
            if late {
                this.remove(&sid);
                session.client.lock().await.close();
            }
        });
    }
}

impl Session {
    /// What there is to say, or what comes while the request waits.
    async fn collect(&self, turn: u64) -> Element {
        let mut receiver = self.waiting.lock().await;
        let mut turns = self.turn.subscribe();
        let first = tokio::select! {
            biased;
            out = receiver.recv() => out,
            _ = turns.wait_for(|now| *now > turn) => None,
            () = tokio::time::sleep(self.wait) => None,
        };
        let mut answer = empty();
        let mut next = first;
        while let Some(out) = next {
            match out {
                Out::Write(text, due) => {
                    if let Some(due) = due {
                        tokio::time::sleep_until(due).await;
                    }
                    if let Ok(stanza) = Element::parse(&text) {
                        answer = answer.child(stanza);
                    }
                }
                Out::Close => return answer.attribute("type", "terminate"),
            }
            next = receiver.try_recv().ok();
        }
        answer
    }
}

fn empty() -> Element {
    Element::new("body").attribute("xmlns", HTTPBIND)
}
