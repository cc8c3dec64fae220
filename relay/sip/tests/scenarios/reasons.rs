//! Why a call ends, in the words of the Reason header.

use crate::support::{OFFER, Phone, cancel, invite, respond};
use sidetone_sip::message::name;
use sidetone_sip::{Cause, Event};

const NORMAL: &str = "Q.850;cause=16;text=\"Normal call clearing\"";

#[test]
fn our_bye_and_our_cancel_say_why() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk("in-1");
    phone.hang_up(leg);
    assert_eq!(phone.take_request("BYE").headers.first(name::REASON), Some(NORMAL));
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond(&invite, 180, "b", None));
    phone.hang_up(leg);
    assert_eq!(phone.take_request("CANCEL").headers.first(name::REASON), Some(NORMAL));
}

#[test]
fn a_call_that_was_answered_elsewhere_is_told_from_one_that_was_given_up() {
    let cases = [
        ("", false),
        ("Reason: Q.850;cause=16\r\n", false),
        ("Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n", true),
        ("Reason: Q.850;cause=26\r\n", true),
        ("Reason: Q.850;cause=16, SIP;cause=200\r\n", true),
        ("Reason: Q.850;cause=16\r\nReason: SIP;cause=200\r\n", true),
    ];
    for (headers, elsewhere) in cases {
        let mut phone = Phone::registered();
        phone.receive(&invite("in-1", Some(OFFER)));
        phone.take_event();
        phone.receive(&cancel("in-1", headers));
        let Event::Ended { cause, .. } = phone.take_event() else { panic!("no end") };
        assert!(matches!(cause, Cause::Cancelled { .. }));
        assert_eq!(cause.is_answered_elsewhere(), elsewhere, "{headers}");
    }
}
