//! The servers over real sockets, with clients made of nothing but HTTP and XML.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::faults::{Api, Network, Wanted};
use super::xml::{Element, Part, Stream};
use super::*;
use crate::clients::tls::any_certificate;

async fn start() -> Simulator {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let node = |host: &str| NodeSettings { host: host.to_owned(), https: any, secure: None, xmpp: Some(any) };
    Simulator::start(Settings {
        config: Config { teammates: 2, ..Config::default() },
        nodes: vec![node("fin1.example"), node("fin2.example")],
        control: Some(any),
        script: Script::BARE,
        seed: 1,
        certificate: None,
        switch: None,
    })
    .await
    .unwrap()
}

async fn patient<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), what).await.expect("an answer in time")
}

/// Asks the API; status, head and body of the answer.
async fn ask(node: SocketAddr, user: &str, method: &str, path: &str, body: &str) -> (u16, String, String) {
    let exchange = async {
        let tls = TlsConnector::from(Arc::new(any_certificate().unwrap()));
        let stream = TcpStream::connect(node).await.unwrap();
        let mut stream = tls.connect("localhost".try_into().unwrap(), stream).await.unwrap();
        let credentials = STANDARD.encode(format!("{user}:demo-{user}"));
        let request = format!(
            "{method} /finesse/api/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic \
             {credentials}\r\nrequestId: q1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // The end of the connection may come without the end of TLS.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    };
    let answer = patient(exchange).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), head.to_ascii_lowercase(), body.to_owned())
}

/// A client over TCP.
struct Client {
    socket: TcpStream,
    stream: Stream,
}

impl Client {
    async fn connect(address: SocketAddr, user: &str) -> Self {
        let socket = TcpStream::connect(address).await.unwrap();
        let mut client = Self { socket, stream: Stream::default() };
        let open = "<stream:stream to='fin1.example' xmlns='jabber:client' \
                    xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
        client.send(open).await;
        client.part(|part| matches!(part, Part::Stanza(it) if it.local() == "features")).await;
        let plain = STANDARD.encode(format!("\0{user}\0demo-{user}"));
        client
            .send(&format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>"))
            .await;
        client.stanza("success").await;
        client.stream = Stream::default();
        client.send(open).await;
        client.stanza("features").await;
        client
            .send(&format!(
                "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
                 <resource>{user}</resource></bind></iq><presence/>"
            ))
            .await;
        client.stanza("presence").await;
        client
    }

    async fn send(&mut self, text: &str) {
        self.socket.write_all(text.as_bytes()).await.unwrap();
    }

    async fn part(&mut self, wanted: impl Fn(&Part) -> bool) -> Part {
        let search = async {
            loop {
                while let Some(part) = self.stream.next_part().unwrap() {
                    if wanted(&part) {
                        return part;
                    }
                }
                let mut buffer = [0; 4_096];
                let read = self.socket.read(&mut buffer).await.unwrap();
                assert!(read > 0, "the connection has ended");
                self.stream.push(std::str::from_utf8(&buffer[..read]).unwrap());
            }
        };
        patient(search).await
    }

    async fn stanza(&mut self, name: &str) -> Element {
        match self.part(|part| matches!(part, Part::Stanza(it) if it.local() == name)).await {
            Part::Stanza(stanza) => stanza,
            Part::Opened(_) | Part::Closed => unreachable!("only stanzas are wanted"),
        }
    }

    /// The next notification, decoded.
    async fn update(&mut self) -> Element {
        let message = self.stanza("message").await;
        let items = message.find("event").unwrap().find("items").unwrap();
        let notification = items.find("item").unwrap().find("notification").unwrap();
        Element::parse(&notification.own_text()).unwrap()
    }

    async fn state(&mut self) -> String {
        let update = self.update().await;
        update.find("data").unwrap().find("user").unwrap().text_of("state").unwrap()
    }
}

const LOGIN: &str = "<User><state>LOGIN</state><extension>1001</extension></User>";

fn change(state: &str) -> String {
    format!("<User><state>{state}</state></User>")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outcome_of_a_request_is_told_on_both_nodes_with_the_number_of_the_request() {
    let simulator = start().await;
    let mut clients = Vec::new();
    for node in &simulator.nodes {
        clients.push(Client::connect(node.xmpp.unwrap(), "1001").await);
    }
    let (status, head, body) = ask(simulator.nodes[0].https, "1001", "PUT", "User/1001", LOGIN).await;
    assert_eq!((status, body.as_str()), (202, ""));
    assert!(head.contains("requestid: q1"));
    for client in &mut clients {
        let update = client.update().await;
        assert_eq!(update.text_of("requestId").unwrap(), "q1");
        assert_eq!(update.text_of("source").unwrap(), "/finesse/api/User/1001");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_refused_as_tomcat_and_finesse_do() {
    let simulator = start().await;
    let node = simulator.nodes[0].https;
    for (user, method, path, body, expected, text) in [
        ("nobody", "GET", "User/nobody", "", 401, "Authorization Failure"),
        ("1001", "GET", "User/1002", "", 401, "Invalid Authorization User Specified"),
        ("1003", "GET", "User/999", "", 404, "User Not Found"),
        ("1001", "POST", "User/1001", "", 405, "HTTP Status 405"),
        ("1001", "PUT", "User/1001", "<User>", 400, "Bad Request"),
        ("1001", "PUT", "User/1001", "<User/>", 400, "Parameter Missing"),
        ("1001", "PUT", "Dialog/1", "<Dialog/>", 404, "Dialog Not Found"),
        ("1001", "GET", "Team/1", "", 401, "Invalid Supervisor"),
        ("1001", "GET", "Users", "", 403, "Forbidden"),
        ("1001", "GET", "Nothing", "", 404, "Not Found"),
    ] {
        let (status, _, answer) = ask(node, user, method, path, body).await;
        assert_eq!(status, expected, "{method} {path}: {answer}");
        assert!(answer.contains(text), "{answer}");
    }
    simulator.shared.with(|world, now| world.centre.go_out_of_service(now, "TEST"));
    let (status, _, body) = ask(node, "1001", "GET", "User/1001", "").await;
    assert!(status == 503 && body.contains("SERVER_OUT_OF_SERVICE"));
    let (status, _, body) = ask(node, "1001", "GET", "SystemInfo", "").await;
    assert!(status == 200 && body.contains("OUT_OF_SERVICE"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_happen_on_the_node_that_is_named() {
    let simulator = start().await;
    let [first, second] = &simulator.nodes[..] else { panic!("two nodes") };
    let set = |wanted: Wanted| {
        simulator.shared.with(|world, _| world.nodes[0].faults.set(&wanted));
    };
    set(Wanted { api: Some(Api::Unavailable), ..Wanted::default() });
    assert_eq!(ask(first.https, "1001", "GET", "User/1001", "").await.0, 503);
    assert_eq!(ask(second.https, "1001", "GET", "User/1001", "").await.0, 200);
    set(Wanted { mend: true, lose: Some(1), ..Wanted::default() });

    let mut client = Client::connect(first.xmpp.unwrap(), "1001").await;
    ask(first.https, "1001", "PUT", "User/1001", LOGIN).await;
    ask(first.https, "1001", "PUT", "User/1001", &change("READY")).await;
    assert_eq!(client.state().await, "READY", "the first notification is lost");
    set(Wanted { duplicate: Some(true), ..Wanted::default() });
    ask(first.https, "1001", "PUT", "User/1001", &change("NOT_READY")).await;
    assert_eq!((client.state().await, client.state().await), ("NOT_READY".into(), "NOT_READY".into()));
    set(Wanted { mend: true, reorder: Some(true), ..Wanted::default() });
    ask(first.https, "1001", "PUT", "User/1001", &change("READY")).await;
    ask(first.https, "1001", "PUT", "User/1001", &change("NOT_READY")).await;
    assert_eq!((client.state().await, client.state().await), ("NOT_READY".into(), "READY".into()));

    set(Wanted { mend: true, network: Some(Network::Gone), ..Wanted::default() });
    let mut rest = Vec::new();
    // Reset or ended, but over.
    let _ = patient(client.socket.read_to_end(&mut rest)).await;
    assert_eq!(ask(second.https, "1001", "GET", "User/1001", "").await.0, 200);
}
