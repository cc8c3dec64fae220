//! The messages of RFC 4475, as a user agent meets them.

use crate::support::{LINE, Phone, account, ok_to_register, settings};
use sidetone_sip::message::{
    Frame, Host, Message, NameAddr, Request, Response, StreamBuffer, Uri, Via, name,
};
use sidetone_sip::{Event, Transport};

fn fixture(name: &str) -> Vec<u8> {
    crate::support::fixture(&format!("rfc4475/{name}"))
}

fn request(name: &str) -> Request {
    match Message::parse(&fixture(name)) {
        Ok(Message::Request(request)) => request,
        other => panic!("{name}: {other:?}"),
    }
}

fn response(name: &str) -> Response {
    match Message::parse(&fixture(name)) {
        Ok(Message::Response(response)) => response,
        other => panic!("{name}: {other:?}"),
    }
}

/// A phone whose number is in the messages.
fn phone() -> Phone {
    let mut phone = Phone::new(settings());
    let mut line = account(Transport::Udp);
    line.address_of_record = "sip:user@example.com".into();
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, line).expect("added");
    phone.drain();
    let register = phone.take_request("REGISTER");
    phone.receive(&ok_to_register(&register, 3600));
    phone.take_event();
    phone
}

#[test]
fn each_message_gets_the_answer_that_the_rfc_asks_for() {
    // 100: it is a call. 0: no answer.
    let expected: [(&str, u16, &str); 49] = [
        // §3.1.1: valid.
        // It has a tag in To, and there is no such dialog.
        ("wsinv", 481, ""),
        ("intmeth", 501, ""),
        ("esc01", 100, ""),
        ("escnull", 405, ""),
        ("esc02", 501, ""),
        ("lwsdisp", 200, ""),
        ("longreq", 100, ""),
        ("dblreq", 405, ""),
        ("semiuri", 200, ""),
        ("transports", 200, ""),
        ("mpart01", 405, ""),
        ("unreason", 0, ""),
        ("noreason", 0, ""),
        // §3.1.2: invalid.
        ("badinv01", 400, "Bad Via"),
        ("clerr", 400, "Content-Length Beyond Message"),
        ("ncl", 400, "Bad Content-Length"),
        ("scalar02", 400, "Bad CSeq"),
        ("scalarlg", 0, ""),
        ("quotbal", 400, "Bad To"),
        ("ltgtruri", 400, "Bad Request-URI"),
        ("lwsruri", 400, "Bad Request-URI"),
        // What is meant is plain, so these two are taken, which the RFC allows.
        ("lwsstart", 100, ""),
        ("trws", 200, ""),
        ("escruri", 400, "Headers in Request-URI"),
        ("baddate", 100, ""),
        ("regbadct", 400, "Bad Contact"),
        ("badaspec", 400, "Bad To"),
        // Likewise.
        ("baddn", 200, ""),
        ("badvers", 505, "Version Not Supported"),
        ("mismatch01", 400, "CSeq Method Mismatch"),
        ("mismatch02", 400, "CSeq Method Mismatch"),
        ("bigcode", 0, ""),
        // §3.2: transactions.
        ("badbranch", 200, ""),
        // §3.3: applications.
        ("insuf", 400, "Missing Call-ID"),
        ("unkscm", 416, ""),
        ("novelsc", 416, ""),
        ("unksm2", 405, ""),
        ("bext01", 420, ""),
        ("invut", 415, ""),
        ("regaut01", 405, ""),
        ("multi01", 400, "Repeated Call-ID"),
        ("mcl01", 400, "Conflicting Content-Length"),
        ("bcast", 0, ""),
        ("zeromf", 200, ""),
        ("cparam01", 405, ""),
        ("cparam02", 405, ""),
        ("regescrt", 405, ""),
        ("sdp01", 406, ""),
        ("inv2543", 404, ""),
    ];
    for (name, status, reason) in expected {
        let mut phone = phone();
        phone.receive(&fixture(name));
        if status == 0 {
            phone.assert_quiet();
            continue;
        }
        let sent = phone.sent.pop_front().unwrap_or_else(|| panic!("{name}: no answer")).response();
        assert_eq!(sent.status, status, "{name}: {}", sent.reason);
        if !reason.is_empty() {
            assert_eq!(sent.reason, reason, "{name}");
        }
        let called = phone.events.pop_front();
        assert_eq!(matches!(called, Some(Event::Incoming { .. })), status == 100, "{name}: {called:?}");
        phone.assert_quiet();
    }
}

#[test]
fn a_short_tortuous_invite_means_what_it_says() {
    let invite = request("wsinv");
    let head = invite.head().expect("complete");
    assert_eq!(invite.uri.as_sip().expect("sip").params.get("unknownparam"), Some(""));
    assert_eq!(head.to.tag(), Some("1918181833n"));
    assert_eq!(head.from.display_name.as_deref(), Some(r#"J Rosenberg \""#));
    assert_eq!(head.from.tag(), Some("98asjd8"));
    assert_eq!((head.cseq.number, head.cseq.method.to_string().as_str()), (9, "INVITE"));
    assert_eq!(invite.headers.first(name::MAX_FORWARDS), Some("0068"));
    assert_eq!(invite.headers.first("Subject"), Some(""));
    assert_eq!(invite.headers.first("newfangledheader"), Some("newfangled value continued newfangled value"));
    assert_eq!(invite.headers.first("UnknownHeaderWithUnusualValue"), Some(";;,,;;,;"));
    let vias: Vec<Via> = invite.headers.all(name::VIA).map(|via| via.parse().expect("a Via")).collect();
    let read: Vec<_> = vias.iter().map(|v| (v.transport.as_str(), v.host.to_string(), v.branch())).collect();
    assert_eq!(
        read,
        [
            ("UDP", "192.0.2.2".to_owned(), Some("390skdjuw")),
            ("TCP", "spindle.example.com".to_owned(), Some("z9hG4bK9ikj8")),
            ("UDP", "192.168.255.111".to_owned(), Some("z9hG4bK30239")),
        ]
    );
    let contact: NameAddr =
        invite.headers.first(name::CONTACT).expect("Contact").parse().expect("an address");
    assert_eq!(contact.display_name.as_deref(), Some(r#"Quoted string """#));
    assert_eq!((contact.params.get("newparam"), contact.params.get("q")), (Some("newvalue"), Some("0.33")));
    assert!(contact.params.has("secondparam"));
    assert_eq!(invite.body.len(), 150);
}

#[test]
fn unusual_characters_are_kept() {
    let odd = request("intmeth");
    let head = odd.head().expect("complete");
    assert_eq!(odd.method.to_string(), "!interesting-Method0123456789_*+`.%indeed'~");
    assert_eq!(head.cseq.method, odd.method);
    assert_eq!(head.to.display_name.as_deref(), Some("BEL:\u{7} NUL:\0 DEL:\u{7f}"));
    assert_eq!(head.from.display_name.as_deref(), Some("token1~` token2'+_ token3*%!.-"));
    assert_eq!(head.from.tag(), Some("_token~1'+`*%!-."));
    assert_eq!(head.call_id, r#"intmeth.word%ZK-!.*_+'@word`~)(><:\/"][?}{"#);
    assert_eq!(odd.uri.as_sip().expect("sip").host, Host::Name("example.com".into()));
}

#[test]
fn escapes_belong_to_uris_only() {
    let invite = request("esc01");
    assert_eq!(invite.uri.user().as_deref(), Some("sips:user@example.com"));
    let head = invite.head().expect("complete");
    assert_eq!(head.to.uri.user().as_deref(), Some("user"));
    assert_eq!(head.from.uri.user().as_deref(), Some("I have spaces"));
    assert_eq!(request("escnull").head().expect("complete").to.uri.user().as_deref(), Some("null-\0-null"));
    let register = request("esc02");
    assert_eq!(register.method.to_string(), "RE%47IST%45R");
    assert_eq!(register.head().expect("complete").to.display_name.as_deref(), Some("%Z%45"));
    // C%6Fntact is another header.
    assert_eq!(register.headers.all(name::CONTACT).count(), 2);
    assert_eq!(request("semiuri").uri.user().as_deref(), Some("user;par=u@example.net"));
}

#[test]
fn parameters_belong_to_the_header_unless_brackets_hold_them() {
    let contact = |name: &str| request(name).headers.first(name::CONTACT).map(str::parse::<NameAddr>);
    let outside = contact("cparam01").expect("Contact").expect("an address");
    assert!(outside.params.has("unknownparam"));
    let inside = contact("cparam02").expect("Contact").expect("an address");
    assert!(!inside.params.has("unknownparam"));
    assert!(inside.uri.as_sip().expect("sip").params.has("unknownparam"));
    let escaped = contact("regescrt").expect("Contact").expect("an address");
    assert_eq!(
        escaped.uri.as_sip().expect("sip").headers.as_deref(),
        Some("Route=%3Csip:sip.example.com%3E")
    );
}

#[test]
fn reason_phrases_may_be_anything_or_nothing() {
    assert_eq!(response("unreason").reason, "= 2**3 * 5**2 но сто девяносто девять - простое");
    let silent = response("noreason");
    assert_eq!((silent.status, silent.reason.as_str()), (100, ""));
}

#[test]
fn a_datagram_holds_one_message_and_a_stream_several() {
    assert_eq!(request("dblreq").method.to_string(), "REGISTER");
    let mut stream = StreamBuffer::default();
    stream.push(&fixture("dblreq"));
    let methods: Vec<String> = std::iter::from_fn(|| match stream.next_frame()? {
        Frame::Message(bytes) => match Message::parse(&bytes) {
            Ok(Message::Request(request)) => Some(request.method.to_string()),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    })
    .collect();
    assert_eq!(methods, ["REGISTER", "INVITE"]);
}

#[test]
fn the_bodies_of_multipart_messages_are_kept_to_the_byte() {
    let message = request("mpart01");
    assert_eq!(message.headers.first("Content-Length"), Some(message.body.len().to_string().as_str()));
    let all: Vec<u8> = (0..=255).collect();
    assert!(message.body.windows(256).any(|window| window == all));
}

#[test]
fn other_schemes_are_read_as_far_as_that_goes() {
    let register = request("unksm2");
    let head = register.head().expect("complete");
    assert_eq!(head.to.uri, Uri::Other("isbn:2983792873".into()));
    assert_eq!(head.from.uri, Uri::Other("http://www.example.com".into()));
    assert_eq!(head.from.tag(), Some("3234233"));
}

#[test]
fn what_was_read_is_written_so_that_it_reads_the_same() {
    for entry in
        std::fs::read_dir(format!("{}/tests/fixtures/rfc4475", env!("CARGO_MANIFEST_DIR"))).expect("there")
    {
        let bytes = std::fs::read(entry.expect("a file").path()).expect("readable");
        let Ok(message) = Message::parse(&bytes) else { continue };
        let written = match &message {
            Message::Request(request) => request.to_bytes(),
            Message::Response(response) => response.to_bytes(),
        };
        let again = Message::parse(&written).expect("what we write can be read");
        match (message, again) {
            (Message::Request(a), Message::Request(b)) => {
                assert_eq!((a.method, a.uri, a.body), (b.method, b.uri, b.body));
                assert_eq!(a.headers.first(name::CONTACT), b.headers.first(name::CONTACT));
            }
            (Message::Response(a), Message::Response(b)) => {
                assert_eq!((a.status, a.body), (b.status, b.body))
            }
            other => panic!("{other:?}"),
        }
    }
}
