//! A line whose registrar goes away registers at the next one, and returns.

use crate::support::{
    LINE, OFFER, Phone, account, address, in_dialog, invite, ok_to_register, respond, respond_with, settings,
};
use sidetone_sip::message::name;
use sidetone_sip::{Account, Cause, Command, Event, Input, Transport};
use std::time::Duration;

const SECOND: &str = "192.0.2.10:5060";
const FIRST: &str = "192.0.2.9:5060";

fn two_registrars() -> Account {
    Account { further_registrars: vec![format!("sip:{SECOND}")], ..account(Transport::Udp) }
}

fn added(account: Account) -> Phone {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, account).expect("added");
    phone.drain();
    phone
}

/// Registered at the second registrar, after the first one said 503.
fn moved() -> Phone {
    let mut phone = added(two_registrars());
    let register = phone.take_request("REGISTER");
    phone.receive(&respond(&register, 503, "r", None));
    let sent = phone.take_sent();
    assert_eq!(sent.remote, address(SECOND));
    phone.receive_from(SECOND, &ok_to_register(&sent.request(), 3600));
    assert!(matches!(phone.take_event(), Event::Registered { account: LINE, .. }));
    phone.assert_quiet();
    phone
}

#[test]
fn a_registrar_that_cannot_is_left_at_once() {
    let mut phone = added(two_registrars());
    let register = phone.take_sent();
    assert_eq!(register.remote, address(FIRST));
    let register = register.request();
    phone.receive(&respond(&register, 503, "r", None));
    let next = phone.take_sent();
    assert_eq!((next.remote, next.at), (address(SECOND), phone.now));
    let next = next.request();
    assert_eq!(next.uri.to_string(), format!("sip:{SECOND}"));
    let same = [name::CALL_ID, name::CONTACT, name::FROM, name::TO];
    for header in same {
        assert_eq!(next.headers.first(header), register.headers.first(header), "{header}");
    }
    assert_eq!(next.headers.first(name::CSEQ), Some("2 REGISTER"));
    phone.assert_quiet();
}

#[test]
fn a_registrar_that_is_silent_is_left_after_a_few_seconds() {
    let mut phone = added(two_registrars());
    phone.advance(Duration::from_secs(5));
    let to_second: Vec<_> = phone.sent.iter().filter(|sent| sent.remote == address(SECOND)).collect();
    let [next] = to_second.as_slice() else { panic!("one REGISTER was expected") };
    assert_eq!(next.at.0, 5_000_000);
    assert!(phone.events.is_empty(), "nobody has to know");
}

#[test]
fn with_all_registrars_gone_the_first_is_tried_again_after_a_pause() {
    let mut phone = added(two_registrars());
    for _ in 0..2 {
        let register = phone.take_request("REGISTER");
        phone.receive(&respond(&register, 503, "r", None));
    }
    let Event::RegistrationFailed { cause: Cause::Status { code: 503, .. }, retry_at, .. } =
        phone.take_event()
    else {
        panic!("no failure")
    };
    phone.assert_quiet();
    phone.advance(retry_at - phone.now);
    assert_eq!(phone.take_sent().remote, address(FIRST));
}

#[test]
fn a_wrong_password_is_wrong_everywhere() {
    let mut phone = added(two_registrars());
    let register = phone.take_request("REGISTER");
    phone.receive(&respond(&register, 403, "r", None));
    assert!(matches!(phone.take_event(), Event::RegistrationFailed { .. }));
    phone.assert_quiet();
}

#[test]
fn the_next_registrar_sees_no_credentials_that_it_did_not_ask_for() {
    let mut phone = added(two_registrars());
    let register = phone.take_request("REGISTER");
    phone.receive(&respond_with(&register, 401, "r", None, |headers| {
        headers.push(name::WWW_AUTHENTICATE, "Digest realm=\"ccmsipline\", nonce=\"n\", algorithm=MD5");
    }));
    let again = phone.take_request("REGISTER");
    assert!(again.headers.first(name::AUTHORIZATION).is_some());
    phone.receive(&respond(&again, 503, "r", None));
    let next = phone.take_sent();
    assert_eq!(next.remote, address(SECOND));
    assert!(next.request().headers.first(name::AUTHORIZATION).is_none());
}

#[test]
fn calls_go_where_the_line_is_registered_with_the_contact_that_is_registered() {
    let mut phone = moved();
    phone.call("1002");
    let invite = phone.take_sent();
    assert_eq!(invite.remote, address(SECOND));
    // CUCM answers 5xx to another Contact.
    let registered = phone.ua.settings().udp.expect("UDP");
    let contact = invite.request().headers.first(name::CONTACT).expect("Contact").to_owned();
    assert!(contact.ends_with(&format!("@{registered}>")), "{contact}");
}

#[test]
fn one_contact_serves_all_requests_of_a_line() {
    let mut phone = added(account(Transport::Udp));
    let register = phone.take_request("REGISTER");
    phone.receive(&ok_to_register(&register, 3600));
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    let registered = register.headers.first(name::CONTACT).expect("Contact");
    assert_eq!(registered.split(";expires").next(), invite.headers.first(name::CONTACT));
    assert!(invite.headers.first(name::ROUTE).is_none());
    assert!(register.headers.first(name::SUPPORTED).is_none(), "a phone without extensions");
}

#[test]
fn a_line_returns_when_its_registrar_answers_again() {
    let mut phone = moved();
    phone.advance(Duration::from_secs(60));
    let probe = phone.sent.iter().find(|sent| sent.label() == "OPTIONS").expect("a question").clone();
    assert_eq!(probe.remote, address(FIRST));
    // Still away.
    phone.advance(Duration::from_secs(10));
    phone.sent.clear();
    phone.assert_quiet();
    phone.wait_for_sent();
    let probe = phone.take_request("OPTIONS");
    phone.receive(&respond(&probe, 401, "r", None));
    let register = phone.take_sent();
    assert_eq!((register.label(), register.remote), ("REGISTER".into(), address(FIRST)));
    phone.receive(&ok_to_register(&register.request(), 3600));
    assert!(matches!(phone.take_event(), Event::Registered { account: LINE, .. }));
    phone.advance(Duration::from_secs(600));
    phone.assert_quiet();
}

#[test]
fn a_line_does_not_move_under_a_call() {
    let mut phone = moved();
    phone.receive_from(SECOND, &invite("in-1", Some(OFFER)));
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    phone.answer(leg);
    phone.take_response(100);
    let ok = phone.take_response(200);
    let to = ok.headers.first(name::TO).expect("To").to_owned();
    phone.receive_from(SECOND, &in_dialog("ACK", 1, "in-1", &to, "ack", None));
    phone.take_event();
    phone.advance(Duration::from_secs(300));
    phone.assert_quiet();
    phone.receive_from(SECOND, &in_dialog("BYE", 2, "in-1", &to, "bye", None));
    phone.take_response(200);
    phone.advance(Duration::from_secs(60));
    phone.take_request("OPTIONS");
}

#[test]
fn a_refresh_that_fails_moves_the_line_without_a_gap() {
    let mut phone = added(two_registrars());
    let register = phone.take_request("REGISTER");
    phone.receive(&ok_to_register(&register, 600));
    phone.take_event();
    phone.wait_for_sent();
    let refresh = phone.take_sent();
    assert_eq!(refresh.remote, address(FIRST));
    phone.advance(Duration::from_secs(5));
    let last = phone.sent.pop_back().expect("a refresh");
    assert_eq!(last.remote, address(SECOND), "the first registrar was silent for five seconds");
    phone.receive_from(SECOND, &ok_to_register(&last.request(), 600));
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
    assert!(phone.events.is_empty());
}

#[test]
fn over_a_connection_all_requests_take_the_one_that_registered() {
    let mut named = account(Transport::Tcp);
    named.registrar = Some("sip:pbx.example.test".into());
    named.address_of_record = "sip:1001@pbx.example.test".into();
    let mut phone = added(named);
    let Some(Command::Resolve { query, .. }) = phone.commands.pop_front() else { panic!("no question") };
    phone.input(Input::Resolved { query, addresses: vec![address(FIRST), address(SECOND)] });
    let Some(Command::Connect { flow, host, .. }) = phone.commands.pop_front() else {
        panic!("no connection")
    };
    assert_eq!(host, "pbx.example.test");
    phone.input(Input::Connected { flow, local: address("192.0.2.1:33333") });
    let register = phone.take_request("REGISTER");
    phone.input(Input::Stream { flow, bytes: ok_to_register(&register, 600) });
    phone.take_event();
    phone.call("1002");
    assert_eq!(phone.take_sent().flow, flow, "not by the order that the name service happens to give now");
    phone.wait_for_sent();
    assert_eq!(phone.take_sent().flow, flow, "a refresh as well");
    assert_eq!(phone.commands.pop_front(), None);
}

#[test]
fn removal_leaves_nothing_behind() {
    let mut phone = moved();
    phone.advance(Duration::from_secs(60));
    phone.sent.clear();
    phone.ua.remove_account(phone.now, &mut phone.rng, LINE).expect("removed");
    phone.drain();
    let unregister = phone.take_sent();
    assert_eq!(unregister.remote, address(SECOND));
    phone.receive_from(SECOND, &respond(&unregister.request(), 200, "r", None));
    assert_eq!(phone.take_event(), Event::Unregistered { account: LINE });
    phone.assert_nothing_left();
    assert_eq!(phone.ua.next_timeout(), None);
}
