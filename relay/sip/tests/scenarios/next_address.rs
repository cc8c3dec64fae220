//! A host with several addresses (RFC 3263 §4.3).

use crate::support::{LINE, Phone, account, address, ok_to_register, respond, respond_with, settings};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Account, Cause, Command, Event, Input, LegId, Transport};
use std::time::Duration;

const FIRST: &str = "192.0.2.51:5060";
const SECOND: &str = "192.0.2.52:5070";

fn resolve(phone: &mut Phone) {
    let Some(Command::Resolve { query, .. }) = phone.commands.pop_front() else { panic!("no question") };
    phone.input(Input::Resolved { query, addresses: vec![address(FIRST), address(SECOND)] });
}

/// A call to a host of two addresses, with its INVITE on the way to the first.
fn calling() -> (Phone, LegId, Request) {
    calling_from(Phone::registered())
}

fn calling_from(mut phone: Phone) -> (Phone, LegId, Request) {
    let leg = phone.call("sip:bob@elsewhere.test");
    resolve(&mut phone);
    let sent = phone.take_sent();
    assert_eq!(sent.remote, address(FIRST));
    (phone, leg, sent.request())
}

fn to_second(phone: &mut Phone) -> Request {
    let sent = phone.take_sent();
    assert_eq!(sent.remote, address(SECOND), "{}", sent.label());
    sent.request()
}

#[test]
fn a_server_that_cannot_is_left_for_the_next() {
    let (mut phone, leg, first) = calling();
    phone.receive_from(FIRST, &respond(&first, 503, "a", None));
    assert_eq!(phone.take_sent().label(), "ACK");
    let second = to_second(&mut phone);
    assert_ne!(first.headers.first(name::VIA), second.headers.first(name::VIA), "a new branch");
    assert_eq!(first.headers.first(name::CALL_ID), second.headers.first(name::CALL_ID));
    assert_eq!(second.headers.first(name::CSEQ), Some("2 INVITE"));
    phone.receive_from(SECOND, &respond(&second, 200, "b", Some("v=0\r\n")));
    assert!(matches!(phone.take_event(), Event::Answered { .. }));
    assert_eq!(phone.take_request("ACK").headers.first(name::CSEQ), Some("2 ACK"));
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive(&respond(&bye, 200, "b", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn when_no_server_can_the_call_fails_once() {
    let (mut phone, leg, first) = calling();
    phone.receive_from(FIRST, &respond(&first, 503, "a", None));
    phone.take_sent();
    let second = to_second(&mut phone);
    phone.receive_from(SECOND, &respond(&second, 503, "a", None));
    assert_eq!(phone.take_sent().label(), "ACK");
    assert!(
        matches!(phone.take_event(), Event::Ended { leg: l, cause: Cause::Status { code: 503, .. } } if l == leg)
    );
    phone.assert_quiet();
    phone.assert_nothing_left();
}

#[test]
fn another_refusal_is_the_called_partys_and_final() {
    let (mut phone, _, first) = calling();
    phone.receive_from(FIRST, &respond(&first, 486, "a", None));
    assert_eq!(phone.take_sent().label(), "ACK");
    assert!(matches!(phone.take_event(), Event::Ended { .. }));
    phone.assert_quiet();
}

#[test]
fn a_silent_server_is_left_before_a_caller_gets_impatient() {
    let (mut phone, _, _) = calling();
    phone.advance(Duration::from_millis(800));
    let timeline = phone.take_timeline(phone.now);
    assert_eq!(timeline.len(), 2, "one repetition to the first, then the second: {timeline:?}");
}

#[test]
fn a_call_given_up_goes_to_no_further_server() {
    let (mut phone, leg, first) = calling();
    phone.hang_up(leg);
    phone.advance(Duration::from_secs(3));
    assert!(phone.sent.iter().all(|sent| sent.remote == address(FIRST)));
    phone.sent.clear();
    phone.receive_from(FIRST, &respond(&first, 503, "a", None));
    assert_eq!(phone.take_sent().label(), "ACK");
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn a_registrar_is_tried_at_its_next_address() {
    let mut named = account(Transport::Udp);
    named.registrar = Some("sip:pbx.example.test".into());
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, named).expect("added");
    phone.drain();
    resolve(&mut phone);
    let register = phone.take_request("REGISTER");
    phone.receive_from(FIRST, &respond(&register, 503, "r", None));
    let register = to_second(&mut phone);
    assert_eq!(register.uri.to_string(), "sip:pbx.example.test");
    phone.receive_from(SECOND, &ok_to_register(&register, 600));
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
    // The refresh meets the same server, without asking for its name again; a new failure asks anew.
    phone.wait_for_sent();
    let refresh = to_second(&mut phone);
    assert_eq!(phone.commands.pop_front(), None);
    phone.sent.clear();
    phone.receive_from(SECOND, &respond(&refresh, 503, "r", None));
    resolve(&mut phone);
    assert_eq!(phone.take_sent().remote, address(FIRST));
}

#[test]
fn a_connection_that_cannot_be_made_is_tried_at_the_next_address() {
    let mut named = account(Transport::Tcp);
    named.registrar = Some("sip:pbx.example.test".into());
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, named).expect("added");
    phone.drain();
    resolve(&mut phone);
    let Some(Command::Connect { flow, remote, .. }) = phone.commands.pop_front() else { panic!("nothing") };
    assert_eq!(remote, address(FIRST));
    phone.input(Input::Closed { flow });
    let Some(Command::Connect { remote, .. }) = phone.commands.pop_front() else { panic!("nothing") };
    assert_eq!(remote, address(SECOND));
}

#[test]
fn a_call_given_up_before_it_could_leave_never_leaves() {
    let mut phone = Phone::registered();
    let leg = phone.call("sip:bob@elsewhere.test");
    phone.hang_up(leg);
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    resolve(&mut phone);
    phone.assert_quiet();
}

#[test]
fn credentials_go_to_the_server_that_asked_for_them() {
    // It is one of the line's own servers.
    let mut phone = Phone::new(settings());
    let own = Account { further_registrars: vec!["sip:elsewhere.test".into()], ..account(Transport::Udp) };
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, own).expect("added");
    phone.drain();
    let register = phone.take_request("REGISTER");
    phone.receive(&ok_to_register(&register, 3600));
    phone.take_event();
    let (mut phone, _, first) = calling_from(phone);
    phone.receive_from(FIRST, &respond(&first, 503, "a", None));
    phone.take_sent();
    let second = to_second(&mut phone);
    let challenge = respond_with(&second, 401, "b", None, |headers| {
        headers.push(name::WWW_AUTHENTICATE, "Digest realm=\"elsewhere.test\", nonce=\"n\"");
    });
    phone.receive_from(SECOND, &challenge);
    assert_eq!(phone.take_sent().label(), "ACK");
    let again = to_second(&mut phone);
    assert!(again.headers.first(name::AUTHORIZATION).is_some());
    assert!(phone.commands.is_empty(), "the name is not looked up again");
}
