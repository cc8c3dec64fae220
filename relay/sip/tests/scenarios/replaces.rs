//! Calls that take the place of another.

use crate::support::{OFFER, Phone, in_dialog, invite, invite_with, respond};
use sidetone_sip::message::name;
use sidetone_sip::{Cause, Event};

fn tag(to: &str) -> &str {
    to.split(";tag=").nth(1).expect("a tag")
}

#[test]
fn an_answered_call_is_replaced_when_the_new_one_is_answered() {
    let mut phone = Phone::registered();
    let (old, to) = phone.talk("old");
    let replaces = format!("Require: replaces\r\nReplaces: old;to-tag={};from-tag=far\r\n", tag(&to));
    phone.receive(&invite_with("new", Some(OFFER), &replaces));
    phone.take_response(100);
    let Event::Incoming { leg: new, replaces: Some(named), .. } = phone.take_event() else {
        panic!("no call")
    };
    assert_eq!(named, old);
    phone.assert_quiet();
    phone.answer(new);
    phone.take_response(200);
    let bye = phone.take_request("BYE");
    assert_eq!(bye.headers.first(name::CALL_ID), Some("old"));
    phone.receive(&respond(&bye, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg: old, cause: Cause::Replaced { by: new } });
}

#[test]
fn a_call_of_ours_that_rings_is_replaced() {
    let mut phone = Phone::registered();
    let old = phone.call("1002");
    let sent = phone.take_request("INVITE");
    phone.receive(&respond(&sent, 180, "b", None));
    phone.take_event();
    let from = sent.headers.first(name::FROM).expect("From");
    let call_id = sent.headers.first(name::CALL_ID).expect("Call-ID");
    let replaces = format!("Replaces: {call_id};to-tag={};from-tag=b;early-only\r\n", tag(from));
    phone.receive(&invite_with("new", Some(OFFER), &replaces));
    let Event::Incoming { leg: new, replaces: Some(_), .. } = phone.take_event() else { panic!("no call") };
    phone.sent.clear();
    phone.answer(new);
    phone.take_response(200);
    let cancel = phone.take_request("CANCEL");
    phone.receive(&respond(&cancel, 200, "", None));
    phone.receive(&respond(&sent, 487, "b", None));
    assert_eq!(phone.take_event(), Event::Ended { leg: old, cause: Cause::Replaced { by: new } });
}

#[test]
fn a_new_call_that_is_refused_replaces_nothing() {
    let mut phone = Phone::registered();
    let (old, to) = phone.talk("old");
    phone.receive(&invite_with(
        "new",
        Some(OFFER),
        &format!("Replaces: old;to-tag={};from-tag=far\r\n", tag(&to)),
    ));
    let Event::Incoming { leg: new, .. } = phone.take_event() else { panic!("no call") };
    phone.reject(new, 486);
    phone.take_event();
    phone.receive(&in_dialog("BYE", 2, "old", &to, "bye", None));
    assert!(matches!(phone.take_event(), Event::Ended { leg, cause: Cause::Bye { .. } } if leg == old));
}

#[test]
fn what_cannot_be_replaced_is_refused() {
    let mut phone = Phone::registered();
    let (_, to) = phone.talk("old");
    let our_tag = tag(&to).to_owned();
    phone.receive(&invite("ringing", Some(OFFER)));
    phone.take_response(100);
    let Event::Incoming { leg: ringing, .. } = phone.take_event() else { panic!("no call") };
    phone.ring(ringing);
    let early = phone.take_response(180).headers.first(name::TO).expect("To").to_owned();
    let cases = [
        (format!("Replaces: old;to-tag={our_tag};from-tag=other\r\n"), 481),
        (format!("Replaces: other;to-tag={our_tag};from-tag=far\r\n"), 481),
        ("Replaces: old;to-tag=other;from-tag=far\r\n".into(), 481),
        // Somebody else began it (RFC 3891 §3).
        (format!("Replaces: ringing;to-tag={};from-tag=far\r\n", tag(&early)), 481),
        (format!("Replaces: old;to-tag={our_tag};from-tag=far;early-only\r\n"), 486),
        ("Replaces: old\r\n".into(), 400),
        ("Replaces: a;to-tag=b;from-tag=c\r\nReplaces: a;to-tag=b;from-tag=c\r\n".into(), 400),
    ];
    for (number, (headers, status)) in cases.into_iter().enumerate() {
        phone.receive(&invite_with(&format!("new{number}"), Some(OFFER), &headers));
        phone.take_response(status);
        phone.assert_quiet();
    }
}
