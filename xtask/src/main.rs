//! Build, test, demo and packaging commands of this repository: `cargo xtask <command>`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its user there")]

mod bench;
mod demo;
mod dist;
mod fmt;
mod process;
mod setup;
mod stamp;
mod test;
mod tidy;
mod wasm;
mod workspace;

use std::process::ExitCode;

use anyhow::bail;

use crate::workspace::Workspace;

const USAGE: &str = "\
cargo xtask <command>

  demo             build everything, start it on this machine and print the addresses to open
  test [stage…]    run every check, or only the stages named
  setup            install what `demo` and `test` need and this machine lacks
  dist             build the relay with the browser application inside, ready to ship
  client           build only the browser application, and print what each of its files weighs
  tidy             check the rules of the design that no compiler checks
  bench [name…]    run a measurement; `cargo xtask bench` lists them
  fmt              format all Rust code";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is::<Reported>() {
                eprintln!("\nerror: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

/// A failure whose reason the user has seen already.
#[derive(Clone, Copy, Debug)]
struct Reported;

impl std::fmt::Display for Reported {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the reason is above")
    }
}

impl std::error::Error for Reported {}

fn dispatch(arguments: &[String]) -> anyhow::Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        bail!("say which command to run\n\n{USAGE}");
    };
    match command.as_str() {
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            return Ok(());
        }
        "demo" | "test" | "setup" | "dist" | "client" | "tidy" | "bench" | "fmt" => {}
        unknown => bail!("there is no command `{unknown}`\n\n{USAGE}"),
    }
    if !matches!(command.as_str(), "test" | "bench")
        && let Some(extra) = rest.first()
    {
        bail!("`{command}` takes no argument, so `{extra}` means nothing to it");
    }

    let workspace = Workspace::locate()?;
    match command.as_str() {
        "demo" => demo::run(&workspace),
        "test" => test::run(&workspace, rest),
        "setup" => setup::everything(&workspace),
        "dist" => dist::run(&workspace),
        "client" => dist::client(&workspace, setup::for_dist(&workspace)?),
        "tidy" => tidy::run(&workspace),
        "bench" => bench::run(&workspace, rest),
        _ => fmt::run(&workspace),
    }
}
