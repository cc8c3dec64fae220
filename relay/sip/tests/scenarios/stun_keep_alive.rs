//! UDP flows to proxies are kept alive by STUN, or by line ends where a proxy speaks none (RFC 5626 §4.4.2).

use crate::proxy_account::behind_a_proxy;
use crate::support::{LINE, Phone, ok_to_register, respond_with, settings};
use sidetone_sip::message::name;
use sidetone_sip::{Account, AccountId, Event, Time, Transport};
use std::net::Ipv4Addr;
use std::time::Duration;

const PROXY: &str = "192.0.2.20:5060";
const COOKIE: u32 = 0x2112_A442;
const LINE_ENDS: &[u8] = b"\r\n\r\n";

fn add(phone: &mut Phone, id: AccountId, account: Account) {
    phone.ua.add_account(phone.now, &mut phone.rng, id, account).expect("added");
    phone.drain();
    accept_register(phone);
}

fn accept_register(phone: &mut Phone) {
    let register = phone.take_request("REGISTER");
    phone.receive_from(PROXY, &ok_to_register(&register, 3600));
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
}

fn registered() -> Phone {
    let mut phone = Phone::new(settings());
    add(&mut phone, LINE, behind_a_proxy(Transport::Udp));
    phone
}

fn is_binding_request(bytes: &[u8]) -> bool {
    bytes.len() == 20 && bytes[..8] == [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]
}

/// Lets time pass until the proxy is asked. Gives the request and when it was sent.
fn next_request(phone: &mut Phone) -> (Vec<u8>, Time) {
    phone.wait_for_sent();
    let sent = phone.take_sent();
    assert_eq!(sent.remote.to_string(), PROXY);
    assert!(is_binding_request(&sent.bytes), "{:?}", sent.bytes);
    (sent.bytes, sent.at)
}

/// What the proxy says of where a request came from.
fn answer(request: &[u8], mapped: (Ipv4Addr, u16)) -> Vec<u8> {
    let mut response = vec![0x01, 0x01, 0, 12];
    response.extend(&request[4..20]);
    response.extend([0x00, 0x20, 0, 8, 0, 1]);
    response.extend((mapped.1 ^ (COOKIE >> 16) as u16).to_be_bytes());
    response.extend((mapped.0.to_bits() ^ COOKIE).to_be_bytes());
    response
}

fn ours(port: u16) -> (Ipv4Addr, u16) {
    (Ipv4Addr::new(198, 51, 100, 7), port)
}

#[test]
fn a_proxy_that_answers_is_asked_again_and_again() {
    let mut phone = registered();
    let mut asked = Vec::new();
    let mut pauses = Vec::new();
    for _ in 0..20 {
        let before = phone.now;
        let (request, at) = next_request(&mut phone);
        pauses.push(at - before);
        phone.receive_from(PROXY, &answer(&request, ours(40_000)));
        phone.assert_quiet();
        asked.push(request);
    }
    assert!(pauses.iter().all(|pause| (24_000..=29_000).contains(&pause.as_millis())), "{pauses:?}");
    assert!(pauses.iter().any(|pause| *pause != pauses[0]), "{pauses:?}");
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 20, "each request has a name of its own");
}

#[test]
fn a_lost_request_is_repeated() {
    let mut phone = registered();
    let (request, start) = next_request(&mut phone);
    for millis in [500, 1_500, 3_500, 7_500, 15_500, 31_500] {
        let (again, at) = next_request(&mut phone);
        assert_eq!((again, at), (request.clone(), start + Duration::from_millis(millis)));
    }
    phone.receive_from(PROXY, &answer(&request, ours(40_000)));
    let (next, _) = next_request(&mut phone);
    assert_ne!(next, request);
    phone.assert_quiet();
}

#[test]
fn a_proxy_that_never_answers_is_sent_line_ends_and_not_taken_for_dead() {
    let mut phone = registered();
    for _ in 0..7 {
        next_request(&mut phone);
    }
    for _ in 0..10 {
        let before = phone.now;
        phone.wait_for_sent();
        let sent = phone.take_sent();
        assert_eq!(sent.bytes, LINE_ENDS);
        assert!(sent.at - before >= Duration::from_secs(24), "{:?}", sent.at - before);
    }
    phone.assert_quiet();
}

#[test]
fn a_proxy_that_falls_silent_is_registered_with_again() {
    let mut phone = registered();
    let (request, _) = next_request(&mut phone);
    phone.receive_from(PROXY, &answer(&request, ours(40_000)));
    let (_, start) = next_request(&mut phone);
    phone.advance(Duration::from_millis(39_499));
    phone.sent.clear();
    assert!(phone.events.is_empty());
    phone.advance(Duration::from_millis(1));
    assert_eq!(phone.now, start + Duration::from_millis(39_500));
    assert_eq!(phone.take_event(), Event::RegistrationLost { account: LINE });
    let lost = phone.now;
    phone.wait_for_sent();
    assert!(phone.now - lost <= Duration::from_secs(1));
    accept_register(&mut phone);
    // The new flow is asked as the first one was.
    next_request(&mut phone);
}

#[test]
fn another_mapped_address_means_that_nobody_finds_us_by_the_registered_one() {
    let mut phone = registered();
    for port in [40_000, 40_000] {
        let (request, _) = next_request(&mut phone);
        phone.receive_from(PROXY, &answer(&request, ours(port)));
        phone.assert_quiet();
    }
    let (request, _) = next_request(&mut phone);
    phone.receive_from(PROXY, &answer(&request, ours(40_001)));
    assert_eq!(phone.take_event(), Event::RegistrationLost { account: LINE });
    let lost = phone.now;
    phone.wait_for_sent();
    assert!(phone.now - lost <= Duration::from_secs(1));
    accept_register(&mut phone);
    let (request, _) = next_request(&mut phone);
    phone.receive_from(PROXY, &answer(&request, ours(40_001)));
    phone.assert_quiet();
}

#[test]
fn an_answer_from_elsewhere_or_to_something_else_is_none() {
    let mut phone = registered();
    let (request, _) = next_request(&mut phone);
    phone.receive_from("192.0.2.66:5060", &answer(&request, ours(40_000)));
    let mut other = request.clone();
    other[19] ^= 1;
    phone.receive_from(PROXY, &answer(&other, ours(40_000)));
    phone.receive_from(PROXY, &request);
    phone.assert_quiet();
    assert_eq!(next_request(&mut phone).0, request);
}

#[test]
fn all_lines_behind_a_proxy_share_its_flow() {
    let mut phone = registered();
    let second = AccountId(2);
    let account =
        Account { address_of_record: "sip:1002@example.test".into(), ..behind_a_proxy(Transport::Udp) };
    add(&mut phone, second, account);
    let (request, at) = next_request(&mut phone);
    phone.receive_from(PROXY, &answer(&request, ours(40_000)));
    let (request, again) = next_request(&mut phone);
    assert!(again - at >= Duration::from_secs(24));
    phone.receive_from(PROXY, &answer(&request, ours(40_001)));
    let lost = [phone.take_event(), phone.take_event()];
    assert_eq!(lost, [LINE, second].map(|account| Event::RegistrationLost { account }));
}

#[test]
fn the_proxy_may_say_how_often() {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, behind_a_proxy(Transport::Udp)).expect("added");
    phone.drain();
    let register = phone.take_request("REGISTER");
    let ok = respond_with(&register, 200, "r", None, |headers| headers.push(name::FLOW_TIMER, "60"));
    phone.receive_from(PROXY, &ok);
    let (_, at) = next_request(&mut phone);
    assert!((48..=60).contains(&(at - Time(0)).as_secs()), "{at:?}");
}

#[test]
fn a_proxy_that_lacks_outbound_support_is_not_asked() {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, behind_a_proxy(Transport::Udp)).expect("added");
    phone.drain();
    let register = phone.take_request("REGISTER");
    phone.receive_from(PROXY, &respond_with(&register, 439, "r", None, |_| {}));
    accept_register(&mut phone);
    phone.wait_for_sent();
    assert_eq!(phone.take_sent().bytes, LINE_ENDS);
}

#[test]
fn removal_ends_it() {
    let mut phone = registered();
    phone.ua.remove_account(phone.now, &mut phone.rng, LINE).expect("removed");
    phone.drain();
    let unregister = phone.take_request("REGISTER");
    phone.receive_from(PROXY, &ok_to_register(&unregister, 0));
    assert_eq!(phone.take_event(), Event::Unregistered { account: LINE });
    phone.advance(Duration::from_secs(60));
    phone.assert_quiet();
    assert_eq!(phone.ua.next_timeout(), None);
}

#[test]
fn a_stranger_who_asks_by_stun_gets_no_answer() {
    let mut phone = registered();
    let mut request = vec![0, 1, 0, 0];
    request.extend(COOKIE.to_be_bytes());
    request.extend([7; 12]);
    phone.receive_from("192.0.2.66:3478", &request);
    phone.assert_quiet();
}
