//! Which peers of a trunk are alive, and what a dead one costs a call.

use crate::support::{OFFER, Phone, address, respond, respond_with};
use crate::trunk_calls::{EXTENSION, TRUNK, attached, peer, trunk};
use proptest::prelude::*;
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Cause, Command, Event, Input, Time, Transport, Trunk};
use std::time::Duration;

const FIRST: &str = "192.0.2.31:5060";
const SECOND: &str = "192.0.2.32:5060";

/// Two peers, of which the first is always asked first.
fn first_and_second() -> Trunk {
    Trunk { peers: vec![peer("192.0.2.31", 10), peer("192.0.2.32", 20)], ..trunk() }
}

/// The trunk with its first pings answered.
fn up() -> Phone {
    let mut phone = attached(first_and_second());
    for _ in 0..2 {
        answer_ping(&mut phone);
    }
    assert_eq!(phone.take_event(), Event::InService { account: EXTENSION });
    phone.advance(Duration::from_secs(6));
    phone.assert_quiet();
    phone
}

fn answer_ping(phone: &mut Phone) {
    let ping = phone.take_sent();
    assert_eq!(ping.label(), "OPTIONS");
    phone.receive_from(&ping.remote.to_string(), &respond(&ping.request(), 200, "p", None));
}

/// The first peer dies and the next ping finds out.
fn with_a_dead_first() -> Phone {
    let mut phone = up();
    while phone.events.is_empty() {
        let due = phone.ua.next_timeout().expect("pings are planned");
        phone.advance(due - phone.now);
        let pings: Vec<_> = phone.sent.drain(..).filter(|sent| sent.remote == address(SECOND)).collect();
        for ping in pings {
            phone.receive_from(SECOND, &respond(&ping.request(), 200, "p", None));
        }
    }
    assert_eq!(phone.take_event(), Event::PeerDown { trunk: TRUNK, peer: 0, cause: Cause::Timeout });
    phone.sent.clear();
    phone
}

fn call(phone: &mut Phone) -> sidetone_sip::LegId {
    let leg = phone.ua.invite(phone.now, &mut phone.rng, EXTENSION, "2002", OFFER.into()).expect("a leg");
    phone.drain();
    leg
}

fn invite_to(phone: &mut Phone, remote: &str) -> Request {
    let sent = phone.take_sent();
    assert_eq!((sent.label(), sent.remote), ("INVITE".to_owned(), address(remote)));
    sent.request()
}

/// The first INVITE to a peer that was sent, and when.
fn first_invite(phone: &mut Phone, remote: &str) -> (Time, Request) {
    let sent = phone.sent.iter().find(|sent| sent.remote == address(remote) && sent.label() == "INVITE");
    let sent = sent.expect("an INVITE").clone();
    phone.sent.clear();
    (sent.at, sent.request())
}

#[test]
fn peers_are_pinged_without_a_dialog_and_not_in_step() {
    let mut phone = attached(first_and_second());
    let ping = phone.take_request("OPTIONS");
    assert_eq!(ping.uri.to_string(), "sip:192.0.2.31:5060");
    assert!(ping.headers.first(name::FROM).expect("From").starts_with("<sip:hq.example.test>;tag="));
    assert_eq!(ping.headers.first(name::TO), Some("<sip:192.0.2.31:5060>"));
    phone.receive_from(FIRST, &respond(&ping, 200, "p", None));
    answer_ping(&mut phone);
    let mut pauses = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let before = phone.now;
        phone.wait_for_sent();
        pauses.insert(phone.now - before);
        while !phone.sent.is_empty() {
            answer_ping(&mut phone);
        }
    }
    assert!(pauses.len() > 5, "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= Duration::from_secs(30)), "{pauses:?}");
}

#[test]
fn a_refusal_of_a_ping_shows_life_all_the_same() {
    let mut phone = attached(first_and_second());
    for status in [405, 401] {
        let ping = phone.take_sent();
        let refusal = respond(&ping.request(), status, "p", None);
        phone.receive_from(&ping.remote.to_string(), &refusal);
    }
    phone.take_event();
    phone.assert_quiet();
}

#[test]
fn a_dead_peer_is_passed_at_once() {
    let mut phone = with_a_dead_first();
    let before = phone.now;
    call(&mut phone);
    invite_to(&mut phone, SECOND);
    assert_eq!(phone.now, before);
}

#[test]
fn a_peer_that_died_since_its_last_ping_costs_less_than_a_second() {
    let mut phone = up();
    let before = phone.now;
    let leg = call(&mut phone);
    let first = invite_to(&mut phone, FIRST);
    phone.advance(Duration::from_secs(1));
    assert!(phone.sent.iter().any(|sent| sent.label() == "OPTIONS"), "the peer is asked whether it is there");
    let (at, second) = first_invite(&mut phone, SECOND);
    assert_eq!(at - before, Duration::from_millis(800));
    assert_eq!(second.uri.to_string(), "sip:2002@192.0.2.32:5060");
    assert_eq!(second.headers.first(name::TO), Some("<sip:2002@hq.example.test>"));
    assert_eq!(second.headers.first(name::CALL_ID), first.headers.first(name::CALL_ID));
    assert_eq!(second.headers.first(name::CSEQ), Some("2 INVITE"));
    assert_ne!(second.headers.first(name::VIA), first.headers.first(name::VIA));
    phone.receive_from(SECOND, &respond(&second, 180, "b", None));
    assert!(matches!(phone.take_event(), Event::Progress { leg: l, status: 180, .. } if l == leg));

    // The silence of the ping tells the next calls.
    phone.advance(Duration::from_secs(4));
    assert_eq!(phone.take_event(), Event::PeerDown { trunk: TRUNK, peer: 0, cause: Cause::Timeout });
    phone.sent.clear();
    call(&mut phone);
    invite_to(&mut phone, SECOND);
}

#[test]
fn a_dead_peer_gets_no_more_repetitions_of_the_invite() {
    let mut phone = up();
    call(&mut phone);
    phone.advance(Duration::from_secs(60));
    let to_first = |sent: &&crate::support::Sent| sent.remote == address(FIRST) && sent.label() == "INVITE";
    assert_eq!(phone.sent.iter().filter(to_first).count(), 2, "at the start and after 500 ms");
}

#[test]
fn any_response_in_time_keeps_the_call_where_it_is() {
    let mut phone = up();
    call(&mut phone);
    let invite = invite_to(&mut phone, FIRST);
    phone.advance(Duration::from_millis(300));
    phone.receive_from(FIRST, &respond(&invite, 100, "", None));
    phone.advance(Duration::from_secs(20));
    assert!(phone.sent.iter().all(|sent| sent.label() == "OPTIONS"));
}

#[test]
fn a_peer_that_comes_late_is_cancelled() {
    let mut phone = up();
    call(&mut phone);
    let first = invite_to(&mut phone, FIRST);
    phone.advance(Duration::from_millis(900));
    let (_, second) = first_invite(&mut phone, SECOND);
    phone.receive_from(SECOND, &respond(&second, 180, "b", None));
    phone.take_event();
    phone.receive_from(FIRST, &respond(&first, 180, "a", None));
    let cancel = phone.take_sent();
    assert_eq!((cancel.label(), cancel.remote), ("CANCEL".to_owned(), address(FIRST)));
    let cancel = cancel.request();
    assert_eq!(cancel.headers.first(name::VIA), first.headers.first(name::VIA));
    assert_eq!(cancel.headers.first(name::CSEQ), Some("1 CANCEL"));
    phone.receive_from(FIRST, &respond(&cancel, 200, "a", None));
    phone.receive_from(FIRST, &respond(&first, 487, "a", None));
    assert_eq!(phone.take_sent().label(), "ACK");
    phone.assert_quiet();
}

#[test]
fn a_peer_that_answers_late_is_hung_up_on() {
    let mut phone = up();
    let leg = call(&mut phone);
    let first = invite_to(&mut phone, FIRST);
    phone.advance(Duration::from_millis(900));
    let (_, second) = first_invite(&mut phone, SECOND);
    phone.receive_from(SECOND, &respond(&second, 200, "b", Some("v=0\r\n")));
    assert!(matches!(phone.take_event(), Event::Answered { .. }));
    assert_eq!(phone.take_sent().label(), "ACK");
    phone.receive_from(FIRST, &respond(&first, 200, "a", Some("v=0\r\n")));
    assert_eq!([phone.take_sent().label(), phone.take_sent().label()], ["ACK", "BYE"]);
    phone.assert_quiet();
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive_from(SECOND, &respond(&bye, 200, "b", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
}

#[test]
fn a_peer_that_says_503_is_left_at_once_and_let_be_as_long_as_it_asks() {
    let mut phone = up();
    call(&mut phone);
    let first = invite_to(&mut phone, FIRST);
    let busy = respond_with(&first, 503, "a", None, |headers| headers.push(name::RETRY_AFTER, "60"));
    phone.receive_from(FIRST, &busy);
    assert_eq!(phone.take_sent().label(), "ACK");
    invite_to(&mut phone, SECOND);
    phone.assert_quiet();
    call(&mut phone);
    invite_to(&mut phone, SECOND);
}

#[test]
fn a_connection_that_cannot_be_made_sends_the_call_on_at_once() {
    let mut trunk = first_and_second();
    trunk.peers[0].transport = Some(Transport::Tcp);
    trunk.ping = None;
    let mut phone = attached(trunk);
    phone.take_event();
    call(&mut phone);
    let Some(Command::Connect { flow, .. }) = phone.commands.pop_front() else { panic!("no connection") };
    phone.assert_quiet();
    phone.input(Input::Closed { flow });
    assert_eq!(phone.take_event(), Event::PeerDown { trunk: TRUNK, peer: 0, cause: Cause::Transport });
    let second = invite_to(&mut phone, SECOND);
    assert!(second.headers.first(name::VIA).expect("Via").starts_with("SIP/2.0/UDP"));
    assert!(!second.headers.first(name::CONTACT).expect("Contact").contains("transport"));
}

#[test]
fn a_connection_that_hangs_costs_less_than_a_second_too() {
    let mut trunk = first_and_second();
    trunk.peers[0].transport = Some(Transport::Tcp);
    trunk.ping = None;
    let mut phone = attached(trunk);
    let before = phone.now;
    call(&mut phone);
    phone.advance(Duration::from_secs(1));
    let (at, _) = first_invite(&mut phone, SECOND);
    assert_eq!(at - before, Duration::from_millis(800));
    // When it comes about after all, the call that has gone elsewhere is not made over it.
    let flow = phone.commands.iter().find_map(|command| match command {
        Command::Connect { flow, .. } => Some(*flow),
        _ => None,
    });
    phone.input(Input::Connected { flow: flow.expect("a connection"), local: address("192.0.2.1:40000") });
    assert!(phone.sent.iter().all(|sent| sent.label() == "OPTIONS"));
}

#[test]
fn the_end_of_a_call_goes_to_no_other_peer() {
    let mut phone = up();
    let leg = call(&mut phone);
    let invite = invite_to(&mut phone, FIRST);
    phone.receive_from(FIRST, &respond(&invite, 200, "a", Some("v=0\r\n")));
    assert!(matches!(phone.take_event(), Event::Answered { .. }));
    phone.take_request("ACK");
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive_from(FIRST, &respond(&bye, 503, "a", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_quiet();
}

#[test]
fn a_peer_comes_back_when_it_answers() {
    let mut phone = with_a_dead_first();
    let dead_since = phone.now;
    loop {
        let due = phone.ua.next_timeout().expect("pings are planned");
        phone.advance(due - phone.now);
        let Some(ping) = phone.sent.pop_front() else { continue };
        phone.receive_from(&ping.remote.to_string(), &respond(&ping.request(), 200, "p", None));
        if ping.remote == address(FIRST) {
            break;
        }
    }
    assert_eq!(phone.take_event(), Event::PeerUp { trunk: TRUNK, peer: 0 });
    assert!(phone.now - dead_since <= Duration::from_secs(10), "calls wait for it");
    call(&mut phone);
    invite_to(&mut phone, FIRST);
}

#[test]
fn with_no_peer_alive_the_account_is_out_of_service_and_calls_are_tried_all_the_same() {
    let mut phone = attached(first_and_second());
    assert_eq!(phone.take_event(), Event::InService { account: EXTENSION });
    phone.advance(Duration::from_secs(4));
    let events: Vec<_> = phone.events.drain(..).collect();
    assert!(
        matches!(
            events.as_slice(),
            [
                Event::PeerDown { peer: 0, .. },
                Event::PeerDown { peer: 1, .. },
                Event::OutOfService { account: EXTENSION },
            ]
        ),
        "{events:?}"
    );
    phone.sent.clear();
    let leg = call(&mut phone);
    let invite = invite_to(&mut phone, FIRST);
    phone.receive_from(FIRST, &respond(&invite, 404, "a", None));
    let events: Vec<_> = phone.events.drain(..).collect();
    assert!(
        matches!(events.as_slice(), [
        Event::PeerUp { peer: 0, .. },
        Event::InService { account: EXTENSION },
        Event::Ended { leg: ended, .. },
    ] if *ended == leg),
        "{events:?}"
    );
}

#[test]
fn calls_are_spread_by_weight() {
    let mut peers = vec![peer("192.0.2.31", 10), peer("192.0.2.32", 10)];
    (peers[0].weight, peers[1].weight) = (3, 1);
    let mut phone = attached(Trunk { peers, ping: None, ..trunk() });
    let mut first = 0;
    for _ in 0..400 {
        call(&mut phone);
        first += usize::from(phone.take_sent().remote == address(FIRST));
    }
    assert!((260..340).contains(&first), "{first} of 400");
}

#[test]
fn nothing_is_left_of_calls_and_pings() {
    let mut phone = up();
    for answered in [true, false] {
        let leg = call(&mut phone);
        phone.advance(Duration::from_millis(900));
        let (_, second) = first_invite(&mut phone, SECOND);
        if answered {
            phone.receive_from(SECOND, &respond(&second, 200, "b", Some("v=0\r\n")));
            phone.hang_up(leg);
        } else {
            phone.hang_up(leg);
            phone.receive_from(SECOND, &respond(&second, 180, "b", None));
        }
    }
    // Everything else is lost.
    phone.advance(Duration::from_secs(200));
    assert_eq!(phone.ua.counts().legs, 0);
    phone.ua.remove_account(phone.now, &mut phone.rng, EXTENSION).expect("removed");
    phone.ua.remove_trunk(TRUNK).expect("removed");
    phone.drain();
    phone.assert_nothing_left();
    assert_eq!(phone.ua.next_timeout(), None);
    let state = serde_json::to_string(&phone.ua).expect("written");
    assert!(!state.contains("2002"), "{state}");
}

/// What may happen to a call over the trunk.
#[derive(Debug, Clone)]
enum Happening {
    Call,
    /// The peer responds to the last INVITE, OPTIONS, BYE or CANCEL that it got so many messages ago.
    Respond(usize, u16),
    HangUp(usize),
    Wait(u64),
}

fn happening() -> impl Strategy<Value = Happening> {
    let status = prop::sample::select(vec![100, 180, 183, 200, 200, 302, 404, 408, 486, 503, 503, 600]);
    prop_oneof![
        2 => Just(Happening::Call),
        8 => (0..6_usize, status).prop_map(|(back, status)| Happening::Respond(back, status)),
        1 => (0..4_usize).prop_map(Happening::HangUp),
        4 => (1..6_000_u64).prop_map(Happening::Wait),
    ]
}

proptest! {
    #[test]
    fn every_call_ends_once_and_nothing_is_left(happenings in prop::collection::vec(happening(), 1..60)) {
        let mut phone = attached(first_and_second());
        let (mut legs, mut requests, mut ended) = (Vec::new(), Vec::new(), Vec::new());
        for happening in happenings {
            match happening {
                Happening::Call => legs.push(call(&mut phone)),
                Happening::Respond(back, status) => {
                    if let Some((remote, request)) = requests.iter().rev().nth(back) {
                        let remote: &std::net::SocketAddr = remote;
                        phone.receive_from(&remote.to_string(), &respond(request, status, "p", Some("v=0\r\n")));
                    }
                }
                Happening::HangUp(index) => {
                    if let Some(leg) = legs.get(index).filter(|leg| !ended.contains(*leg)) {
                        phone.hang_up(*leg);
                    }
                }
                Happening::Wait(milliseconds) => phone.advance(Duration::from_millis(milliseconds)),
            }
            let new = phone.sent.drain(..).filter(|sent| sent.label() != "ACK");
            requests.extend(new.map(|sent| (sent.remote, sent.request())));
            ended.extend(phone.events.drain(..).filter_map(|event| match event {
                Event::Ended { leg, .. } => Some(leg),
                _ => None,
            }));
        }
        for leg in legs.iter().filter(|leg| !ended.contains(leg)) {
            phone.hang_up(*leg);
        }
        // From now on everything is lost.
        phone.advance(Duration::from_secs(300));
        ended.extend(phone.events.drain(..).filter_map(|event| match event {
            Event::Ended { leg, .. } => Some(leg),
            _ => None,
        }));
        ended.sort();
        prop_assert_eq!(ended, legs);
        phone.ua.remove_account(phone.now, &mut phone.rng, EXTENSION).expect("removed");
        phone.ua.remove_trunk(TRUNK).expect("removed");
        phone.drain();
        phone.assert_nothing_left();
        prop_assert_eq!(phone.ua.next_timeout(), None);
    }
}

#[test]
fn a_challenge_of_a_peer_that_was_left_begins_no_second_call_there() {
    let mut phone = up();
    call(&mut phone);
    let first = invite_to(&mut phone, FIRST);
    phone.advance(Duration::from_millis(800));
    phone.sent.retain(|sent| sent.label() == "INVITE" && sent.remote == address(SECOND));
    let second = invite_to(&mut phone, SECOND);
    phone.receive_from(SECOND, &respond(&second, 180, "b", None));
    phone.events.clear();
    phone.receive_from(
        FIRST,
        &respond_with(&first, 401, "a", None, |headers| {
            headers.push(name::WWW_AUTHENTICATE, "Digest realm=\"pbx\", nonce=\"n\"");
        }),
    );
    assert_eq!(phone.take_sent().label(), "ACK");
    assert!(phone.sent.is_empty());
}
