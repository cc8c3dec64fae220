//! Stanzas as servers write them.

use proptest::prelude::*;
use sidetone_finesse::notification::Notification;
use sidetone_finesse::xmpp::{Connection, IqKind, IqPayload, Malformed, Stanza, Transport, read, read_body};

#[test]
fn a_prefix_or_another_quote_makes_no_difference() {
    for frame in [
        "<stream:features><mechanisms><mechanism>PLAIN</mechanism></mechanisms></stream:features>",
        "<features xmlns=\"http://etherx.jabber.org/streams\"><mechanisms>\n <mechanism> PLAIN </mechanism></mechanisms></features>",
    ] {
        let expected = Stanza::Features { mechanisms: vec!["PLAIN".to_owned()], session: false };
        assert_eq!(read(frame), Ok(expected), "{frame}");
    }
}

#[test]
fn a_stream_that_is_opened_as_on_tcp_is_open() {
    let header = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
    assert_eq!(read(header), Ok(Stanza::Open));
    assert_eq!(read(" \n"), Ok(Stanza::Other), "white space keeps a connection alive");
    assert_eq!(read("<open"), Err(Malformed::NotXmpp));
}

#[test]
fn the_condition_of_an_error_is_its_first_element() {
    let frame = "<iq type='error' id='7' from='x'><error type='cancel'><item-not-found/><text>none</text></error></iq>";
    let Ok(Stanza::Iq(iq)) = read(frame) else { panic!("an iq") };
    assert_eq!((iq.kind, iq.id.as_str()), (IqKind::Error, "7"));
    assert_eq!(iq.payload, IqPayload::Error { condition: "item-not-found".to_owned() });
}

#[test]
fn a_payload_is_read_whether_it_was_decoded_on_the_way_or_not() {
    let update = "<Update><data><user><loginId>70123</loginId><state>READY</state></user></data><event>PUT</event>\
                  <requestId/><source>/finesse/api/User/70123</source></Update>";
    let escaped = update.replace('<', "&lt;").replace('>', "&gt;");
    let mut read_ones = Vec::new();
    for payload in [update, escaped.as_str()] {
        let frame = format!(
            "<message from='p'><event><items node='/finesse/api/User/70123'><item><notification>{payload}</notification></item></items></event></message>"
        );
        let Ok(Stanza::Message { published, .. }) = read(&frame) else { panic!("a message") };
        read_ones.push(Notification::read(&published[0].node, &published[0].text).expect("a notification"));
    }
    assert_eq!(read_ones[0], read_ones[1]);
}

#[test]
fn an_error_that_repeats_a_message_is_no_message() {
    let frame = "<message type='error' from='p'><event><items node='n'><item><notification>x</notification></item></items></event></message>";
    assert_eq!(read(frame), Ok(Stanza::Message { from: "p".to_owned(), published: Vec::new() }));
}

proptest! {
    #[test]
    fn nothing_makes_the_reader_panic(text in "\\PC{0,200}") {
        let _ = read(&text);
        let _ = read_body(&text);
    }

    #[test]
    fn nothing_makes_a_connection_panic_or_talk_without_end(
        frames in prop::collection::vec(
            prop_oneof![
                Just("<open/>"), Just("<features/>"), Just("<success/>"), Just("<close/>"), Just("<challenge/>"),
                Just("<iq type='result' id='s1'/>"), Just("<iq type='error' id='s1'/>"), Just("<iq type='result' id='s2'/>"),
                Just("<iq type='get' id='1'><ping/></iq>"), Just("<presence from='finesse@fin1.example'/>"),
                Just("<message from='pubsub.fin1.example'/>"), Just("<failure/>"), Just("<error/>"), Just(""), Just("<"),
            ],
            0..40,
        ),
    ) {
        let mut connection = Connection::new(crate::login(), Transport::WebSocket, 0);
        connection.opened(0);
        let mut said = crate::outputs(&mut connection).len();
        for (at, frame) in frames.iter().enumerate() {
            connection.received(at as u64, frame);
            connection.handle_timeout(at as u64);
            said += crate::outputs(&mut connection).len();
        }
        prop_assert!(said <= 2 * frames.len() + 6);
    }
}
