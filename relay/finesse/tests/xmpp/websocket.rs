//! RFC 7395: one stanza in a frame.

use crate::{events, login, outputs, sent};
use sidetone_finesse::xmpp::{Connection, End, Event, MAX_STANZA_BYTES, Output, Transport};

const AFTER_AUTH: &str = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>\
    <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></stream:features>";

fn ready() -> Connection {
    let mut connection = Connection::new(login(), Transport::WebSocket, 0);
    connection.opened(0);
    for frame in [
        "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='fin1.example' id='x' version='1.0'/>",
        "<features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></features>",
        "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
        "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>",
        AFTER_AUTH,
        "<iq type='result' id='s1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>70123@fin1.example/r1</jid></bind></iq>",
        "<iq type='result' id='s2' from='fin1.example'/>",
    ] {
        connection.received(0, frame);
    }
    assert!(outputs(&mut connection).contains(&Output::Event(Event::Ready)));
    connection
}

#[test]
fn signing_in_is_said_in_this_order() {
    let mut connection = Connection::new(login(), Transport::WebSocket, 0);
    assert_eq!(sent(&mut connection), Vec::<String>::new(), "nothing before the WebSocket is open");
    connection.opened(0);
    assert_eq!(
        sent(&mut connection),
        ["<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='fin1.example' version='1.0'/>"]
    );
    connection.received(0, "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    connection.received(0, "<stream:features><mechanisms><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms></stream:features>");
    // An empty authorization identity, the id and the password.
    assert_eq!(
        sent(&mut connection),
        ["<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>ADcwMTIzAHA0c3M=</auth>"]
    );
    connection.received(0, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    assert!(sent(&mut connection)[0].starts_with("<open "));
    connection.received(0, AFTER_AUTH);
    assert_eq!(
        sent(&mut connection),
        [
            "<iq xmlns='jabber:client' type='set' id='s1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>sidetone</resource></bind></iq>"
        ]
    );
    connection.received(0, "<iq type='result' id='s1'><bind><jid>70123@fin1.example/r1</jid></bind></iq>");
    assert_eq!(
        sent(&mut connection),
        [
            "<iq xmlns='jabber:client' type='set' id='s2'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>"
        ]
    );
    connection.received(0, "<iq type='result' id='s2'/>");
    assert_eq!(sent(&mut connection), ["<presence xmlns='jabber:client'/>"]);
}

#[test]
fn a_session_that_is_not_offered_is_not_asked_for() {
    let mut connection = Connection::new(login(), Transport::WebSocket, 0);
    connection.opened(0);
    connection.received(0, "<features/>");
    connection.received(0, "<success/>");
    connection.received(0, "<features><bind/></features>");
    connection.received(0, "<iq type='result' id='s1'/>");
    let all = outputs(&mut connection);
    assert!(all.contains(&Output::Event(Event::Ready)));
    connection.subscribe(0, "/finesse/api/Team/81/Users");
    assert_eq!(
        sent(&mut connection),
        [
            "<iq xmlns='jabber:client' type='set' to='pubsub.fin1.example' id='s2'><pubsub xmlns='http://jabber.org/protocol/pubsub'>\
          <subscribe node='/finesse/api/Team/81/Users' jid='70123@fin1.example/sidetone'/></pubsub></iq>"
        ]
    );
}

#[test]
fn a_refused_password_ends_it() {
    for (condition, end) in [
        ("not-authorized", End::Rejected),
        ("credentials-expired", End::Rejected),
        ("temporary-auth-failure", End::Refused("temporary-auth-failure".to_owned())),
    ] {
        let mut connection = Connection::new(login(), Transport::WebSocket, 0);
        connection.opened(0);
        connection.received(0, "<features/>");
        connection.received(0, &format!("<failure><{condition}/><text>no</text></failure>"));
        let all = outputs(&mut connection);
        assert!(all.contains(&Output::Event(Event::Ended(end))), "{condition}");
        assert!(all.contains(&Output::Close), "{condition}");
        connection.received(0, "<success/>");
        assert_eq!(outputs(&mut connection), [], "nothing comes after the end");
    }
}

#[test]
fn a_server_without_plain_is_left() {
    let mut connection = Connection::new(login(), Transport::WebSocket, 0);
    connection.opened(0);
    connection.received(0, "<features><mechanisms><mechanism>EXTERNAL</mechanism></mechanisms></features>");
    assert!(events(&mut connection).contains(&Event::Ended(End::Refused("no-mechanism".to_owned()))));
}

#[test]
fn a_ping_goes_out_every_ten_seconds_and_three_without_answer_end_it() {
    let mut connection = ready();
    for turn in 1..=3 {
        assert_eq!(connection.next_timeout().map(|at| at <= turn * 10_000), Some(true));
        connection.handle_timeout(turn * 10_000);
        let pings = sent(&mut connection);
        assert_eq!(pings.len(), 1, "{pings:?}");
        assert!(pings[0].contains("<ping xmlns='urn:xmpp:ping'/>") && pings[0].contains("to='fin1.example'"));
    }
    connection.handle_timeout(40_000);
    assert_eq!(events(&mut connection), [Event::Ended(End::Unresponsive)]);
    assert_eq!(connection.next_timeout(), None);
}

#[test]
fn whatever_comes_is_a_sign_of_life() {
    let mut connection = ready();
    for turn in 1..100 {
        connection.handle_timeout(turn * 10_000);
        let ping = sent(&mut connection).pop().expect("a ping");
        let id = ping.split("id='").nth(1).and_then(|rest| rest.split('\'').next()).expect("an id");
        // A server without XEP-0199 says so, and lives.
        connection.received(
            turn * 10_000,
            &format!("<iq type='error' id='{id}'><error><service-unavailable/></error></iq>"),
        );
        assert_eq!(events(&mut connection), []);
    }
}

#[test]
fn the_servers_ping_is_answered_and_a_strangers_is_not() {
    let mut connection = ready();
    connection
        .received(0, "<iq type='get' id='p&apos;1' from='fin1.example'><ping xmlns='urn:xmpp:ping'/></iq>");
    assert_eq!(
        sent(&mut connection),
        ["<iq xmlns='jabber:client' type='result' to='fin1.example' id='p&apos;1'/>"]
    );
    connection
        .received(0, "<iq type='get' id='v' from='fin1.example'><query xmlns='jabber:iq:version'/></iq>");
    assert!(sent(&mut connection)[0].contains("service-unavailable"));
    connection.received(
        0,
        "<iq type='get' id='p2' from='mallory@fin1.example/x'><ping xmlns='urn:xmpp:ping'/></iq>",
    );
    assert_eq!(outputs(&mut connection), []);
}

#[test]
fn an_answer_counts_only_from_whom_it_was_asked() {
    let mut connection = ready();
    connection.subscribe(0, "/finesse/api/Queue/9");
    connection.received(0, "<iq type='result' id='s3' from='mallory@fin1.example/x'/>");
    assert_eq!(events(&mut connection), []);
    connection.received(0, "<iq type='result' id='s3' from='pubsub.fin1.example'/>");
    let node = "/finesse/api/Queue/9".to_owned();
    assert_eq!(events(&mut connection), [Event::Subscribed { node, made: true }]);
}

#[test]
fn a_subscription_is_refused_or_not_answered() {
    let mut connection = ready();
    connection.subscribe(0, "/a");
    connection.subscribe(0, "/b");
    connection.received(
        0,
        "<iq type='error' id='s3' from='pubsub.fin1.example'><error type='auth'><forbidden/></error></iq>",
    );
    assert_eq!(events(&mut connection), [Event::Subscribed { node: "/a".to_owned(), made: false }]);
    connection.handle_timeout(15_000);
    assert!(events(&mut connection).contains(&Event::Subscribed { node: "/b".to_owned(), made: false }));
}

#[test]
fn a_notification_is_taken_from_the_servers_own_service_alone() {
    let mut connection = ready();
    let message = |from: &str| {
        format!(
            "<message from='{from}'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='/finesse/api/User/70123'>\
             <item id='1'><notification xmlns='http://jabber.org/protocol/pubsub'>&lt;Update&gt;x &amp;amp; y&lt;/Update&gt;</notification>\
             </item></items></event></message>"
        )
    };
    connection.received(0, &message("mallory@fin1.example/x"));
    connection.received(0, &message("pubsub.elsewhere.example"));
    assert_eq!(events(&mut connection), []);
    connection.received(0, &message("pubsub.fin1.example"));
    let (node, text) = ("/finesse/api/User/70123".to_owned(), "<Update>x &amp; y</Update>".to_owned());
    assert_eq!(events(&mut connection), [Event::Notification { node, text }], "decoded once");
}

#[test]
fn the_presence_of_finesse_is_that_of_any_of_its_resources() {
    let mut connection = ready();
    let mut told = |frame: &str| {
        connection.received(0, frame);
        events(&mut connection)
    };
    let finesse = |available| vec![Event::Finesse { available }];
    assert_eq!(told("<presence from='finesse@fin1.example/a'/>"), finesse(true));
    assert_eq!(told("<presence from='finesse@fin1.example/b'/>"), finesse(true));
    assert_eq!(told("<presence from='finesse@fin1.example/a' type='unavailable'/>"), finesse(true));
    assert_eq!(told("<presence from='finesse@fin1.example/b' type='unavailable'/>"), finesse(false));
    assert_eq!(told("<presence from='finesse@evil.example/b'/>"), []);
    assert_eq!(told("<presence from='70124@fin1.example/b' type='unavailable'/>"), []);
}

#[test]
fn what_ends_a_stream_is_told() {
    for (frame, end) in [
        (
            "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
            End::Conflict,
        ),
        ("<error><system-shutdown/><text>bye</text></error>", End::Refused("system-shutdown".to_owned())),
        ("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", End::Lost),
        ("<iq", End::Malformed),
    ] {
        let mut connection = ready();
        connection.received(0, frame);
        assert_eq!(events(&mut connection), [Event::Ended(end)], "{frame}");
    }
    let mut connection = ready();
    connection.received(0, &format!("<message>{}</message>", "x".repeat(MAX_STANZA_BYTES)));
    assert_eq!(events(&mut connection), [Event::Ended(End::Malformed)]);
    let mut connection = ready();
    connection.closed();
    connection.closed();
    assert_eq!(events(&mut connection), [Event::Ended(End::Lost)], "said once");
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let mut connection = Connection::new(login(), Transport::WebSocket, 0);
    connection.handle_timeout(14_999);
    assert_eq!(outputs(&mut connection), []);
    connection.handle_timeout(15_000);
    assert_eq!(outputs(&mut connection), [Output::Close, Output::Event(Event::Ended(End::Unresponsive))]);
}

#[test]
fn good_bye_is_said() {
    let mut connection = ready();
    connection.close(0);
    assert_eq!(
        sent(&mut connection),
        [
            "<presence xmlns='jabber:client' type='unavailable'/>",
            "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"
        ]
    );
}

#[test]
fn no_secret_is_shown_by_debug() {
    let mut connection = Connection::new(login(), Transport::WebSocket, 0);
    connection.opened(0);
    connection.received(0, "<features/>");
    let shown = format!("{connection:?} {:?}", outputs(&mut connection));
    for secret in ["p4ss", "AHA0c3M"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
