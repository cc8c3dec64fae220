//! A conference at the other side (RFC 4579): how it says so, and how others are sent there.

use crate::support::{
    OFFER, Phone, from_callee, in_dialog, in_dialog_with, invite_with, respond, respond_with,
};
use sidetone_sip::message::{Headers, Request, name};
use sidetone_sip::{Cause, Error, Event, LegId};

const FOCUS: &str = "<sip:room-7@192.0.2.9:5070;transport=udp>;isfocus";

fn says_focus(headers: &mut Headers) {
    headers.replace_first(name::CONTACT, FOCUS.to_owned());
}

/// The contact of [`from_callee`], with another.
fn from_focus(invite: &Request, method: &str, number: u32, contact: &str) -> Vec<u8> {
    let text = String::from_utf8(from_callee(invite, "b", method, number, None, "")).expect("text");
    let (before, rest) = text.split_once("Contact: ").expect("a contact");
    let (_, after) = rest.split_once("\r\n").expect("a line");
    format!("{before}Contact: {contact}\r\n{after}").into_bytes()
}

/// In a conference that the answer to our INVITE has said to be one.
fn in_conference(phone: &mut Phone) -> (LegId, Request) {
    let leg = phone.call("608");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond_with(&invite, 200, "b", Some(OFFER), says_focus));
    phone.take_request("ACK");
    assert_eq!(phone.take_event(), Event::FocusChanged { leg, focus: true });
    assert!(matches!(phone.take_event(), Event::Answered { .. }));
    phone.assert_quiet();
    (leg, invite)
}

#[test]
fn a_conference_says_so_before_its_answer_is_told() {
    let mut phone = Phone::registered();
    let (leg, _) = in_conference(&mut phone);
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    assert_eq!(bye.uri.to_string(), "sip:room-7@192.0.2.9:5070;transport=udp");
}

#[test]
fn a_call_becomes_a_conference_and_a_plain_call_again() {
    let mut phone = Phone::registered();
    let (leg, invite) = phone.talk_out(|_| {});
    for (number, contact, focus) in [
        // Cisco writes it with a capital letter.
        (1, "<sip:room-7@192.0.2.9>;isFocus", Some(true)),
        (2, FOCUS, None),
        (3, "<sip:bob@192.0.2.9>", Some(false)),
    ] {
        phone.receive(&from_focus(&invite, "UPDATE", number, contact));
        phone.take_response(200);
        if let Some(focus) = focus {
            assert_eq!(phone.take_event(), Event::FocusChanged { leg, focus });
        }
        phone.assert_quiet();
    }
}

#[test]
fn a_conference_that_calls_is_told_as_one() {
    let mut phone = Phone::registered();
    let plain = String::from_utf8(invite_with("in-1", Some(OFFER), "")).expect("text");
    phone.receive(plain.replace("<sip:1009@192.0.2.9:5060>", FOCUS).as_bytes());
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    assert_eq!(phone.take_event(), Event::FocusChanged { leg, focus: true });
}

#[test]
fn our_own_offer_is_answered_by_a_conference() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    phone.reoffer(leg, "v=0\r\nheld");
    let offer = phone.take_request("INVITE");
    phone.receive(&respond_with(&offer, 200, "b", Some(OFFER), says_focus));
    phone.take_request("ACK");
    assert_eq!(phone.take_event(), Event::FocusChanged { leg, focus: true });
    assert!(matches!(phone.take_event(), Event::OfferAnswered { .. }));
}

#[test]
fn another_party_is_sent_to_the_conference_and_its_call_ends_when_it_is_there() {
    let mut phone = Phone::registered();
    let (guest, to) = phone.talk("guest");
    let (room, _) = in_conference(&mut phone);
    phone.ua.refer_to_focus(phone.now, &mut phone.rng, guest, room).expect("refers");
    phone.drain();
    let refer = phone.take_request("REFER");
    assert_eq!(
        refer.headers.first(name::REFER_TO),
        Some("<sip:room-7@192.0.2.9:5070;transport=udp>"),
        "without what the Contact says of itself"
    );
    assert_eq!(refer.headers.first(name::REFERRED_BY), Some("<sip:1001@example.test>"));
    phone.receive(&respond(&refer, 202, "", None));
    let done = Some(("message/sipfrag;version=2.0", "SIP/2.0 200 OK\r\n"));
    let headers = "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\n";
    phone.receive(&in_dialog_with("NOTIFY", 2, "guest", &to, "done", done, headers));
    phone.take_response(200);
    assert!(matches!(phone.take_event(), Event::ReferProgress { status: 200, .. }));
    assert_eq!(phone.take_event(), Event::ReferDone { leg: guest, outcome: Ok(()) });
    // The party may be the first to hang up.
    phone.receive(&in_dialog("BYE", 3, "guest", &to, "bye", None));
    phone.take_response(200);
    assert!(matches!(phone.take_event(), Event::Ended { leg, cause: Cause::Bye { .. } } if leg == guest));
    phone.hang_up(room);
    let bye = phone.take_request("BYE");
    phone.receive(&respond(&bye, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg: room, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn nobody_is_sent_to_a_conference_that_has_not_answered() {
    let mut phone = Phone::registered();
    let (guest, _) = phone.talk("guest");
    let room = phone.call("608");
    phone.take_request("INVITE");
    let refused = phone.ua.refer_to_focus(phone.now, &mut phone.rng, guest, room);
    assert_eq!(refused, Err(Error::WrongState(room)));
}
