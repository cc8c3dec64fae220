//! Offers that we make in an answered call.

use crate::support::{OFFER, Phone, in_dialog, respond, respond_with};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Cause, Error, Event};
use std::time::Duration;

const SDP: &str = "application/sdp";

fn status(event: Event) -> u16 {
    match event {
        Event::OfferRefused { cause: Cause::Status { code, .. }, .. } => code,
        other => panic!("a refusal was expected, not {other:?}"),
    }
}

#[test]
fn an_offer_is_answered_and_acknowledged() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk("in-1");
    phone.reoffer(leg, "v=0\r\nhold");
    let offer = phone.take_request("INVITE");
    assert_eq!(offer.body, b"v=0\r\nhold");
    assert_eq!(offer.headers.first(name::CSEQ), Some("1 INVITE"));
    assert!(offer.headers.first(name::CONTACT).is_some());
    phone.receive(&respond(&offer, 100, "", None));
    let ok = respond(&offer, 200, "", Some("v=0\r\nheld"));
    phone.receive(&ok);
    let ack = phone.take_request("ACK");
    assert_eq!(ack.headers.first(name::CSEQ), Some("1 ACK"));
    assert_eq!(phone.take_event(), Event::OfferAnswered { leg, sdp: "v=0\r\nheld".into() });
    // The ACK was lost.
    phone.receive(&ok);
    phone.take_request("ACK");
    phone.assert_quiet();
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    assert_eq!(bye.headers.first(name::CSEQ), Some("2 BYE"));
    phone.receive(&respond(&bye, 200, "", None));
    phone.take_event();
    phone.assert_nothing_left();
}

#[test]
fn a_refused_offer_leaves_the_call_up() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    phone.reoffer(leg, "v=0\r\n");
    let offer = phone.take_request("INVITE");
    phone.receive(&respond(&offer, 488, "", None));
    phone.take_request("ACK");
    assert_eq!(status(phone.take_event()), 488);
    phone.reoffer(leg, "v=0\r\nother");
    phone.take_request("INVITE");
}

#[test]
fn an_accepted_offer_without_answer_counts_as_refused() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    phone.reoffer(leg, "v=0\r\n");
    let offer = phone.take_request("INVITE");
    phone.receive(&respond(&offer, 200, "", None));
    phone.take_request("ACK");
    assert_eq!(status(phone.take_event()), 200);
}

#[test]
fn a_call_that_the_other_side_knows_no_more_ends() {
    for code in [481, 408] {
        let mut phone = Phone::registered();
        let (leg, _) = phone.talk_out(|_| {});
        phone.reoffer(leg, "v=0\r\n");
        let offer = phone.take_request("INVITE");
        phone.receive(&respond(&offer, code, "", None));
        phone.take_request("ACK");
        let bye = phone.take_request("BYE");
        phone.receive(&respond(&bye, 481, "", None));
        let Event::Ended { cause: Cause::Status { code: told, .. }, .. } = phone.take_event() else {
            panic!("no end")
        };
        assert_eq!(told, code);
        phone.assert_nothing_left();
    }
}

#[test]
fn an_offer_that_nobody_hears_ends_the_call() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    phone.reoffer(leg, "v=0\r\n");
    phone.advance(Duration::from_secs(64));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::Timeout });
    phone.assert_nothing_left();
}

#[test]
fn an_offer_without_final_response_is_taken_back() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    phone.reoffer(leg, "v=0\r\n");
    let offer = phone.take_request("INVITE");
    phone.receive(&respond(&offer, 100, "", None));
    phone.advance(Duration::from_secs(60));
    let cancel = phone.take_request("CANCEL");
    phone.receive(&respond(&cancel, 200, "", None));
    phone.receive(&respond(&offer, 487, "", None));
    phone.take_request("ACK");
    assert_eq!(status(phone.take_event()), 487);
    phone.assert_quiet();
}

/// Sends an offer that meets another and gives the time until it is sent again.
fn glare(phone: &mut Phone, leg: sidetone_sip::LegId) -> Duration {
    phone.reoffer(leg, "v=0\r\n");
    let offer = phone.take_request("INVITE");
    phone.receive(&respond(&offer, 491, "", None));
    phone.take_request("ACK");
    let start = phone.now;
    while phone.sent.is_empty() {
        phone.advance(Duration::from_millis(10));
    }
    let again = phone.take_request("INVITE");
    assert_eq!(again.body, offer.body);
    phone.assert_quiet();
    let waited = phone.now - start;
    phone.receive(&respond(&again, 200, "", Some(OFFER)));
    phone.take_request("ACK");
    assert!(matches!(phone.take_event(), Event::OfferAnswered { .. }));
    waited
}

#[test]
fn offers_that_meet_are_repeated_and_who_called_waits_longer() {
    let mut phone = Phone::registered();
    let (called, _) = phone.talk("in-1");
    let (calling, _) = phone.talk_out(|_| {});
    for _ in 0..20 {
        assert!(glare(&mut phone, called) <= Duration::from_millis(2010));
        let waited = glare(&mut phone, calling);
        assert!((2100..=4010).contains(&waited.as_millis()), "{waited:?}");
    }
}

#[test]
fn an_offer_that_comes_too_soon_is_repeated_when_the_other_side_says() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    phone.reoffer(leg, "v=0\r\n");
    let later = |request: &Request, seconds: &str| {
        respond_with(request, 500, "", None, |headers| headers.push(name::RETRY_AFTER, seconds))
    };
    let offer = phone.take_request("INVITE");
    phone.receive(&later(&offer, "7 (busy)"));
    phone.take_request("ACK");
    phone.advance(Duration::from_millis(6999));
    phone.assert_quiet();
    phone.advance(Duration::from_millis(1));
    let again = phone.take_request("INVITE");
    assert_eq!(again.body, offer.body);
    // That is for the user to decide.
    phone.receive(&later(&again, "3600"));
    phone.take_request("ACK");
    assert_eq!(status(phone.take_event()), 500);
    phone.assert_quiet();
}

#[test]
fn the_other_sides_offer_goes_before_one_that_waits() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.reoffer(leg, "v=0\r\n");
    let offer = phone.take_request("INVITE");
    phone.receive(&in_dialog("INVITE", 2, "in-1", &to, "re", Some(OFFER)));
    phone.take_response(491);
    phone.receive(&in_dialog("ACK", 2, "in-1", &to, "re", None));
    phone.receive(&in_dialog("UPDATE", 3, "in-1", &to, "up", Some(OFFER)));
    phone.take_response(491);
    phone.receive(&respond(&offer, 491, "", None));
    phone.take_request("ACK");
    phone.receive(&in_dialog("INVITE", 4, "in-1", &to, "re2", Some(OFFER)));
    phone.take_response(100);
    assert_eq!(status(phone.take_event()), 491);
    assert!(matches!(phone.take_event(), Event::Offered { .. }));
    phone.answer_offer(leg);
    phone.take_response(200);
    phone.receive(&in_dialog("ACK", 4, "in-1", &to, "ack4", None));
    phone.take_event();
    phone.advance(Duration::from_secs(10));
    phone.assert_quiet();
}

#[test]
fn of_offers_that_wait_the_last_one_goes_out() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.receive(&in_dialog("INVITE", 2, "in-1", &to, "re", Some(OFFER)));
    phone.take_response(100);
    phone.take_event();
    phone.reoffer(leg, "v=0\r\nfirst");
    phone.answer_offer(leg);
    phone.take_response(200);
    phone.reoffer(leg, "v=0\r\nsecond");
    phone.assert_quiet();
    phone.receive(&in_dialog("ACK", 2, "in-1", &to, "ack2", None));
    phone.take_event();
    let second = phone.take_request("INVITE");
    assert_eq!(second.body, b"v=0\r\nsecond");
    phone.reoffer(leg, "v=0\r\nthird");
    phone.assert_quiet();
    phone.receive(&respond(&second, 200, "", Some(OFFER)));
    phone.take_request("ACK");
    assert_eq!(phone.take_request("INVITE").body, b"v=0\r\nthird");
}

fn challenged(request: &Request, nonce: &str) -> Vec<u8> {
    respond_with(request, 407, "", None, |headers| {
        headers.push(name::PROXY_AUTHENTICATE, format!("Digest realm=\"pbx\", nonce=\"{nonce}\""));
    })
}

#[test]
fn a_challenged_offer_and_bye_are_sent_again_with_credentials() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    phone.reoffer(leg, "v=0\r\n");
    let offer = phone.take_request("INVITE");
    phone.receive(&challenged(&offer, "a"));
    phone.take_request("ACK");
    let again = phone.take_request("INVITE");
    assert!(again.headers.first(name::PROXY_AUTHORIZATION).is_some());
    assert_eq!(again.headers.first(name::CSEQ), Some("3 INVITE"));
    phone.receive(&respond(&again, 200, "", Some(OFFER)));
    let ack = phone.take_request("ACK");
    assert_eq!(ack.headers.first(name::CSEQ), Some("3 ACK"));
    assert_eq!(ack.headers.first(name::PROXY_AUTHORIZATION), again.headers.first(name::PROXY_AUTHORIZATION));
    assert_eq!(phone.take_event(), Event::OfferAnswered { leg, sdp: OFFER.into() });
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive(&challenged(&bye, "b"));
    let again = phone.take_request("BYE");
    assert_eq!(again.headers.first(name::CSEQ), Some("5 BYE"));
    phone.receive(&respond(&again, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn a_bye_in_the_middle_of_our_offer_leaves_nothing() {
    for ours in [true, false] {
        let mut phone = Phone::registered();
        let (leg, invite) = phone.talk_out(|_| {});
        phone.reoffer(leg, "v=0\r\n");
        let offer = phone.take_request("INVITE");
        phone.receive(&respond(&offer, 100, "", None));
        if ours {
            phone.hang_up(leg);
            let bye = phone.take_request("BYE");
            phone.receive(&respond(&bye, 200, "", None));
        } else {
            phone.receive_in(&invite, "BYE", 1, None, "");
            phone.take_response(200);
        }
        assert!(matches!(phone.take_event(), Event::Ended { .. }));
        // Late, and still acknowledged.
        phone.receive(&respond(&offer, 200, "", Some(OFFER)));
        phone.take_request("ACK");
        phone.assert_quiet();
        phone.assert_nothing_left();
    }
}

#[test]
fn a_provisional_response_after_the_end_keeps_nothing() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    phone.reoffer(leg, "v=0\r\n");
    let offer = phone.take_request("INVITE");
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive(&respond(&bye, 200, "", None));
    phone.take_event();
    phone.receive(&respond(&offer, 100, "", None));
    phone.assert_nothing_left();
}

#[test]
fn offers_are_for_answered_calls() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let refused = phone.ua.reoffer(phone.now, &mut phone.rng, leg, "v=0\r\n".into());
    assert_eq!(refused, Err(Error::WrongState(leg)));
}

#[test]
fn an_offer_in_an_early_dialog_is_put_off() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond(&invite, 183, "b", Some(OFFER)));
    phone.take_event();
    phone.receive_in(&invite, "UPDATE", 1, Some((SDP, OFFER)), "");
    phone.take_response(491);
    phone.receive_in(&invite, "UPDATE", 2, None, "");
    phone.take_response(200);
    phone.receive(&respond(&invite, 200, "b", None));
    assert!(matches!(phone.take_event(), Event::Answered { leg: l, .. } if l == leg));
    phone.take_request("ACK");
    // The numbers go on.
    phone.receive_in(&invite, "UPDATE", 3, Some((SDP, OFFER)), "");
    assert!(matches!(phone.take_event(), Event::Offered { .. }));

    phone.receive(&crate::support::invite("in-1", Some(OFFER)));
    phone.take_response(100);
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    phone.ring(leg);
    let to = phone.take_response(180).headers.first(name::TO).expect("To").to_owned();
    phone.receive(&in_dialog("UPDATE", 2, "in-1", &to, "up", Some(OFFER)));
    assert!(phone.take_response(500).headers.first(name::RETRY_AFTER).is_some());
    phone.answer(leg);
    phone.take_response(200);
    // The ACK has the number of the INVITE, not of the last request.
    phone.receive(&in_dialog("ACK", 1, "in-1", &to, "ack", None));
    assert!(matches!(phone.take_event(), Event::Confirmed { .. }));
}
