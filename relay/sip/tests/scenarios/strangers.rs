//! What anybody on the network can send: it costs little, and changes nothing.

use crate::support::{
    OFFER, PEER, Phone, address, cancel, in_dialog, in_dialog_with, invite, respond, respond_with, settings,
};
use sidetone_sip::message::{Message, ParseError, name};
use sidetone_sip::{Command, Event, FlowId, Input, Transport};
use std::time::Duration;

const STRANGER: &str = "203.0.113.66:5060";

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

#[test]
fn strangers_are_answered_without_a_trace() {
    let mut phone = Phone::registered();
    let call = invite("in-1", Some(OFFER));
    for (method, status) in [
        ("INVITE", 403),
        ("REGISTER", 403),
        ("SUBSCRIBE", 403),
        ("DANCE", 403),
        ("BYE", 403),
        ("OPTIONS", 200),
    ] {
        let request = text(call.clone()).replace("INVITE", method);
        phone.receive_from(STRANGER, request.as_bytes());
        let first = phone.take_response(status);
        assert!(first.headers.first(name::TO).expect("To").contains(";tag="));
        assert_eq!(phone.ua.counts().server_transactions, 0, "{method}");
        // A repetition is answered alike.
        phone.receive_from(STRANGER, request.as_bytes());
        assert_eq!(phone.take_response(status), first, "{method}");
    }
    // Nothing is repeated to whom the stranger may only pretend to be.
    phone.advance(Duration::from_secs(40));
    phone.assert_quiet();
    phone.receive_from(STRANGER, &cancel("in-1", ""));
    phone.take_response(481);
    phone.receive_from(STRANGER, text(call).replace("INVITE", "ACK").as_bytes());
    phone.assert_quiet();
}

#[test]
fn a_dialog_that_nobody_knows_costs_nothing() {
    let mut phone = Phone::registered();
    for remote in [STRANGER, PEER] {
        phone.receive_from(
            remote,
            &in_dialog("BYE", 2, "gone", "<sip:1001@example.test>;tag=gone", "bye", None),
        );
        phone.take_response(481);
        assert_eq!(phone.ua.counts().server_transactions, 0);
    }
}

#[test]
fn a_response_is_not_many_times_longer_than_its_request() {
    let mut phone = Phone::registered();
    let commas = ",".repeat(4_000);
    for header in [format!("Via: {commas}\r\n"), format!("Via: {}\r\n", "a,".repeat(300))] {
        let request =
            text(invite("in-1", Some(OFFER))).replacen("Max-Forwards", &format!("{header}Max-Forwards"), 1);
        phone.receive_from(STRANGER, request.as_bytes());
        let sent: usize = phone.sent.drain(..).map(|sent| sent.bytes.len()).sum();
        assert!(sent < request.len() * 4, "{sent} bytes for {}", request.len());
    }
    let many = format!("OPTIONS sip:a SIP/2.0\r\nVia: {}\r\n\r\n", "SIP/2.0/UDP a,".repeat(600));
    assert!(matches!(Message::parse(many.as_bytes()), Err(ParseError::Garbage(_))));
}

#[test]
fn more_than_can_be_borne_is_asked_to_wait_but_calls_that_are_up_go_on() {
    let mut few = settings();
    few.most_server_transactions = 3;
    let mut phone = Phone::registered_for(few, 3600);
    let (leg, to) = phone.talk("in-1");
    phone.receive(&invite("in-2", Some(OFFER)));
    phone.receive(&invite("in-3", Some(OFFER)));
    phone.sent.clear();
    phone.events.clear();
    phone.receive(&invite("in-4", Some(OFFER)));
    let busy = phone.take_response(503);
    let seconds: u32 = busy.headers.first(name::RETRY_AFTER).expect("Retry-After").parse().expect("seconds");
    assert!((1..=10).contains(&seconds));
    phone.assert_quiet();
    // Of what is under way nothing is refused.
    phone.receive(&invite("in-3", Some(OFFER)));
    phone.take_response(100);
    phone.receive(&cancel("in-2", ""));
    phone.take_response(200);
    phone.take_response(487);
    assert!(matches!(phone.take_event(), Event::Ended { .. }));
    phone.receive(&in_dialog("BYE", 2, "in-1", &to, "bye", None));
    phone.take_response(200);
    assert!(matches!(phone.take_event(), Event::Ended { leg: ended, .. } if ended == leg));
}

#[test]
fn no_more_calls_ring_at_a_line_than_anybody_could_answer() {
    let mut phone = Phone::registered();
    for number in 0..32 {
        phone.receive(&invite(&format!("in-{number}"), Some(OFFER)));
        phone.take_response(100);
    }
    phone.receive(&invite("in-32", Some(OFFER)));
    phone.take_response(486);
    assert_eq!(phone.ua.counts().legs, 32);
}

#[test]
fn a_guess_from_elsewhere_cancels_no_call() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    phone.take_response(100);
    phone.receive_from(STRANGER, &cancel("in-1", ""));
    phone.take_response(481);
    phone.assert_quiet();
    phone.answer(leg);
    phone.take_response(200);
}

#[test]
fn an_ack_of_another_dialog_confirms_nothing() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    phone.answer(leg);
    phone.take_response(100);
    let to = phone.take_response(200).headers.first(name::TO).expect("To").to_owned();
    let ack = text(in_dialog("ACK", 1, "in-1", &to, "ack", None));
    for (from, other) in [("Call-ID: in-1", "Call-ID: in-2"), (";tag=far", ";tag=near")] {
        phone.receive(ack.replace(from, other).as_bytes());
        phone.assert_quiet();
    }
    phone.receive(ack.as_bytes());
    assert_eq!(phone.take_event(), Event::Confirmed { leg, sdp: None });
}

#[test]
fn a_response_that_was_meant_for_somebody_else_is_dropped() {
    let mut phone = Phone::registered();
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond_with(&invite, 200, "b", Some(OFFER), |headers| {
        headers.push(name::VIA, "SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKother");
    }));
    phone.assert_quiet();
    phone.receive(&respond(&invite, 200, "b", Some(OFFER)));
    phone.take_request("ACK");
}

fn accepted(phone: &mut Phone, remote: &str) -> FlowId {
    let flow = phone.ua.allocate_flow();
    let (local, remote) = (address("192.0.2.1:5060"), address(remote));
    phone.input(Input::Accepted { flow, local, remote, transport: Transport::Tcp });
    flow
}

#[test]
fn strangers_do_not_use_up_the_connections() {
    let mut few = settings();
    few.most_accepted = 2;
    let mut phone = Phone::registered_for(few, 3600);
    for _ in 0..2 {
        accepted(&mut phone, "203.0.113.66:40000");
    }
    let refused = accepted(&mut phone, "203.0.113.66:40001");
    assert_eq!(phone.commands.pop_front(), Some(Command::Close { flow: refused }));
    // The registrar is let in all the same.
    accepted(&mut phone, "192.0.2.9:40000");
    assert_eq!(phone.commands.pop_front(), None);
    assert_eq!(phone.ua.counts().connections, 3);
}

#[test]
fn a_connection_that_brings_no_message_does_not_stay() {
    let mut phone = Phone::registered();
    let slow = accepted(&mut phone, "203.0.113.66:40000");
    let good = accepted(&mut phone, "203.0.113.66:40001");
    let options = text(invite("in-1", None)).replace("INVITE", "OPTIONS");
    phone.input(Input::Stream { flow: good, bytes: options.into_bytes() });
    for _ in 0..40 {
        phone.input(Input::Stream { flow: slow, bytes: b"X".to_vec() });
        phone.advance(Duration::from_secs(1));
    }
    assert_eq!(phone.commands.pop_front(), Some(Command::Close { flow: slow }));
    assert_eq!(phone.commands.pop_front(), None);
    assert_eq!(phone.ua.counts().connections, 1);
}

#[test]
fn a_peer_that_asks_for_keys_again_and_again_is_told_once_how_it_stands() {
    let mut phone = Phone::registered();
    let (_, to) = phone.talk("in-1");
    let request = "<kpml-request xmlns=\"urn:ietf:params:xml:ns:kpml-request\" version=\"1.0\">\
        <pattern persist=\"persist\"><regex>[x*#ABCD]</regex></pattern></kpml-request>";
    let body = Some(("application/kpml-request+xml", request));
    for number in 2..50 {
        let branch = format!("sub{number}");
        phone.receive(&in_dialog_with("SUBSCRIBE", number, "in-1", &to, &branch, body, "Event: kpml\r\n"));
        phone.sent.retain(|sent| sent.label() == "NOTIFY");
    }
    for _ in 0..2 {
        let notify = phone.take_request("NOTIFY");
        phone.sent.clear();
        phone.receive(&respond(&notify, 200, "", None));
    }
    // Nothing is left to tell.
    assert!(phone.sent.is_empty());
    phone.advance(Duration::from_secs(5));
    assert!(phone.sent.is_empty());
}
