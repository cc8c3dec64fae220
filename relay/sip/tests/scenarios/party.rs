//! Who is at the other side, as the network tells it.

use crate::support::{OFFER, Phone, in_dialog, in_dialog_with, respond, respond_with};
use sidetone_sip::message::name;
use sidetone_sip::{Caller, Event};

fn party(event: Event) -> (String, Option<String>) {
    match event {
        Event::PartyChanged { party: Caller { number, display_name }, .. } => (number, display_name),
        other => panic!("a party was expected, not {other:?}"),
    }
}

#[test]
fn each_response_may_name_another_party() {
    let mut phone = Phone::registered();
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    let ringing = |phone: &mut Phone, named: &str| {
        phone.receive(&respond_with(&invite, 180, "b", None, |h| h.push(name::REMOTE_PARTY_ID, named)));
    };
    ringing(&mut phone, "\"Two\" <sip:1002@192.0.2.9>;party=called;screen=yes;privacy=off");
    assert_eq!(party(phone.take_event()), ("1002".into(), Some("Two".into())));
    assert!(matches!(phone.take_event(), Event::Progress { status: 180, .. }));
    // The same again, and one that is about us.
    ringing(&mut phone, "\"Two\" <sip:1002@192.0.2.9>;party=called;screen=yes;privacy=off");
    assert!(matches!(phone.take_event(), Event::Progress { .. }));
    ringing(&mut phone, "<sip:1001@192.0.2.9>;party=calling");
    assert!(matches!(phone.take_event(), Event::Progress { .. }));
    // CUCM tells a forwarding so.
    ringing(&mut phone, "\"Three\" <sip:1003@192.0.2.9>;party=called");
    assert_eq!(party(phone.take_event()).0, "1003");
    assert!(matches!(phone.take_event(), Event::Progress { .. }));
    phone.receive(&respond_with(&invite, 200, "b", Some(OFFER), |h| {
        h.push(name::P_ASSERTED_IDENTITY, "\"Four\" <sip:1004@192.0.2.9>");
    }));
    assert_eq!(party(phone.take_event()).0, "1004");
    assert!(matches!(phone.take_event(), Event::Answered { .. }));
    phone.take_request("ACK");
    phone.receive_in(&invite, "UPDATE", 1, None, "Remote-Party-ID: <sip:1005@x>;party=calling\r\n");
    phone.take_response(200);
    assert_eq!(party(phone.take_event()), ("1005".into(), None));
    phone.receive_in(&invite, "UPDATE", 2, None, "");
    phone.take_response(200);
    phone.assert_quiet();
}

#[test]
fn an_incoming_call_changes_hands() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    let named = "P-Asserted-Identity: <sip:+4930123@192.0.2.9>\r\n";
    let body = Some(("application/sdp", OFFER));
    phone.receive(&in_dialog_with("INVITE", 2, "in-1", &to, "re", body, named));
    phone.take_response(100);
    assert_eq!(party(phone.take_event()).0, "+4930123");
    assert!(matches!(phone.take_event(), Event::Offered { .. }));
    phone.answer_offer(leg);
    phone.take_response(200);
    let hidden = "Remote-Party-ID: <sip:+4930123@192.0.2.9>;party=calling;privacy=full\r\n";
    phone.receive(&in_dialog_with("ACK", 2, "in-1", &to, "re-ack", None, hidden));
    assert_eq!(party(phone.take_event()), (String::new(), None));
    assert!(matches!(phone.take_event(), Event::Confirmed { .. }));
    phone.reoffer(leg, "v=0\r\n");
    let offer = phone.take_request("INVITE");
    phone.receive(&respond_with(&offer, 200, "", Some(OFFER), |h| {
        h.push(name::REMOTE_PARTY_ID, "<sip:7@x>;party=called");
    }));
    assert_eq!(party(phone.take_event()).0, "7");
    assert!(matches!(phone.take_event(), Event::OfferAnswered { .. }));
}

#[test]
fn nobody_is_named_where_the_network_says_nothing() {
    let mut phone = Phone::registered();
    let (_, to) = phone.talk("in-1");
    phone.receive(&in_dialog("UPDATE", 2, "in-1", &to, "up", None));
    phone.take_response(200);
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond(&invite, 180, "b", None));
    assert!(matches!(phone.take_event(), Event::Progress { .. }));
    phone.assert_quiet();
}

#[test]
fn cucm_joins_us_with_somebody_else() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    let offered = |phone: &mut Phone, number: u32, sdp: Option<&str>| {
        phone.receive(&in_dialog("INVITE", number, "in-1", &to, &format!("re{number}"), sdp));
        phone.take_response(100);
        assert_eq!(phone.take_event(), Event::Offered { leg, sdp: sdp.map(str::to_owned) });
        phone.answer_offer(leg);
        phone.take_response(200);
    };
    // Media off, then the offer is ours, and a name at last.
    offered(&mut phone, 2, Some("v=0\r\na=inactive\r\n"));
    phone.receive(&in_dialog("ACK", 2, "in-1", &to, "ack2", None));
    assert_eq!(phone.take_event(), Event::Confirmed { leg, sdp: None });
    offered(&mut phone, 3, None);
    phone.receive(&in_dialog("ACK", 3, "in-1", &to, "ack3", Some(OFFER)));
    assert_eq!(phone.take_event(), Event::Confirmed { leg, sdp: Some(OFFER.into()) });
    let named = "Remote-Party-ID: \"Three\" <sip:1003@192.0.2.9>;party=calling;screen=yes;privacy=off\r\n";
    phone.receive(&in_dialog_with("UPDATE", 4, "in-1", &to, "up", None, named));
    phone.take_response(200);
    assert_eq!(party(phone.take_event()), ("1003".into(), Some("Three".into())));
    phone.assert_quiet();
}
