//! Calls that are sent on to somewhere else.

use crate::support::{OFFER, Phone, invite, respond, respond_with};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Cause, Error, Event};

fn moved(request: &Request, status: u16, contacts: &[&str]) -> Vec<u8> {
    respond_with(request, status, "x", None, |headers| {
        headers.remove(name::CONTACT);
        contacts.iter().for_each(|contact| headers.push(name::CONTACT, *contact));
    })
}

/// The INVITE that follows the ACK of a redirection.
fn next(phone: &mut Phone) -> Request {
    phone.take_request("ACK");
    phone.take_request("INVITE")
}

fn failed(phone: &mut Phone) -> u16 {
    phone.take_request("ACK");
    match phone.take_event() {
        Event::Ended { cause: Cause::Status { code, .. }, .. } => code,
        other => panic!("an end was expected, not {other:?}"),
    }
}

#[test]
fn contacts_are_called_in_their_order_until_one_answers() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let first = phone.take_request("INVITE");
    let contacts =
        ["<sip:low@example.test>;q=0.1, <sip:high@example.test>;q=0.95", "<sip:best@example.test?Subject=x>"];
    phone.receive(&moved(&first, 302, &contacts));
    let second = next(&mut phone);
    assert_eq!(second.uri.to_string(), "sip:best@example.test");
    for header in [name::CALL_ID, name::FROM, name::TO] {
        assert_eq!(second.headers.first(header), first.headers.first(header));
    }
    assert_eq!((second.headers.first(name::CSEQ), &second.body), (Some("2 INVITE"), &first.body));
    phone.receive(&respond(&second, 486, "y", None));
    let third = next(&mut phone);
    assert_eq!(third.uri.to_string(), "sip:high@example.test");
    phone.receive(&respond(&third, 180, "z", None));
    phone.take_event();
    phone.receive(&respond(&third, 200, "z", Some(OFFER)));
    assert_eq!(phone.take_event(), Event::Answered { leg, sdp: Some(OFFER.into()) });
    assert_eq!(phone.take_request("ACK").headers.first(name::CSEQ), Some("3 ACK"));
    phone.hang_up(leg);
    assert_eq!(phone.take_request("BYE").headers.first(name::CSEQ), Some("4 BYE"));
}

#[test]
fn a_circle_is_left() {
    let mut phone = Phone::registered();
    phone.call("1002");
    let first = phone.take_request("INVITE");
    phone.receive(&moved(&first, 301, &["<sip:1003@example.test>"]));
    let second = next(&mut phone);
    phone.receive(&moved(&second, 302, &["<sip:1002@example.test>", "<sip:1003@example.test>"]));
    assert_eq!(failed(&mut phone), 302);
    phone.assert_nothing_left();
}

#[test]
fn a_call_is_sent_on_five_times_at_most() {
    let mut phone = Phone::registered();
    phone.call("0");
    let mut request = phone.take_request("INVITE");
    for number in 1..=5 {
        phone.receive(&moved(&request, 302, &[&format!("<sip:{number}@example.test>")]));
        request = next(&mut phone);
    }
    phone.receive(&moved(&request, 302, &["<sip:6@example.test>"]));
    assert_eq!(failed(&mut phone), 302);
}

#[test]
fn a_refusal_for_everywhere_and_a_target_that_cannot_be_called_end_it() {
    let mut phone = Phone::registered();
    phone.call("1002");
    let first = phone.take_request("INVITE");
    phone.receive(&moved(&first, 300, &["<sip:a@example.test>", "<sip:b@example.test>"]));
    let second = next(&mut phone);
    phone.receive(&respond(&second, 603, "y", None));
    assert_eq!(failed(&mut phone), 603);
    phone.call("1002");
    let first = phone.take_request("INVITE");
    phone.receive(&moved(&first, 302, &["<sips:a@example.test>", "<mailto:a@example.test>"]));
    assert_eq!(failed(&mut phone), 302);
}

#[test]
fn redirections_are_not_followed_where_that_is_switched_off() {
    let mut settings = crate::support::settings();
    settings.follow_redirects = false;
    let mut phone = Phone::registered_for(settings, 3600);
    phone.call("1002");
    let first = phone.take_request("INVITE");
    phone.receive(&moved(&first, 302, &["<sip:1003@example.test>"]));
    assert_eq!(failed(&mut phone), 302);
}

#[test]
fn a_call_that_was_given_up_is_not_sent_on() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let first = phone.take_request("INVITE");
    phone.hang_up(leg);
    phone.receive(&moved(&first, 302, &["<sip:1003@example.test>"]));
    phone.take_request("ACK");
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_quiet();
}

#[test]
fn an_incoming_call_is_sent_on() {
    let mut phone = Phone::registered();
    phone.receive(&invite("in-1", Some(OFFER)));
    phone.take_response(100);
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    let refused = phone.ua.redirect(phone.now, &mut phone.rng, leg, "");
    assert_eq!(refused, Err(Error::BadAddress(String::new())));
    phone.ua.redirect(phone.now, &mut phone.rng, leg, "1003").expect("sent on");
    phone.drain();
    assert_eq!(phone.take_response(302).headers.first(name::CONTACT), Some("<sip:1003@example.test>"));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}
