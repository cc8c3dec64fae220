//! Connections inside of TLS; their handshake is the shell's business.

use crate::support::{LINE, OFFER, Phone, account, address, invite, ok_to_register, settings};
use sidetone_sip::message::name;
use sidetone_sip::{Account, Command, Error, Event, FlowId, Input, Settings, Transport, UserAgent};

fn with_tls() -> Settings {
    Settings { tls: Some(address("192.0.2.1:5061")), ..settings() }
}

fn secured() -> Account {
    Account { registrar: Some("sip:192.0.2.9".into()), ..account(Transport::Tls) }
}

fn connected(account: Account) -> (Phone, FlowId) {
    let mut phone = Phone::new(with_tls());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, account).expect("added");
    phone.drain();
    let Some(Command::Connect { flow, transport, remote, host }) = phone.commands.pop_front() else {
        panic!("no connection")
    };
    assert_eq!((transport, remote, host.as_str()), (Transport::Tls, address("192.0.2.9:5061"), "192.0.2.9"));
    phone.input(Input::Connected { flow, local: address("192.0.2.1:33333") });
    (phone, flow)
}

#[test]
fn requests_say_that_they_go_by_tls() {
    let (mut phone, flow) = connected(secured());
    let register = phone.take_request("REGISTER");
    assert!(register.headers.first(name::VIA).expect("Via").starts_with("SIP/2.0/TLS 192.0.2.1:5061;"));
    assert!(
        register.headers.first(name::CONTACT).expect("Contact").contains("@192.0.2.1:5061;transport=tls>")
    );
    phone.input(Input::Stream { flow, bytes: ok_to_register(&register, 600) });
    phone.call("1002");
    assert_eq!(phone.take_sent().flow, flow);
}

#[test]
fn a_sips_line_has_a_sips_contact() {
    let account = Account {
        address_of_record: "sips:1001@192.0.2.9".into(),
        registrar: Some("sips:192.0.2.9".into()),
        ..secured()
    };
    let (mut phone, _) = connected(account);
    let register = phone.take_request("REGISTER");
    assert_eq!(register.uri.to_string(), "sips:192.0.2.9");
    let contact = register.headers.first(name::CONTACT).expect("Contact");
    assert!(contact.starts_with("<sips:") && !contact.contains("transport"), "{contact}");
}

#[test]
fn sips_does_not_go_without_tls() {
    let mut phone = Phone::new(with_tls());
    let account = Account { registrar: Some("sips:192.0.2.9".into()), ..account(Transport::Tcp) };
    let refused = phone.ua.add_account(phone.now, &mut phone.rng, LINE, account);
    assert!(matches!(refused, Err(Error::BadAddress(_))));
}

#[test]
fn without_tls_in_the_settings_there_is_none() {
    let mut phone = Phone::new(settings());
    phone.ua = UserAgent::new(settings());
    let refused = phone.ua.add_account(phone.now, &mut phone.rng, LINE, secured());
    assert_eq!(refused, Err(Error::NoTransport));
}

#[test]
fn a_call_that_comes_by_tls_is_answered_by_it() {
    let (mut phone, _) = connected(secured());
    phone.sent.clear();
    let flow = phone.ua.allocate_flow();
    phone.input(Input::Accepted {
        flow,
        local: address("192.0.2.1:5061"),
        remote: address("192.0.2.9:45000"),
        transport: Transport::Tls,
    });
    let text = String::from_utf8(invite("in-1", Some(OFFER))).expect("text").replace("/UDP", "/TLS");
    phone.input(Input::Stream { flow, bytes: text.into_bytes() });
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    phone.answer(leg);
    phone.take_response(100);
    let ok = phone.take_sent();
    assert_eq!(ok.flow, flow);
    assert!(ok.response().headers.first(name::CONTACT).expect("Contact").contains(";transport=tls>"));
}
