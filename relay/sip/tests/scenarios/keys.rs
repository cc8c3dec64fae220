//! Keys by signalling: KPML inside of calls, and NOTIFY without a subscription.

use crate::support::{
    LINE, OFFER, PEER, Phone, in_dialog, in_dialog_with, invite_with, ok_to_register, respond, settings,
};
use proptest::prelude::*;
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Cause, Error, Event, LegId};
use std::time::Duration;

const EVERY_KEY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\r\n<kpml-request \
    xmlns=\"urn:ietf:params:xml:ns:kpml-request\" version=\"1.0\"><pattern persist=\"persist\">\
    <regex tag=\"dtmf\">[x*#ABCD]</regex></pattern></kpml-request>";
const REQUEST: &str = "application/kpml-request+xml";

fn subscribe(number: u32, to: &str, expires: u32, body: &str) -> Vec<u8> {
    subscribe_with(number, to, &format!("Event: kpml\r\nExpires: {expires}\r\n"), body)
}

fn subscribe_with(number: u32, to: &str, headers: &str, body: &str) -> Vec<u8> {
    let body = (!body.is_empty()).then_some((REQUEST, body));
    in_dialog_with("SUBSCRIBE", number, "in-1", to, &format!("s{number}"), body, headers)
}

/// A call whose peer has subscribed to our keys.
fn subscribed(body: &str) -> (Phone, LegId, String) {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.receive(&subscribe(2, &to, 7200, body));
    let ok = phone.take_response(200);
    assert_eq!(ok.headers.first(name::EXPIRES), Some("7200"));
    assert!(ok.headers.first(name::CONTACT).is_some());
    assert_eq!(phone.take_event(), Event::KpmlSubscribed { leg });
    let first = notify(&mut phone);
    assert_eq!(first.headers.first(name::SUBSCRIPTION_STATE), Some("active;expires=7200"));
    assert!(first.body.is_empty());
    phone.assert_quiet();
    (phone, leg, to)
}

/// Takes a NOTIFY and says 200 to it.
fn notify(phone: &mut Phone) -> Request {
    let notify = phone.take_request("NOTIFY");
    assert_eq!(notify.headers.first(name::EVENT), Some("kpml"));
    phone.receive(&respond(&notify, 200, "", None));
    notify
}

fn press(phone: &mut Phone, leg: LegId, digit: char) -> bool {
    let sent = phone.ua.send_kpml_digit(phone.now, &mut phone.rng, leg, digit).expect("a leg and a key");
    phone.drain();
    sent
}

fn body(request: &Request) -> String {
    String::from_utf8(request.body.clone()).expect("text")
}

#[test]
fn a_peer_that_subscribes_hears_each_key() {
    let (mut phone, leg, _) = subscribed(EVERY_KEY);
    for key in ['5', '#', 'a'] {
        assert!(press(&mut phone, leg, key));
        let told = notify(&mut phone);
        assert_eq!(told.headers.first(name::CONTENT_TYPE), Some("application/kpml-response+xml"));
        assert!(told.headers.first(name::SUBSCRIPTION_STATE).expect("state").starts_with("active;expires="));
        let digits = format!("digits=\"{}\"", key.to_ascii_uppercase());
        let body = body(&told);
        assert!(
            body.contains("code=\"200\"") && body.contains(&digits) && body.contains("tag=\"dtmf\""),
            "{body}"
        );
    }
    phone.assert_quiet();
}

#[test]
fn no_key_overtakes_another() {
    let (mut phone, leg, _) = subscribed(EVERY_KEY);
    for key in ['1', '2', '3'] {
        assert!(press(&mut phone, leg, key));
    }
    assert_eq!(phone.sent.len(), 1);
    let mut numbers = Vec::new();
    for key in ['1', '2', '3'] {
        let told = notify(&mut phone);
        assert!(body(&told).contains(&format!("digits=\"{key}\"")));
        numbers.push(told.headers.first(name::CSEQ).expect("CSeq").to_owned());
    }
    assert_eq!(numbers, ["2 NOTIFY", "3 NOTIFY", "4 NOTIFY"]);
    phone.assert_quiet();
}

#[test]
fn keys_that_nobody_asked_for_go_another_way() {
    let (mut phone, leg, _) = subscribed(&EVERY_KEY.replace("[x*#ABCD]", "[x]"));
    assert!(!press(&mut phone, leg, '*'));
    let sent = phone.ua.send_kpml_digit(phone.now, &mut phone.rng, leg, '!');
    assert_eq!(sent, Err(Error::BadDigit('!')));
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk("in-1");
    assert!(!press(&mut phone, leg, '1'));
    let nobody = LegId(99);
    assert_eq!(
        phone.ua.send_kpml_digit(phone.now, &mut phone.rng, nobody, '1'),
        Err(Error::UnknownLeg(nobody))
    );
    phone.assert_quiet();
}

#[test]
fn a_subscription_to_one_key_ends_with_it_and_can_be_made_again() {
    let (mut phone, leg, to) = subscribed(&EVERY_KEY.replace(" persist=\"persist\"", ""));
    assert!(press(&mut phone, leg, '7'));
    assert_eq!(phone.take_event(), Event::KpmlEnded { leg });
    assert!(!press(&mut phone, leg, '8'));
    let told = phone.take_request("NOTIFY");
    assert_eq!(told.headers.first(name::SUBSCRIPTION_STATE), Some("terminated;reason=noresource"));
    // The next SUBSCRIBE comes before the answer to the NOTIFY.
    phone.receive(&subscribe(3, &to, 7200, EVERY_KEY));
    phone.take_response(200);
    assert_eq!(phone.take_event(), Event::KpmlSubscribed { leg });
    phone.receive(&respond(&told, 200, "", None));
    notify(&mut phone);
    assert!(press(&mut phone, leg, '8'));
    assert!(body(&notify(&mut phone)).contains("digits=\"8\""));
}

#[test]
fn one_notify_for_each_subscribe() {
    let (mut phone, leg, to) = subscribed(&EVERY_KEY.replace("\"persist\"", "\"single-notify\""));
    assert!(press(&mut phone, leg, '1'));
    notify(&mut phone);
    assert!(!press(&mut phone, leg, '2'));
    phone.receive(&subscribe(3, &to, 7200, ""));
    phone.take_response(200);
    notify(&mut phone);
    assert!(press(&mut phone, leg, '3'));
    notify(&mut phone);
    phone.assert_quiet();
}

#[test]
fn it_ends_when_the_peer_says_so_and_when_its_time_is_over() {
    let (mut phone, leg, to) = subscribed(EVERY_KEY);
    phone.receive(&subscribe(3, &to, 0, ""));
    assert_eq!(phone.take_response(200).headers.first(name::EXPIRES), Some("0"));
    assert_eq!(phone.take_event(), Event::KpmlEnded { leg });
    let last = notify(&mut phone);
    assert_eq!(last.headers.first(name::SUBSCRIPTION_STATE), Some("terminated;reason=timeout"));
    assert!(body(&last).contains("code=\"487\""));
    assert!(!press(&mut phone, leg, '1'));

    let (mut phone, leg, to) = subscribed(EVERY_KEY);
    phone.receive(&subscribe(3, &to, 600, ""));
    phone.take_response(200);
    notify(&mut phone);
    phone.advance(Duration::from_secs(500));
    phone.receive(&subscribe(4, &to, 600, ""));
    phone.take_response(200);
    notify(&mut phone);
    phone.advance(Duration::from_secs(599));
    phone.assert_quiet();
    phone.advance(Duration::from_secs(2));
    let ended = phone.events.iter().any(|event| *event == Event::KpmlEnded { leg });
    assert!(ended && !press(&mut phone, leg, '1'));
}

#[test]
fn a_peer_that_does_not_take_the_news_is_told_no_more() {
    let (mut phone, leg, _) = subscribed(EVERY_KEY);
    press(&mut phone, leg, '1');
    let told = phone.take_request("NOTIFY");
    phone.receive(&respond(&told, 481, "", None));
    assert_eq!(phone.take_event(), Event::KpmlEnded { leg });
    assert!(!press(&mut phone, leg, '2'));
    phone.assert_quiet();
}

#[test]
fn what_cannot_be_done_is_said_in_the_right_place() {
    let mut phone = Phone::registered();
    let (_, to) = phone.talk("in-1");
    phone.receive(&subscribe_with(2, &to, "Event: presence\r\n", ""));
    assert_eq!(phone.take_response(489).headers.first(name::ALLOW_EVENTS), Some("kpml"));
    phone.receive(&subscribe_with(3, &to, "Event: kpml\r\nAccept: text/plain\r\n", EVERY_KEY));
    phone.take_response(406);
    let odd = Some(("text/plain", "[x]"));
    phone.receive(&in_dialog_with("SUBSCRIBE", 4, "in-1", &to, "s4", odd, "Event: kpml\r\n"));
    assert_eq!(phone.take_response(415).headers.first(name::ACCEPT), Some(REQUEST));
    phone.assert_quiet();
    // A sequence of keys is no single key: the document is refused, the SUBSCRIBE is not.
    phone.receive(&subscribe(5, &to, 60, &EVERY_KEY.replace("[x*#ABCD]", "xxxx")));
    phone.take_response(200);
    let last = notify(&mut phone);
    assert_eq!(last.headers.first(name::SUBSCRIPTION_STATE), Some("terminated;reason=rejected"));
    assert!(body(&last).contains("code=\"501\""));
    phone.assert_quiet();
}

#[test]
fn the_end_of_the_call_is_the_end_of_it() {
    let (mut phone, leg, to) = subscribed(EVERY_KEY);
    press(&mut phone, leg, '1');
    phone.sent.clear();
    phone.receive(&in_dialog("BYE", 3, "in-1", &to, "bye", None));
    phone.take_response(200);
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::Bye { detail: None } });
    phone.assert_quiet();
    phone.assert_nothing_left();

    let (mut phone, leg, _) = subscribed(EVERY_KEY);
    press(&mut phone, leg, '1');
    press(&mut phone, leg, '2');
    let told = phone.take_request("NOTIFY");
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive(&respond(&told, 200, "", None));
    assert_eq!(phone.take_event(), Event::KpmlEnded { leg });
    phone.receive(&respond(&bye, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn it_outlives_its_process() {
    let (phone, leg, _) = subscribed(EVERY_KEY);
    let mut phone = phone.restored();
    assert!(press(&mut phone, leg, '1'));
    notify(&mut phone);
}

#[test]
fn we_say_that_keys_can_be_asked_for_and_told() {
    let mut phone = Phone::registered();
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    assert_eq!(invite.headers.first(name::ALLOW_EVENTS), Some("kpml"));
    let told = invite.headers.first(name::CALL_INFO).expect("Call-Info");
    assert!(told.contains("method=\"NOTIFY;Event=telephone-event;Duration=500\""), "{told}");
    // Called, we say so to a caller that can.
    for (headers, expected) in [
        ("", false),
        ("Call-Info: <sip:192.0.2.9:5060>;method=\"NOTIFY;Event=telephone-event;Duration=500\"\r\n", true),
    ] {
        let mut phone = Phone::registered();
        phone.receive(&invite_with("in-1", Some(OFFER), headers));
        let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
        phone.take_response(100);
        phone.answer(leg);
        let ok = phone.take_response(200);
        assert_eq!(ok.headers.first(name::ALLOW_EVENTS), Some("kpml"));
        assert_eq!(ok.headers.first(name::CALL_INFO).is_some(), expected);
    }
}

fn told_key(number: u32, to: &str, media_type: &str, bytes: [u8; 4]) -> Vec<u8> {
    let mut message = format!(
        "NOTIFY sip:1001@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bKk{number};rport\r\n\
         Max-Forwards: 70\r\nFrom: \"Nine\" <sip:1009@example.test>;tag=far\r\nTo: {to}\r\nCall-ID: in-1\r\n\
         CSeq: {number} NOTIFY\r\nContact: <sip:1009@{PEER}>\r\nEvent: telephone-event;rate=1000\r\n\
         Subscription-State: active\r\nContent-Type: {media_type}\r\nContent-Length: 4\r\n\r\n"
    )
    .into_bytes();
    message.extend(bytes);
    message
}

#[test]
fn keys_told_by_notify_are_heard_once_each() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    let reports = [[5, 0x0a, 0x01, 0xf4], [5, 0x8a, 0x03, 0xe8], [11, 0x8a, 0x00, 0x64], [16, 0x80, 0, 100]];
    for (number, report) in (2..).zip(reports) {
        phone.receive(&told_key(number, &to, "audio/telephone-event", report));
        phone.take_response(200);
    }
    assert_eq!(phone.take_event(), Event::Dtmf { leg, digit: '5' });
    assert_eq!(phone.take_event(), Event::Dtmf { leg, digit: '#' });
    phone.assert_quiet();
    phone.receive(&told_key(9, &to, "text/plain", *b"5555"));
    assert_eq!(phone.take_response(415).headers.first(name::ACCEPT), Some("audio/telephone-event"));
}

#[test]
fn the_end_of_the_account_leaves_nothing_of_it() {
    let (mut phone, leg, _) = subscribed(EVERY_KEY);
    press(&mut phone, leg, '1');
    phone.sent.clear();
    phone.ua.remove_account(phone.now, &mut phone.rng, LINE).expect("removed");
    phone.drain();
    let unregister =
        phone.sent.iter().find(|sent| sent.label() == "REGISTER").expect("unregistered").request();
    phone.receive(&ok_to_register(&unregister, 0));
    phone.advance(Duration::from_secs(70));
    assert_eq!(phone.ua.next_timeout(), None);
    let left = phone.ua.counts();
    assert_eq!((left.legs, left.accounts, left.client_transactions, left.server_transactions), (0, 0, 0, 0));
    assert!(settings().udp.is_some());
}

/// What happens to a call with keys.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Subscribe(usize, u32),
    Press(char),
    Answer(u16),
    Wait(u64),
    HangUp,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (0..4_usize, prop_oneof![Just(0_u32), 1..90_u32])
            .prop_map(|(body, expires)| Deed::Subscribe(body, expires)),
        prop::sample::select(vec!['1', '*', 'A']).prop_map(Deed::Press),
        prop::sample::select(vec![200_u16, 200, 200, 481, 500]).prop_map(Deed::Answer),
        (0..40_000_u64).prop_map(Deed::Wait),
        Just(Deed::HangUp),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_shell_always_knows_which_way_and_nothing_is_left(deeds in prop::collection::vec(deed(), 1..40)) {
        let bodies = [
            EVERY_KEY.to_owned(),
            EVERY_KEY.replace("\"persist\"", "\"one-shot\""),
            EVERY_KEY.replace("[x*#ABCD]", "xx"),
            String::new(),
        ];
        let mut phone = Phone::registered();
        let (leg, to) = phone.talk("in-1");
        let (mut number, mut by_signalling, mut over) = (1, false, false);
        for deed in deeds {
            match deed {
                Deed::Subscribe(body, expires) => {
                    number += 1;
                    phone.receive(&subscribe(number, &to, expires, &bodies[body]));
                }
                Deed::Press(key) if !over => {
                    let sent = phone.ua.send_kpml_digit(phone.now, &mut phone.rng, leg, key).expect("a leg");
                    prop_assert_eq!(sent, by_signalling, "every pattern here has every key");
                    phone.drain();
                }
                Deed::Press(_) => {}
                Deed::Answer(status) => {
                    let open = phone.sent.iter().rev().find(|sent| sent.label() == "NOTIFY").map(|s| s.request());
                    if let Some(open) = open {
                        phone.receive(&respond(&open, status, "", None));
                    }
                }
                Deed::Wait(millis) => phone.advance(Duration::from_millis(millis)),
                Deed::HangUp if !over => {
                    phone.hang_up(leg);
                    let bye = phone.sent.iter().rev().find(|sent| sent.label() == "BYE").expect("BYE").request();
                    phone.receive(&respond(&bye, 200, "", None));
                }
                Deed::HangUp => {}
            }
            for event in phone.events.drain(..) {
                match event {
                    Event::KpmlSubscribed { .. } => prop_assert!(!std::mem::replace(&mut by_signalling, true)),
                    Event::KpmlEnded { .. } => prop_assert!(std::mem::take(&mut by_signalling) && !over),
                    Event::Ended { .. } => (over, by_signalling) = (true, false),
                    other => prop_assert!(matches!(other, Event::Registered { .. }), "{:?}", other),
                }
            }
        }
        if !over {
            phone.hang_up(leg);
        }
        phone.advance(Duration::from_secs(100));
        phone.assert_nothing_left();
    }
}
