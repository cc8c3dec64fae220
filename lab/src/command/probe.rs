//! `lab probe`: calls from a browser to a telephone, timed.

use std::net::SocketAddr;

use clap::Args;
use sidetone_lab::clients::{Account, Relay};
use sidetone_lab::probe;
use sidetone_protocol::DialString;

use super::print;

#[derive(Debug, Args)]
pub(crate) struct ProbeArguments {
    /// The relay's HTTPS port. Any certificate is taken.
    #[arg(long, value_name = "ADDRESS:PORT")]
    relay: SocketAddr,
    /// Who calls.
    #[arg(long, value_name = "'NAME PASSWORD'")]
    account: Account,
    /// Where the telephone that is called listens for SIP, by UDP: a peer of the relay's trunk.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// The number that reaches it.
    #[arg(long, default_value = "2000")]
    number: DialString,
    /// How many calls, one after the other.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    calls: u32,
}

pub(crate) async fn run(arguments: ProbeArguments) -> anyhow::Result<()> {
    let relay = Relay::at(arguments.relay)?;
    let ProbeArguments { account, listen, number, calls, .. } = &arguments;
    let times = probe::run(&relay, account, *listen, number, *calls).await?;
    print(&serde_json::to_string(&times)?)
}
