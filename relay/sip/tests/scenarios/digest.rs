//! Authentication.

use crate::support::{LINE, Phone, account, ok_to_register, respond, respond_with, settings};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Cause, Event, Transport};
use std::time::Duration;

fn challenged(status: u16, challenge: &str) -> (Phone, Request) {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, account(Transport::Udp)).expect("added");
    phone.drain();
    let register = phone.take_request("REGISTER");
    let header = if status == 407 { name::PROXY_AUTHENTICATE } else { name::WWW_AUTHENTICATE };
    phone.receive(&respond_with(&register, status, "r", None, |h| h.push(header, challenge)));
    let again = phone.take_request("REGISTER");
    assert_eq!(again.headers.first(name::CSEQ), Some("2 REGISTER"));
    assert_eq!(again.headers.first(name::CALL_ID), register.headers.first(name::CALL_ID));
    assert_ne!(again.headers.first(name::VIA), register.headers.first(name::VIA));
    (phone, again)
}

#[test]
fn cisco_challenges_without_quality_of_protection() {
    let (mut phone, again) = challenged(401, r#"Digest realm="ccmsipline", nonce="abc", algorithm=MD5"#);
    let answer = again.headers.first(name::AUTHORIZATION).expect("Authorization").to_owned();
    // MD5(MD5(1001:ccmsipline:secret):abc:MD5(REGISTER:sip:192.0.2.9:5060)), reckoned by another program.
    assert!(answer.contains(r#"response="8f8594b4512be0820625d6323d31539b""#), "{answer}");
    assert!(!answer.contains("qop") && !answer.contains("nc="));
    phone.receive(&ok_to_register(&again, 3600));
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
}

#[test]
fn a_proxy_challenge_is_answered_to_the_proxy() {
    let (_, again) = challenged(407, r#"Digest realm="p", nonce="n", qop="auth", opaque="o\"q""#);
    assert!(again.headers.first(name::AUTHORIZATION).is_none());
    let answer = again.headers.first(name::PROXY_AUTHORIZATION).expect("Proxy-Authorization");
    assert!(answer.contains("qop=auth, nc=00000001") && answer.contains(r#"opaque="o\"q""#), "{answer}");
    // No algorithm was named, so none is answered.
    assert!(!answer.contains("algorithm"));
}

#[test]
fn the_strongest_of_several_challenges_is_taken() {
    let offered = r#"Digest realm="r", nonce="1", algorithm=MD5, qop="auth", Digest realm="r", nonce="2", algorithm=SHA-256, qop="auth,auth-int", Basic realm="r""#;
    let (_, again) = challenged(401, offered);
    let answers: Vec<&str> = again.headers.all(name::AUTHORIZATION).collect();
    assert_eq!(answers.len(), 1);
    assert!(answers[0].contains("algorithm=SHA-256") && answers[0].contains(r#"nonce="2""#));
}

#[test]
fn a_wrong_password_is_told_and_not_tried_over_and_over() {
    let (mut phone, again) = challenged(401, r#"Digest realm="r", nonce="1", qop="auth""#);
    phone.receive(&respond_with(&again, 401, "r", None, |h| {
        h.push(name::WWW_AUTHENTICATE, r#"Digest realm="r", nonce="2", qop="auth""#);
    }));
    let Event::RegistrationFailed { cause: Cause::Status { code: 401, .. }, retry_at, .. } =
        phone.take_event()
    else {
        panic!("no failure")
    };
    assert!(retry_at - phone.now >= std::time::Duration::from_secs(60));
    phone.assert_quiet();
}

#[test]
fn a_stale_nonce_is_replaced_without_doubting_the_password() {
    let (mut phone, again) = challenged(401, r#"Digest realm="r", nonce="1", qop="auth""#);
    phone.receive(&respond_with(&again, 401, "r", None, |h| {
        h.push(name::WWW_AUTHENTICATE, r#"Digest realm="r", nonce="2", qop="auth", stale=TRUE"#);
    }));
    let third = phone.take_request("REGISTER");
    let answer = third.headers.first(name::AUTHORIZATION).expect("Authorization");
    assert!(answer.contains(r#"nonce="2""#) && answer.contains("nc=00000001"), "{answer}");
    // Even a server that calls everything stale is given up on.
    let mut request = third;
    for _ in 0..2 {
        phone.receive(&respond_with(&request, 401, "r", None, |h| {
            h.push(name::WWW_AUTHENTICATE, r#"Digest realm="r", nonce="3", qop="auth", stale=true"#);
        }));
        request = phone.take_request("REGISTER");
    }
    phone.receive(&respond_with(&request, 401, "r", None, |h| {
        h.push(name::WWW_AUTHENTICATE, r#"Digest realm="r", nonce="4", qop="auth", stale=true"#);
    }));
    assert!(matches!(phone.take_event(), Event::RegistrationFailed { .. }));
}

#[test]
fn a_known_nonce_is_counted_up_in_later_registrations() {
    let (mut phone, again) = challenged(401, r#"Digest realm="r", nonce="1", qop="auth""#);
    phone.receive(&ok_to_register(&again, 600));
    phone.take_event();
    phone.advance(Duration::from_secs(520));
    let refresh = phone.take_request("REGISTER");
    let answer = refresh.headers.first(name::AUTHORIZATION).expect("Authorization");
    assert!(answer.contains("nc=00000002"), "{answer}");
}

#[test]
fn whoever_did_not_ask_for_credentials_sees_none() {
    let (mut phone, again) = challenged(401, r#"Digest realm="r", nonce="1", qop="auth""#);
    phone.receive(&ok_to_register(&again, 3600));
    phone.take_event();
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    assert_eq!(invite.headers.first(name::AUTHORIZATION), None);
    phone.receive(&respond_with(&invite, 407, "p", None, |h| {
        h.push(name::PROXY_AUTHENTICATE, r#"Digest realm="p", nonce="2", qop="auth""#);
    }));
    phone.take_request("ACK");
    let again = phone.take_request("INVITE");
    assert_eq!(again.headers.first(name::AUTHORIZATION), None);
    assert!(again.headers.first(name::PROXY_AUTHORIZATION).is_some());
}

#[test]
fn a_challenged_invite_is_the_same_call_with_the_next_number() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond_with(&invite, 407, "p", None, |h| {
        h.push(name::PROXY_AUTHENTICATE, r#"Digest realm="p", nonce="1", qop="auth""#);
    }));
    phone.take_request("ACK");
    let again = phone.take_request("INVITE");
    for name in [name::CALL_ID, name::FROM, name::TO] {
        assert_eq!(again.headers.first(name), invite.headers.first(name));
    }
    assert_eq!(again.headers.first(name::CSEQ), Some("2 INVITE"));
    phone.receive(&respond(&again, 200, "b", Some("v=0\r\n")));
    assert!(matches!(phone.take_event(), Event::Answered { leg: l, .. } if l == leg));
    let ack = phone.take_request("ACK");
    assert_eq!(ack.headers.first(name::CSEQ), Some("2 ACK"));
    assert_eq!(ack.headers.first(name::PROXY_AUTHORIZATION), again.headers.first(name::PROXY_AUTHORIZATION));

    // BYE is challenged for itself.
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    assert_eq!(bye.headers.first(name::CSEQ), Some("3 BYE"));
    phone.receive(&respond_with(&bye, 401, "b", None, |h| {
        h.push(name::WWW_AUTHENTICATE, r#"Digest realm="callee", nonce="9""#);
    }));
    let again = phone.take_request("BYE");
    assert_eq!(again.headers.first(name::CSEQ), Some("4 BYE"));
    phone.receive(&respond(&again, 200, "b", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn a_call_given_up_meanwhile_is_not_sent_again() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.hang_up(leg);
    phone.receive(&respond_with(&invite, 407, "p", None, |h| {
        h.push(name::PROXY_AUTHENTICATE, r#"Digest realm="p", nonce="1""#);
    }));
    phone.take_request("ACK");
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_quiet();
}
