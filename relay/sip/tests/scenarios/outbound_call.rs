//! Calls that we make.

use crate::support::{PEER, Phone, address, respond, respond_with};
use sidetone_sip::message::name;
use sidetone_sip::{Cause, Event};
use std::time::Duration;

#[test]
fn rings_is_answered_and_hung_up_by_us() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    assert_eq!(invite.uri.to_string(), "sip:1002@example.test");
    phone.receive(&respond(&invite, 100, "", None));
    phone.receive(&respond(&invite, 180, "b", None));
    phone.receive(&respond(&invite, 183, "b", Some("v=0\r\nearly")));
    phone.receive(&respond(&invite, 200, "b", Some("v=0\r\nfinal")));

    let Event::Progress { status: 180, sdp: None, .. } = phone.take_event() else { panic!("no 180") };
    let Event::Progress { status: 183, sdp: Some(early), .. } = phone.take_event() else { panic!("no 183") };
    assert_eq!(early, "v=0\r\nearly");
    assert_eq!(phone.take_event(), Event::Answered { leg, sdp: Some("v=0\r\nfinal".into()) });
    let ack = phone.take_sent();
    assert_eq!(ack.remote, address(PEER));
    let ack = ack.request();
    assert_eq!(ack.method.to_string(), "ACK");
    assert_eq!(ack.uri.to_string(), format!("sip:peer-b@{PEER}"));
    assert_eq!(ack.headers.first(name::CSEQ), Some("1 ACK"));

    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    assert_eq!(bye.headers.first(name::CSEQ), Some("2 BYE"));
    phone.receive(&respond(&bye, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn a_call_has_one_call_id_from_its_invite_to_its_end() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    let call_id = invite.headers.first(name::CALL_ID).map(str::to_owned);
    assert_eq!(phone.ua.call_id(leg), call_id.as_deref());
    phone.receive(&respond(&invite, 180, "b", None));
    assert_eq!(phone.ua.call_id(leg), call_id.as_deref());
    phone.receive(&respond(&invite, 200, "b", Some("v=0\r\n")));
    phone.take_request("ACK");
    assert_eq!(phone.ua.call_id(leg), call_id.as_deref());
    phone.hang_up(leg);
    assert_eq!(phone.ua.call_id(leg), call_id.as_deref());
    let bye = phone.take_request("BYE");
    phone.receive(&respond(&bye, 200, "", None));
    assert_eq!(phone.ua.call_id(leg), None);
}

#[test]
fn an_answer_that_leads_to_nobody_ends_the_call() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond_with(&invite, 200, "b", Some("v=0\r\n"), |headers| {
        headers.push(name::RECORD_ROUTE, "<http://192.0.2.9;lr>");
    }));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::Transport });
    phone.assert_nothing_left();
}

#[test]
fn the_answer_of_183_holds_when_200_has_none() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond(&invite, 183, "b", Some("v=0\r\nearly")));
    phone.take_event();
    phone.receive(&respond(&invite, 200, "b", None));
    assert_eq!(phone.take_event(), Event::Answered { leg, sdp: Some("v=0\r\nearly".into()) });
}

#[test]
fn a_200_without_100_or_180_is_an_answer() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond(&invite, 200, "b", Some("v=0\r\n")));
    assert!(matches!(phone.take_event(), Event::Answered { leg: l, .. } if l == leg));
}

#[test]
fn every_repeated_200_gets_the_same_ack_again() {
    let mut phone = Phone::registered();
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    let ok = respond(&invite, 200, "b", Some("v=0\r\n"));
    phone.receive(&ok);
    let first = phone.take_sent();
    phone.take_event();
    for _ in 0..3 {
        phone.advance(Duration::from_secs(1));
        phone.receive(&ok);
        assert_eq!(phone.take_sent().bytes, first.bytes);
        phone.assert_quiet();
    }
}

#[test]
fn a_final_response_is_acknowledged_and_told_with_its_reason() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    let busy = respond_with(&invite, 486, "b", None, |headers| {
        headers.push(name::REASON, "Q.850;cause=17;text=\"User busy\"");
    });
    phone.receive(&busy);
    let ack = phone.take_request("ACK");
    // The ACK of a failure belongs to the transaction: same branch (RFC 3261 §17.1.1.3).
    assert_eq!(ack.headers.first(name::VIA), invite.headers.first(name::VIA));
    let Event::Ended { leg: ended, cause: Cause::Status { code: 486, reason, detail: Some(detail) } } =
        phone.take_event()
    else {
        panic!("no end")
    };
    assert_eq!((ended, reason.as_str()), (leg, "Because"));
    assert_eq!(
        (detail.protocol.as_str(), detail.cause, detail.text.as_deref()),
        ("Q.850", Some(17), Some("User busy"))
    );
    phone.receive(&busy);
    phone.take_request("ACK");
    phone.assert_nothing_left();
}

#[test]
fn nobody_answering_is_a_timeout_after_32_seconds() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let start = phone.now;
    phone.advance(Duration::from_secs(33));
    // Timer A doubles without a limit; timer B ends it at 64·T1.
    let times: Vec<u64> = phone.take_timeline(start).into_iter().map(|(_, at)| at).collect();
    assert_eq!(times, [0, 500, 1500, 3500, 7500, 15500, 31500]);
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::Timeout });
    phone.assert_nothing_left();
}

#[test]
fn a_cancel_waits_for_the_first_provisional_response() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.hang_up(leg);
    phone.assert_quiet();
    phone.receive(&respond(&invite, 100, "", None));
    let cancel = phone.take_request("CANCEL");
    assert_eq!(cancel.headers.first(name::VIA), invite.headers.first(name::VIA));
    assert_eq!(cancel.headers.first(name::CSEQ), Some("1 CANCEL"));
    phone.receive(&respond(&cancel, 200, "b", None));
    phone.receive(&respond(&invite, 487, "b", None));
    phone.take_request("ACK");
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn a_200_that_crosses_the_cancel_is_acknowledged_and_ended() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond(&invite, 180, "b", None));
    phone.take_event();
    phone.hang_up(leg);
    let cancel = phone.take_request("CANCEL");
    phone.receive(&respond(&invite, 200, "b", Some("v=0\r\n")));
    phone.take_request("ACK");
    let bye = phone.take_request("BYE");
    phone.receive(&respond(&cancel, 481, "b", None));
    phone.receive(&respond(&bye, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn a_cancel_without_487_ends_the_call_after_32_seconds() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond(&invite, 180, "b", None));
    phone.take_event();
    phone.hang_up(leg);
    let cancel = phone.take_request("CANCEL");
    phone.receive(&respond(&cancel, 200, "b", None));
    phone.advance(Duration::from_secs(31));
    phone.assert_quiet();
    phone.advance(Duration::from_secs(2));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn the_first_fork_to_answer_wins_and_the_others_are_ended() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond(&invite, 183, "b", Some("v=0\r\nof b")));
    phone.receive(&respond(&invite, 183, "c", Some("v=0\r\nof c")));
    phone.take_event();
    phone.take_event();
    // The answer of c is its own early one, not the last heard of.
    phone.receive(&respond(&invite, 200, "b", None));
    assert_eq!(phone.take_event(), Event::Answered { leg, sdp: Some("v=0\r\nof b".into()) });
    phone.take_request("ACK");
    phone.receive(&respond(&invite, 200, "c", Some("v=0\r\nof c")));
    let ack = phone.take_request("ACK");
    assert!(ack.headers.first(name::TO).expect("To").ends_with("tag=c"));
    let bye = phone.take_request("BYE");
    assert!(bye.headers.first(name::TO).expect("To").ends_with("tag=c"));
    phone.receive(&respond(&bye, 200, "", None));
    phone.receive(&respond(&invite, 200, "c", Some("v=0\r\nof c")));
    phone.take_request("ACK");
    phone.assert_quiet();

    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    assert!(bye.headers.first(name::TO).expect("To").ends_with("tag=b"));
}

#[test]
fn a_loose_route_set_is_followed() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond_with(&invite, 200, "b", Some("v=0\r\n"), |headers| {
        headers.push(name::RECORD_ROUTE, "<sip:192.0.2.20;lr>");
        headers.push(name::RECORD_ROUTE, "<sip:192.0.2.21:5080;lr>");
    }));
    let ack = phone.take_sent();
    assert_eq!(ack.remote, address("192.0.2.21:5080"));
    let routes: Vec<String> = ack.request().headers.all(name::ROUTE).map(str::to_owned).collect();
    assert_eq!(routes, ["<sip:192.0.2.21:5080;lr>", "<sip:192.0.2.20;lr>"]);
    assert_eq!(ack.request().uri.to_string(), format!("sip:peer-b@{PEER}"));
    phone.hang_up(leg);
    assert_eq!(phone.take_sent().remote, address("192.0.2.21:5080"));
}

#[test]
fn a_strict_router_gets_itself_as_request_uri() {
    let mut phone = Phone::registered();
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond_with(&invite, 200, "b", Some("v=0\r\n"), |headers| {
        headers.push(name::RECORD_ROUTE, "<sip:192.0.2.20>");
    }));
    let ack = phone.take_sent();
    assert_eq!(ack.remote, address("192.0.2.20:5060"));
    assert_eq!(ack.request().uri.to_string(), "sip:192.0.2.20");
    assert_eq!(ack.request().headers.first(name::ROUTE), Some(format!("<sip:peer-b@{PEER}>").as_str()));
}

#[test]
fn whatever_comes_of_a_bye_the_call_is_over() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let invite = phone.take_request("INVITE");
    phone.receive(&respond(&invite, 200, "b", Some("v=0\r\n")));
    phone.take_request("ACK");
    phone.take_event();
    phone.hang_up(leg);
    let start = phone.now;
    phone.advance(Duration::from_secs(33));
    // Timer E doubles up to T2, timer F ends it at 64·T1.
    let times: Vec<u64> = phone.take_timeline(start).into_iter().map(|(_, at)| at).collect();
    assert_eq!(times, [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn dialled_texts_become_request_uris() {
    for (dialled, uri) in [
        ("+4930123", "sip:+4930123@example.test"),
        ("*21#", "sip:*21%23@example.test"),
        ("tel:+49-30-123", "sip:+49-30-123@example.test;user=phone"),
        ("bob@192.0.2.9", "sip:bob@192.0.2.9"),
        ("sip:bob@192.0.2.9:5080;transport=udp", "sip:bob@192.0.2.9:5080;transport=udp"),
    ] {
        let mut phone = Phone::registered();
        phone.call(dialled);
        assert_eq!(phone.take_request("INVITE").uri.to_string(), uri);
    }
    let mut phone = Phone::registered();
    for bad in ["", "sips:bob@example.test", "sip:", "mailto:bob@example.test", "a<b"] {
        let result = phone.ua.invite(phone.now, &mut phone.rng, crate::support::LINE, bad, String::new());
        assert!(result.is_err(), "{bad}");
    }
}
