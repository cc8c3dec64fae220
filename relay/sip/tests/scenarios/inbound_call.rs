//! Calls that come to us.

use crate::support::{OFFER, PEER, Phone, address, cancel, in_dialog, invite, invite_with};
use sidetone_sip::message::name;
use sidetone_sip::{Caller, Cause, Event, LegId};
use std::time::Duration;

fn incoming(phone: &mut Phone) -> LegId {
    match phone.take_event() {
        Event::Incoming { leg, .. } => leg,
        other => panic!("a call was expected, not {other:?}"),
    }
}

#[test]
fn rings_is_answered_and_hung_up_by_the_caller() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    phone.take_response(100);
    let Event::Incoming { leg, account, caller, sdp, .. } = phone.take_event() else { panic!("no call") };
    assert_eq!(account, crate::support::LINE);
    assert_eq!(caller, Caller { number: "1009".into(), display_name: Some("Nine".into()) });
    assert_eq!(sdp.as_deref(), Some(OFFER));
    assert_eq!(phone.ua.call_id(leg), Some("in-1"));

    phone.ring(leg);
    let ringing = phone.take_response(180);
    phone.answer(leg);
    let ok = phone.take_response(200);
    assert_eq!(ok.headers.first(name::TO), ringing.headers.first(name::TO), "one tag for all responses");
    assert_eq!(ok.body, b"v=0\r\nanswer");
    let to = ok.headers.first(name::TO).expect("To").to_owned();
    phone.receive(&in_dialog("ACK", 1, "in-1", &to, "ack", None));
    assert_eq!(phone.take_event(), Event::Confirmed { leg, sdp: None });

    phone.receive(&in_dialog("BYE", 2, "in-1", &to, "bye", None));
    phone.take_response(200);
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::Bye { detail: None } });
    phone.assert_nothing_left();
}

#[test]
fn delayed_offer_takes_our_offer_and_brings_the_answer_in_the_ack() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", None));
    phone.take_response(100);
    let Event::Incoming { leg, sdp: None, .. } = phone.take_event() else { panic!("no call") };
    phone.answer(leg);
    let to = phone.take_response(200).headers.first(name::TO).expect("To").to_owned();
    phone.receive(&in_dialog("ACK", 1, "in-1", &to, "ack", Some("v=0\r\ntheirs")));
    assert_eq!(phone.take_event(), Event::Confirmed { leg, sdp: Some("v=0\r\ntheirs".into()) });
}

#[test]
fn a_repeated_invite_repeats_the_last_provisional_response() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    phone.take_response(100);
    let leg = incoming(&mut phone);
    phone.receive(&invite("in-1", Some(OFFER)));
    phone.take_response(100);
    phone.ring(leg);
    phone.take_response(180);
    phone.receive(&invite("in-1", Some(OFFER)));
    phone.take_response(180);
    phone.assert_quiet();
}

#[test]
fn the_200_is_repeated_until_the_ack_and_no_longer() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    let leg = incoming(&mut phone);
    phone.sent.clear();
    let start = phone.now;
    phone.answer(leg);
    let to = phone.sent[0].response().headers.first(name::TO).expect("To").to_owned();
    phone.advance(Duration::from_secs(8));
    // Doubling from T1 to T2 (RFC 3261 §13.3.1.4).
    let times: Vec<u64> = phone.take_timeline(start).into_iter().map(|(_, at)| at).collect();
    assert_eq!(times, [0, 500, 1500, 3500, 7500]);
    phone.receive(&in_dialog("ACK", 1, "in-1", &to, "ack", None));
    assert!(matches!(phone.take_event(), Event::Confirmed { .. }));
    phone.advance(Duration::from_secs(30));
    phone.assert_quiet();
}

#[test]
fn a_200_that_is_never_acknowledged_ends_with_bye() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    let leg = incoming(&mut phone);
    phone.answer(leg);
    phone.advance(Duration::from_millis(31_999));
    phone.sent.clear();
    phone.advance(Duration::from_millis(1));
    let bye = phone.take_sent();
    assert_eq!(bye.remote, address(PEER));
    let bye = bye.request();
    assert_eq!((bye.method.to_string().as_str(), bye.uri.to_string()), ("BYE", format!("sip:1009@{PEER}")));
    phone.receive(&crate::support::respond(&bye, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::NotConfirmed });
    phone.assert_nothing_left();
}

#[test]
fn hanging_up_before_the_ack_waits_for_it() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    let leg = incoming(&mut phone);
    phone.take_response(100);
    phone.answer(leg);
    let to = phone.take_response(200).headers.first(name::TO).expect("To").to_owned();
    phone.hang_up(leg);
    phone.assert_quiet();
    phone.receive(&in_dialog("ACK", 1, "in-1", &to, "ack", None));
    let bye = phone.take_request("BYE");
    phone.receive(&crate::support::respond(&bye, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
}

#[test]
fn a_rejection_is_repeated_until_its_ack() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    let leg = incoming(&mut phone);
    phone.take_response(100);
    let start = phone.now;
    phone.reject(leg, 486);
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    let to = phone.sent[0].response().headers.first(name::TO).expect("To").to_owned();
    phone.advance(Duration::from_secs(4));
    // Timer G.
    let expected = [("486", 0), ("486", 500), ("486", 1500), ("486", 3500)];
    assert_eq!(phone.take_timeline(start), expected.map(|(label, at)| (label.to_owned(), at)));
    // The ACK of a failure has the branch of its INVITE.
    phone.receive(&in_dialog("ACK", 1, "in-1", &to, "in-1", None));
    phone.advance(Duration::from_secs(20));
    phone.assert_quiet();
    phone.assert_nothing_left();
}

#[test]
fn a_rejection_without_ack_is_given_up_after_32_seconds() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    let leg = incoming(&mut phone);
    phone.sent.clear();
    let start = phone.now;
    phone.reject(leg, 603);
    phone.advance(Duration::from_secs(60));
    // Timer G grows to T2, timer H ends it.
    let times: Vec<u64> = phone.take_timeline(start).into_iter().map(|(_, at)| at).collect();
    assert_eq!(times, [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    phone.assert_nothing_left();
}

#[test]
fn the_caller_gives_up() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    let leg = incoming(&mut phone);
    phone.ring(leg);
    phone.sent.clear();
    phone.receive(&cancel("in-1", "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"));
    let ok = phone.take_response(200);
    let terminated = phone.take_response(487);
    assert_eq!(ok.headers.first(name::TO), terminated.headers.first(name::TO));
    assert_eq!(terminated.headers.first(name::CSEQ), Some("1 INVITE"));
    let Event::Ended { leg: ended, cause: Cause::Cancelled { detail: Some(detail) } } = phone.take_event()
    else {
        panic!("no end")
    };
    assert_eq!((ended, detail.protocol.as_str(), detail.cause), (leg, "SIP", Some(200)));
    phone.assert_nothing_left();
}

#[test]
fn a_cancel_after_the_answer_changes_nothing() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    let leg = incoming(&mut phone);
    phone.answer(leg);
    phone.sent.clear();
    phone.receive(&cancel("in-1", ""));
    phone.take_response(200);
    phone.assert_quiet();
}

#[test]
fn a_cancel_of_nothing_is_481() {
    let mut phone = Phone::registered();
    phone.receive(&cancel("never", ""));
    phone.take_response(481);
}

#[test]
fn the_invite_expires() {
    let mut phone = Phone::registered();
    phone.receive(&invite_with("in-1", Some(OFFER), "Expires: 150\r\n"));
    let leg = incoming(&mut phone);
    phone.ring(leg);
    phone.sent.clear();
    let start = phone.now;
    phone.advance(Duration::from_secs(181));
    let timeline = phone.take_timeline(start);
    // The 180 is repeated each minute so that proxies keep waiting.
    let expected = [("180", 60_000), ("180", 120_000), ("487", 150_000), ("487", 150_500)];
    assert_eq!(timeline[..4], expected.map(|(label, at)| (label.to_owned(), at)));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::Cancelled { detail: None } });
}

#[test]
fn an_unknown_number_is_not_found() {
    let mut phone = Phone::registered();
    let text = String::from_utf8(invite("in-1", Some(OFFER))).expect("text").replace("1001@", "1234@");
    phone.receive(text.as_bytes());
    phone.take_response(404);
    phone.assert_quiet();
}

#[test]
fn the_same_call_by_a_second_way_is_merged() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    phone.take_response(100);
    incoming(&mut phone);
    let text = String::from_utf8(invite("in-1", Some(OFFER))).expect("text");
    phone.receive(text.replace("branch=z9hG4bKin-1", "branch=z9hG4bKother").as_bytes());
    phone.take_response(482);
    phone.assert_quiet();
}

#[test]
fn the_caller_is_whom_the_network_asserts() {
    let mut phone = Phone::registered();
    let shown = |phone: &mut Phone, call_id: &str, headers: &str| {
        phone.receive(&invite_with(call_id, Some(OFFER), headers));
        match phone.take_event() {
            Event::Incoming { caller, .. } => caller,
            other => panic!("a call was expected, not {other:?}"),
        }
    };
    let asserted = "P-Asserted-Identity: \"Pat Example\" <sip:3427@192.0.2.13>\r\n\
        Remote-Party-ID: \"Other\" <sip:1@192.0.2.13>;party=calling;screen=yes;privacy=off\r\n";
    let caller = shown(&mut phone, "a", asserted);
    assert_eq!(caller, Caller { number: "3427".into(), display_name: Some("Pat Example".into()) });
    let party = "Remote-Party-ID: <sip:+4930%31@192.0.2.13>;party=calling;privacy=off\r\n";
    assert_eq!(shown(&mut phone, "b", party).number, "+49301");
    let hidden = "Remote-Party-ID: \"X\" <sip:3427@192.0.2.13>;party=calling;privacy=full\r\n";
    assert_eq!(shown(&mut phone, "c", hidden), Caller::default());
}

#[test]
fn a_body_that_is_no_session_description_is_refused() {
    let mut phone = Phone::registered();
    let text = String::from_utf8(invite("in-1", Some(OFFER))).expect("text");
    phone.receive(text.replace("application/sdp", "application/unknown").as_bytes());
    let refused = phone.take_response(415);
    assert!(refused.headers.first(name::ACCEPT).expect("Accept").contains("application/sdp"));
}
