//! SIPp as a process, and a socket that stands for its ears and its mouth.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sidetone_lab::media::rtp::Packet;
use tokio::net::UdpSocket;
use tokio::process::{Child, Command};

use super::scenario::Scenario;

/// A telephone played by SIPp.
#[derive(Clone)]
pub(crate) struct Telephone {
    pub(crate) pbx: SocketAddr,
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
    /// `u1` for UDP, `t1` for TCP.
    pub(crate) transport: &'static str,
    /// Where media is wanted.
    pub(crate) media: u16,
    /// Where calls are wanted.
    pub(crate) contact: u16,
}

const SIPP: &str = "/usr/bin/sipp";

/// Whether SIPp is here; without it the caller skips its test, but never in CI.
pub(crate) fn sipp_is_here() -> bool {
    let here = Path::new(SIPP).exists();
    if !here {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{SIPP} is missing: install sip-tester");
        println!("skipped: {SIPP} is missing (Debian package sip-tester)");
    }
    here
}

impl Telephone {
    /// Extension 1001 over UDP.
    pub(crate) fn new(pbx: SocketAddr) -> Self {
        Self { pbx, user: "1001", password: "demo-1001", transport: "u1", media: 9, contact: 9 }
    }

    /// Plays `scenario` against `number`; panics with what SIPp says where it goes otherwise.
    pub(crate) async fn play(&self, number: &str, scenario: Scenario) {
        self.start(number, &scenario, None).finish().await;
    }

    /// Plays `scenario` to whoever calls at the contact.
    pub(crate) fn await_call(&self, scenario: &Scenario) -> Running {
        self.start("none", scenario, Some(self.contact))
    }

    fn start(&self, number: &str, scenario: &Scenario, port: Option<u16>) -> Running {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("sidetone-lab-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("scenario.xml"), scenario.to_xml()).unwrap();
        let mut command = Command::new(SIPP);
        command.arg(self.pbx.to_string()).args(["-sf", "scenario.xml", "-s", number, "-m", "1"]);
        command.args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-ci", "127.0.0.1", "-t", self.transport]);
        command.args([
            "-nostdin",
            "-timeout",
            "20s",
            "-timeout_error",
            "-trace_err",
            "-error_file",
            "errors",
        ]);
        command.args(["-au", self.user, "-ap", self.password]);
        for (key, value) in [
            ("user", self.user.to_owned()),
            ("media", self.media.to_string()),
            ("contact_port", self.contact.to_string()),
        ] {
            command.args(["-key", key, &value]);
        }
        if let Some(port) = port {
            command.args(["-p", &port.to_string()]);
        }
        command.current_dir(&folder).kill_on_drop(true).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Running { child: Some(command.spawn().unwrap()), folder }
    }
}

/// A scenario that plays.
pub(crate) struct Running {
    child: Option<Child>,
    folder: PathBuf,
}

impl Running {
    /// Waits for the end; panics with what SIPp says unless all went as the scenario has it.
    pub(crate) async fn finish(mut self) {
        let output = self.child.take().unwrap().wait_with_output().await.unwrap();
        let errors = std::fs::read_to_string(self.folder.join("errors")).unwrap_or_default();
        let screen = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "SIPp ended with {}:\n{errors}\n{screen}", output.status);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // What is left in the temporary folder hurts nobody.
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The media of a telephone.
pub(crate) struct Ear(UdpSocket);

impl Ear {
    pub(crate) async fn open() -> Self {
        Self(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap())
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// The next packet.
    pub(crate) async fn hear(&self) -> Packet {
        let mut buffer = [0; 1_500];
        let received = tokio::time::timeout(Duration::from_secs(10), self.0.recv(&mut buffer)).await;
        Packet::parse(&buffer[..received.expect("nothing is heard for 10 s").unwrap()]).unwrap()
    }

    /// The next `count` packets.
    pub(crate) async fn hear_many(&self, count: usize) -> Vec<Packet> {
        let mut packets = Vec::with_capacity(count);
        while packets.len() < count {
            packets.push(self.hear().await);
        }
        packets
    }

    pub(crate) async fn say(&self, to: u16, packet: &Packet) {
        self.0.send_to(&packet.to_bytes(), (Ipv4Addr::LOCALHOST, to)).await.unwrap();
    }
}

/// A UDP port that nobody has at the moment.
pub(crate) async fn free_port() -> u16 {
    Ear::open().await.port()
}
