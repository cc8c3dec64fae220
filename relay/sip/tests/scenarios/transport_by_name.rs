//! The name service says by which transport a host is reached (RFC 3263 §4.1).

use crate::support::{LINE, OFFER, PEER, Phone, account, address, ok_to_register, respond, settings};
use crate::trunk_calls::{EXTENSION, TRUNK, extension, peer, trunk};
use sidetone_sip::message::{Message, Request, name};
use sidetone_sip::{
    Account, Cause, Command, Error, Event, FlowId, Hop, Input, Peer, QueryId, Time, Transport, Trunk,
};
use std::time::Duration;

const FIRST: &str = "192.0.2.41:5070";
const SECOND: &str = "192.0.2.42:5071";
const THIRD: &str = "192.0.2.43:5072";

fn hop(transport: Transport, text: &str) -> Hop {
    Hop { transport, address: address(text) }
}

fn by_name(registrar: &str) -> Account {
    Account { transport: None, registrar: Some(registrar.into()), ..account(Transport::Udp) }
}

fn added(account: Account) -> Phone {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, account).expect("added");
    phone.drain();
    phone
}

fn question(phone: &mut Phone, named: &str) -> QueryId {
    match phone.commands.pop_front() {
        Some(Command::Locate { query, host, transports }) => {
            assert_eq!(
                (host.as_str(), transports.as_slice()),
                (named, [Transport::Udp, Transport::Tcp].as_slice())
            );
            query
        }
        other => panic!("a question was expected, not {other:?}"),
    }
}

fn locate(phone: &mut Phone, named: &str, hops: &[Hop]) {
    let query = question(phone, named);
    phone.input(Input::Located { query, hops: hops.to_vec() });
}

fn connect(phone: &mut Phone, to: &str) -> FlowId {
    let Some(Command::Connect { flow, transport: Transport::Tcp, remote, .. }) = phone.commands.pop_front()
    else {
        panic!("no connection")
    };
    assert_eq!(remote, address(to));
    phone.input(Input::Connected { flow, local: address("192.0.2.1:33333") });
    flow
}

/// What a request says of the transport it goes by.
fn says(request: &Request, transport: Transport) {
    let via = request.headers.first(name::VIA).expect("Via");
    let contact = request.headers.first(name::CONTACT).expect("Contact");
    let (word, tcp) = if transport == Transport::Tcp { ("TCP", true) } else { ("UDP", false) };
    assert!(via.starts_with(&format!("SIP/2.0/{word} 192.0.2.1:5060;branch=z9hG4bK")), "{via}");
    assert_eq!(contact.contains(";transport=tcp"), tcp, "{contact}");
    assert_eq!(request.headers.all(name::VIA).count(), 1);
}

#[test]
fn a_line_registers_by_the_transport_that_comes_first() {
    let mut phone = added(by_name("sip:pbx.test"));
    phone.assert_quiet();
    locate(&mut phone, "pbx.test", &[hop(Transport::Tcp, FIRST), hop(Transport::Udp, SECOND)]);
    let flow = connect(&mut phone, FIRST);
    let register = phone.take_request("REGISTER");
    says(&register, Transport::Tcp);
    phone.input(Input::Stream { flow, bytes: ok_to_register(&register, 3600) });
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
    // Calls go where the line is registered.
    phone.call("1002");
    let sent = phone.take_sent();
    assert_eq!(sent.flow, flow);
    says(&sent.request(), Transport::Tcp);
    // The refresh meets the same server, and nobody is asked for it.
    phone.sent.clear();
    phone.wait_for_sent();
    assert_eq!(phone.take_sent().flow, flow);
    assert_eq!(phone.commands.pop_front(), None);
}

#[test]
fn where_one_transport_leads_nowhere_the_next_one_is_taken() {
    let mut phone = added(by_name("sip:pbx.test"));
    let hops = [hop(Transport::Tcp, FIRST), hop(Transport::Tcp, SECOND), hop(Transport::Udp, THIRD)];
    locate(&mut phone, "pbx.test", &hops);
    for to in [FIRST, SECOND] {
        let Some(Command::Connect { flow, remote, .. }) = phone.commands.pop_front() else {
            panic!("no attempt")
        };
        assert_eq!(remote, address(to));
        phone.input(Input::Closed { flow });
    }
    let sent = phone.take_sent();
    assert_eq!(sent.remote, address(THIRD));
    let register = sent.request();
    says(&register, Transport::Udp);
    phone.receive_from(THIRD, &ok_to_register(&register, 3600));
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
}

#[test]
fn a_call_is_made_and_ended_by_the_transport_that_was_found() {
    let mut phone = added(by_name("sip:192.0.2.9"));
    phone.sent.clear();
    let leg = phone.call("sip:somebody@elsewhere.test");
    locate(&mut phone, "elsewhere.test", &[hop(Transport::Tcp, FIRST)]);
    let flow = connect(&mut phone, FIRST);
    let invite = phone.take_request("INVITE");
    says(&invite, Transport::Tcp);
    phone.input(Input::Stream { flow, bytes: respond(&invite, 100, "", None) });
    phone.input(Input::Stream { flow, bytes: respond(&invite, 401, "b", None) });
    let ack = phone.take_request("ACK");
    assert_eq!(ack.headers.first(name::VIA), invite.headers.first(name::VIA));
    assert!(matches!(phone.take_event(), Event::Ended { leg: ended, .. } if ended == leg));
}

#[test]
fn a_silent_server_is_left_for_one_by_another_transport() {
    let mut phone = added(by_name("sip:192.0.2.9"));
    phone.sent.clear();
    let leg = phone.call("sip:somebody@elsewhere.test");
    locate(&mut phone, "elsewhere.test", &[hop(Transport::Udp, FIRST), hop(Transport::Tcp, SECOND)]);
    let first = phone.take_request("INVITE");
    says(&first, Transport::Udp);
    phone.advance(Duration::from_millis(800));
    phone.sent.clear();
    let flow = connect(&mut phone, SECOND);
    let second = phone.take_request("INVITE");
    says(&second, Transport::Tcp);
    assert_eq!(second.headers.first(name::CALL_ID), first.headers.first(name::CALL_ID));
    phone.input(Input::Stream { flow, bytes: respond(&second, 200, "b", Some(OFFER)) });
    assert!(matches!(phone.take_event(), Event::Answered { leg: answered, .. } if answered == leg));
    // The Contact names no transport: that of the call holds.
    connect(&mut phone, PEER);
    let ack = phone.take_request("ACK");
    assert!(ack.headers.first(name::VIA).expect("Via").starts_with("SIP/2.0/TCP "));
}

#[test]
fn a_port_an_address_or_a_named_transport_leaves_nothing_to_ask() {
    for (registrar, transport, port) in [
        ("sip:pbx.test:5080", Transport::Udp, Some(5080)),
        ("sip:pbx.test;transport=tcp", Transport::Tcp, None),
    ] {
        let mut phone = added(by_name(registrar));
        match phone.commands.pop_front() {
            Some(Command::Resolve { transport: asked, port: at, .. }) => {
                assert_eq!((asked, at), (transport, port), "{registrar}");
            }
            other => panic!("{registrar}: {other:?}"),
        }
    }
    let mut phone = added(by_name("sip:192.0.2.9"));
    says(&phone.take_request("REGISTER"), Transport::Udp);
    assert_eq!(phone.commands.pop_front(), None);
}

#[test]
fn a_relay_without_udp_uses_what_it_has() {
    let mut only_tcp = settings();
    only_tcp.udp = None;
    let mut phone = Phone::new(only_tcp);
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, by_name("sip:192.0.2.9")).expect("added");
    phone.drain();
    connect(&mut phone, "192.0.2.9:5060");
    says(&phone.take_request("REGISTER"), Transport::Tcp);

    let mut nothing = settings();
    (nothing.udp, nothing.tcp) = (None, None);
    let mut phone = Phone::new(nothing);
    let refused = phone.ua.add_account(phone.now, &mut phone.rng, LINE, by_name("sip:192.0.2.9"));
    assert_eq!(refused, Err(Error::NoTransport));
}

#[test]
fn a_name_that_leads_nowhere_ends_the_call() {
    for answered in [true, false] {
        let mut phone = added(by_name("sip:192.0.2.9"));
        phone.sent.clear();
        let leg = phone.call("sip:somebody@nowhere.test");
        let query = question(&mut phone, "nowhere.test");
        phone.input(if answered {
            Input::Located { query, hops: Vec::new() }
        } else {
            Input::Unresolved { query }
        });
        assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::Transport });
    }
}

#[test]
fn a_call_that_is_given_up_before_the_answer_is_never_sent() {
    let mut phone = added(by_name("sip:192.0.2.9"));
    phone.sent.clear();
    let leg = phone.call("sip:somebody@elsewhere.test");
    let query = question(&mut phone, "elsewhere.test");
    phone.hang_up(leg);
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::HungUp });
    phone.input(Input::Located { query, hops: vec![hop(Transport::Udp, FIRST)] });
    phone.assert_quiet();
}

#[test]
fn the_question_is_asked_again_in_another_process() {
    let phone = added(by_name("sip:pbx.test"));
    let text = serde_json::to_string(&phone.ua).expect("text");
    let mut restored = Phone::new(settings());
    restored.ua = serde_json::from_str(&text).expect("a user agent");
    restored.ua.handle_restored(Time(0), &mut restored.rng);
    restored.drain();
    locate(&mut restored, "pbx.test", &[hop(Transport::Udp, FIRST)]);
    says(&restored.take_request("REGISTER"), Transport::Udp);
}

#[test]
fn peers_of_trunks_are_found_so_too() {
    let mut phone = Phone::new(settings());
    let named = Peer { host: "sbc.test".into(), port: None, transport: None, ..peer("192.0.2.9", 0) };
    let trunk = Trunk { peers: vec![named], ping: Some(Duration::from_secs(30)), ..trunk() };
    phone.ua.set_trunk(phone.now, &mut phone.rng, TRUNK, trunk).expect("a trunk");
    phone.ua.add_account(phone.now, &mut phone.rng, EXTENSION, extension("1001")).expect("added");
    phone.drain();
    locate(&mut phone, "sbc.test", &[hop(Transport::Tcp, FIRST), hop(Transport::Udp, SECOND)]);
    let flow = connect(&mut phone, FIRST);
    let ping = phone.take_request("OPTIONS");
    assert!(ping.headers.first(name::VIA).expect("Via").contains("/TCP "));
    assert!(ping.headers.first(name::CONTACT).expect("Contact").contains(";transport=tcp"));
    phone.input(Input::Stream { flow, bytes: respond(&ping, 200, "p", None) });
    phone.events.clear();
    // Calls may come from every address that was found.
    let call = crate::support::invite("in-1", Some(OFFER));
    phone.receive_from(SECOND, &call);
    assert!(matches!(phone.take_event(), Event::Incoming { .. }));
    phone.sent.clear();
    phone.ua.invite(phone.now, &mut phone.rng, EXTENSION, "1002", "v=0\r\n".into()).expect("a leg");
    phone.drain();
    locate(&mut phone, "sbc.test", &[hop(Transport::Udp, SECOND)]);
    let sent = phone.take_sent();
    assert_eq!(sent.remote, address(SECOND));
    assert!(matches!(Message::parse(&sent.bytes), Ok(Message::Request(_))));
    assert_eq!(sent.request().uri.to_string(), "sip:1002@sbc.test");
}
