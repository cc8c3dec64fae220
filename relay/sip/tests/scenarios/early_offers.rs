//! Offers that we make by UPDATE while it still rings on the other side (RFC 3311 §5.1).

use crate::support::{LINE, OFFER, Phone, respond, respond_with};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Cause, Error, Event, LegId};
use std::time::Duration;

const SDP: &str = "application/sdp";
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE";

fn described(version: u8, direction: &str) -> String {
    format!("v=0\r\no=- 7 {version} IN IP4 192.0.2.1\r\ns=-\r\na={direction}\r\n")
}

fn body(request: &Request) -> String {
    String::from_utf8(request.body.clone()).expect("text")
}

fn call(phone: &mut Phone) -> (LegId, Request) {
    let sdp = described(1, "sendrecv");
    let leg = phone.ua.invite(phone.now, &mut phone.rng, LINE, "1002", sdp).expect("a leg");
    phone.drain();
    (leg, phone.take_request("INVITE"))
}

/// A reliable 183 with an answer comes from a fork. Gives our PRACK.
fn early_answer(phone: &mut Phone, invite: &Request, tag: &str) -> Request {
    phone.receive(&respond_with(invite, 183, tag, Some(OFFER), |headers| {
        headers.push(name::REQUIRE, "100rel");
        headers.push(name::RSEQ, "1");
        headers.push(name::ALLOW, ALLOW);
    }));
    assert!(matches!(phone.take_event(), Event::Progress { status: 183, .. }));
    phone.take_request("PRACK")
}

/// Calls somebody whose answer is beyond doubt while it rings there.
fn ringing(phone: &mut Phone) -> (LegId, Request) {
    let (leg, invite) = call(phone);
    let prack = early_answer(phone, &invite, "b");
    phone.receive(&respond(&prack, 200, "", None));
    phone.assert_quiet();
    (leg, invite)
}

fn hold(phone: &mut Phone, leg: LegId) -> Request {
    phone.reoffer(leg, &described(1, "sendonly"));
    phone.take_request("UPDATE")
}

fn refusal(event: Event) -> Cause {
    match event {
        Event::OfferRefused { cause, .. } => cause,
        other => panic!("a refusal was expected, not {other:?}"),
    }
}

#[test]
fn a_call_is_held_before_it_is_answered() {
    let mut phone = Phone::registered();
    let (leg, invite) = ringing(&mut phone);
    let update = hold(&mut phone, leg);
    assert_eq!(body(&update), described(2, "sendonly"));
    assert_eq!(update.headers.first(name::CSEQ), Some("3 UPDATE"));
    assert_eq!(update.headers.first(name::CONTENT_TYPE), Some(SDP));
    assert!(update.headers.first(name::CONTACT).is_some());
    assert!(update.headers.first(name::TO).expect("To").ends_with(";tag=b"));
    phone.receive(&respond(&update, 200, "", Some("v=0\r\nheld")));
    assert_eq!(phone.take_event(), Event::OfferAnswered { leg, sdp: "v=0\r\nheld".into() });
    phone.assert_quiet();

    // The 200 repeats an answer that holds no more.
    phone.receive(&respond(&invite, 200, "b", Some(OFFER)));
    assert_eq!(phone.take_event(), Event::Answered { leg, sdp: None });
    phone.take_request("ACK");
    phone.reoffer(leg, &described(1, "sendrecv"));
    let resume = phone.take_request("INVITE");
    assert_eq!(body(&resume), described(3, "sendrecv"));
    assert_eq!(resume.headers.first(name::CSEQ), Some("4 INVITE"));
}

#[test]
fn an_offer_waits_until_the_answer_is_beyond_doubt() {
    let mut phone = Phone::registered();
    let (leg, invite) = call(&mut phone);
    let prack = early_answer(&mut phone, &invite, "b");
    phone.reoffer(leg, &described(1, "sendonly"));
    phone.assert_quiet();
    phone.receive(&respond(&prack, 200, "", None));
    assert_eq!(body(&phone.take_request("UPDATE")), described(2, "sendonly"));
}

#[test]
fn an_offer_is_refused_where_it_cannot_be_made_before_the_answer() {
    for (reliable, allow) in [(true, "INVITE, PRACK"), (false, ALLOW)] {
        let mut phone = Phone::registered();
        let (leg, invite) = call(&mut phone);
        phone.receive(&respond_with(&invite, 183, "b", Some(OFFER), |headers| {
            headers.push(name::ALLOW, allow);
            if reliable {
                headers.push(name::REQUIRE, "100rel");
                headers.push(name::RSEQ, "1");
            }
        }));
        let refused = phone.ua.reoffer(phone.now, &mut phone.rng, leg, described(1, "sendonly"));
        assert_eq!(refused, Err(Error::WrongState(leg)), "{allow}");
    }
}

#[test]
fn an_offer_that_meets_another_is_made_again() {
    let mut phone = Phone::registered();
    let (leg, invite) = ringing(&mut phone);
    let update = hold(&mut phone, leg);
    phone.receive_in(&invite, "UPDATE", 1, Some((SDP, OFFER)), "");
    phone.take_response(491);
    phone.receive(&respond(&update, 491, "", None));
    let start = phone.now;
    phone.wait_for_sent();
    // We made the Call-ID.
    assert!((2_100..=4_010).contains(&(phone.now - start).as_millis()));
    let again = phone.take_request("UPDATE");
    assert_eq!(again.body, update.body);
    phone.receive(&respond(&again, 200, "", Some(OFFER)));
    assert!(matches!(phone.take_event(), Event::OfferAnswered { .. }));
}

#[test]
fn a_refused_offer_leaves_the_call_ringing() {
    for status in [488, 481, 504] {
        let mut phone = Phone::registered();
        let (leg, invite) = ringing(&mut phone);
        let update = hold(&mut phone, leg);
        phone.receive(&respond(&update, status, "", None));
        assert!(matches!(refusal(phone.take_event()), Cause::Status { code, .. } if code == status));
        phone.assert_quiet();
        phone.receive(&respond(&invite, 200, "b", None));
        assert_eq!(phone.take_event(), Event::Answered { leg, sdp: Some(OFFER.into()) });
    }
}

#[test]
fn an_offer_that_nobody_hears_leaves_the_call_ringing() {
    let mut phone = Phone::registered();
    let (leg, invite) = ringing(&mut phone);
    hold(&mut phone, leg);
    phone.advance(Duration::from_secs(32));
    assert_eq!(refusal(phone.take_event()), Cause::Timeout);
    phone.sent.clear();
    phone.receive(&respond(&invite, 200, "b", None));
    assert!(matches!(phone.take_event(), Event::Answered { .. }));
}

#[test]
fn an_answer_to_the_call_does_not_undo_an_offer_under_way() {
    let mut phone = Phone::registered();
    let (leg, invite) = ringing(&mut phone);
    let update = hold(&mut phone, leg);
    phone.receive(&respond(&invite, 200, "b", None));
    assert_eq!(phone.take_event(), Event::Answered { leg, sdp: Some(OFFER.into()) });
    phone.take_request("ACK");
    // Nothing else goes out meanwhile.
    phone.reoffer(leg, &described(1, "sendrecv"));
    phone.assert_quiet();
    phone.receive(&respond(&update, 200, "", Some("v=0\r\nheld")));
    assert_eq!(phone.take_event(), Event::OfferAnswered { leg, sdp: "v=0\r\nheld".into() });
    assert_eq!(body(&phone.take_request("INVITE")), described(3, "sendrecv"));
}

#[test]
fn who_answers_in_place_of_the_one_that_was_held_is_held_too() {
    for accepted in [true, false] {
        let mut phone = Phone::registered();
        let (leg, invite) = ringing(&mut phone);
        let update = hold(&mut phone, leg);
        if accepted {
            phone.receive(&respond(&update, 200, "", Some(OFFER)));
            phone.take_event();
        }
        phone.receive(&respond(&invite, 200, "c", Some("v=0\r\nother")));
        assert_eq!(phone.take_event(), Event::Answered { leg, sdp: Some("v=0\r\nother".into()) });
        let ack = phone.take_request("ACK");
        assert!(ack.headers.first(name::TO).expect("To").ends_with(";tag=c"));
        let again = phone.take_request("INVITE");
        assert!(again.headers.first(name::TO).expect("To").ends_with(";tag=c"));
        // In this dialog it is the first change.
        assert_eq!(body(&again), described(2, "sendonly"));
        phone.receive(&respond(&again, 200, "", Some(OFFER)));
        phone.take_request("ACK");
        assert!(matches!(phone.take_event(), Event::OfferAnswered { .. }));
    }
}

#[test]
fn an_offer_of_the_other_side_goes_first_and_holds_after_the_answer() {
    let mut phone = Phone::registered();
    let (leg, invite) = ringing(&mut phone);
    phone.receive_in(&invite, "UPDATE", 1, Some((SDP, "v=0\r\nmoved")), "");
    assert_eq!(phone.take_event(), Event::Offered { leg, sdp: Some("v=0\r\nmoved".into()) });
    phone.reoffer(leg, &described(1, "sendonly"));
    phone.assert_quiet();
    phone.ua.answer_offer(phone.now, &mut phone.rng, leg, described(1, "recvonly")).expect("answers");
    phone.drain();
    assert_eq!(phone.take_response(200).body, described(2, "recvonly").as_bytes());
    let update = phone.take_request("UPDATE");
    assert_eq!(body(&update), described(3, "sendonly"));
    phone.receive(&respond(&update, 488, "", None));
    phone.take_event();
    // The first answer is older than what the UPDATE has agreed on.
    phone.receive(&respond(&invite, 200, "b", Some(OFFER)));
    assert_eq!(phone.take_event(), Event::Answered { leg, sdp: None });
}

#[test]
fn hanging_up_leaves_no_offer_behind() {
    let mut phone = Phone::registered();
    let (leg, invite) = ringing(&mut phone);
    let update = hold(&mut phone, leg);
    phone.hang_up(leg);
    let cancel = phone.take_request("CANCEL");
    phone.receive(&respond(&cancel, 200, "", None));
    phone.receive(&respond(&invite, 487, "b", None));
    phone.take_request("ACK");
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.receive(&respond(&update, 481, "", None));
    phone.assert_nothing_left();
    assert!(phone.events.is_empty());
}
