//! Our connections against Prosody, an XMPP server that is not ours: WebSocket and BOSH, PLAIN, bind, pings, pub-sub and
//! presence. It is left out with a word where Prosody is not installed; with CI set it has to be.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "tests say what went wrong")]

mod net;
mod server;

use net::{Http, WebSocket};
use server::Prosody;
use sidetone_finesse::notification::Notification;
use sidetone_finesse::xmpp::{Connection, End, Event, Login, Output, Transport};
use std::time::{Duration, Instant};

const NODE: &str = "/finesse/api/Team/81/Users";

/// A connection of ours, and the socket under it.
struct Client {
    connection: Connection,
    websocket: Option<WebSocket>,
    http: Http,
    begun: Instant,
    events: Vec<Event>,
}

impl Client {
    fn new(server: &Prosody, password: &str, bosh: bool) -> Self {
        let login = Login {
            domain: "localhost".to_owned(),
            pubsub: "pubsub.localhost".to_owned(),
            user: "70123".to_owned(),
            password: password.to_owned(),
            resource: "sidetone".to_owned(),
        };
        let transport = if bosh { Transport::Bosh { rid: 4_711 } } else { Transport::WebSocket };
        let mut connection = Connection::new(login, transport, 0);
        let websocket = (!bosh).then(|| WebSocket::open(server.port));
        if !bosh {
            connection.opened(0);
        }
        Self {
            connection,
            websocket,
            http: Http::new(server.port),
            begun: Instant::now(),
            events: Vec::new(),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Goes on until something has happened.
    fn wait_for(&mut self, what: impl Fn(&Event) -> bool) -> Event {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(at) = self.events.iter().position(&what) {
                return self.events.remove(at);
            }
            assert!(Instant::now() < until, "it did not happen; what did: {:?}", self.events);
            self.step();
        }
    }

    fn step(&mut self) {
        let now = self.now();
        while let Some(output) = self.connection.next_output() {
            match output {
                Output::Send(text) => self.websocket.as_mut().expect("a WebSocket").send(&text),
                Output::Post { request, body, .. } => self.http.post(request, &body),
                Output::Close => {}
                Output::Event(event) => self.events.push(event),
            }
        }
        if let Some(frame) = self.websocket.as_mut().and_then(WebSocket::receive) {
            self.connection.received(now, &frame);
        }
        for (request, status, body) in self.http.answers() {
            self.connection.answered(now, request, Some((status, &body)));
        }
        if self.connection.next_timeout().is_some_and(|at| now >= at) {
            self.connection.handle_timeout(now);
        }
    }
}

/// Somebody else at the server, who speaks by hand.
struct Other(WebSocket);

impl Other {
    fn new(server: &Prosody, plain: &str) -> Self {
        let mut other = Self(WebSocket::open(server.port));
        let open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>";
        other.say(open, "features");
        other.say(
            &format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>"),
            "success",
        );
        other.say(open, "features");
        other.say("<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "jid");
        other
    }

    fn say(&mut self, text: &str, answer: &str) {
        self.0.send(text);
        let until = Instant::now() + Duration::from_secs(10);
        while !answer.is_empty() {
            assert!(Instant::now() < until, "no {answer} to {text}");
            if self.0.receive().is_some_and(|frame| frame.contains(answer)) {
                return;
            }
        }
    }

    fn publish(&mut self, node: &str, payload: &str) {
        let payload = payload.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let text = format!(
            "<iq xmlns='jabber:client' type='set' to='pubsub.localhost' id='p'><pubsub xmlns='http://jabber.org/protocol/pubsub'>\
             <publish node='{node}'><item><notification xmlns='http://jabber.org/protocol/pubsub'>{payload}</notification></item></publish>\
             </pubsub></iq>"
        );
        self.say(&text, "id='p'");
    }
}

/// `\0finesse\0p4ss` in Base64.
const FINESSE: &str = "AGZpbmVzc2UAcDRzcw==";

fn subscribed_and_told(bosh: bool) {
    let Some(server) = Prosody::start() else { return };
    let mut client = Client::new(&server, "p4ss", bosh);
    client.wait_for(|event| *event == Event::Ready);
    let now = client.now();
    client.connection.subscribe(now, NODE);
    let made = client.wait_for(|event| matches!(event, Event::Subscribed { .. }));
    assert_eq!(made, Event::Subscribed { node: NODE.to_owned(), made: true });

    let mut finesse = Other::new(&server, FINESSE);
    let update = "<Update><data><user><loginId>70200</loginId><firstName>A &amp;amp; B</firstName><state>READY</state></user></data>\
                  <event>PUT</event><requestId/><source>/finesse/api/User/70200</source></Update>";
    finesse.publish(NODE, update);
    let told = client.wait_for(|event| matches!(event, Event::Notification { .. }));
    let Event::Notification { node, text } = told else { panic!("a notification") };
    assert_eq!((node.as_str(), text.as_str()), (NODE, update));
    assert!(Notification::read(&node, &text).is_ok());

    finesse.say("<presence xmlns='jabber:client' to='70123@localhost'/>", "");
    assert_eq!(
        client.wait_for(|event| matches!(event, Event::Finesse { .. })),
        Event::Finesse { available: true }
    );
    drop(finesse);
    assert_eq!(
        client.wait_for(|event| matches!(event, Event::Finesse { .. })),
        Event::Finesse { available: false }
    );

    // Long enough for a ping, whose answer is a sign of life.
    let until = client.now() + 12_000;
    while client.now() < until {
        client.step();
    }
    assert_eq!(client.events, [], "it is up");

    let now = client.now();
    client.connection.unsubscribe(now, NODE);
    client.connection.close(now);
    assert_eq!(client.wait_for(|event| matches!(event, Event::Ended(_))), Event::Ended(End::Closed));
}

#[test]
fn over_websocket_it_signs_in_subscribes_and_is_told() {
    subscribed_and_told(false);
}

#[test]
fn over_bosh_it_signs_in_subscribes_and_is_told() {
    subscribed_and_told(true);
}

#[test]
fn a_wrong_password_is_refused_over_both() {
    for bosh in [false, true] {
        let Some(server) = Prosody::start() else { return };
        let mut client = Client::new(&server, "wrong", bosh);
        let end = client.wait_for(|event| matches!(event, Event::Ended(_)));
        assert_eq!(end, Event::Ended(End::Rejected), "BOSH {bosh}");
    }
}

#[test]
fn another_connection_with_the_resource_takes_it_over() {
    let Some(server) = Prosody::start() else { return };
    let mut first = Client::new(&server, "p4ss", false);
    first.wait_for(|event| *event == Event::Ready);
    let mut second = Client::new(&server, "p4ss", false);
    second.wait_for(|event| *event == Event::Ready);
    assert_eq!(first.wait_for(|event| matches!(event, Event::Ended(_))), Event::Ended(End::Conflict));
}
