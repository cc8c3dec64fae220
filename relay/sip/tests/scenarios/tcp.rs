//! Connections.

use crate::support::{LINE, OFFER, PEER, Phone, account, address, invite, ok_to_register, respond, settings};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Cause, Command, Event, FlowId, Input, Transport};
use std::time::Duration;

/// A line over TCP whose connection is up and whose REGISTER waits for its answer.
fn connected() -> (Phone, FlowId, Request) {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, account(Transport::Tcp)).expect("added");
    phone.drain();
    phone.assert_quiet();
    let flow = asked_to_connect(&mut phone);
    phone.input(Input::Connected { flow, local: address("192.0.2.1:33333") });
    let register = phone.take_request("REGISTER");
    (phone, flow, register)
}

fn asked_to_connect(phone: &mut Phone) -> FlowId {
    match phone.commands.pop_front() {
        Some(Command::Connect { flow, transport: Transport::Tcp, remote, host }) => {
            assert_eq!(host, "192.0.2.9");
            assert_eq!(remote, address(PEER));
            flow
        }
        other => panic!("a connection was expected, not {other:?}"),
    }
}

fn registered() -> (Phone, FlowId) {
    let (mut phone, flow, register) = connected();
    phone.input(Input::Stream { flow, bytes: ok_to_register(&register, 3600) });
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
    phone.advance(Duration::from_secs(1));
    (phone, flow)
}

#[test]
fn requests_say_that_they_go_by_tcp_and_are_not_repeated() {
    let (mut phone, _, register) = connected();
    assert!(register.headers.first(name::VIA).expect("Via").starts_with("SIP/2.0/TCP 192.0.2.1:5060;"));
    assert!(register.headers.first(name::CONTACT).expect("Contact").contains(";transport=tcp>"));
    phone.advance(Duration::from_secs(31));
    phone.assert_quiet();
}

#[test]
fn a_message_may_come_in_pieces_and_several_at_once() {
    let (mut phone, flow) = registered();
    let first = String::from_utf8(invite("in-1", Some(OFFER))).expect("text").replace("/UDP", "/TCP");
    let second = first.replace("in-1", "in-2");
    let stream = format!("\r\n\r\n{first}\r\n{second}");
    for byte in stream.bytes() {
        phone.input(Input::Stream { flow, bytes: vec![byte] });
    }
    assert_eq!(phone.take_sent().bytes, b"\r\n");
    phone.take_response(100);
    phone.take_response(100);
    assert!(matches!(phone.take_event(), Event::Incoming { .. }));
    assert!(matches!(phone.take_event(), Event::Incoming { .. }));

    phone.input(Input::Stream { flow, bytes: stream.replace("in-", "at-once-").into_bytes() });
    assert_eq!(phone.take_sent().bytes, b"\r\n");
    phone.take_response(100);
    phone.take_response(100);
}

#[test]
fn a_length_that_cannot_be_told_is_refused_and_ends_the_connection() {
    let (mut phone, flow) = registered();
    let text = String::from_utf8(invite("in-1", Some(OFFER))).expect("text");
    let start = text.find("Content-Length").expect("it");
    let broken = format!("{}Content-Length: -5\r\n\r\n", &text[..start]);
    phone.input(Input::Stream { flow, bytes: broken.into_bytes() });
    phone.take_response(400);
    assert_eq!(phone.commands.pop_front(), Some(Command::Close { flow }));
}

#[test]
fn a_lost_connection_is_made_anew_and_registered_over() {
    let (mut phone, flow) = registered();
    phone.input(Input::Closed { flow });
    assert_eq!(phone.take_event(), Event::RegistrationLost { account: LINE });
    phone.assert_quiet();
    phone.advance(Duration::from_secs(1));
    let again = asked_to_connect(&mut phone);
    assert_ne!(again, flow);
    phone.input(Input::Connected { flow: again, local: address("192.0.2.1:33334") });
    let register = phone.take_request("REGISTER");
    phone.input(Input::Stream { flow: again, bytes: ok_to_register(&register, 3600) });
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
}

#[test]
fn a_connection_that_cannot_be_made_is_a_failure() {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, account(Transport::Tcp)).expect("added");
    phone.drain();
    let flow = asked_to_connect(&mut phone);
    phone.input(Input::Closed { flow });
    let Event::RegistrationFailed { cause: Cause::Transport, retry_at, .. } = phone.take_event() else {
        panic!("no failure")
    };
    phone.advance(retry_at - phone.now);
    asked_to_connect(&mut phone);
}

#[test]
fn a_request_caught_by_the_loss_goes_over_a_new_connection_once() {
    let (mut phone, flow) = registered();
    phone.call("1002");
    let invite = phone.take_sent();
    phone.input(Input::Closed { flow });
    let again = asked_to_connect(&mut phone);
    phone.input(Input::Connected { flow: again, local: address("192.0.2.1:33334") });
    let repeated = phone.take_sent();
    assert_eq!((repeated.flow, repeated.bytes), (again, invite.bytes));
}

#[test]
fn a_call_over_tcp_hangs_up_over_a_new_connection() {
    let (mut phone, flow) = registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.input(Input::Stream { flow, bytes: respond(&invite, 200, "b", Some("v=0\r\n")) });
    assert_eq!(phone.take_sent().flow, flow, "the ACK goes over the connection that is there");
    phone.take_event();
    phone.input(Input::Closed { flow });
    assert_eq!(phone.take_event(), Event::RegistrationLost { account: LINE });
    phone.hang_up(leg);
    let again = asked_to_connect(&mut phone);
    phone.input(Input::Connected { flow: again, local: address("192.0.2.1:33334") });
    let bye = phone.take_request("BYE");
    phone.input(Input::Stream { flow: again, bytes: respond(&bye, 200, "", None) });
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
}

#[test]
fn a_caller_that_connected_to_us_is_answered_and_hung_up_over_its_connection() {
    let (mut phone, _) = registered();
    let flow = phone.ua.allocate_flow();
    let remote = address("192.0.2.9:45000");
    phone.input(Input::Accepted {
        flow,
        local: address("192.0.2.1:5060"),
        remote,
        transport: Transport::Tcp,
    });
    let text = String::from_utf8(invite("in-1", Some(OFFER))).expect("text").replace("/UDP", "/TCP");
    phone.input(Input::Stream { flow, bytes: text.into_bytes() });
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    phone.answer(leg);
    let _trying = phone.take_sent();
    let ok = phone.take_sent();
    assert_eq!(ok.flow, flow);
    let to = ok.response().headers.first(name::TO).expect("To").to_owned();
    phone.input(Input::Stream { flow, bytes: crate::support::in_dialog("ACK", 1, "in-1", &to, "a", None) });
    phone.take_event();
    phone.hang_up(leg);
    assert_eq!(phone.take_sent().flow, flow);
}

#[test]
fn a_registrar_that_does_not_answer_loses_its_connection() {
    let (mut phone, flow, _) = connected();
    phone.advance(Duration::from_secs(32));
    assert_eq!(phone.commands.pop_front(), Some(Command::Close { flow }));
    assert!(matches!(phone.take_event(), Event::RegistrationFailed { cause: Cause::Timeout, .. }));
}

#[test]
fn a_connection_that_nobody_uses_is_closed_but_not_the_registrars() {
    let (mut phone, own) = registered();
    let flow = phone.ua.allocate_flow();
    let remote = address("192.0.2.77:45000");
    phone.input(Input::Accepted {
        flow,
        local: address("192.0.2.1:5060"),
        remote,
        transport: Transport::Tcp,
    });
    phone.advance(Duration::from_secs(601));
    assert_eq!(phone.commands.pop_front(), Some(Command::Close { flow }));
    assert_eq!(phone.commands.pop_front(), None);
    assert_ne!(own, flow);
    assert_eq!(phone.ua.counts().connections, 1);
}
