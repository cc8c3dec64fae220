//! The flow to a proxy is kept alive, found dead, and made anew (RFC 5626).

use crate::proxy_account::behind_a_proxy;
use crate::support::{LINE, Phone, address, ok_to_register, respond_with, settings};
use sidetone_sip::message::name;
use sidetone_sip::{Command, Event, FlowId, Input, Time, Transport};
use std::time::Duration;

const PING: &[u8] = b"\r\n\r\n";

fn connect(phone: &mut Phone) -> FlowId {
    let Some(Command::Connect { flow, .. }) = phone.commands.pop_front() else { panic!("no connection") };
    phone.input(Input::Connected { flow, local: address("192.0.2.1:33333") });
    flow
}

fn added(transport: Transport) -> Phone {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, behind_a_proxy(transport)).expect("added");
    phone.drain();
    phone
}

fn register(phone: &mut Phone, flow: FlowId) {
    let register = phone.take_request("REGISTER");
    phone.input(Input::Stream { flow, bytes: ok_to_register(&register, 3600) });
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
}

fn registered() -> (Phone, FlowId) {
    let mut phone = added(Transport::Tcp);
    let flow = connect(&mut phone);
    register(&mut phone, flow);
    (phone, flow)
}

/// Lets time pass until a ping is sent.
fn next_ping(phone: &mut Phone) -> Time {
    phone.wait_for_sent();
    let sent = phone.take_sent();
    assert_eq!(sent.bytes, PING);
    sent.at
}

#[test]
fn a_connection_that_answers_pings_stays() {
    let (mut phone, flow) = registered();
    for _ in 0..20 {
        let before = phone.now;
        let pause = next_ping(&mut phone) - before;
        assert!(pause >= Duration::from_secs(96) && pause <= Duration::from_secs(120), "{pause:?}");
        phone.input(Input::Stream { flow, bytes: b"\r\n".to_vec() });
    }
    phone.assert_quiet();
    assert_eq!(phone.commands.pop_front(), None);
    assert_eq!(phone.ua.counts().connections, 1);
}

#[test]
fn without_a_pong_the_flow_is_made_anew() {
    let (mut phone, flow) = registered();
    let at = next_ping(&mut phone);
    phone.advance(Duration::from_secs(10));
    assert_eq!(phone.commands.pop_front(), Some(Command::Close { flow }));
    assert_eq!(phone.now, at + Duration::from_secs(10));
    assert_eq!(phone.take_event(), Event::RegistrationLost { account: LINE });
    phone.advance(Duration::from_secs(1));
    let again = connect(&mut phone);
    assert_ne!(again, flow);
    register(&mut phone, again);
}

#[test]
fn a_message_is_as_good_as_a_pong() {
    let (mut phone, flow) = registered();
    next_ping(&mut phone);
    phone.input(Input::Stream { flow, bytes: b"OPTIONS ".to_vec() });
    phone.advance(Duration::from_secs(15));
    assert_eq!(phone.commands.pop_front(), None);
}

#[test]
fn the_proxy_may_say_how_often() {
    let mut phone = added(Transport::Tcp);
    let flow = connect(&mut phone);
    let register = phone.take_request("REGISTER");
    let ok = respond_with(&register, 200, "r", None, |headers| headers.push(name::FLOW_TIMER, "30"));
    phone.input(Input::Stream { flow, bytes: ok });
    let pause = next_ping(&mut phone) - Time(0);
    assert!(pause >= Duration::from_secs(24) && pause <= Duration::from_secs(30), "{pause:?}");
}

#[test]
fn a_flow_that_is_lost_again_and_again_is_made_ever_more_slowly() {
    let (mut phone, mut flow) = registered();
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let lost = phone.now;
        phone.input(Input::Closed { flow });
        assert_eq!(phone.take_event(), Event::RegistrationLost { account: LINE });
        while phone.commands.is_empty() {
            let due = phone.ua.next_timeout().expect("a recovery is planned");
            phone.advance(due - phone.now);
        }
        pauses.push(phone.now - lost);
        flow = connect(&mut phone);
        register(&mut phone, flow);
    }
    // RFC 5626 §4.5: doubled each time, half of it left to chance, with an upper bound.
    assert!(pauses[0] <= Duration::from_secs(1), "{pauses:?}");
    for (index, pause) in pauses.iter().enumerate().skip(1) {
        let longest = Duration::from_secs(2 << index).min(Duration::from_secs(120));
        assert!(*pause >= longest / 2 && *pause <= longest, "{index}: {pauses:?}");
    }
    // One that lasts makes up for it.
    for _ in 0..2 {
        next_ping(&mut phone);
        phone.input(Input::Stream { flow, bytes: b"\r\n".to_vec() });
    }
    let lost = phone.now;
    phone.input(Input::Closed { flow });
    let due = phone.ua.next_timeout().expect("a recovery is planned");
    assert!(due - lost <= Duration::from_secs(1));
}

#[test]
fn removal_ends_the_pings() {
    let (mut phone, flow) = registered();
    phone.ua.remove_account(phone.now, &mut phone.rng, LINE).expect("removed");
    phone.drain();
    let unregister = phone.take_request("REGISTER");
    phone.input(Input::Stream { flow, bytes: ok_to_register(&unregister, 0) });
    assert_eq!(phone.take_event(), Event::Unregistered { account: LINE });
    phone.advance(Duration::from_secs(700));
    phone.assert_quiet();
    assert_eq!(phone.commands.pop_front(), Some(Command::Close { flow }));
    assert_eq!(phone.ua.next_timeout(), None);
}
