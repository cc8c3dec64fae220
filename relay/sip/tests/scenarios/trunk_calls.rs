//! Calls over a trunk: whom they are for, and who may make them.

use crate::support::{
    LINE, OFFER, Phone, account, address, fixture, invite, respond, respond_with, settings,
};
use sidetone_sip::message::name;
use sidetone_sip::{
    Account, AccountId, Command, Error, Event, Input, Kind, Peer, Secret, Transport, Trunk, TrunkId,
    UserAgent,
};
use std::time::Duration;

pub(crate) const TRUNK: TrunkId = TrunkId(7);
pub(crate) const EXTENSION: AccountId = AccountId(21);
const PEER: &str = "192.0.2.31:5060";
const STRANGER: &str = "203.0.113.66:5060";

pub(crate) fn peer(host: &str, priority: u16) -> Peer {
    Peer { host: host.into(), port: Some(5060), transport: Some(Transport::Udp), priority, weight: 0 }
}

pub(crate) fn trunk() -> Trunk {
    Trunk {
        domain: "hq.example.test".into(),
        peers: vec![peer("192.0.2.31", 0)],
        allowed: vec!["198.51.100.0/24".parse().expect("a range")],
        auth_user: None,
        password: Secret::default(),
        ping: Some(Duration::from_secs(30)),
        next_peer_after: Duration::from_millis(800),
    }
}

pub(crate) fn extension(number: &str) -> Account {
    let (kind, address_of_record) = (Kind::Trunk(TRUNK), format!("sip:{number}@ignored.test"));
    Account { kind, address_of_record, registrar: None, ..account(Transport::Udp) }
}

/// A trunk with the extension 1001.
pub(crate) fn attached(trunk: Trunk) -> Phone {
    let mut phone = Phone::new(settings());
    phone.ua.set_trunk(phone.now, &mut phone.rng, TRUNK, trunk).expect("a trunk");
    phone.ua.add_account(phone.now, &mut phone.rng, EXTENSION, extension("1001")).expect("added");
    phone.drain();
    phone
}

fn quiet(trunk: Trunk) -> Phone {
    let mut phone = attached(Trunk { ping: None, ..trunk });
    phone.take_event();
    phone.assert_quiet();
    phone
}

fn invite_for(number: &str, call_id: &str) -> Vec<u8> {
    let text = String::from_utf8(invite(call_id, Some(OFFER))).expect("text");
    text.replace("INVITE sip:1001@", &format!("INVITE sip:{number}@")).into_bytes()
}

#[test]
fn an_extension_does_not_register() {
    let phone = quiet(trunk());
    assert!(phone.commands.is_empty());
}

#[test]
fn a_call_from_a_peer_goes_to_the_extension_it_names() {
    let mut phone = quiet(trunk());
    let other = AccountId(22);
    phone.ua.add_account(phone.now, &mut phone.rng, other, extension("1002")).expect("added");
    phone.drain();
    phone.take_event();
    for (number, expected) in [("1001", EXTENSION), ("1002", other)] {
        phone.receive_from(PEER, &invite_for(number, number));
        let Event::Incoming { account, .. } = phone.take_event() else { panic!("no call") };
        assert_eq!(account, expected);
    }
}

#[test]
fn an_extension_that_is_not_signed_in_is_not_found() {
    let mut phone = quiet(trunk());
    phone.receive_from(PEER, &invite_for("1999", "in-1"));
    phone.take_response(404);
    phone.ua.remove_account(phone.now, &mut phone.rng, EXTENSION).expect("removed");
    phone.drain();
    assert_eq!(phone.take_event(), Event::Unregistered { account: EXTENSION });
    phone.assert_quiet();
    phone.receive_from(PEER, &invite_for("1001", "in-2"));
    phone.take_response(404);
}

#[test]
fn calls_come_from_any_port_of_a_peer_and_from_allowed_addresses() {
    let mut phone = quiet(trunk());
    for (number, source) in ["192.0.2.31:40000", "198.51.100.200:5060"].iter().enumerate() {
        phone.receive_from(source, &invite_for("1001", &format!("in-{number}")));
        assert!(matches!(phone.take_event(), Event::Incoming { account: EXTENSION, .. }), "{source}");
    }
}

#[test]
fn strangers_do_not_learn_which_extensions_exist() {
    let mut phone = quiet(trunk());
    let mut answers = Vec::new();
    for number in ["1001", "1999"] {
        phone.receive_from(STRANGER, &invite_for(number, number));
        let refusal = phone.take_response(403);
        answers.push((refusal.reason.clone(), refusal.headers.iter().count(), refusal.body));
        phone.assert_quiet();
    }
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn strangers_do_not_ring_a_registered_line_by_its_number_either() {
    let mut phone = Phone::registered();
    phone.receive_from(STRANGER, &invite("in-1", Some(OFFER)));
    phone.take_response(403);
    phone.assert_quiet();
    // Its Contact is known to the telephone system only, which may send from another address.
    phone.call("1002");
    let contact = phone.take_request("INVITE").headers.first(name::CONTACT).expect("Contact").to_owned();
    let token = contact.trim_start_matches("<sip:").split('@').next().expect("a user part").to_owned();
    phone.receive_from(STRANGER, &invite_for(&token, "in-2"));
    assert!(matches!(phone.take_event(), Event::Incoming { account: LINE, .. }));
}

#[test]
fn the_addresses_of_a_named_peer_are_learnt_by_the_pings() {
    let mut named = trunk();
    named.peers[0].host = "sbc.example.test".into();
    named.peers[0].port = None;
    let mut phone = attached(named);
    phone.take_event();
    let Some(Command::Resolve { query, host, port: None, .. }) = phone.commands.pop_front() else {
        panic!("no question")
    };
    assert_eq!(host, "sbc.example.test");
    let addresses = vec![address("192.0.2.41:5060"), address("192.0.2.42:5060")];
    phone.input(Input::Resolved { query, addresses });
    let ping = phone.take_request("OPTIONS");
    phone.receive_from("192.0.2.41:5060", &respond(&ping, 200, "p", None));
    for (number, source) in ["192.0.2.41:5060", "192.0.2.42:5060"].iter().enumerate() {
        phone.receive_from(source, &invite_for("1001", &format!("in-{number}")));
        assert!(matches!(phone.take_event(), Event::Incoming { .. }), "{source}");
    }
}

#[test]
fn a_call_out_names_the_trunks_domain_and_goes_to_the_peer() {
    let mut phone = quiet(trunk());
    phone.ua.invite(phone.now, &mut phone.rng, EXTENSION, "+49 30 1234", OFFER.into()).expect("a leg");
    phone.drain();
    let sent = phone.take_sent();
    assert_eq!(sent.remote, address(PEER));
    let invite = sent.request();
    assert_eq!(invite.uri.to_string(), "sip:+49%2030%201234@192.0.2.31:5060");
    assert!(invite.headers.first(name::FROM).expect("From").contains("<sip:1001@hq.example.test>"));
    assert!(invite.headers.first(name::TO).expect("To").ends_with("@hq.example.test>"));
}

#[test]
fn a_peer_that_challenges_gets_the_trunks_credentials() {
    let secured =
        Trunk { auth_user: Some("sidetone".into()), password: Secret::new("trunk secret"), ..trunk() };
    let mut phone = quiet(secured);
    phone.ua.invite(phone.now, &mut phone.rng, EXTENSION, "2002", OFFER.into()).expect("a leg");
    phone.drain();
    let invite = phone.take_request("INVITE");
    let challenge = respond_with(&invite, 407, "a", None, |headers| {
        headers.push(name::PROXY_AUTHENTICATE, "Digest realm=\"sbc\", nonce=\"n1\", algorithm=MD5");
    });
    phone.receive_from(PEER, &challenge);
    phone.take_request("ACK");
    let again = phone.take_sent();
    assert_eq!(again.remote, address(PEER));
    let again = again.request();
    let credentials = again.headers.first(name::PROXY_AUTHORIZATION).expect("credentials");
    assert!(credentials.contains("username=\"sidetone\"") && credentials.contains("realm=\"sbc\""));
}

#[test]
fn a_captured_call_of_cucm_is_answered_and_ended_over_its_connection() {
    let mut cucm = trunk();
    cucm.peers = vec![Peer { transport: Some(Transport::Tcp), ..peer("192.0.2.13", 0) }];
    let mut phone = Phone::new(settings());
    phone.ua.set_trunk(phone.now, &mut phone.rng, TRUNK, Trunk { ping: None, ..cucm }).expect("a trunk");
    phone.ua.add_account(phone.now, &mut phone.rng, EXTENSION, extension("7359")).expect("added");
    let flow = phone.ua.allocate_flow();
    phone.input(Input::Accepted {
        flow,
        local: address("192.0.2.1:5060"),
        remote: address("192.0.2.13:45678"),
        transport: Transport::Tcp,
    });
    phone.take_event();
    phone.input(Input::Stream { flow, bytes: fixture("cucm/options-ping") });
    phone.take_response(200);
    phone.input(Input::Stream { flow, bytes: fixture("cucm/trunk-invite-delayed-offer") });
    let Event::Incoming { leg, account: EXTENSION, caller, sdp: None, .. } = phone.take_event() else {
        panic!("no call with a delayed offer")
    };
    assert_eq!(caller.number, "3427");
    phone.take_response(100);
    phone.answer(leg);
    let ok = phone.take_response(200);
    assert!(ok.headers.first(name::CONTACT).expect("Contact").contains(";transport=tcp>"));
    let to = ok.headers.first(name::TO).expect("To");
    let from = ok.headers.first(name::FROM).expect("From");
    let call_id = ok.headers.first(name::CALL_ID).expect("Call-ID");
    let ack = format!(
        "ACK sip:7359@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.13:5060;branch=z9hG4bKack\r\nFrom: {from}\r\n\
         To: {to}\r\nCall-ID: {call_id}\r\nCSeq: 101 ACK\r\nContent-Type: application/sdp\r\n\
         Content-Length: 5\r\n\r\nv=0\r\n"
    );
    phone.input(Input::Stream { flow, bytes: ack.into_bytes() });
    assert_eq!(phone.take_event(), Event::Confirmed { leg, sdp: Some("v=0\r\n".into()) });
    phone.hang_up(leg);
    let bye = phone.take_sent();
    assert_eq!((bye.label(), bye.flow), ("BYE".to_owned(), flow));
}

#[test]
fn accounts_and_trunks_depend_on_each_other() {
    let mut phone = Phone::new(settings());
    let refused = phone.ua.add_account(phone.now, &mut phone.rng, EXTENSION, extension("1001"));
    assert_eq!(refused, Err(Error::UnknownTrunk(TRUNK)));
    let phone = &mut attached(trunk());
    assert_eq!(phone.ua.remove_trunk(TRUNK), Err(Error::TrunkInUse(TRUNK)));
    for wrong in [
        Trunk { peers: Vec::new(), ..trunk() },
        Trunk { domain: "not a domain".into(), ..trunk() },
        Trunk { peers: vec![peer("a:b@c", 0)], ..trunk() },
    ] {
        let refused = phone.ua.set_trunk(phone.now, &mut phone.rng, TrunkId(8), wrong.clone());
        assert!(matches!(refused, Err(Error::BadAddress(_))), "{wrong:?}");
    }
    let mut tls = trunk();
    tls.peers[0].transport = Some(Transport::Tls);
    let refused = phone.ua.set_trunk(phone.now, &mut phone.rng, TrunkId(8), tls);
    assert_eq!(refused, Err(Error::NoTransport));
}

#[test]
fn a_trunk_goes_on_in_another_process() {
    let mut phone = attached(trunk());
    let text = serde_json::to_string(&phone.ua).expect("written");
    phone.ua = serde_json::from_str::<UserAgent>(&text).expect("read");
    phone.ua.handle_restored(phone.now, &mut phone.rng);
    phone.drain();
    assert_eq!(serde_json::to_string(&phone.ua).expect("written"), text);
    phone.advance(Duration::from_secs(4));
    assert!(phone.events.iter().any(|event| matches!(event, Event::PeerDown { trunk: TRUNK, .. })));
}
