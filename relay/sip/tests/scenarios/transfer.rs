//! Asking the other side to call somebody else.

use crate::support::{PEER, Phone, in_dialog_with, respond, respond_with};
use sidetone_sip::message::{NameAddr, Request, Uri, name};
use sidetone_sip::{Cause, Error, Event, LegId};
use std::time::Duration;

/// A NOTIFY of the called party about our REFER.
fn notify(phone: &mut Phone, invite: &Request, number: u32, event: &str, state: &str, line: &str) {
    let headers = format!("Event: {event}\r\nSubscription-State: {state}\r\n");
    phone.receive_in(invite, "NOTIFY", number, Some(("message/sipfrag;version=2.0", line)), &headers);
    phone.take_response(200);
}

fn progress(event: Event) -> (u16, String) {
    match event {
        Event::ReferProgress { status, reason, .. } => (status, reason),
        other => panic!("progress was expected, not {other:?}"),
    }
}

fn refused(event: Event) -> Cause {
    match event {
        Event::ReferDone { outcome: Err(cause), .. } => cause,
        other => panic!("a failure was expected, not {other:?}"),
    }
}

#[test]
fn a_blind_transfer_is_followed_to_its_end() {
    let mut phone = Phone::registered();
    let (leg, invite) = phone.talk_out(|_| {});
    phone.refer(leg, "1003");
    let refer = phone.take_request("REFER");
    assert_eq!(refer.headers.first(name::REFER_TO), Some("<sip:1003@example.test>"));
    assert_eq!(refer.headers.first(name::REFERRED_BY), Some("<sip:1001@example.test>"));
    assert!(refer.headers.first(name::CONTACT).is_some());
    phone.receive(&respond(&refer, 202, "", None));
    phone.assert_quiet();
    notify(&mut phone, &invite, 1, "refer", "active;expires=60", "SIP/2.0 100 Trying\r\n");
    assert_eq!(progress(phone.take_event()), (100, "Trying".into()));
    notify(&mut phone, &invite, 2, "refer;id=2", "active", "SIP/2.0 180 Ringing\r\n");
    assert_eq!(progress(phone.take_event()), (180, "Ringing".into()));
    notify(&mut phone, &invite, 3, "refer;id=2", "terminated;reason=noresource", "SIP/2.0 200 OK");
    assert_eq!(progress(phone.take_event()), (200, "OK".into()));
    assert_eq!(phone.take_event(), Event::ReferDone { leg, outcome: Ok(()) });
    // Nothing more is said, whatever comes.
    notify(&mut phone, &invite, 4, "refer", "terminated", "SIP/2.0 503 Late");
    phone.assert_quiet();
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    assert_eq!(bye.headers.first(name::REASON), Some("Q.850;cause=16;text=\"Normal call clearing\""));
    phone.receive(&respond(&bye, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

/// Lets a transfer with this REFER, in the call of this INVITE, fail; gives the cause to expect.
type Way<'a> = &'a dyn Fn(&mut Phone, &Request, &Request) -> Cause;

#[test]
fn a_transfer_fails_in_each_of_its_ways() {
    let at_once = |phone: &mut Phone, refer: &Request, _: &Request| {
        phone.receive(&respond(refer, 603, "", None));
        Cause::Status { code: 603, reason: "Because".into(), detail: None }
    };
    let busy = |phone: &mut Phone, refer: &Request, invite: &Request| {
        phone.receive(&respond(refer, 202, "", None));
        notify(phone, invite, 1, "refer", "terminated;reason=noresource", "SIP/2.0 486 Busy Here\r\n");
        progress(phone.take_event());
        Cause::Status { code: 486, reason: "Busy Here".into(), detail: None }
    };
    let unknown = |phone: &mut Phone, refer: &Request, invite: &Request| {
        phone.receive(&respond(refer, 202, "", None));
        notify(phone, invite, 1, "refer", "terminated;reason=timeout", "SIP/2.0 180 Ringing\r\n");
        progress(phone.take_event());
        Cause::Timeout
    };
    let silent = |phone: &mut Phone, refer: &Request, _: &Request| {
        phone.receive(&respond(refer, 202, "", None));
        phone.advance(Duration::from_secs(180));
        Cause::Timeout
    };
    let unheard = |phone: &mut Phone, _: &Request, _: &Request| {
        phone.advance(Duration::from_secs(32));
        phone.sent.clear();
        Cause::Timeout
    };
    let ways: [Way<'_>; 5] = [&at_once, &busy, &unknown, &silent, &unheard];
    for way in ways {
        let mut phone = Phone::registered();
        let (leg, invite) = phone.talk_out(|_| {});
        phone.refer(leg, "1003");
        let refer = phone.take_request("REFER");
        let expected = way(&mut phone, &refer, &invite);
        assert_eq!(refused(phone.take_event()), expected);
        phone.assert_quiet();
        // The call is still there, and may be transferred again.
        phone.refer(leg, "1004");
        let again = phone.take_request("REFER");
        phone.receive(&respond(&again, 403, "", None));
        refused(phone.take_event());
        phone.hang_up(leg);
        phone.take_request("BYE");
    }
}

#[test]
fn a_notice_may_come_before_the_202() {
    let mut phone = Phone::registered();
    let (leg, invite) = phone.talk_out(|_| {});
    phone.refer(leg, "1003");
    let refer = phone.take_request("REFER");
    notify(&mut phone, &invite, 1, "refer", "terminated", "SIP/2.0 200 OK");
    progress(phone.take_event());
    assert_eq!(phone.take_event(), Event::ReferDone { leg, outcome: Ok(()) });
    phone.receive(&respond(&refer, 202, "", None));
    phone.assert_quiet();
}

#[test]
fn a_notice_of_another_refer_is_none_of_this_one() {
    let mut phone = Phone::registered();
    let (leg, invite) = phone.talk_out(|_| {});
    phone.refer(leg, "1003");
    let refer = phone.take_request("REFER");
    phone.receive(&respond(&refer, 202, "", None));
    notify(&mut phone, &invite, 1, "refer;id=99", "terminated", "SIP/2.0 200 OK");
    phone.assert_quiet();
}

#[test]
fn a_bye_of_who_agreed_counts_as_success_and_of_others_not() {
    for agreed in [true, false] {
        let mut phone = Phone::registered();
        let (leg, invite) = phone.talk_out(|_| {});
        phone.refer(leg, "1003");
        let refer = phone.take_request("REFER");
        if agreed {
            phone.receive(&respond(&refer, 202, "", None));
        }
        phone.receive_in(&invite, "BYE", 1, None, "");
        phone.take_response(200);
        let Event::ReferDone { outcome, .. } = phone.take_event() else { panic!("not done") };
        assert_eq!(outcome.is_ok(), agreed);
        assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::Bye { detail: None } });
        phone.events.clear();
        phone.sent.clear();
        phone.assert_nothing_left();
        phone.advance(Duration::from_secs(200));
        assert!(!phone.events.iter().any(|event| matches!(event, Event::ReferDone { .. })));
    }
}

#[test]
fn hanging_up_on_a_transfer_says_that_it_is_not_known() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    phone.refer(leg, "1003");
    let refer = phone.take_request("REFER");
    phone.receive(&respond(&refer, 202, "", None));
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive(&respond(&bye, 200, "", None));
    assert_eq!(refused(phone.take_event()), Cause::HungUp);
    phone.take_event();
    phone.assert_nothing_left();
}

#[test]
fn a_challenged_refer_is_known_by_its_new_number() {
    let mut phone = Phone::registered();
    let (leg, invite) = phone.talk_out(|_| {});
    phone.refer(leg, "1003");
    let refer = phone.take_request("REFER");
    phone.receive(&respond_with(&refer, 401, "", None, |headers| {
        headers.push(name::WWW_AUTHENTICATE, "Digest realm=\"ccmsipline\", nonce=\"a\", algorithm=MD5");
    }));
    let again = phone.take_request("REFER");
    assert_eq!(again.headers.first(name::CSEQ), Some("3 REFER"));
    phone.receive(&respond(&again, 202, "", None));
    notify(&mut phone, &invite, 1, "refer;id=3", "terminated", "SIP/2.0 200 OK");
    progress(phone.take_event());
    assert_eq!(phone.take_event(), Event::ReferDone { leg, outcome: Ok(()) });
}

/// The parts of a Refer-To with Replaces.
fn target(refer: &Request) -> (String, String) {
    let target: NameAddr =
        refer.headers.first(name::REFER_TO).expect("Refer-To").parse().expect("an address");
    let Uri::Sip(mut uri) = target.uri else { panic!("not a SIP URI") };
    let headers = uri.headers.take().expect("Replaces");
    (uri.to_string(), headers)
}

fn refer_to_leg(phone: &mut Phone, leg: LegId, other: LegId) -> Result<(), Error> {
    let done = phone.ua.refer_to_leg(phone.now, &mut phone.rng, leg, other);
    phone.drain();
    done
}

#[test]
fn an_attended_transfer_names_the_other_dialog() {
    let mut phone = Phone::registered();
    let (called, to) = phone.talk("call@home;1");
    let (calling, invite) = phone.talk_out(|_| {});
    let our_tag = to.split(";tag=").nth(1).expect("a tag").to_owned();
    refer_to_leg(&mut phone, calling, called).expect("refers");
    let refer = phone.take_request("REFER");
    let (uri, headers) = target(&refer);
    assert_eq!(uri, format!("sip:1009@{PEER}"));
    // For who gets it, its own tag is the one in To.
    assert_eq!(headers, format!("Replaces=call%40home%3B1%3Bto-tag%3Dfar%3Bfrom-tag%3D{our_tag}"));
    phone.receive(&respond(&refer, 202, "", None));

    // The other way round at the same time.
    refer_to_leg(&mut phone, called, calling).expect("refers");
    let refer = phone.take_request("REFER");
    let call_id = invite.headers.first(name::CALL_ID).expect("Call-ID");
    assert!(target(&refer).1.starts_with(&format!("Replaces={call_id}%3Bto-tag%3Db%3Bfrom-tag%3D")));
    phone.receive(&respond(&refer, 202, "", None));
    let headers = "Event: refer\r\nSubscription-State: terminated\r\n";
    let body = Some(("message/sipfrag", "SIP/2.0 200 OK\r\n"));
    phone.receive(&in_dialog_with("NOTIFY", 2, "call@home;1", &to, "n", body, headers));
    progress(phone.take_event());
    assert_eq!(phone.take_event(), Event::ReferDone { leg: called, outcome: Ok(()) });
}

#[test]
fn an_attended_transfer_to_one_that_still_rings() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk("in-1");
    let other = phone.call("1003");
    let invite = phone.take_request("INVITE");
    assert_eq!(refer_to_leg(&mut phone, leg, other), Err(Error::WrongState(other)));
    phone.receive(&respond(&invite, 180, "c", None));
    phone.take_event();
    refer_to_leg(&mut phone, leg, other).expect("refers");
    let refer = phone.take_request("REFER");
    assert!(target(&refer).1.contains("to-tag%3Dc"));
    phone.receive(&respond(&refer, 202, "", None));
    // CUCM ends the INVITE with 487 then.
    phone.receive(&respond(&invite, 487, "c", None));
    phone.take_request("ACK");
    assert!(matches!(phone.take_event(), Event::Ended { leg, .. } if leg == other));
}

#[test]
fn who_may_be_transferred() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    let ringing = phone.call("1003");
    phone.sent.clear();
    let refer = |phone: &mut Phone, leg, target| phone.ua.refer(phone.now, &mut phone.rng, leg, target);
    assert_eq!(refer(&mut phone, ringing, "1004"), Err(Error::WrongState(ringing)));
    assert_eq!(refer(&mut phone, LegId(99), "1004"), Err(Error::UnknownLeg(LegId(99))));
    assert_eq!(refer(&mut phone, leg, "<>"), Err(Error::BadAddress("<>".into())));
    assert_eq!(refer(&mut phone, leg, "sip:+49%23@pbx.test"), Ok(()));
    phone.drain();
    assert_eq!(phone.take_request("REFER").headers.first(name::REFER_TO), Some("<sip:+49%23@pbx.test>"));
    assert_eq!(refer(&mut phone, leg, "1004"), Err(Error::WrongState(leg)));
}
