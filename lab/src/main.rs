//! The command line of the simulators.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::str::FromStr as _;

use anyhow::{Context as _, ensure};
use clap::{Args, Parser, Subcommand};
use sidetone_lab::pbx::{Extension, Pbx, Settings};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Simulators of what surrounds Sidetone, for the demo and for tests.
#[derive(Debug, Parser)]
#[command(name = "lab", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A small PBX: extensions that register, and numbers that answer (600 to 607).
    Pbx(PbxArguments),
}

#[derive(Debug, Args)]
struct PbxArguments {
    /// Where to speak SIP, by UDP and TCP.
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = Settings::default().listen)]
    listen: SocketAddr,
    /// The address to tell others, where it is not the one listened on.
    #[arg(long, value_name = "ADDRESS")]
    advertise: Option<IpAddr>,
    /// Who may register, once for each; 1001 and 1002 with the passwords demo-1001 and demo-1002 by default.
    #[arg(long = "extension", value_name = "NUMBER:PASSWORD", value_parser = extension)]
    extensions: Vec<Extension>,
    /// Where to receive media.
    #[arg(long, value_name = "FIRST-LAST", default_value = "24000-24999", value_parser = ports)]
    rtp_ports: RangeInclusive<u16>,
    /// What 601 plays.
    #[arg(long, value_name = "HZ", default_value_t = 440, value_parser = clap::value_parser!(u16).range(50..=3_800))]
    tone: u16,
}

fn extension(text: &str) -> Result<Extension, String> {
    match text.split_once(':') {
        Some((number, password)) if !number.is_empty() && !password.is_empty() => {
            Ok(Extension { number: number.to_owned(), password: password.to_owned() })
        }
        _ => Err("expected a number, a colon and a password, such as 1001:secret".to_owned()),
    }
}

fn ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let ports =
        text.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    match ports {
        Some((first, last)) if first < last => Ok(first..=last),
        _ => Err("expected two ports from 1 to 65535, the smaller first, such as 24000-24999".to_owned()),
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = start_logs().and_then(|()| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        match cli.command {
            Command::Pbx(arguments) => runtime.block_on(pbx(arguments)),
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "what a command line has to say on failure")]
            {
                eprintln!("lab: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The stack writes whole messages at INFO and dialog identifiers at WARN, so it is off unless asked for.
const LOGS: &str = "info,rsipstack=off";

fn start_logs() -> anyhow::Result<()> {
    let wanted = std::env::var("RUST_LOG").unwrap_or_else(|_| LOGS.to_owned());
    let filter =
        Targets::from_str(&wanted).with_context(|| format!("RUST_LOG is not understood: {wanted:?}"))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(lines).with(filter).init();
    Ok(())
}

async fn pbx(arguments: PbxArguments) -> anyhow::Result<()> {
    let mut settings = Settings {
        listen: arguments.listen,
        advertise: arguments.advertise,
        rtp_ports: arguments.rtp_ports,
        tone_hz: arguments.tone.into(),
        ..Settings::default()
    };
    if !arguments.extensions.is_empty() {
        settings.extensions = arguments.extensions;
    }
    for (index, extension) in settings.extensions.iter().enumerate() {
        let known = settings.extensions[..index].iter().any(|other| other.number == extension.number);
        ensure!(!known, "extension {} is given twice", extension.number);
    }
    let numbers: Vec<_> = settings.extensions.iter().map(|extension| extension.number.as_str()).collect();
    let numbers = numbers.join(", ");

    // Caught from before the ready line on, since whoever reads it may stop us right away.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let pbx = Pbx::start(settings).await?;
    let mut stdout = std::io::stdout();
    writeln!(
        stdout,
        "PBX ready on {} (UDP and TCP): extensions {numbers}; 600 echo, 601 tone, 602 keys, 603 call back, \
         605 busy, 606 no answer, 607 early media",
        pbx.address()
    )
    .and_then(|()| stdout.flush())
    .context("standard output is closed")?;

    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    pbx.shutdown().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn bad_values_say_what_is_expected() {
        for arguments in [
            ["lab", "pbx", "--extension", "1001"],
            ["lab", "pbx", "--extension", ":secret"],
            ["lab", "pbx", "--rtp-ports", "24999-24000"],
            ["lab", "pbx", "--rtp-ports", "24000"],
            ["lab", "pbx", "--tone", "9000"],
            ["lab", "pbx", "--listen", "5070"],
        ] {
            let error = Cli::try_parse_from(arguments).unwrap_err().to_string();
            assert!(error.contains(arguments[2]) && error.contains(arguments[3]), "{error}");
        }
    }

    #[test]
    fn a_password_may_hold_a_colon() {
        let Extension { number, password } = extension("1001:a:b").unwrap();
        assert_eq!((number.as_str(), password.as_str()), ("1001", "a:b"));
    }
}
