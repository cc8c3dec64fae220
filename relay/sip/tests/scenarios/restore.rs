//! A state that was written down goes on where it stood.

use crate::support::{
    LINE, OFFER, PEER, Phone, account, address, in_dialog, invite, ok_to_register, respond, respond_with,
    settings,
};
use sidetone_sip::message::{Headers, name};
use sidetone_sip::{Cause, Command, Event, Input, Transport, UserAgent};
use std::time::Duration;

/// Writes the state down and reads it again, as another process would.
fn restored(mut phone: Phone) -> Phone {
    let text = serde_json::to_string(&phone.ua).expect("written");
    phone.ua = serde_json::from_str::<UserAgent>(&text).expect("read");
    assert_eq!(serde_json::to_string(&phone.ua).expect("written"), text, "nothing is lost on the way");
    phone.ua.handle_restored(phone.now, &mut phone.rng);
    phone.drain();
    phone
}

#[test]
fn a_call_in_each_of_its_states_goes_on() {
    let mut phone = restored(Phone::registered());
    phone.receive(&invite("in-1", Some(OFFER)));
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    let mut phone = restored(phone);
    phone.ring(leg);
    let mut phone = restored(phone);
    phone.sent.clear();
    phone.answer(leg);
    let to = phone.take_response(200).headers.first(name::TO).expect("To").to_owned();
    let mut phone = restored(phone);
    // The 200 is repeated by the restored one as well.
    phone.advance(Duration::from_millis(500));
    phone.take_response(200);
    phone.receive(&in_dialog("ACK", 1, "in-1", &to, "ack", None));
    assert!(matches!(phone.take_event(), Event::Confirmed { .. }));
    let mut phone = restored(phone);
    phone.receive(&in_dialog("INVITE", 2, "in-1", &to, "re", Some(OFFER)));
    phone.take_response(100);
    phone.take_event();
    let mut phone = restored(phone);
    phone.answer_offer(leg);
    phone.take_response(200);
    phone.receive(&in_dialog("ACK", 2, "in-1", &to, "ack2", None));
    phone.take_event();
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    let mut phone = restored(phone);
    phone.receive(&respond(&bye, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.assert_nothing_left();
}

#[test]
fn an_outbound_call_goes_on() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let sent = phone.take_request("INVITE");
    let mut phone = restored(phone);
    phone.receive(&respond(&sent, 183, "b", Some("v=0\r\nearly")));
    phone.take_event();
    let mut phone = restored(phone);
    phone.receive(&respond(&sent, 200, "b", None));
    assert_eq!(phone.take_event(), Event::Answered { leg, sdp: Some("v=0\r\nearly".into()) });
    let ack = phone.take_sent();
    let mut phone = restored(phone);
    phone.receive(&respond(&sent, 200, "b", None));
    assert_eq!(phone.take_sent().bytes, ack.bytes);
}

#[test]
fn connections_do_not_outlive_their_process() {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, account(Transport::Tcp)).expect("added");
    phone.drain();
    let Some(Command::Connect { flow, .. }) = phone.commands.pop_front() else { panic!("no connection") };
    phone.input(Input::Connected { flow, local: address("192.0.2.1:33333") });
    let register = phone.take_request("REGISTER");
    phone.input(Input::Stream { flow, bytes: ok_to_register(&register, 3600) });
    phone.take_event();

    let mut phone = restored(phone);
    assert_eq!(phone.ua.counts().connections, 0);
    phone.advance(Duration::from_secs(1));
    let Some(Command::Connect { remote, .. }) = phone.commands.pop_front() else { panic!("no connection") };
    assert_eq!(remote, address(PEER));
}

#[test]
fn a_question_to_the_name_service_is_asked_again() {
    let mut phone = Phone::new(settings());
    let mut named = account(Transport::Udp);
    named.registrar = Some("sip:pbx.example.test".into());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, named).expect("added");
    phone.drain();
    let asked = phone.commands.pop_front();
    let mut phone = restored(phone);
    assert_eq!(phone.commands.pop_front(), asked);
}

#[test]
fn no_password_is_shown_in_logs() {
    let phone = Phone::registered();
    assert!(!format!("{:?}", phone.ua).contains("\"secret\""));
    assert!(format!("{:?}", phone.ua).contains("Secret(…)"));
}

#[test]
fn an_offer_of_ours_a_transfer_and_a_session_timer_go_on() {
    let mut phone = Phone::registered();
    let agreed = |headers: &mut Headers| {
        headers.push(name::SESSION_EXPIRES, "1800;refresher=uac");
        headers.push(name::ALLOW, "INVITE, UPDATE");
    };
    let (leg, invite) = phone.talk_out(agreed);
    phone.reoffer(leg, "v=0\r\nfirst");
    let offer = phone.take_request("INVITE");
    phone.reoffer(leg, "v=0\r\nsecond");
    let mut phone = restored(phone);
    phone.receive(&respond(&offer, 491, "", None));
    phone.take_request("ACK");
    let mut phone = restored(phone);
    phone.advance(Duration::from_secs(4));
    let again = phone.take_request("INVITE");
    assert_eq!(again.body, b"v=0\r\nsecond");
    phone.sent.clear();
    let mut phone = restored(phone);
    phone.receive(&respond_with(&again, 200, "", Some(OFFER), agreed));
    phone.take_request("ACK");
    assert_eq!(phone.take_event(), Event::OfferAnswered { leg, sdp: OFFER.into() });

    phone.refer(leg, "1003");
    let refer = phone.take_request("REFER");
    let mut phone = restored(phone);
    phone.receive(&respond(&refer, 202, "", None));
    let mut phone = restored(phone);
    let headers = "Event: refer\r\nSubscription-State: terminated\r\n";
    phone.receive_in(&invite, "NOTIFY", 1, Some(("message/sipfrag", "SIP/2.0 486 Busy Here\r\n")), headers);
    phone.take_response(200);
    phone.take_event();
    assert!(matches!(phone.take_event(), Event::ReferDone { outcome: Err(_), .. }));

    let mut phone = restored(phone);
    phone.advance(Duration::from_secs(900));
    phone.take_request("UPDATE");
}
