//! What peers write that is odd but clear.

use crate::support::fixture;
use sidetone_sip::message::{
    Frame, Host, Message, Method, NameAddr, ParseError, Request, StreamBuffer, Uri, Via, name,
};

fn request(text: &str) -> Request {
    match Message::parse(text.as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn cucm_messages_are_read() {
    for (file, method) in [
        ("cucm/trunk-invite-delayed-offer", "INVITE"),
        ("cucm/options-ping", "OPTIONS"),
        ("cucm/bib-invite-nearend", "INVITE"),
        ("cucm/ack-with-answer", "ACK"),
    ] {
        let Ok(Message::Request(request)) = Message::parse(&fixture(file)) else { panic!("{file}") };
        let head = request.head().expect("complete");
        assert_eq!(request.method.to_string(), method);
        assert_eq!(head.cseq.number, 101);
        assert!(head.from.tag().is_some());
    }
    let Ok(Message::Request(invite)) = Message::parse(&fixture("cucm/bib-invite-nearend")) else { panic!() };
    let from = invite.head().expect("complete").from;
    assert_eq!(from.uri.as_sip().expect("sip").params.get("x-nearenddevice"), Some("sep001122334455"));
    let supported: Vec<&str> = invite.headers.elements(name::SUPPORTED).collect();
    assert_eq!(supported, ["timer", "resource-priority", "replaces", "X-cisco-srtp-fallback", "Geolocation"]);
    let Ok(Message::Request(ack)) = Message::parse(&fixture("cucm/ack-with-answer")) else { panic!() };
    assert!(ack.body_of_type("application/sdp").expect("SDP").contains("telephone-event/8000"));
}

#[test]
fn compact_names_folded_lines_and_lists() {
    let invite = request(
        "\r\n\r\nINVITE sip:a@[2001:db8::1]:5070;transport=tcp SIP/2.0\r\n\
         v: SIP/2.0/TCP [2001:db8::9]:5061;branch=z9hG4bK1, SIP/2.0/UDP h.example;branch=z9hG4bK2\r\n\
         f: \"A, B\" <sip:x@y.example;p=\"a,b\">;tag=1\r\nt: <tel:+1-201-555-0123;phone-context=x>\r\n\
         i: c\r\nCSEQ:\t1\r\n\tINVITE\r\nm: <sip:a@b.example,c>, \"x,y\" <sip:d@e.example>\r\n\
         k: a, b\r\nSupported: c\r\nrOuTe: <sip:r1.example;lr>,<sip:r2.example>\r\nl: 0\r\n\r\n",
    );
    let head = invite.head();
    assert!(head.is_err(), "a comma is no host");
    let uri = invite.uri.as_sip().expect("sip").clone();
    assert_eq!((uri.host.to_string(), uri.port), ("[2001:db8::1]".to_owned(), Some(5070)));
    let via: Via = invite.headers.first(name::VIA).expect("Via").parse().expect("a Via");
    assert_eq!((via.host, via.port), (Host::Ip("2001:db8::9".parse().expect("an address")), Some(5061)));
    assert_eq!(invite.headers.all(name::VIA).count(), 2);
    assert_eq!(
        invite.headers.all(name::ROUTE).collect::<Vec<_>>(),
        ["<sip:r1.example;lr>", "<sip:r2.example>"]
    );
    assert_eq!(invite.headers.elements(name::SUPPORTED).collect::<Vec<_>>(), ["a", "b", "c"]);
    let to: NameAddr = invite.headers.first(name::TO).expect("To").parse().expect("an address");
    assert_eq!(to.uri.user().as_deref(), Some("+1-201-555-0123"));
    assert_eq!(invite.headers.first(name::CSEQ), Some("1 INVITE"));
}

#[test]
fn line_ends_may_be_bare() {
    let options = request("OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP h\nContent-Length: 2\n\nhi, and more");
    assert_eq!(options.body, b"hi");
    assert_eq!(options.uri.to_string(), "sip:a");
}

#[test]
fn methods_are_told_apart_by_case() {
    assert_eq!(request("INVITE sip:a SIP/2.0\r\n\r\n").method, Method::INVITE);
    assert_eq!(request("invite sip:a SIP/2.0\r\n\r\n").method, Method::Extension("invite".into()));
    assert_eq!(request("FOO sip:a sip/2.0\r\n\r\n").method, Method::Extension("FOO".into()));
}

#[test]
fn uris_are_written_as_they_were_read() {
    for text in [
        "sip:first.last@example.com",
        "sip:+49(30)@example.com;user=phone",
        "sips:a:b@example.com:5061;lr?Subject=x",
        "sip:[2001:db8::1]",
        "tel:+1-201-555-0123;ext=5",
        "urn:service:sos",
        "sip:%61@h_x.example",
    ] {
        assert_eq!(text.parse::<Uri>().expect(text).to_string(), text);
    }
    for text in [
        "",
        "sip",
        "sip:",
        ":a",
        "sip:@h",
        "sip:a@",
        "sip:a@h:0",
        "sip:a@h:99999",
        "sip:[::1",
        "sip:a b@h",
        "tel:",
        "1x:y",
    ] {
        assert!(text.parse::<Uri>().is_err(), "{text}");
    }
}

#[test]
fn display_names_survive_quotes_and_line_breaks() {
    let address = NameAddr {
        display_name: Some("a \"b\" \\ c\r\nVia: x".into()),
        ..NameAddr::new("sip:a@b.example".parse().expect("a URI"))
    };
    let text = address.to_string();
    assert!(!text.contains(['\r', '\n']));
    let read: NameAddr = text.parse().expect("an address");
    assert_eq!(read.display_name.as_deref(), Some("a \"b\" \\ c  Via: x"));
}

#[test]
fn garbage_is_not_answered() {
    for garbage in [
        "",
        "\r\n",
        "hello",
        "GET / HTTP/1.1\r\n\r\n",
        "SIP/2.0 abc x\r\n\r\n",
        "SIP/3.0 200 OK\r\n\r\n",
        "A",
    ] {
        assert!(matches!(Message::parse(garbage.as_bytes()), Err(ParseError::Garbage(_))), "{garbage}");
    }
}

#[test]
fn streams_have_limits() {
    let mut stream = StreamBuffer::default();
    stream.push(b"OPTIONS sip:a SIP/2.0\r\nX: ");
    stream.push(&vec![b'x'; 70_000]);
    assert!(matches!(stream.next_frame(), Some(Frame::Broken { head: None, .. })));
    let mut stream = StreamBuffer::default();
    stream.push(b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 10000000\r\n\r\n");
    assert!(matches!(stream.next_frame(), Some(Frame::Broken { head: Some(_), .. })));
    assert_eq!(stream.next_frame(), None);
}
