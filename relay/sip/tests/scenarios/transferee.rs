//! Being asked to call somebody else.

use crate::support::{OFFER, Phone, Sent, in_dialog_with, respond};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Caller, Error, Event, LegId};
use std::time::Duration;

fn refer(number: u32, to: &str, target: &str, more: &str) -> Vec<u8> {
    let headers = format!("Refer-To: {target}\r\n{more}");
    in_dialog_with("REFER", number, "in-1", to, &format!("refer{number}"), None, &headers)
}

/// Somebody who calls asks for another call, which is accepted; the first NOTIFY is answered.
fn referred(phone: &mut Phone, target: &str) -> (LegId, String) {
    let (leg, to) = phone.talk("in-1");
    phone.receive(&refer(2, &to, target, "Referred-By: \"Nine\" <sip:1009@example.test>\r\n"));
    let Event::ReferRequested { leg: asked, .. } = phone.take_event() else { panic!("not asked") };
    assert_eq!(asked, leg);
    phone.ua.accept_refer(phone.now, &mut phone.rng, leg).expect("accepted");
    phone.drain();
    phone.take_response(202);
    told(phone, "SIP/2.0 100 Trying\r\n", "active;expires=180");
    (leg, to)
}

/// The next NOTIFY is this one, and it is answered.
fn told(phone: &mut Phone, body: &str, state: &str) -> Request {
    let notify = phone.take_request("NOTIFY");
    assert_eq!(String::from_utf8_lossy(&notify.body), body);
    assert_eq!(notify.headers.first(name::SUBSCRIPTION_STATE), Some(state));
    assert!(notify.headers.first(name::CONTENT_TYPE).expect("a type").starts_with("message/sipfrag"));
    phone.receive(&respond(&notify, 200, "", None));
    notify
}

fn call(phone: &mut Phone, leg: LegId) -> (LegId, Request) {
    let call = phone.ua.invite_referred(phone.now, &mut phone.rng, leg, "v=0\r\nours".into()).expect("calls");
    phone.drain();
    (call, phone.take_request("INVITE"))
}

const LAST: &str = "terminated;reason=noresource";

#[test]
fn a_referred_call_is_made_and_told_of() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    let target = "\"Three\" <sip:1003@example.test;method=INVITE?Replaces=a%40b%3Bto-tag%3Dx%3Bfrom-tag%3Dy&Subject=z>";
    phone.receive(&refer(2, &to, target, "Referred-By: \"Nine\" <sip:1009@example.test>\r\n"));
    let Event::ReferRequested { target, name, replaces: Some(replaces), referred_by: Some(by), .. } =
        phone.take_event()
    else {
        panic!("not asked")
    };
    assert_eq!(target, "sip:1003@example.test");
    assert_eq!(name.as_deref(), Some("Three"));
    assert_eq!(replaces.to_string(), "a@b;to-tag=x;from-tag=y");
    assert_eq!(by, Caller { number: "1009".into(), display_name: Some("Nine".into()) });
    phone.assert_quiet();
    phone.ua.accept_refer(phone.now, &mut phone.rng, leg).expect("accepted");
    phone.drain();
    phone.take_response(202);
    let first = told(&mut phone, "SIP/2.0 100 Trying\r\n", "active;expires=180");
    assert_eq!(first.headers.first(name::EVENT), Some("refer"));

    let (_, invite) = call(&mut phone, leg);
    assert_eq!(invite.uri.to_string(), "sip:1003@example.test");
    assert_eq!(invite.headers.first(name::REPLACES), Some("a@b;to-tag=x;from-tag=y"));
    assert_eq!(invite.headers.first(name::REFERRED_BY), Some("\"Nine\" <sip:1009@example.test>"));
    phone.receive(&respond(&invite, 180, "c", None));
    assert!(matches!(phone.take_event(), Event::Progress { .. }));
    // One after the other: the second waits for the answer to the first.
    phone.receive(&respond(&invite, 200, "c", Some(OFFER)));
    assert!(matches!(phone.take_event(), Event::Answered { .. }));
    assert_eq!(phone.sent.iter().map(Sent::label).collect::<Vec<_>>(), ["NOTIFY", "ACK"]);
    told(&mut phone, "SIP/2.0 180 Because\r\n", "active;expires=180");
    phone.take_request("ACK");
    told(&mut phone, "SIP/2.0 200 Because\r\n", LAST);
    phone.assert_quiet();

    // A second REFER of the dialog is told from the first by its number.
    phone.receive(&refer(3, &to, "<sip:1004@example.test>", ""));
    phone.take_event();
    phone.ua.accept_refer(phone.now, &mut phone.rng, leg).expect("accepted");
    phone.drain();
    phone.take_response(202);
    let notify = told(&mut phone, "SIP/2.0 100 Trying\r\n", "active;expires=180");
    assert_eq!(notify.headers.first(name::EVENT), Some("refer;id=3"));
}

#[test]
fn a_referred_call_that_fails_is_told_as_it_failed() {
    let mut phone = Phone::registered();
    let (leg, _) = referred(&mut phone, "<sip:1003@example.test>");
    let (new, invite) = call(&mut phone, leg);
    phone.receive(&respond(&invite, 486, "c", None));
    phone.take_request("ACK");
    told(&mut phone, "SIP/2.0 486 Because\r\n", LAST);
    assert!(matches!(phone.take_event(), Event::Ended { leg, .. } if leg == new));
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive(&respond(&bye, 200, "", None));
    phone.take_event();
    phone.assert_nothing_left();
}

#[test]
fn a_referred_call_goes_on_when_who_referred_has_left() {
    let mut phone = Phone::registered();
    let (leg, to) = referred(&mut phone, "<sip:1003@example.test>");
    let (new, invite) = call(&mut phone, leg);
    phone.receive(&in_dialog_with("BYE", 3, "in-1", &to, "bye", None, ""));
    phone.take_response(200);
    assert!(matches!(phone.take_event(), Event::Ended { leg: l, .. } if l == leg));
    phone.receive(&respond(&invite, 200, "c", Some(OFFER)));
    assert!(matches!(phone.take_event(), Event::Answered { leg, .. } if leg == new));
    phone.take_request("ACK");
    phone.assert_quiet();
}

#[test]
fn who_refuses_notices_gets_no_more() {
    let mut phone = Phone::registered();
    let (leg, _) = referred(&mut phone, "<sip:1003@example.test>");
    let (_, invite) = call(&mut phone, leg);
    phone.receive(&respond(&invite, 180, "c", None));
    phone.take_event();
    let notify = phone.take_request("NOTIFY");
    phone.receive(&respond(&notify, 481, "", None));
    phone.receive(&respond(&invite, 200, "c", Some(OFFER)));
    phone.take_event();
    phone.take_request("ACK");
    phone.assert_quiet();
}

#[test]
fn a_referral_that_is_refused_or_not_decided_leaves_the_call() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.receive(&refer(2, &to, "<sip:1003@example.test>", ""));
    phone.take_event();
    // One at a time.
    phone.receive(&refer(3, &to, "<sip:1004@example.test>", ""));
    phone.take_response(491);
    let now = phone.now;
    assert_eq!(phone.ua.reject_refer(now, &mut phone.rng, leg, 200), Err(Error::BadStatus(200)));
    phone.ua.reject_refer(now, &mut phone.rng, leg, 603).expect("refused");
    phone.drain();
    phone.take_response(603);
    assert_eq!(phone.ua.accept_refer(now, &mut phone.rng, leg), Err(Error::WrongState(leg)));
    assert_eq!(
        phone.ua.invite_referred(now, &mut phone.rng, leg, String::new()),
        Err(Error::WrongState(leg))
    );
    phone.receive(&refer(4, &to, "<sip:1003@example.test>", ""));
    phone.take_event();
    phone.advance(Duration::from_secs(25));
    phone.take_response(480);
    phone.assert_quiet();
}

#[test]
fn an_accepted_referral_that_nobody_follows_ends() {
    let mut phone = Phone::registered();
    let (leg, _) = referred(&mut phone, "<sip:1003@example.test>");
    phone.advance(Duration::from_secs(180));
    told(&mut phone, "SIP/2.0 408 Request Timeout\r\n", LAST);
    assert_eq!(
        phone.ua.invite_referred(phone.now, &mut phone.rng, leg, String::new()),
        Err(Error::WrongState(leg))
    );
}

#[test]
fn a_target_that_cannot_be_called_is_told() {
    let mut phone = Phone::registered();
    let (leg, _) = referred(&mut phone, "<sips:1003@example.test>");
    let failed = phone.ua.invite_referred(phone.now, &mut phone.rng, leg, String::new());
    phone.drain();
    assert!(matches!(failed, Err(Error::BadAddress(_))));
    told(&mut phone, "SIP/2.0 503 Service Unavailable\r\n", LAST);
}

#[test]
fn a_bye_with_a_refer_open_answers_both() {
    let mut phone = Phone::registered();
    let (_, to) = phone.talk("in-1");
    phone.receive(&refer(2, &to, "<sip:1003@example.test>", ""));
    phone.take_event();
    phone.receive(&in_dialog_with("BYE", 3, "in-1", &to, "bye", None, ""));
    phone.take_response(200);
    phone.take_response(481);
    phone.take_event();
    phone.assert_nothing_left();
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let mut phone = Phone::registered();
    let (_, to) = phone.talk("in-1");
    let cases = [
        ("<sip:a@b>\r\nRefer-To: <sip:c@d>", 400),
        ("nonsense", 400),
        ("<sip:a@b;method=MESSAGE>", 403),
        ("<http://example.test>", 416),
    ];
    for (number, (target, status)) in (2..).zip(cases) {
        phone.receive(&refer(number, &to, target, ""));
        phone.take_response(status);
    }
    phone.assert_quiet();
}
