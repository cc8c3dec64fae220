//! XEP-0124 and XEP-0206: stanzas in the bodies of long polls.

use crate::{events, login, outputs};
use sidetone_finesse::xmpp::{Connection, End, Event, Output, Transport};

/// What was posted, as request and body.
fn posted(connection: &mut Connection) -> Vec<(u64, String)> {
    outputs(connection)
        .into_iter()
        .filter_map(|output| match output {
            Output::Post { request, body, .. } => Some((request, body)),
            Output::Send(_) | Output::Close | Output::Event(_) => None,
        })
        .collect()
}

fn body(inside: &str) -> String {
    format!(
        "<body xmlns='http://jabber.org/protocol/httpbind' sid='S1' wait='30' hold='1' requests='2'>{inside}</body>"
    )
}

fn one(connection: &mut Connection) -> (u64, String) {
    let mut all = posted(connection);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn ready() -> (Connection, u64) {
    let mut connection = Connection::new(login(), Transport::Bosh { rid: 500 }, 0);
    let mut request = one(&mut connection).0;
    for inside in [
        "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><mechanisms><mechanism>PLAIN</mechanism></mechanisms></stream:features>",
        "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
        "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><bind/></stream:features>",
        "<iq type='result' id='s1'><bind><jid>70123@fin1.example/r</jid></bind></iq>",
    ] {
        connection.answered(0, request, Some((200, &body(inside))));
        let all = outputs(&mut connection);
        request = all
            .iter()
            .rev()
            .find_map(|output| match output {
                Output::Post { request, .. } => Some(*request),
                Output::Send(_) | Output::Close | Output::Event(_) => None,
            })
            .expect("one is always open");
    }
    (connection, request)
}

#[test]
fn a_session_is_created_signed_in_and_restarted() {
    let mut connection = Connection::new(login(), Transport::Bosh { rid: 500 }, 0);
    let (request, create) = one(&mut connection);
    assert_eq!(request, 500);
    for part in ["rid='500'", "hold='1'", "wait='30'", "to='fin1.example'", "ver='1.6'", "xmpp:version='1.0'"]
    {
        assert!(create.contains(part), "{part} in {create}");
    }
    connection.answered(0, 500, Some((200, &body("<features/>"))));
    let (request, auth) = one(&mut connection);
    assert_eq!(request, 501);
    assert!(
        auth.starts_with("<body xmlns='http://jabber.org/protocol/httpbind' rid='501' sid='S1'><auth "),
        "{auth}"
    );
    connection.answered(0, 501, Some((200, &body("<success/>"))));
    let (request, restart) = one(&mut connection);
    assert_eq!(request, 502);
    assert!(restart.contains("xmpp:restart='true'") && restart.contains("to='fin1.example'"), "{restart}");
}

#[test]
fn features_that_come_later_are_waited_for() {
    let mut connection = Connection::new(login(), Transport::Bosh { rid: 1 }, 0);
    connection.answered(0, 1, Some((200, &body(""))));
    let poll = loop {
        if let Some((request, text)) = posted(&mut connection).pop() {
            assert!(text.ends_with("/>"), "an empty poll: {text}");
            break request;
        }
        connection.handle_timeout(connection.next_timeout().expect("a poll is due"));
    };
    connection.answered(0, poll, Some((200, &body("<features/>"))));
    assert!(one(&mut connection).1.contains("<auth "));
}

#[test]
fn one_request_is_kept_open_and_no_more_than_two() {
    let (mut connection, held) = ready();
    for node in ["/a", "/b", "/c"] {
        connection.subscribe(0, node);
    }
    let first = posted(&mut connection);
    assert_eq!(first.len(), 1, "one is held, one has room: {first:?}");
    connection.answered(0, held, Some((200, &body(""))));
    let second = posted(&mut connection);
    assert_eq!(second.len(), 1);
    assert!(second[0].1.contains("/b") && second[0].1.contains("/c"), "what waited goes together");
    assert_eq!(second[0].0, first[0].0 + 1, "ids go up by one");
}

#[test]
fn answers_are_taken_in_the_order_of_the_requests() {
    let (mut connection, held) = ready();
    connection.subscribe(0, "/a");
    let (second, _) = one(&mut connection);
    let presence = |kind: &str| body(&format!("<presence from='finesse@fin1.example/x'{kind}/>"));
    connection.answered(0, second, Some((200, &presence(" type='unavailable'"))));
    assert_eq!(events(&mut connection), [], "the first one is still open");
    connection.answered(0, held, Some((200, &presence(""))));
    assert_eq!(
        events(&mut connection),
        [Event::Finesse { available: true }, Event::Finesse { available: false }]
    );
}

#[test]
fn a_request_without_answer_is_sent_again_twice() {
    let (mut connection, mut held) = ready();
    let mut now = 0;
    for _ in 0..2 {
        connection.answered(now, held, None);
        assert_eq!(posted(&mut connection), [], "not at once");
        now = connection.next_timeout().expect("it is due").max(now);
        connection.handle_timeout(now);
        let again = posted(&mut connection);
        assert_eq!(again[0].0, held, "the same request");
        held = again[0].0;
    }
    connection.answered(now, held, Some((502, "")));
    assert_eq!(events(&mut connection), [Event::Ended(End::Lost)]);
}

#[test]
fn what_ends_a_session_is_told() {
    for (status, text, end) in [
        (
            200,
            "<body type='terminate' condition='policy-violation'/>",
            End::Refused("policy-violation".to_owned()),
        ),
        (200, "<body type='terminate'/>", End::Lost),
        (404, "", End::Refused("http-404".to_owned())),
        (200, "<html/>", End::Malformed),
        (200, "<body type='terminate'><stream:error><conflict/></stream:error></body>", End::Conflict),
    ] {
        let (mut connection, held) = ready();
        connection.answered(0, held, Some((status, text)));
        assert_eq!(events(&mut connection), [Event::Ended(end)], "{status} {text}");
        assert_eq!(connection.next_timeout(), None);
    }
}

#[test]
fn polls_that_are_answered_at_once_do_not_become_a_storm() {
    let (mut connection, held) = ready();
    let (mut now, mut posts, mut open) = (0, 0, vec![held]);
    while now < 30_000 {
        for request in std::mem::take(&mut open) {
            connection.answered(now + 5, request, Some((200, &body(""))));
        }
        now += 5;
        open.extend(posted(&mut connection).into_iter().map(|(request, _)| request));
        if open.is_empty() {
            now = connection.next_timeout().expect("a poll or a ping is due").max(now);
            connection.handle_timeout(now);
            open.extend(posted(&mut connection).into_iter().map(|(request, _)| request));
        }
        posts += open.len();
    }
    assert!(posts < 30, "{posts} in half a minute");
}

#[test]
fn good_bye_ends_the_session_at_the_server() {
    let (mut connection, _) = ready();
    connection.close(0);
    let all = posted(&mut connection);
    let last = &all.last().expect("it is said").1;
    assert!(last.contains("type='terminate'") && last.contains("<presence "), "{last}");
}
