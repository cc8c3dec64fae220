//! Requests outside of calls.

use crate::support::{OFFER, PEER, Phone, address, invite_with};
use sidetone_sip::message::name;

fn request(method: &str, more: &str) -> Vec<u8> {
    format!(
        "{method} sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bK{method};rport\r\n\
         From: <sip:x@example.test>;tag=1\r\nTo: <sip:192.0.2.1>\r\nCall-ID: {method}\r\nCSeq: 7 {method}\r\n{more}\r\n"
    )
    .into_bytes()
}

#[test]
fn options_is_answered_even_when_it_may_go_no_further() {
    let mut phone = Phone::registered();
    phone.receive(&request("OPTIONS", "Max-Forwards: 0\r\n"));
    let ok = phone.take_response(200);
    assert!(ok.headers.first(name::ALLOW).expect("Allow").contains("INVITE"));
    assert!(ok.headers.first(name::ACCEPT).expect("Accept").contains("application/sdp"));
    assert_eq!(ok.headers.first(name::SUPPORTED), Some("100rel, replaces, timer"));
    assert!(ok.headers.first(name::TO).expect("To").contains(";tag="));
    phone.assert_nothing_left();
}

#[test]
fn what_we_do_not_do_is_said_with_what_we_do() {
    let mut phone = Phone::registered();
    for (method, status) in [("REGISTER", 405), ("MESSAGE", 405), ("DANCE", 501)] {
        phone.receive(&request(method, ""));
        let refused = phone.take_response(status);
        assert!(refused.headers.first(name::ALLOW).is_some(), "{method}");
    }
    phone.receive(&request("SUBSCRIBE", "Event: presence\r\n"));
    assert_eq!(phone.take_response(489).headers.first(name::ALLOW_EVENTS), Some("kpml"));
    for method in ["BYE", "INFO", "UPDATE", "NOTIFY"] {
        phone.receive(&request(method, ""));
        phone.take_response(481);
    }
}

#[test]
fn an_extension_that_we_lack_is_named() {
    let mut phone = Phone::registered();
    phone.receive(&invite_with("in-1", Some(OFFER), "Require: 100rel, foo\r\nRequire: bar\r\n"));
    let refused = phone.take_response(420);
    assert_eq!(refused.headers.first(name::UNSUPPORTED), Some("foo, bar"));
    phone.assert_quiet();
}

#[test]
fn replies_go_back_to_where_the_request_came_from() {
    let mut phone = Phone::registered();
    // Behind NAT, with rport: to the source (RFC 3581).
    phone.receive_from("198.51.100.7:40000", &request("OPTIONS", ""));
    let reply = phone.take_sent();
    assert_eq!(reply.remote, address("198.51.100.7:40000"));
    let via = reply.response().headers.first(name::VIA).expect("Via").to_owned();
    assert!(via.contains("received=198.51.100.7") && via.contains("rport=40000"), "{via}");
    // Without it: to the stated port of the source's address (RFC 3261 §18.2.2).
    let text = String::from_utf8(request("OPTIONS", "")).expect("text").replace(";rport", "2");
    phone.receive_from("198.51.100.7:40000", text.as_bytes());
    assert_eq!(phone.take_sent().remote, address("198.51.100.7:5060"));
}

#[test]
fn a_keep_alive_ping_gets_its_pong() {
    let mut phone = Phone::registered();
    phone.receive(b"\r\n\r\n");
    assert_eq!(phone.take_sent().bytes, b"\r\n");
    phone.receive(b"\r\n");
    phone.receive(b"\0");
    phone.receive(b"");
    phone.assert_quiet();
}
