//! The PBX as seen by SIPp, a SIP implementation that shares nothing with ours or with the one inside.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a test says what does not hold")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says why")]

mod calls;
mod controlled;
mod media;
mod peer;
mod registration;
mod scenario;

use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use scenario::Scenario;
use sidetone_lab::media::ports::PortRange;
use sidetone_lab::pbx::{Pbx, Settings};

/// A port pair of its own for each PBX, so that a test knows where the only stream of its PBX is.
async fn media_ports() -> RangeInclusive<u16> {
    static RANGE: LazyLock<PortRange> =
        LazyLock::new(|| PortRange::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 26_000..=26_199).unwrap());
    let port = RANGE.open().await.unwrap().rtp.local_addr().unwrap().port();
    port..=port + 1
}

async fn pbx() -> (Pbx, u16) {
    started(Settings::default()).await
}

async fn started(settings: Settings) -> (Pbx, u16) {
    let rtp_ports = media_ports().await;
    let port = *rtp_ports.start();
    let listen = (Ipv4Addr::LOCALHOST, 0).into();
    let pbx = Pbx::start(Settings { listen, rtp_ports, ..settings }).await.unwrap();
    (pbx, port)
}

fn steps() -> Scenario {
    Scenario::default()
}
