//! What is told of mailboxes and other phones over a trunk, and by whom it is believed.

use crate::support::notifier::{Notifier, dialog, dialog_info};
use crate::support::{Phone, address};
use crate::trunk_calls::{EXTENSION, attached, trunk};
use sidetone_sip::{Event, Trunk, UnknownReason, WatchState};

const TRUNK_PEER: &str = "192.0.2.31:5060";
const STRANGER: &str = "203.0.113.66:5060";

fn quiet() -> Phone {
    let mut phone = attached(Trunk { ping: None, ..trunk() });
    assert_eq!(phone.take_event(), Event::InService { account: EXTENSION });
    phone
}

fn message_waiting(number: &str) -> Vec<u8> {
    let body = "Messages-Waiting: yes\r\nVoice-Message: 3/1 (0/0)\r\n";
    format!(
        "NOTIFY sip:{number}@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.31;branch=z9hG4bK{number};rport\r\n\
         From: <sip:{number}@192.0.2.31>;tag=1\r\nTo: <sip:{number}@192.0.2.1>\r\nCall-ID: mwi-{number}\r\n\
         CSeq: 101 NOTIFY\r\nEvent: message-summary\r\nSubscription-State: active\r\n\
         Content-Type: application/simple-message-summary\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[test]
fn a_peer_tells_an_extension_of_its_mailbox() {
    let mut phone = quiet();
    phone.receive_from(TRUNK_PEER, &message_waiting("1001"));
    phone.take_response(200);
    let Event::MessageSummary { account, summary } = phone.take_event() else { panic!("no news") };
    assert_eq!((account, summary.new, summary.old), (EXTENSION, 3, 1));
    phone.receive_from(TRUNK_PEER, &message_waiting("1999"));
    phone.take_response(481);
    phone.assert_quiet();
}

#[test]
fn nobody_believes_a_stranger_about_a_mailbox() {
    for mut phone in [quiet(), Phone::registered()] {
        phone.receive_from(STRANGER, &message_waiting("1001"));
        phone.take_response(403);
        phone.assert_quiet();
    }
}

#[test]
fn another_phone_is_watched_at_the_peer_that_calls_go_to() {
    let mut phone = quiet();
    phone.ua.watch(phone.now, &mut phone.rng, EXTENSION, "1002").expect("watched");
    phone.drain();
    assert_eq!(phone.take_state(), WatchState::Unknown(UnknownReason::Starting));
    let sent = phone.take_sent();
    assert_eq!(sent.remote, address(TRUNK_PEER));
    let subscribe = sent.request();
    assert_eq!(subscribe.uri.to_string(), "sip:1002@192.0.2.31:5060");
    let mut notifier = Notifier::of(&subscribe);
    phone.receive_from(TRUNK_PEER, &notifier.accept(&subscribe, 600));
    let rings = dialog_info(0, "full", &dialog("a", "early"));
    phone.receive_from(TRUNK_PEER, &notifier.notify("active;expires=600", &rings));
    phone.take_response(200);
    assert_eq!(phone.take_state(), WatchState::Ringing);
}
