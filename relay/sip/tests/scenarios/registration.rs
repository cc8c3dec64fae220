//! Registration.

use crate::support::{LINE, Phone, account, ok_to_register, respond, respond_with, settings};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Cause, Event, Time, Transport};
use std::time::Duration;

fn added() -> (Phone, Request) {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, account(Transport::Udp)).expect("added");
    phone.drain();
    let register = phone.take_request("REGISTER");
    (phone, register)
}

fn failed(phone: &mut Phone) -> (Cause, Time) {
    match phone.take_event() {
        Event::RegistrationFailed { account: LINE, cause, retry_at } => (cause, retry_at),
        other => panic!("a failure was expected, not {other:?}"),
    }
}

#[test]
fn registers_and_refreshes_well_before_the_end() {
    let (mut phone, register) = added();
    assert_eq!(register.uri.to_string(), "sip:192.0.2.9:5060");
    assert_eq!(register.headers.first(name::TO), Some("\"One Thousand and One\" <sip:1001@example.test>"));
    assert_eq!(register.headers.first(name::EXPIRES), Some("3600"));
    phone.receive(&ok_to_register(&register, 600));
    assert_eq!(phone.take_event(), Event::Registered { account: LINE, expires: Time(600_000_000) });
    phone.advance(Duration::from_secs(400));
    phone.assert_quiet();
    phone.advance(Duration::from_secs(120));
    let refresh = phone.take_sent();
    // A whole transaction fits between the refresh and the end.
    assert!(refresh.at < Time(568_000_000), "{:?}", refresh.at);
    let refresh = refresh.request();
    assert_eq!(refresh.headers.first(name::CALL_ID), register.headers.first(name::CALL_ID));
    assert_eq!(refresh.headers.first(name::CSEQ), Some("2 REGISTER"));
}

#[test]
fn the_granted_time_is_read_as_registrars_write_it() {
    for (write, seconds) in [
        (
            Box::new(|_: &str| (name::EXPIRES, "120".to_owned()))
                as Box<dyn Fn(&str) -> (&'static str, String)>,
            120,
        ),
        (
            Box::new(|contact: &str| {
                (name::CONTACT, format!("<sip:other@192.0.2.3>;expires=5, {contact};expires=90"))
            }),
            90,
        ),
        (Box::new(|_: &str| (name::CONTACT, "<sip:other@192.0.2.3>;expires=5".to_owned())), 3600),
    ] {
        let (mut phone, register) = added();
        let contact = register.headers.first(name::CONTACT).expect("Contact").replace(";expires=3600", "");
        phone.receive(&respond_with(&register, 200, "r", None, |headers| {
            headers.remove(name::CONTACT);
            let (name, value) = write(&contact);
            headers.push(name, value);
        }));
        assert_eq!(
            phone.take_event(),
            Event::Registered { account: LINE, expires: Time(seconds * 1_000_000) }
        );
    }
}

#[test]
fn a_longer_time_is_asked_for_when_the_registrar_wants_it() {
    let (mut phone, register) = added();
    phone.receive(&respond_with(&register, 423, "r", None, |h| h.push(name::MIN_EXPIRES, "7200")));
    let again = phone.take_request("REGISTER");
    assert_eq!(again.headers.first(name::EXPIRES), Some("7200"));
    // A registrar that contradicts itself is a failure, not a loop.
    phone.receive(&respond_with(&again, 423, "r", None, |h| h.push(name::MIN_EXPIRES, "7200")));
    assert!(matches!(failed(&mut phone).0, Cause::Status { code: 423, .. }));
    phone.assert_quiet();
}

#[test]
fn failures_are_retried_ever_more_slowly_and_success_starts_anew() {
    let (mut phone, mut register) = added();
    for attempt in 0..8_u32 {
        phone.receive(&respond(&register, 503, "r", None));
        let (cause, retry_at) = failed(&mut phone);
        assert!(matches!(cause, Cause::Status { code: 503, .. }));
        let longest = Duration::from_secs(2 * (1 << attempt)).min(Duration::from_secs(120));
        let pause = retry_at - phone.now;
        assert!(pause >= longest / 2 && pause <= longest, "attempt {attempt}: {pause:?}");
        phone.advance(pause - Duration::from_micros(1));
        phone.assert_quiet();
        phone.advance(Duration::from_micros(1));
        register = phone.take_request("REGISTER");
    }
    phone.receive(&ok_to_register(&register, 3600));
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
}

#[test]
fn the_registrar_may_ask_for_a_longer_pause() {
    let (mut phone, register) = added();
    phone.receive(&respond_with(&register, 503, "r", None, |h| h.push(name::RETRY_AFTER, "90 (busy)")));
    assert_eq!(failed(&mut phone).1, Time(90_000_000));
}

#[test]
fn no_answer_is_a_timeout_and_tried_again() {
    let (mut phone, _) = added();
    phone.advance(Duration::from_secs(32));
    let (cause, retry_at) = failed(&mut phone);
    assert_eq!(cause, Cause::Timeout);
    phone.sent.clear();
    phone.advance(retry_at - phone.now);
    phone.take_request("REGISTER");
}

#[test]
fn removal_unregisters() {
    let (mut phone, register) = added();
    phone.receive(&ok_to_register(&register, 3600));
    phone.take_event();
    phone.ua.remove_account(phone.now, &mut phone.rng, LINE).expect("removed");
    phone.drain();
    let unregister = phone.take_request("REGISTER");
    assert_eq!(unregister.headers.first(name::EXPIRES), Some("0"));
    assert!(unregister.headers.first(name::CONTACT).expect("Contact").ends_with(";expires=0"));
    phone.assert_quiet();
    phone.receive(&respond(&unregister, 200, "r", None));
    assert_eq!(phone.take_event(), Event::Unregistered { account: LINE });
    phone.assert_nothing_left();
    assert_eq!(phone.ua.counts().accounts, 0);
}

#[test]
fn removal_does_not_depend_on_the_registrar() {
    let (mut phone, register) = added();
    phone.receive(&ok_to_register(&register, 3600));
    phone.take_event();
    phone.ua.remove_account(phone.now, &mut phone.rng, LINE).expect("removed");
    phone.advance(Duration::from_secs(32));
    phone.drain();
    assert_eq!(phone.take_event(), Event::Unregistered { account: LINE });
    assert_eq!(phone.ua.next_timeout(), None);
}

#[test]
fn removal_ends_the_calls_of_the_line() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk("in-1");
    phone.ua.remove_account(phone.now, &mut phone.rng, LINE).expect("removed");
    phone.drain();
    let bye = phone.take_request("BYE");
    let unregister = phone.take_request("REGISTER");
    phone.receive(&respond(&bye, 200, "", None));
    phone.receive(&respond(&unregister, 200, "r", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    assert_eq!(phone.take_event(), Event::Unregistered { account: LINE });
}

#[test]
fn a_name_is_looked_up_and_its_failure_told() {
    let mut phone = Phone::new(settings());
    let mut named = account(Transport::Udp);
    named.registrar = Some("sip:pbx.example.test".into());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, named).expect("added");
    phone.drain();
    let Some(sidetone_sip::Command::Resolve { query, host, port: None, transport: Transport::Udp }) =
        phone.commands.pop_front()
    else {
        panic!("no question")
    };
    assert_eq!(host, "pbx.example.test");
    phone.input(sidetone_sip::Input::Unresolved { query });
    let (cause, retry_at) = failed(&mut phone);
    assert_eq!(cause, Cause::Transport);

    // The next attempt begins with the next address.
    phone.advance(retry_at - phone.now);
    let Some(sidetone_sip::Command::Resolve { query, .. }) = phone.commands.pop_front() else {
        panic!("no question")
    };
    let addresses = ["192.0.2.51:5060", "192.0.2.52:5060"].map(crate::support::address).to_vec();
    phone.input(sidetone_sip::Input::Resolved { query, addresses });
    assert_eq!(phone.take_sent().remote, crate::support::address("192.0.2.52:5060"));
}
