//! Hosts that are no part of a line's telephone system do not learn how it authenticates.

use crate::support::{LINE, Phone, address, from_callee, respond, respond_with};
use crate::trunk_calls::{EXTENSION, attached, trunk};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Cause, Event, Secret, Trunk};

fn challenge(request: &Request) -> Vec<u8> {
    respond_with(request, 401, "b", None, |headers| {
        headers.push(name::WWW_AUTHENTICATE, "Digest realm=\"pbx\", nonce=\"n\"");
    })
}

fn refused(phone: &mut Phone) {
    assert!(matches!(phone.take_event(), Event::Ended { cause: Cause::Status { code: 401, .. }, .. }));
    assert!(phone.sent.iter().all(|sent| sent.label() == "ACK"), "no answer to the challenge");
}

#[test]
fn a_call_that_goes_straight_to_another_host_answers_no_challenge() {
    let mut phone = Phone::registered();
    phone.call("sip:bob@198.51.100.9");
    let sent = phone.take_sent();
    assert_eq!(sent.remote, address("198.51.100.9:5060"));
    phone.receive_from("198.51.100.9:5060", &challenge(&sent.request()));
    refused(&mut phone);
}

#[test]
fn neither_does_one_that_is_sent_on_there() {
    let mut phone = Phone::registered();
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    let moved = respond_with(&invite, 302, "a", None, |headers| {
        headers.set(name::CONTACT, "<sip:bob@198.51.100.9>");
    });
    phone.receive(&moved);
    phone.take_request("ACK");
    let again = phone.take_request("INVITE");
    phone.receive_from("198.51.100.9:5060", &challenge(&again));
    refused(&mut phone);
}

#[test]
fn its_own_system_is_answered_by_domain_and_by_address() {
    for target in ["1002", "sip:1002@192.0.2.9"] {
        let mut phone = Phone::registered();
        phone.call(target);
        let invite = phone.take_request("INVITE");
        phone.receive(&challenge(&invite));
        phone.take_request("ACK");
        assert!(phone.take_request("INVITE").headers.first(name::AUTHORIZATION).is_some(), "{target}");
    }
}

#[test]
fn a_phone_elsewhere_that_is_watched_gets_no_answer_either() {
    let mut phone = Phone::registered();
    phone.ua.watch(phone.now, &mut phone.rng, LINE, "sip:bob@198.51.100.9").expect("watched");
    phone.drain();
    phone.events.clear();
    let subscribe = phone.take_request("SUBSCRIBE");
    phone.receive_from("198.51.100.9:5060", &challenge(&subscribe));
    assert!(phone.sent.is_empty());
    assert!(matches!(phone.take_event(), Event::DialogState { .. }));
}

/// A trunk whose peers challenge, with its extension ready to call.
fn authenticated() -> Phone {
    let (auth_user, password) = (Some("sidetone".into()), Secret::new("secret"));
    let mut phone = attached(Trunk { auth_user, password, ping: None, ..trunk() });
    phone.events.clear();
    phone
}

fn call_over_trunk(phone: &mut Phone) -> Request {
    phone.ua.invite(phone.now, &mut phone.rng, EXTENSION, "1002", "v=0\r\n".into()).expect("a leg");
    phone.drain();
    phone.take_request("INVITE")
}

fn sent_on(phone: &mut Phone, invite: &Request, to: &str) {
    let moved = respond_with(invite, 302, "a", None, |headers| headers.set(name::CONTACT, to));
    phone.receive_from("192.0.2.31:5060", &moved);
    phone.take_request("ACK");
}

#[test]
fn a_call_over_a_trunk_that_is_sent_on_within_its_system_goes_to_its_peers() {
    for to in ["<sip:2002@hq.example.test>", "<sip:2002@192.0.2.31:5066>"] {
        let mut phone = authenticated();
        let invite = call_over_trunk(&mut phone);
        sent_on(&mut phone, &invite, to);
        let sent = phone.take_sent();
        assert_eq!(sent.remote, address("192.0.2.31:5060"));
        let again = sent.request();
        assert_eq!(again.uri.to_string(), "sip:2002@192.0.2.31:5060");
        phone.receive_from("192.0.2.31:5060", &challenge(&again));
        phone.take_request("ACK");
        assert!(phone.take_request("INVITE").headers.first(name::AUTHORIZATION).is_some());
    }
}

#[test]
fn one_that_is_sent_elsewhere_says_nothing_of_the_peer_that_sent_it() {
    let mut phone = authenticated();
    let invite = call_over_trunk(&mut phone);
    sent_on(&mut phone, &invite, "<sip:bob@198.51.100.9>");
    let sent = phone.take_sent();
    assert_eq!(sent.remote, address("198.51.100.9:5060"));
    phone.advance(std::time::Duration::from_secs(33));
    // No PeerDown.
    assert!(matches!(phone.take_event(), Event::Ended { cause: Cause::Timeout, .. }));
    assert!(phone.events.is_empty());
}

#[test]
fn a_caller_from_elsewhere_is_not_answered_behind_a_proxy() {
    use crate::proxy_account::behind_a_proxy;
    use crate::support::{OFFER, in_dialog, invite, ok_to_register, settings};
    use sidetone_sip::Transport;

    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, behind_a_proxy(Transport::Udp)).expect("added");
    phone.drain();
    let register = phone.take_request("REGISTER");
    phone.receive_from("192.0.2.20:5060", &ok_to_register(&register, 3600));
    phone.take_event();
    // Whoever we have called knows our Contact.
    let contact = register.headers.first(name::CONTACT).expect("Contact");
    let token = contact.split_once("sip:").and_then(|(_, rest)| rest.split('@').next()).expect("a user part");
    let call = String::from_utf8(invite("in-1", Some(OFFER))).expect("text");
    let call = call.replace("sip:1001@192.0.2.1", &format!("sip:{token}@192.0.2.1"));
    phone.receive_from("198.51.100.9:5060", call.as_bytes());
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    phone.answer(leg);
    phone.take_response(100);
    let to = phone.take_response(200).headers.first(name::TO).expect("To").to_owned();
    phone.receive_from("198.51.100.9:5060", &in_dialog("ACK", 1, "in-1", &to, "ack", None));
    phone.take_event();
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive_from("198.51.100.9:5060", &challenge(&bye));
    assert!(phone.sent.is_empty());
    assert!(matches!(phone.take_event(), Event::Ended { .. }));
}

#[test]
fn a_call_within_its_own_system_answers_challenges_to_the_end() {
    let mut phone = Phone::registered();
    let (leg, invite) = phone.talk_out(|_| {});
    phone.receive(&from_callee(&invite, "b", "OPTIONS", 1, None, ""));
    phone.take_response(200);
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive(&challenge(&bye));
    let again = phone.take_request("BYE");
    assert!(again.headers.first(name::AUTHORIZATION).is_some());
    phone.receive(&respond(&again, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
}
