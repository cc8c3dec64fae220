//! The `lab` command as its user meets it.

#![expect(clippy::unwrap_used, reason = "a panic is how a test says what does not hold")]

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

const ANY_PORT: &str = "127.0.0.1:0";

fn lab(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(arguments).env_remove("RUST_LOG").kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts a PBX; answers its line on standard output.
async fn ready(arguments: &[&str]) -> (Child, String) {
    let mut child = lab(arguments).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).await.unwrap();
    (child, line)
}

async fn refusal(arguments: &[&str]) -> String {
    let output = lab(arguments).output().await.unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn it_says_where_it_is_ready_and_ends_in_order_when_told_to() {
    for signal in ["TERM", "INT"] {
        let (mut child, line) = ready(&["pbx", "--listen", ANY_PORT, "--extension", "2001:secret"]).await;
        let address = line.strip_prefix("PBX ready on ").and_then(|rest| rest.split_once(' ')).unwrap().0;
        assert!(address.parse::<SocketAddr>().is_ok_and(|address| address.port() != 0), "{line}");
        assert!(line.contains("extensions 2001;") && !line.contains("secret"), "{line}");
        let id = child.id().unwrap().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().await.unwrap().success());
        let status = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
        assert!(status.expect("it goes on").unwrap().success());
    }
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_transport() {
    let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = udp.local_addr().unwrap().to_string();
    let error = refusal(&["pbx", "--listen", &address]).await;
    assert!(error.starts_with(&format!("lab: cannot listen on {address} by UDP")), "{error}");
    assert!(error.contains("in use"), "{error}");

    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = tcp.local_addr().unwrap().to_string();
    let error = refusal(&["pbx", "--listen", &address]).await;
    assert!(error.starts_with(&format!("lab: cannot listen on {address} by TCP")), "{error}");
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let error = refusal(&["pbx", "--listen", ANY_PORT, "--extension", "1:a", "--extension", "1:b"]).await;
    assert!(error.contains("extension 1 is given twice"), "{error}");
    let error = refusal(&["pbx", "--listen", ANY_PORT, "--rtp-ports", "24001-24002"]).await;
    assert!(error.contains("24001-24002 holds no pair"), "{error}");
}
