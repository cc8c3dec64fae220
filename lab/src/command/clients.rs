//! `lab clients`: many users with browsers who answer every call.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use sidetone_lab::clients::{Account, Clients, Media, Relay};

use super::{Stop, print};

#[derive(Debug, Args)]
pub(crate) struct ClientsArguments {
    /// The relay's HTTPS port. Any certificate is taken.
    #[arg(long, value_name = "ADDRESS:PORT")]
    relay: SocketAddr,
    /// Who signs in: a file with a name, a space and a password on each line.
    #[arg(long, value_name = "FILE")]
    accounts: PathBuf,
    /// When browsers make their peer connections.
    #[arg(long, value_enum, default_value_t = MediaArgument::Warm)]
    media: MediaArgument,
    /// How long all may take to get ready.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    patience: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum MediaArgument {
    /// After sign-in, and kept.
    Warm,
    /// When a call rings, and given up after it.
    OnCall,
}

pub(crate) async fn run(arguments: ClientsArguments) -> anyhow::Result<()> {
    let media = match arguments.media {
        MediaArgument::Warm => Media::Warm,
        MediaArgument::OnCall => Media::OnCall,
    };
    let file = &arguments.accounts;
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let accounts = text
        .lines()
        .map(str::parse)
        .collect::<anyhow::Result<Vec<Account>>>()
        .with_context(|| format!("{} is not understood", file.display()))?;
    let mut stop = Stop::new()?;
    let relay = Relay::at(arguments.relay)?;
    let count = accounts.len();
    let patience = Duration::from_secs(arguments.patience);
    let clients = tokio::select! {
        clients = Clients::start(&relay, accounts, media, patience) => clients?,
        () = stop.wanted() => return Ok(()),
    };
    print(&format!("{count} clients ready"))?;
    stop.wanted().await;
    print(&serde_json::to_string(&clients.stop().await)?)
}
