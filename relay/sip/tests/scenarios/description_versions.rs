//! The version in `o=` rises by one with each change of what we say, and with nothing else (RFC 3264 §8).

use crate::support::{LINE, OFFER, Phone, in_dialog, invite, respond, respond_with};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Event, LegId};
use std::time::Duration;

/// What the shell would say: it does not count.
fn wanted(direction: &str) -> String {
    described(1, direction)
}

fn described(version: u8, direction: &str) -> String {
    format!("v=0\r\no=- 7 {version} IN IP4 192.0.2.1\r\ns=-\r\na={direction}\r\n")
}

fn body(request: &Request) -> String {
    String::from_utf8(request.body.clone()).expect("text")
}

/// Calls somebody who answers. Gives the leg and its INVITE.
fn talk(phone: &mut Phone, answer: &str) -> (LegId, Request) {
    let leg = phone.ua.invite(phone.now, &mut phone.rng, LINE, "1002", wanted("sendrecv")).expect("a leg");
    phone.drain();
    let invite = phone.take_request("INVITE");
    assert_eq!(body(&invite), described(1, "sendrecv"));
    phone.receive(&respond_with(&invite, 200, "b", Some(OFFER), |headers| {
        if !answer.is_empty() {
            headers.push(name::SUPPORTED, "timer");
            headers.push(name::SESSION_EXPIRES, answer);
        }
    }));
    phone.take_request("ACK");
    phone.take_event();
    (leg, invite)
}

fn offer(phone: &mut Phone, leg: LegId, direction: &str) -> Request {
    phone.reoffer(leg, &wanted(direction));
    phone.take_request("INVITE")
}

fn answer_offer(phone: &mut Phone, leg: LegId, direction: &str) {
    phone.ua.answer_offer(phone.now, &mut phone.rng, leg, wanted(direction)).expect("answers");
    phone.drain();
}

#[test]
fn each_change_is_the_next_version_and_a_repetition_is_none() {
    let mut phone = Phone::registered();
    let (leg, invite) = talk(&mut phone, "");
    for (direction, version) in [("sendonly", 2), ("sendonly", 2), ("sendrecv", 3)] {
        let sent = offer(&mut phone, leg, direction);
        assert_eq!(body(&sent), described(version, direction));
        phone.receive(&respond(&sent, 200, "", Some(OFFER)));
        phone.take_request("ACK");
        phone.take_event();
    }
    // Answers count as well: to an offer, and to a re-INVITE without one.
    for (number, offered, direction, version) in
        [(1, Some(OFFER), "sendrecv", 3), (2, None, "sendrecv", 3), (3, Some(OFFER), "recvonly", 4)]
    {
        phone.receive_in(&invite, "INVITE", number, offered.map(|sdp| ("application/sdp", sdp)), "");
        phone.take_response(100);
        phone.take_event();
        answer_offer(&mut phone, leg, direction);
        assert_eq!(phone.take_response(200).body, described(version, direction).as_bytes());
        phone.receive_in(&invite, "ACK", number, offered.is_none().then_some(("application/sdp", OFFER)), "");
        assert!(matches!(phone.take_event(), Event::Confirmed { .. }));
    }
}

#[test]
fn a_session_refresh_repeats_the_version() {
    let mut phone = Phone::registered();
    let (_, invite) = talk(&mut phone, "300;refresher=uac");
    for _ in 0..3 {
        phone.advance(Duration::from_secs(150));
        let refresh = phone.take_request("INVITE");
        assert_eq!(body(&refresh), body(&invite));
        phone.receive(&respond_with(&refresh, 200, "", Some(OFFER), |headers| {
            headers.push(name::SESSION_EXPIRES, "300;refresher=uac");
        }));
        phone.take_request("ACK");
        phone.take_event();
    }
}

#[test]
fn what_was_refused_was_said_all_the_same() {
    let mut phone = Phone::registered();
    let (leg, _) = talk(&mut phone, "");
    let hold = offer(&mut phone, leg, "sendonly");
    assert_eq!(body(&hold), described(2, "sendonly"));
    phone.receive(&respond(&hold, 488, "", None));
    phone.take_request("ACK");
    phone.take_event();
    assert_eq!(body(&offer(&mut phone, leg, "sendrecv")), described(3, "sendrecv"));
}

#[test]
fn an_offer_that_is_sent_again_after_glare_is_the_same_one() {
    let mut phone = Phone::registered();
    let (leg, _) = talk(&mut phone, "");
    let hold = offer(&mut phone, leg, "sendonly");
    phone.receive(&respond(&hold, 491, "", None));
    phone.take_request("ACK");
    phone.wait_for_sent();
    assert_eq!(body(&phone.take_request("INVITE")), described(2, "sendonly"));
}

#[test]
fn an_offer_that_had_to_wait_is_newer_than_the_answer_that_went_before() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    phone.ua.answer(phone.now, &mut phone.rng, leg, wanted("sendrecv")).expect("answers");
    phone.drain();
    phone.take_response(100);
    let ok = phone.take_response(200);
    assert_eq!(ok.body, described(1, "sendrecv").as_bytes());
    let to = ok.headers.first(name::TO).expect("To").to_owned();
    phone.receive(&in_dialog("ACK", 1, "in-1", &to, "ack", None));
    phone.take_event();
    phone.receive(&in_dialog("UPDATE", 2, "in-1", &to, "up", Some(OFFER)));
    phone.take_event();
    phone.reoffer(leg, &wanted("sendonly"));
    answer_offer(&mut phone, leg, "inactive");
    assert_eq!(phone.take_response(200).body, described(2, "inactive").as_bytes());
    assert_eq!(body(&phone.take_request("INVITE")), described(3, "sendonly"));
}
