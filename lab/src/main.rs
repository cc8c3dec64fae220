//! The command line of the simulators.

mod command;

use std::process::ExitCode;
use std::str::FromStr as _;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use command::clients::ClientsArguments;
use command::finesse::{FinesseArguments, RunArguments};
use command::pbx::PbxArguments;
use command::probe::ProbeArguments;

/// Simulators of what surrounds Sidetone, for the demo and for tests.
#[derive(Debug, Parser)]
#[command(name = "lab", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A small PBX: extensions that register, and numbers that answer (600 to 608).
    Pbx(PbxArguments),
    /// A contact centre with Cisco Finesse in front, without any calls but those that are made.
    Finesse(Box<FinesseArguments>),
    /// The same on a working day: forty teammates and six queues.
    Run(Box<RunArguments>),
    /// Users of the relay with browsers, who answer every call at once; says what they have seen when stopped.
    Clients(ClientsArguments),
    /// Calls from a browser through the relay to a telephone, timed; prints the times as JSON.
    Probe(ProbeArguments),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = start_logs().and_then(|()| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        match cli.command {
            Command::Pbx(arguments) => runtime.block_on(command::pbx::run(arguments)),
            Command::Finesse(arguments) => {
                runtime.block_on(command::finesse::run(*arguments, sidetone_lab::finesse::day::Script::BARE))
            }
            Command::Run(arguments) => runtime.block_on(command::finesse::run_script(*arguments)),
            Command::Clients(arguments) => runtime.block_on(command::clients::run(arguments)),
            Command::Probe(arguments) => runtime.block_on(command::probe::run(arguments)),
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
}
