//! A line that registers through a proxy.

use crate::support::{LINE, Phone, account, address, ok_to_register, respond_with, settings};
use sidetone_sip::message::{Message, Request, name};
use sidetone_sip::{Account, Event, Kind, Transport};

const PROXY: &str = "192.0.2.20:5060";

pub(crate) fn behind_a_proxy(transport: Transport) -> Account {
    Account {
        kind: Kind::Proxy,
        registrar: Some("sip:example.test".into()),
        outbound_proxy: Some(format!("sip:{PROXY}")),
        ..account(transport)
    }
}

fn added(account: Account) -> (Phone, Request) {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, account).expect("added");
    phone.drain();
    let sent = phone.take_sent();
    assert_eq!(sent.remote, address(PROXY));
    (phone, sent.request())
}

fn instance_of(register: &Request) -> String {
    let contact = register.headers.first(name::CONTACT).expect("Contact");
    let (_, rest) = contact.split_once("+sip.instance=\"<").expect("an instance");
    rest.split_once(">\"").expect("its end").0.to_owned()
}

#[test]
fn registers_by_a_loose_route_with_path_and_outbound() {
    let (_, register) = added(behind_a_proxy(Transport::Udp));
    assert_eq!(register.uri.to_string(), "sip:example.test");
    assert_eq!(register.headers.first(name::ROUTE), Some("<sip:192.0.2.20:5060;lr>"));
    assert_eq!(register.headers.first(name::SUPPORTED), Some("path, outbound"));
    assert!(register.headers.first(name::CONTACT).expect("Contact").contains(">;reg-id=1;"));
}

#[test]
fn the_device_keeps_its_name_over_a_restart_and_shares_it_with_no_other() {
    let first = instance_of(&added(behind_a_proxy(Transport::Udp)).1);
    assert_eq!(first, instance_of(&added(behind_a_proxy(Transport::Udp)).1));
    let other =
        Account { address_of_record: "sip:1002@example.test".into(), ..behind_a_proxy(Transport::Udp) };
    assert_ne!(first, instance_of(&added(other).1));
    let groups: Vec<_> = first.strip_prefix("urn:uuid:").expect("a UUID").split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12]);
    assert_eq!(first.chars().nth("urn:uuid:".len() + 14), Some('8'), "version 8");
}

#[test]
fn the_registrars_route_is_taken_by_later_requests() {
    let (mut phone, register) = added(behind_a_proxy(Transport::Udp));
    let ok = respond_with(&register, 200, "r", None, |headers| {
        headers.push(name::EXPIRES, "600");
        headers.push(name::SERVICE_ROUTE, "<sip:home1.test;lr>, <sip:home2.test;lr>");
        headers.push(name::REQUIRE, "outbound");
    });
    phone.receive_from(PROXY, &ok);
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
    phone.call("1002");
    let invite = phone.take_sent();
    assert_eq!(invite.remote, address(PROXY));
    let invite = invite.request();
    let routes: Vec<_> = invite.headers.all(name::ROUTE).collect();
    assert_eq!(routes, ["<sip:192.0.2.20:5060;lr>", "<sip:home1.test;lr>", "<sip:home2.test;lr>"]);
    assert_eq!(invite.uri.to_string(), "sip:1002@example.test");
    assert!(invite.headers.first(name::CONTACT).expect("Contact").ends_with(";ob>"), "RFC 5626 §4.3");

    // The next registration may tell another one.
    phone.advance(std::time::Duration::from_secs(590));
    let refresh = phone.sent.iter().rfind(|sent| sent.label() == "REGISTER").expect("a refresh").request();
    assert!(!refresh.headers.first(name::CONTACT).expect("Contact").contains(";ob"));
    phone.receive_from(PROXY, &ok_to_register(&refresh, 600));
    phone.sent.clear();
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    assert_eq!(invite.headers.all(name::ROUTE).collect::<Vec<_>>(), ["<sip:192.0.2.20:5060;lr>"]);
}

#[test]
fn a_route_that_begins_with_the_proxy_does_not_name_it_twice() {
    let (mut phone, register) = added(behind_a_proxy(Transport::Udp));
    let ok = respond_with(&register, 200, "r", None, |headers| {
        headers.push(name::SERVICE_ROUTE, format!("<sip:{PROXY};lr;x=1>"));
    });
    phone.receive_from(PROXY, &ok);
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    assert_eq!(invite.headers.all(name::ROUTE).collect::<Vec<_>>(), ["<sip:192.0.2.20:5060;lr;x=1>"]);
}

#[test]
fn a_proxy_that_is_the_registrar_gets_no_route_to_itself() {
    let account = Account { registrar: Some(format!("sip:{PROXY}")), ..behind_a_proxy(Transport::Udp) };
    let (_, register) = added(account);
    assert!(register.headers.first(name::ROUTE).is_none());
    assert!(Message::parse(&register.to_bytes()).is_ok());
}

#[test]
fn a_proxy_in_between_that_knows_no_flows_is_registered_through_without_them() {
    let (mut phone, register) = added(behind_a_proxy(Transport::Udp));
    phone.receive_from(PROXY, &respond_with(&register, 439, "r", None, |_| {}));
    let again = phone.take_request("REGISTER");
    assert_eq!(again.headers.first(name::SUPPORTED), Some("path"));
    assert!(!again.headers.first(name::CONTACT).expect("Contact").contains("reg-id"));
    phone.receive_from(PROXY, &respond_with(&again, 439, "r", None, |_| {}));
    assert!(matches!(phone.take_event(), Event::RegistrationFailed { .. }));
    phone.assert_quiet();
}
