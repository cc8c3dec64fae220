//! Requests inside of an answered call.

use crate::support::{OFFER, Phone, in_dialog, in_dialog_with, respond};
use sidetone_sip::message::name;
use sidetone_sip::{Cause, Event};
use std::time::Duration;

#[test]
fn a_re_invite_is_offered_answered_and_confirmed() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.receive(&in_dialog("INVITE", 2, "in-1", &to, "re", Some("v=0\r\nhold")));
    phone.take_response(100);
    assert_eq!(phone.take_event(), Event::Offered { leg, sdp: Some("v=0\r\nhold".into()) });
    phone.answer_offer(leg);
    let ok = phone.take_response(200);
    assert_eq!(ok.body, b"v=0\r\nnew answer");
    phone.advance(Duration::from_millis(500));
    phone.take_response(200);
    phone.receive(&in_dialog("ACK", 2, "in-1", &to, "re-ack", None));
    assert_eq!(phone.take_event(), Event::Confirmed { leg, sdp: None });
    phone.advance(Duration::from_secs(40));
    phone.assert_quiet();
}

#[test]
fn a_re_invite_without_offer_takes_ours() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.receive(&in_dialog("INVITE", 2, "in-1", &to, "re", None));
    phone.take_response(100);
    assert_eq!(phone.take_event(), Event::Offered { leg, sdp: None });
    phone.answer_offer(leg);
    phone.take_response(200);
    phone.receive(&in_dialog("ACK", 2, "in-1", &to, "re-ack", Some("v=0\r\nmusic")));
    assert_eq!(phone.take_event(), Event::Confirmed { leg, sdp: Some("v=0\r\nmusic".into()) });
}

#[test]
fn a_refused_offer_leaves_the_call_as_it_was() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.receive(&in_dialog("INVITE", 2, "in-1", &to, "re", Some("v=0\r\n")));
    phone.take_response(100);
    phone.take_event();
    phone.ua.reject_offer(phone.now, &mut phone.rng, leg, 488).expect("refused");
    phone.drain();
    phone.take_response(488);
    phone.receive(&in_dialog("ACK", 2, "in-1", &to, "re", None));
    phone.receive(&in_dialog("BYE", 3, "in-1", &to, "bye", None));
    phone.take_response(200);
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::Bye { detail: None } });
    phone.assert_nothing_left();
}

#[test]
fn offers_that_collide_are_put_off() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.receive(&in_dialog("INVITE", 2, "in-1", &to, "re", Some("v=0\r\n")));
    phone.take_response(100);
    phone.take_event();
    phone.receive(&in_dialog("UPDATE", 3, "in-1", &to, "up", Some("v=0\r\n")));
    let later = phone.take_response(500);
    assert!(later.headers.first(name::RETRY_AFTER).is_some());
    phone.answer_offer(leg);
    phone.take_response(200);
    // Our 200 is not acknowledged yet.
    phone.receive(&in_dialog("INVITE", 4, "in-1", &to, "re2", Some("v=0\r\n")));
    phone.take_response(491);
    phone.assert_quiet();
}

#[test]
fn an_update_with_an_offer_is_answered_without_ack() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.receive(&in_dialog("UPDATE", 2, "in-1", &to, "up", Some("v=0\r\n")));
    assert!(matches!(phone.take_event(), Event::Offered { .. }));
    phone.answer_offer(leg);
    phone.take_response(200);
    phone.advance(Duration::from_secs(40));
    phone.assert_quiet();
}

#[test]
fn an_update_without_offer_is_taken_note_of() {
    let mut phone = Phone::registered();
    let (_, to) = phone.talk("in-1");
    phone.receive(&in_dialog("UPDATE", 2, "in-1", &to, "up", None));
    phone.take_response(200);
    phone.assert_quiet();
}

#[test]
fn an_offer_moves_the_remote_target() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    let update = String::from_utf8(in_dialog("UPDATE", 2, "in-1", &to, "up", None)).expect("text");
    let moved = update.replace("Contact: <sip:1009@192.0.2.9:5060>", "Contact: <sip:moved@192.0.2.44:5090>");
    phone.receive(moved.as_bytes());
    phone.take_response(200);
    phone.hang_up(leg);
    let bye = phone.take_sent();
    assert_eq!(bye.remote, crate::support::address("192.0.2.44:5090"));
    assert_eq!(bye.request().uri.to_string(), "sip:moved@192.0.2.44:5090");
}

#[test]
fn a_cancelled_re_invite_does_not_end_the_call() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.receive(&in_dialog("INVITE", 2, "in-1", &to, "re", Some("v=0\r\n")));
    phone.take_response(100);
    phone.take_event();
    phone.receive(&in_dialog("CANCEL", 2, "in-1", &to, "re", None));
    phone.take_response(200);
    phone.take_response(487);
    phone.receive(&in_dialog("ACK", 2, "in-1", &to, "re", None));
    phone.assert_quiet();
    phone.hang_up(leg);
    phone.take_request("BYE");
}

#[test]
fn a_bye_in_the_middle_of_an_offer_ends_both() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.receive(&in_dialog("INVITE", 2, "in-1", &to, "re", Some("v=0\r\n")));
    phone.take_response(100);
    phone.take_event();
    phone.receive(&in_dialog_with("BYE", 3, "in-1", &to, "bye", None, "Reason: Q.850;cause=16\r\n"));
    phone.take_response(200);
    phone.take_response(487);
    let Event::Ended { leg: ended, cause: Cause::Bye { detail: Some(detail) } } = phone.take_event() else {
        panic!("no end")
    };
    assert_eq!((ended, detail.cause), (leg, Some(16)));
    phone.assert_nothing_left();
}

#[test]
fn both_hang_up_at_once() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive(&in_dialog("BYE", 2, "in-1", &to, "bye", None));
    phone.take_response(200);
    phone.receive(&respond(&bye, 481, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn keys_come_by_info() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    let relay = |body| Some(("application/dtmf-relay", body));
    phone.receive(&in_dialog_with("INFO", 2, "in-1", &to, "i2", relay("Signal=5\r\nDuration=160\r\n"), ""));
    phone.receive(&in_dialog_with("INFO", 3, "in-1", &to, "i3", relay("Signal= *\r\n"), ""));
    phone.receive(&in_dialog_with("INFO", 4, "in-1", &to, "i4", relay("signal=11\r\n"), ""));
    phone.receive(&in_dialog_with("INFO", 5, "in-1", &to, "i5", Some(("application/dtmf", "d")), ""));
    for digit in ['5', '*', '#', 'D'] {
        phone.take_response(200);
        assert_eq!(phone.take_event(), Event::Dtmf { leg, digit });
    }
    phone.receive(&in_dialog_with("INFO", 6, "in-1", &to, "i6", Some(("text/plain", "5")), ""));
    phone.take_response(415);
    phone.receive(&in_dialog_with("INFO", 7, "in-1", &to, "i7", None, ""));
    phone.take_response(200);
    phone.assert_quiet();
}

#[test]
fn an_old_number_is_refused_and_an_unknown_dialog_too() {
    let mut phone = Phone::registered();
    let (_, to) = phone.talk("in-1");
    phone.receive(&in_dialog("INFO", 1, "in-1", &to, "old", None));
    phone.take_response(500);
    phone.receive(&in_dialog("INFO", 2, "other-call", &to, "x1", None));
    phone.take_response(481);
    phone.receive(&in_dialog("INVITE", 2, "in-1", "<sip:1001@example.test>;tag=nobody", "x2", Some(OFFER)));
    phone.take_response(481);
    phone.receive(&in_dialog("BYE", 2, "in-1", "<sip:1001@example.test>;tag=nobody", "x3", None));
    phone.take_response(481);
}

#[test]
fn other_methods_in_a_call() {
    let mut phone = Phone::registered();
    let (_, to) = phone.talk("in-1");
    for (number, method, status) in
        [(2, "OPTIONS", 200), (3, "NOTIFY", 200), (4, "REFER", 400), (5, "MESSAGE", 405)]
    {
        phone.receive(&in_dialog(method, number, "in-1", &to, method, None));
        phone.take_response(status);
    }
}
