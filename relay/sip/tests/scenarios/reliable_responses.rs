//! Provisional responses that must not get lost.

use crate::support::{OFFER, Phone, in_dialog, in_dialog_with, invite_with, respond, respond_with};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Cause, Event};
use std::time::Duration;

const SDP: &str = "application/sdp";

fn reliably(request: &Request, status: u16, tag: &str, rseq: u32, sdp: Option<&str>) -> Vec<u8> {
    respond_with(request, status, tag, sdp, |headers| {
        headers.push(name::REQUIRE, "100rel");
        headers.push(name::RSEQ, rseq.to_string());
    })
}

#[test]
fn each_reliable_response_is_acknowledged_once_and_in_order() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    assert!(invite.headers.has_option(name::SUPPORTED, "100rel"));
    phone.receive(&reliably(&invite, 183, "b", 7, Some("v=0\r\nearly")));
    let prack = phone.take_request("PRACK");
    assert_eq!(prack.headers.first(name::RACK), Some("7 1 INVITE"));
    assert_eq!(prack.headers.first(name::CSEQ), Some("2 PRACK"));
    assert!(matches!(phone.take_event(), Event::Progress { status: 183, sdp: Some(_), .. }));
    // Repeated, and one after a gap: neither is heard.
    phone.receive(&reliably(&invite, 183, "b", 7, Some("v=0\r\nearly")));
    phone.receive(&reliably(&invite, 180, "b", 9, None));
    phone.assert_quiet();
    // The other fork counts for itself.
    phone.receive(&reliably(&invite, 180, "c", 1, None));
    assert_eq!(phone.take_request("PRACK").headers.first(name::RACK), Some("1 1 INVITE"));
    phone.take_event();
    phone.receive(&reliably(&invite, 180, "b", 8, None));
    assert_eq!(phone.take_request("PRACK").headers.first(name::CSEQ), Some("3 PRACK"));
    phone.take_event();
    // An unreliable one is never acknowledged.
    phone.receive(&respond(&invite, 180, "b", None));
    phone.take_event();
    phone.receive(&respond(&prack, 200, "", None));
    phone.assert_quiet();

    phone.receive(&respond(&invite, 200, "b", None));
    assert_eq!(phone.take_event(), Event::Answered { leg, sdp: Some("v=0\r\nearly".into()) });
    assert_eq!(phone.take_request("ACK").headers.first(name::CSEQ), Some("1 ACK"));
    phone.hang_up(leg);
    // The numbers of the early dialog go on.
    assert_eq!(phone.take_request("BYE").headers.first(name::CSEQ), Some("4 BYE"));
}

#[test]
fn a_prack_is_repeated_and_challenged_like_any_request() {
    let mut phone = Phone::registered();
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&reliably(&invite, 180, "b", 1, None));
    let prack = phone.take_request("PRACK");
    phone.advance(Duration::from_millis(500));
    assert_eq!(phone.take_request("PRACK").headers.first(name::CSEQ), Some("2 PRACK"));
    phone.receive(&respond_with(&prack, 401, "", None, |headers| {
        headers.push(name::WWW_AUTHENTICATE, "Digest realm=\"pbx\", nonce=\"a\"");
    }));
    let again = phone.take_request("PRACK");
    assert_eq!(again.headers.first(name::CSEQ), Some("3 PRACK"));
    assert_eq!(again.headers.first(name::RACK), Some("1 1 INVITE"));
    assert!(again.headers.first(name::AUTHORIZATION).is_some());
}

#[test]
fn an_update_may_offer_early_once_the_answer_is_sure() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&reliably(&invite, 183, "b", 1, Some(OFFER)));
    phone.take_request("PRACK");
    phone.take_event();
    phone.receive_in(&invite, "UPDATE", 1, Some((SDP, "v=0\r\nmusic")), "");
    assert_eq!(phone.take_event(), Event::Offered { leg, sdp: Some("v=0\r\nmusic".into()) });
    phone.answer_offer(leg);
    assert_eq!(phone.take_response(200).body, b"v=0\r\nnew answer");
    phone.receive(&respond(&invite, 486, "b", None));
    phone.take_request("ACK");
    phone.take_event();
    phone.assert_nothing_left();
}

#[test]
fn we_ring_reliably_where_the_caller_insists() {
    let mut phone = Phone::registered();
    phone.receive(&invite_with("in-1", Some(OFFER), "Require: 100rel\r\n"));
    phone.take_response(100);
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    let start = phone.now;
    phone.ring(leg);
    let ringing = phone.sent[0].response();
    assert!(ringing.headers.has_option(name::REQUIRE, "100rel"));
    let rseq: u32 = ringing.headers.first(name::RSEQ).expect("RSeq").parse().expect("a number");
    assert!((1..1 << 31).contains(&rseq));
    phone.advance(Duration::from_secs(8));
    let times: Vec<u64> = phone.take_timeline(start).into_iter().map(|(_, at)| at).collect();
    assert_eq!(times, [0, 500, 1500, 3500, 7500]);
    let to = ringing.headers.first(name::TO).expect("To").to_owned();
    let prack = |number: u32, branch: &str, rack: String| {
        in_dialog_with("PRACK", number, "in-1", &to, branch, None, &format!("RAck: {rack}\r\n"))
    };
    let wrong = [format!("{} 1 INVITE", rseq + 1), format!("{rseq} 9 INVITE"), format!("{rseq} 1 UPDATE")];
    for (number, rack) in (2..).zip(wrong) {
        phone.receive(&prack(number, &format!("p{number}"), rack));
        phone.take_response(481);
    }
    phone.receive(&prack(5, "p5", format!("{rseq} 1 INVITE")));
    phone.take_response(200);
    phone.advance(Duration::from_secs(51));
    phone.assert_quiet();
    // The next one, a minute after the first, has the next number.
    phone.advance(Duration::from_secs(1));
    assert_eq!(phone.take_response(180).headers.first(name::RSEQ), Some((rseq + 1).to_string().as_str()));
    phone.answer(leg);
    phone.take_response(200);
    // The PRACK is still answered, and the ACK still found.
    phone.receive(&prack(6, "p6", format!("{} 1 INVITE", rseq + 1)));
    phone.take_response(200);
    phone.receive(&in_dialog("ACK", 1, "in-1", &to, "ack", None));
    assert_eq!(phone.take_event(), Event::Confirmed { leg, sdp: None });
    phone.advance(Duration::from_secs(40));
    phone.assert_quiet();
}

#[test]
fn a_ring_that_is_never_acknowledged_ends_the_call() {
    let mut phone = Phone::registered();
    phone.receive(&invite_with("in-1", Some(OFFER), "Require: 100rel\r\n"));
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    phone.ring(leg);
    phone.advance(Duration::from_millis(31_999));
    phone.sent.clear();
    phone.advance(Duration::from_millis(1));
    phone.take_response(504);
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::NotConfirmed });
    phone.assert_nothing_left();
}

#[test]
fn without_an_offer_nothing_is_said_before_the_answer() {
    let mut phone = Phone::registered();
    phone.receive(&invite_with("in-1", None, "Require: 100rel\r\n"));
    phone.take_response(100);
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    phone.ring(leg);
    phone.assert_quiet();
    phone.answer(leg);
    phone.take_response(200);
}
