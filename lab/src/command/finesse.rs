//! `lab finesse` and `lab run`: a contact centre with Finesse in front.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use sidetone_lab::finesse::centre::state::Platform;
use sidetone_lab::finesse::certificate::Certificate;
use sidetone_lab::finesse::config::{AgentConfig, Config};
use sidetone_lab::finesse::day::Script;
use sidetone_lab::finesse::{NodeSettings, RealSwitch, Settings, Simulator};
use sidetone_lab::pbx::{self, Extension, Pbx};
use tokio::sync::mpsc;

use super::pbx::serve_control;
use super::{Stop, print};

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PlatformName {
    Ucce,
    Uccx,
}

#[derive(Debug, Args)]
pub(crate) struct FinesseArguments {
    /// The contact centre behind: what the configuration says, or UCCE.
    #[arg(long)]
    platform: Option<PlatformName>,
    /// Where the API and the notification service are, by HTTPS.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8445")]
    listen: SocketAddr,
    /// Where the notification service is too, as on port 7443 of older releases.
    #[arg(long, value_name = "ADDRESS:PORT")]
    secure: Option<SocketAddr>,
    /// Where XMPP is spoken without TLS.
    #[arg(long, value_name = "ADDRESS:PORT")]
    xmpp: Option<SocketAddr>,
    /// The server's name, which is its domain of XMPP.
    #[arg(long, value_name = "NAME", default_value = "localhost")]
    host: String,
    /// A second server: the API.
    #[arg(long, value_name = "ADDRESS:PORT")]
    second_node: Option<SocketAddr>,
    /// The second server: XMPP without TLS.
    #[arg(long, value_name = "ADDRESS:PORT", requires = "second_node")]
    second_xmpp: Option<SocketAddr>,
    /// The second server's name; its address by default.
    #[arg(long, value_name = "NAME", requires = "second_node")]
    second_host: Option<String>,
    /// Where it is driven from, by HTTP.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8446")]
    control: SocketAddr,
    /// Agents, teams, queues and times; the usual set without.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What agents who are lost are left as on UCCE: 0 not ready, 1 signed out.
    #[arg(long, value_name = "0|1", value_parser = clap::value_parser!(u8).range(0..=1))]
    load: Option<u8>,
    /// A certificate in PEM; one is made without.
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// Its key in PEM.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Writes the certificate there, for clients that are to trust it.
    #[arg(long, value_name = "FILE")]
    write_certificate: Option<PathBuf>,
    /// A PBX with the agents' telephones, which register there with the agents' passwords. All calls are there then, with
    /// audio; without, all telephones are in memory.
    #[arg(long, value_name = "ADDRESS:PORT", visible_alias = "with-pbx")]
    pbx: Option<SocketAddr>,
    /// The control interface of that PBX, by HTTP: what it was told, and who hears whom.
    #[arg(long, value_name = "ADDRESS:PORT", requires = "pbx")]
    pbx_control: Option<SocketAddr>,
    /// Where the PBX receives media.
    #[arg(long, value_name = "FIRST-LAST", default_value = "24000-24999", value_parser = super::pbx::ports)]
    rtp_ports: RangeInclusive<u16>,
    /// What the day is made from.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// What kind of day it is: busy-monday, quiet or failover.
    #[arg(value_parser = ["busy-monday", "quiet", "failover"])]
    script: String,
    #[command(flatten)]
    finesse: FinesseArguments,
}

pub(crate) async fn run_script(arguments: RunArguments) -> anyhow::Result<()> {
    let script = Script::named(&arguments.script).context("there is no such script")?;
    run(arguments.finesse, script).await
}

pub(crate) async fn run(arguments: FinesseArguments, script: Script) -> anyhow::Result<()> {
    ensure!(arguments.control.ip().is_loopback(), "--control has to be on a loopback address");
    let mut config = match &arguments.config {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            Config::read(&text).with_context(|| format!("{} is not understood", path.display()))?
        }
        None => Config::default(),
    };
    match arguments.platform {
        Some(PlatformName::Ucce) => config.platform = Platform::Ucce,
        Some(PlatformName::Uccx) => config.platform = Platform::Uccx,
        None => {}
    }
    config.load = arguments.load.unwrap_or(config.load);
    let certificate = match (&arguments.certificate, &arguments.key) {
        (Some(certificate), Some(key)) => Some(Certificate::read(certificate, key)?),
        (None | Some(_), None | Some(_)) => None,
    };
    let mut nodes = vec![NodeSettings {
        host: arguments.host,
        https: arguments.listen,
        secure: arguments.secure,
        xmpp: arguments.xmpp,
    }];
    nodes.extend(arguments.second_node.map(|https| NodeSettings {
        host: arguments.second_host.unwrap_or_else(|| https.ip().to_string()),
        https,
        secure: None,
        xmpp: arguments.second_xmpp,
    }));
    let platform = config.platform.name();
    let mut stop = Stop::new()?;
    let mut pbx = None;
    let mut switch = None;
    let mut sip = String::new();
    if let Some(listen) = arguments.pbx {
        let (started, real) = start_pbx(listen, arguments.rtp_ports, &config).await?;
        sip = format!("; sip {}", started.address());
        if let (Some(address), Some(control)) = (arguments.pbx_control, started.control()) {
            sip = format!("{sip}, its control http {}", serve_control(address, control).await?);
        }
        pbx = Some(started);
        switch = Some(real);
    }
    let simulator = Simulator::start(Settings {
        config,
        nodes,
        control: Some(arguments.control),
        script,
        seed: arguments.seed,
        certificate,
        switch,
    })
    .await?;
    if let Some(path) = &arguments.write_certificate {
        std::fs::write(path, &simulator.certificate)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let mut places = Vec::new();
    for node in &simulator.nodes {
        let mut place = format!("https {}", node.https);
        for (name, address) in [("secure", node.secure), ("xmpp", node.xmpp)] {
            if let Some(address) = address {
                place = format!("{place}, {name} {address}");
            }
        }
        places.push(place);
    }
    let control = simulator.control.map(|address| address.to_string()).unwrap_or_default();
    print(&format!(
        "Finesse ready ({platform}): {}; control http {control}{sip}",
        places.join("; second: ")
    ))?;
    stop.wanted().await;
    drop(simulator);
    if let Some(pbx) = pbx {
        pbx.shutdown().await;
    }
    Ok(())
}

/// Starts a PBX that the contact centre controls.
async fn start_pbx(
    listen: SocketAddr,
    rtp_ports: RangeInclusive<u16>,
    config: &Config,
) -> anyhow::Result<(Pbx, RealSwitch)> {
    let extension =
        |agent: &AgentConfig| Extension { number: agent.extension.clone(), password: agent.password.clone() };
    let extensions: Vec<_> = config.agents.iter().filter(|agent| !agent.simulated).map(extension).collect();
    let settings = pbx::Settings {
        listen,
        rtp_ports,
        extensions,
        controlled: true,
        // Whoever plays customers has them answer.
        outside_answers: false,
        ..pbx::Settings::default()
    };
    let pbx = Pbx::start(settings).await?;
    let control = pbx.control().context("the PBX takes no commands")?;
    let (sender, events) = mpsc::unbounded_channel();
    control.subscribe(sender);
    Ok((pbx, RealSwitch { control: Arc::new(control), events, devices: None }))
}
