//! Message waiting, subscribed to and told without.

use crate::support::notifier::Notifier;
use crate::support::{LINE, PEER, Phone, account, ok_to_register, respond, settings};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Account, Event, MessageSummary, Transport, UnknownReason};
use std::time::Duration;

const BODY: &str =
    "Messages-Waiting: yes\r\nMessage-Account: sip:5000@example.test\r\nVoice-Message: 2/8 (1/0)\r\n";

fn with_mailbox() -> Account {
    Account { message_summary: true, ..account(Transport::Udp) }
}

fn subscribed() -> (Phone, Request) {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, with_mailbox()).expect("added");
    phone.drain();
    let register = phone.take_request("REGISTER");
    phone.receive(&ok_to_register(&register, 3600));
    phone.take_event();
    let subscribe = phone.take_request("SUBSCRIBE");
    (phone, subscribe)
}

fn summary() -> Event {
    let summary = MessageSummary {
        waiting: true,
        new: 2,
        old: 8,
        urgent_new: 1,
        urgent_old: 0,
        mailbox: Some("sip:5000@example.test".into()),
    };
    Event::MessageSummary { account: LINE, summary }
}

fn unsolicited(event: &str, media_type: &str, body: &str) -> Vec<u8> {
    format!(
        "NOTIFY sip:1001@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bK{};rport\r\n\
         From: <sip:1001@{PEER}>;tag=1\r\nTo: <sip:1001@192.0.2.1>\r\nCall-ID: mwi-{}\r\nCSeq: 101 NOTIFY\r\n\
         Event: {event}\r\nSubscription-State: active\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n{body}",
        event.len(),
        event.len(),
        body.len()
    )
    .into_bytes()
}

#[test]
fn the_mailbox_is_subscribed_to_once_the_line_is_registered() {
    let (mut phone, subscribe) = subscribed();
    assert_eq!(subscribe.uri.to_string(), "sip:1001@example.test");
    assert_eq!(subscribe.headers.first(name::EVENT), Some("message-summary"));
    assert_eq!(subscribe.headers.first(name::ACCEPT), Some("application/simple-message-summary"));
    let mut notifier = Notifier::of(&subscribe);
    phone.receive(&notifier.accept(&subscribe, 3600));
    phone.receive(&notifier.notify("active;expires=3600", BODY));
    phone.take_response(200);
    assert_eq!(phone.take_event(), summary());
    phone.assert_quiet();
}

#[test]
fn a_refreshed_registration_makes_no_second_subscription() {
    let (mut phone, subscribe) = subscribed();
    let mut notifier = Notifier::of(&subscribe);
    phone.receive(&notifier.accept(&subscribe, 100_000));
    phone.receive(&notifier.notify("active;expires=100000", BODY));
    phone.take_response(200);
    phone.take_event();
    let register = phone.next_sent(Duration::from_secs(3_600)).request();
    phone.receive(&ok_to_register(&register, 3600));
    phone.take_event();
    phone.assert_quiet();
}

#[test]
fn after_an_outage_of_the_registrar_the_subscription_is_refreshed() {
    let (mut phone, subscribe) = subscribed();
    let mut notifier = Notifier::of(&subscribe);
    phone.receive(&notifier.accept(&subscribe, 100_000));
    phone.receive(&notifier.notify("active;expires=100000", BODY));
    phone.take_response(200);
    phone.take_event();
    let register = phone.next_sent(Duration::from_secs(3_600)).request();
    phone.receive(&respond(&register, 503, "r", None));
    phone.take_event();
    let register = phone.next_sent(Duration::from_secs(10)).request();
    phone.receive(&ok_to_register(&register, 3600));
    phone.take_event();
    let refresh = phone.take_request("SUBSCRIBE");
    phone.receive(&respond(&refresh, 481, "", None));
    let fresh = phone.next_sent(Duration::from_secs(1)).request();
    assert!(!fresh.headers.first(name::TO).expect("To").contains("tag="));
}

#[test]
fn a_telephone_system_without_mailboxes_is_not_asked_again() {
    let (mut phone, subscribe) = subscribed();
    phone.receive(&respond(&subscribe, 489, "n", None));
    let reason = UnknownReason::NotSupported;
    assert_eq!(phone.take_event(), Event::MessageSummaryUnknown { account: LINE, reason });
    phone.advance(Duration::from_secs(3_000));
    phone.assert_quiet();
}

#[test]
fn a_mailbox_that_is_switched_off_is_left() {
    let (mut phone, subscribe) = subscribed();
    let mut notifier = Notifier::of(&subscribe);
    phone.receive(&notifier.accept(&subscribe, 3600));
    phone.receive(&notifier.notify("active;expires=3600", BODY));
    phone.take_response(200);
    phone.take_event();
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, account(Transport::Udp)).expect("changed");
    phone.drain();
    let last = phone.take_request("SUBSCRIBE");
    assert_eq!(last.headers.first(name::EXPIRES), Some("0"));
    let register = phone.take_request("REGISTER");
    phone.receive(&ok_to_register(&register, 3600));
    phone.take_event();
    phone.assert_quiet();
}

#[test]
fn message_waiting_is_taken_without_a_subscription() {
    let mut phone = Phone::registered();
    phone.receive(&unsolicited("message-summary", "application/simple-message-summary", BODY));
    phone.take_response(200);
    assert_eq!(phone.take_event(), summary());
    phone.assert_nothing_left();
}

#[test]
fn news_of_anything_else_without_a_subscription_are_refused() {
    let mut phone = Phone::registered();
    phone.receive(&unsolicited("check-sync", "text/plain", "x"));
    assert!(phone.take_response(489).headers.first(name::ALLOW_EVENTS).is_some());
    phone.receive(&unsolicited("Message-Summary ", "text/plain", BODY));
    assert_eq!(
        phone.take_response(415).headers.first(name::ACCEPT),
        Some("application/simple-message-summary")
    );
    phone.receive(&unsolicited(
        "message-summary;id=1",
        "application/simple-message-summary",
        "Voice-Message: 1/1",
    ));
    phone.take_response(400);
    phone.assert_quiet();
}
