//! Against a name server of the test's own.

use super::{Names, Question};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::{Message, OpCode};
use hickory_resolver::proto::rr::rdata::{NAPTR, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record};
use sidetone_sip::{Hop, Transport};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::UdpSocket;

type Zone = Vec<(&'static str, RData)>;

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn srv(priority: u16, port: u16, target: &str) -> RData {
    RData::SRV(SRV::new(priority, 0, port, name(target)))
}

fn naptr(order: u16, service: &str, replacement: &str) -> RData {
    preferred(order, 0, service, replacement)
}

fn preferred(order: u16, preference: u16, service: &str, replacement: &str) -> RData {
    let bytes = |text: &str| text.as_bytes().to_vec().into_boxed_slice();
    RData::NAPTR(NAPTR::new(order, preference, bytes("s"), bytes(service), bytes(""), name(replacement)))
}

/// Names as a server with this zone knows them.
async fn names(zone: Zone) -> Names {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(serve(socket, zone));
    let mut connection = ConnectionConfig::udp();
    connection.port = port;
    let server = NameServerConfig::new(Ipv4Addr::LOCALHOST.into(), true, vec![connection]);
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    Names { servers: Some(Arc::new(builder.build().unwrap())), ipv4: true }
}

async fn serve(socket: UdpSocket, zone: Zone) {
    let mut buffer = [0; 4_096];
    while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
        let question = Message::from_vec(&buffer[..length]).unwrap();
        let mut answer = Message::response(question.metadata.id, OpCode::Query);
        for query in &question.queries {
            answer.add_query(query.clone());
            for (owner, data) in &zone {
                let fits = name(owner) == query.name && data.record_type() == query.query_type;
                if fits {
                    answer.add_answer(Record::from_rdata(name(owner), 60, data.clone()));
                }
            }
        }
        socket.send_to(&answer.to_vec().unwrap(), from).await.unwrap();
    }
}

async fn ask(zone: Zone, host: &str, port: Option<u16>, transport: Transport) -> Vec<SocketAddr> {
    let question = Question { host: host.to_owned(), port, transport };
    names(zone).await.addresses(&question).await
}

/// The ways to a host, by TCP or UDP or TLS.
async fn locate(zone: Zone, host: &str) -> Vec<(Transport, u16)> {
    let transports = [Transport::Udp, Transport::Tcp, Transport::Tls];
    let hops = names(zone).await.hops(host, &transports).await;
    hops.into_iter().map(|Hop { transport, address }| (transport, address.port())).collect()
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

#[tokio::test]
async fn servers_come_in_the_order_of_their_priorities() {
    let zone = vec![
        ("_sip._udp.pbx.test.", srv(20, 5072, "localhost.")),
        ("_sip._udp.pbx.test.", srv(10, 5071, "localhost.")),
        ("_sip._tcp.pbx.test.", srv(10, 5073, "localhost.")),
        ("_sips._tcp.pbx.test.", srv(10, 5074, "localhost.")),
    ];
    assert_eq!(ask(zone.clone(), "pbx.test", None, Transport::Udp).await, [local(5071), local(5072)]);
    assert_eq!(ask(zone.clone(), "pbx.test", None, Transport::Tcp).await, [local(5073)]);
    assert_eq!(ask(zone, "pbx.test", None, Transport::Tls).await, [local(5074)]);
}

#[tokio::test]
async fn naptr_says_where_the_servers_of_a_transport_stand() {
    let zone = vec![
        ("pbx.test.", naptr(10, "SIP+D2T", "_sip._tcp.provider.test.")),
        ("pbx.test.", naptr(30, "SIP+D2U", "_sip._udp.worse.test.")),
        ("pbx.test.", naptr(20, "SIP+D2U", "_sip._udp.provider.test.")),
        ("_sip._udp.provider.test.", srv(0, 5081, "localhost.")),
        ("_sip._udp.worse.test.", srv(0, 5082, "localhost.")),
        ("_sip._udp.pbx.test.", srv(0, 5083, "localhost.")),
    ];
    assert_eq!(ask(zone, "pbx.test", None, Transport::Udp).await, [local(5081)]);
}

#[tokio::test]
async fn a_port_or_a_host_without_servers_leads_to_the_hosts_own_address() {
    let zone = vec![("_sip._udp.localhost.", srv(0, 5071, "localhost."))];
    assert_eq!(ask(zone, "localhost", Some(5090), Transport::Udp).await, [local(5090)]);
    assert_eq!(ask(Vec::new(), "localhost", None, Transport::Udp).await, [local(5060)]);
    assert_eq!(ask(Vec::new(), "localhost", None, Transport::Tls).await, [local(5061)]);
}

#[tokio::test]
async fn a_host_that_says_it_has_no_such_service_and_no_address_has_none() {
    let zone = vec![("_sip._udp.nowhere.invalid.", srv(0, 0, "."))];
    assert!(ask(zone, "nowhere.invalid", None, Transport::Udp).await.is_empty());
}

#[tokio::test]
async fn naptr_chooses_the_transport_by_order_then_preference() {
    let zone = vec![
        ("pbx.test.", naptr(5, "SIP+D2S", "_sip._sctp.pbx.test.")),
        ("pbx.test.", preferred(10, 50, "SIP+D2U", "_sip._udp.pbx.test.")),
        ("pbx.test.", preferred(10, 20, "SIPS+D2T", "_sips._tcp.pbx.test.")),
        ("pbx.test.", preferred(10, 30, "SIP+D2T", "_sip._tcp.pbx.test.")),
        ("pbx.test.", naptr(20, "SIP+D2T", "_sip._tcp.never.test.")),
        ("_sips._tcp.pbx.test.", srv(10, 5091, "localhost.")),
        ("_sips._tcp.pbx.test.", srv(5, 5092, "localhost.")),
        ("_sip._tcp.pbx.test.", srv(0, 5093, "localhost.")),
        ("_sip._udp.pbx.test.", srv(0, 5094, "localhost.")),
        ("_sip._tcp.never.test.", srv(0, 5095, "localhost.")),
    ];
    let expected =
        [(Transport::Tls, 5092), (Transport::Tls, 5091), (Transport::Tcp, 5093), (Transport::Udp, 5094)];
    assert_eq!(locate(zone, "pbx.test").await, expected);
}

#[tokio::test]
async fn without_naptr_the_services_that_exist_say_the_transport() {
    let zone = vec![
        ("_sips._tcp.pbx.test.", srv(0, 5091, "localhost.")),
        ("_sip._tcp.pbx.test.", srv(0, 5093, "localhost.")),
        // A pointer to nothing.
        ("pbx.test.", naptr(10, "SIP+D2U", "_sip._udp.gone.test.")),
    ];
    assert_eq!(locate(zone, "pbx.test").await, [(Transport::Tcp, 5093), (Transport::Tls, 5091)]);
}

#[tokio::test]
async fn without_services_a_host_is_reached_at_its_own_address_by_the_first_transport() {
    assert_eq!(locate(Vec::new(), "localhost").await, [(Transport::Udp, 5060)]);
}
