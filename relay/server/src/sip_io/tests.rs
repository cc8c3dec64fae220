//! SIP over TLS on loopback, with certificates made for the test.

use super::{Accepted, SipSockets, SipTask};
use crate::config::Sip;
use crate::relay::Input;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sidetone_sip::{FlowId, Input as SipInput, Transport};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A folder of its own for a test's files.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sidetone-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left-overs in the folder of temporary files do no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Who signs certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// The settings of somebody with a certificate for this host.
    fn certify(&self, folder: &Folder, who: &str, host: &str) -> Sip {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Sip {
            certificate: Some(folder.write(&format!("{who}.pem"), &certificate.pem())),
            key: Some(folder.write(&format!("{who}.key"), &key.serialize_pem())),
            ..self.trust(folder)
        }
    }

    /// The settings of somebody who only trusts the authority.
    fn trust(&self, folder: &Folder) -> Sip {
        let ca = Some(folder.write("ca.pem", &self.pem));
        let listen_ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Sip { listen_ip, udp_port: 0, tcp_port: 0, tls_port: 0, ca, ..Sip::default() }
    }
}

/// One end: its sockets, its TLS address, and what comes in.
struct End {
    task: SipTask,
    tls: SocketAddr,
    inputs: mpsc::Receiver<Input>,
}

impl End {
    async fn start(config: &Sip) -> Self {
        let (sender, inputs) = mpsc::channel(16);
        let (task, addresses) = SipTask::start(SipSockets::bind(config).unwrap(), sender, None).unwrap();
        Self { task, tls: addresses.tls, inputs }
    }

    async fn next(&mut self) -> Input {
        timeout(Duration::from_secs(10), self.inputs.recv()).await.unwrap().unwrap()
    }

    async fn accepted(&mut self) -> Accepted {
        match self.next().await {
            Input::SipAccepted(accepted) => accepted,
            _ => panic!("a connection was expected"),
        }
    }

    async fn sip(&mut self) -> SipInput {
        match self.next().await {
            Input::Sip(input) => input,
            _ => panic!("something of SIP was expected"),
        }
    }

    /// What comes over a flow, until it is as long as `text`.
    async fn assert_reads(&mut self, flow: FlowId, text: &[u8]) {
        let mut read = Vec::new();
        while read.len() < text.len() {
            match self.sip().await {
                SipInput::Stream { flow: of, bytes } if of == flow => read.extend(bytes),
                other => panic!("bytes were expected, not {other:?}"),
            }
        }
        assert_eq!(read, text);
    }
}

const FLOW: FlowId = FlowId(7);

#[tokio::test]
async fn both_ends_read_what_the_other_writes() {
    let folder = Folder::new("tls-both-ways");
    let authority = Authority::new();
    let mut server = End::start(&authority.certify(&folder, "server", "localhost")).await;
    let mut client = End::start(&authority.trust(&folder)).await;
    client.task.connect(FLOW, Transport::Tls, server.tls, "localhost".into());
    let accepted = server.accepted().await;
    assert_eq!((accepted.transport, accepted.local), (Transport::Tls, server.tls));
    assert!(matches!(client.sip().await, SipInput::Connected { flow: FLOW, .. }));
    assert!(server.task.adopt(FLOW, accepted));
    client.task.send(FLOW, server.tls, b"REGISTER".to_vec());
    server.assert_reads(FLOW, b"REGISTER").await;
    server.task.send(FLOW, server.tls, b"SIP/2.0 200 OK".to_vec());
    client.assert_reads(FLOW, b"SIP/2.0 200 OK").await;
    client.task.close(FLOW);
    assert_eq!(server.sip().await, SipInput::Closed { flow: FLOW });
}

#[tokio::test]
async fn a_server_with_a_certificate_for_another_host_is_not_talked_to() {
    let folder = Folder::new("tls-other-host");
    let authority = Authority::new();
    let server = End::start(&authority.certify(&folder, "server", "pbx.test")).await;
    let mut client = End::start(&authority.trust(&folder)).await;
    client.task.connect(FLOW, Transport::Tls, server.tls, "localhost".into());
    assert_eq!(client.sip().await, SipInput::Closed { flow: FLOW });
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_not_talked_to() {
    let folder = Folder::new("tls-unknown");
    let server = End::start(&Authority::new().certify(&folder, "server", "localhost")).await;
    let mut client = End::start(&Authority::new().trust(&folder)).await;
    client.task.connect(FLOW, Transport::Tls, server.tls, "localhost".into());
    assert_eq!(client.sip().await, SipInput::Closed { flow: FLOW });
}

#[tokio::test]
async fn clients_have_to_show_a_certificate_where_that_is_required() {
    let folder = Folder::new("tls-mutual");
    let authority = Authority::new();
    let server = authority.certify(&folder, "server", "localhost");
    let mut server = End::start(&Sip { require_client_certificate: true, ..server }).await;
    let mut stranger = End::start(&authority.trust(&folder)).await;
    stranger.task.connect(FLOW, Transport::Tls, server.tls, "localhost".into());
    // With TLS 1.3 a client believes to be through until the refusal comes.
    loop {
        match stranger.sip().await {
            SipInput::Connected { .. } => {}
            other => {
                assert_eq!(other, SipInput::Closed { flow: FLOW });
                break;
            }
        }
    }
    let mut known = End::start(&authority.certify(&folder, "client", "relay.test")).await;
    known.task.connect(FLOW, Transport::Tls, server.tls, "localhost".into());
    assert_eq!(server.accepted().await.transport, Transport::Tls);
}

#[tokio::test]
async fn without_a_certificate_nobody_listens() {
    let folder = Folder::new("tls-none");
    let end = End::start(&Authority::new().trust(&folder)).await;
    assert_eq!(end.tls.port(), 0);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    let folder = Folder::new("tls-files");
    let config = Authority::new().trust(&folder);
    let missing = Sip { ca: Some(folder.0.join("missing.pem")), ..config };
    let error = SipSockets::bind(&missing).err().map(|error| format!("{error:#}")).unwrap();
    assert!(error.contains("missing.pem"), "{error}");
}
