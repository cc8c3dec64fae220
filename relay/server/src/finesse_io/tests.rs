use super::*;
use crate::config::{Config, parse};
use axum::Router;
use axum::extract::ConnectInfo;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::http::{HeaderMap, Method, header};
use axum::routing::{any, get};
use axum_server::tls_rustls::RustlsConfig;
use rcgen::CertifiedKey;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// A server with a certificate that it has signed itself, which stands in a file.
struct Server {
    address: SocketAddr,
    ca: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.ca);
    }
}

/// Says who asks and from which port, so that a kept connection shows.
async fn asked(ConnectInfo(from): ConnectInfo<SocketAddr>, headers: HeaderMap, body: String) -> String {
    let authorization = headers.get(header::AUTHORIZATION).map_or("", |value| value.to_str().unwrap());
    format!("{} {authorization} {body}", from.port())
}

async fn upgrade(ws: WebSocketUpgrade) -> axum::response::Response {
    ws.protocols(["xmpp"]).on_upgrade(|mut socket| async move {
        while let Some(Ok(Message::Text(text))) = socket.recv().await {
            if text.as_str() == "bye" || socket.send(Message::Text(text)).await.is_err() {
                return;
            }
        }
    })
}

fn server(name: &str, names: &[&str]) -> Server {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).unwrap();
    let ca = std::env::temp_dir().join(format!("sidetone-finesse-io-{}-{name}.pem", std::process::id()));
    std::fs::write(&ca, cert.pem()).unwrap();
    let key = rustls_pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/asked", any(asked))
        .route("/never", get(std::future::pending::<()>))
        .route("/ws/", any(upgrade))
        .route("/plain/", any(|ws: WebSocketUpgrade| async { ws.on_upgrade(|_| async {}) }));
    let server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(Arc::new(config))).unwrap();
    tokio::spawn(server.serve(router.into_make_service_with_connect_info::<SocketAddr>()));
    Server { address, ca }
}

fn site(ca: &std::path::Path) -> FinesseSite {
    let text = format!(
        "[media]\nlisten_ip = \"127.0.0.1\"\n[sip]\nlisten_ip = \"127.0.0.1\"\n\
         [[finesse]]\nname = \"cc\"\nhost = \"localhost\"\nca = {ca:?}"
    );
    let config: Config = parse(std::path::Path::new("f"), &text, std::iter::empty()).unwrap();
    FinesseSite::new(&config.finesse[0]).unwrap()
}

fn put(path: &str, timeout_ms: u64) -> Ask {
    let secret = header::HeaderValue::from_static("Basic eA==");
    Ask {
        method: Method::PUT,
        path: path.to_owned(),
        headers: vec![(header::AUTHORIZATION, secret)],
        body: "<User/>".to_owned(),
        waits: false,
        timeout: Duration::from_millis(timeout_ms),
    }
}

async fn answer(site: &FinesseSite, address: SocketAddr, ask: Ask) -> Result<Answer, AskError> {
    let (reply, answer) = oneshot::channel();
    site.ask("localhost".to_owned(), address.port(), ask, |result| async move {
        let _ = reply.send(result);
    });
    answer.await.unwrap()
}

#[tokio::test]
async fn requests_after_each_other_take_the_same_connection() {
    let server = server("reuse", &["localhost"]);
    let site = site(&server.ca);
    let first = answer(&site, server.address, put("/asked", 5_000)).await.unwrap();
    let second = answer(&site, server.address, put("/asked", 5_000)).await.unwrap();
    assert_eq!(first.status, 200);
    assert!(first.body.ends_with(" Basic eA== <User/>"), "{}", first.body);
    assert_eq!(first.body, second.body);
}

#[tokio::test]
async fn silence_and_a_closed_port_are_told_apart() {
    let server = server("silence", &["localhost"]);
    let site = site(&server.ca);
    let silent = answer(&site, server.address, Ask { method: Method::GET, ..put("/never", 200) }).await;
    assert_eq!(silent, Err(AskError::TimedOut));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = answer(&site, closed, put("/asked", 5_000)).await;
    assert_eq!(refused, Err(AskError::Dial(DialError::Unreachable)));
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_no_password() {
    let trusted = server("trusted", &["localhost"]);
    let other = server("other", &["localhost"]);
    let result = answer(&site(&trusted.ca), other.address, put("/asked", 5_000)).await;
    assert_eq!(result, Err(AskError::Dial(DialError::Tls)));
}

#[tokio::test]
async fn a_servers_own_certificate_in_the_file_is_enough() {
    let server = server("own", &["finesse1.test"]);
    let result = answer(&site(&server.ca), server.address, put("/asked", 5_000)).await;
    assert_eq!(result.map(|answer| answer.status), Ok(200));
}

fn open(site: &FinesseSite, server: &Server, path: &str) -> (Link, mpsc::Receiver<LinkEvent>) {
    let (events, inbox) = mpsc::channel(16);
    let target = Target { host: "localhost".to_owned(), port: server.address.port(), path: path.to_owned() };
    let link = site.open(target, move |event| {
        let events = events.clone();
        async move { events.send(event).await.is_ok() }
    });
    (link, inbox)
}

#[tokio::test]
async fn a_websocket_carries_frames_until_the_server_closes_it() {
    let server = server("frames", &["localhost"]);
    let site = site(&server.ca);
    let (link, mut events) = open(&site, &server, "/ws/");
    assert_eq!(events.recv().await, Some(LinkEvent::Opened));
    assert!(link.send("<open/>".to_owned()));
    assert_eq!(events.recv().await, Some(LinkEvent::Received("<open/>".to_owned())));
    assert!(link.send("bye".to_owned()));
    assert_eq!(events.recv().await, Some(LinkEvent::Closed));
}

#[tokio::test]
async fn a_dropped_websocket_is_closed_after_its_last_frame() {
    let server = server("dropped", &["localhost"]);
    let site = site(&server.ca);
    let (link, mut events) = open(&site, &server, "/ws/");
    assert_eq!(events.recv().await, Some(LinkEvent::Opened));
    assert!(link.send("bye".to_owned()));
    drop(link);
    assert_eq!(events.recv().await, Some(LinkEvent::Closed));
    assert_eq!(events.recv().await, None);
}

#[tokio::test]
async fn a_websocket_that_does_not_speak_xmpp_is_none() {
    let server = server("plain", &["localhost"]);
    let (_link, mut events) = open(&site(&server.ca), &server, "/plain/");
    assert_eq!(events.recv().await, Some(LinkEvent::Closed));
}
