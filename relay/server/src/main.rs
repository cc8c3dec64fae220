//! `sidetone`: the relay's command line.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to its user")]

use anyhow::{Context, Result, bail};
use lexopt::prelude::{Long, Short, Value, ValueExt};
use serde::Serialize;
use sidetone_server::config::Secret;
use sidetone_server::dial_plans::DialPlans;
use sidetone_server::{AgentSecret, keep_agent_secret};
use std::fmt::Display;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
sidetone: a phone in the browser, on your own telephony

Usage:
  sidetone serve --config FILE     run the relay
  sidetone check --config FILE     check a configuration and say what is wrong with it
  sidetone dial-plan --config FILE --user NAME [--caller] [--json] NUMBER
                                   say what would be dialled and by which rule, or with --caller, what is made of
                                   the number of somebody who calls
  sidetone hash-password           read a password from standard input, print its hash
  sidetone agent-password --config FILE USER
                                   read an agent's password for the contact centre from standard input, and store it
  sidetone agent-token --config FILE USER
                                   the same of what single sign-on has answered, a JSON object
  sidetone agent-forget --config FILE USER
                                   forget what is stored of an agent
  sidetone --version
  sidetone --help

Every key of the configuration can be overridden by the environment:
SIDETONE__HTTP__LISTEN=0.0.0.0:443 is `listen` in `[http]`. See docs/configuration.md.";

/// What is asked of a dial plan.
struct Question {
    user: String,
    number: String,
    caller: bool,
    json: bool,
}

enum Command {
    Serve { config: PathBuf },
    Check { config: PathBuf },
    DialPlan { config: PathBuf, question: Question },
    HashPassword,
    Agent { config: PathBuf, what: &'static str, user: String },
    Version,
    Help,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sidetone: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    match command()? {
        Command::Serve { config } => sidetone_server::serve(&config),
        Command::Check { config } => {
            sidetone_server::config::load(&config, std::env::vars())?;
            println!("{} is good", config.display());
            Ok(())
        }
        Command::DialPlan { config, question } => dial_plan(&config, &question),
        Command::HashPassword => hash_password(),
        Command::Agent { config, what, user } => agent(&config, what, &user),
        Command::Version => {
            println!("sidetone {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        Command::Help => {
            println!("{USAGE}");
            Ok(())
        }
    }
}

fn command() -> Result<Command> {
    let mut parser = lexopt::Parser::from_env();
    let mut name: Option<String> = None;
    let mut config: Option<PathBuf> = None;
    let mut number: Option<String> = None;
    let mut user: Option<String> = None;
    let (mut caller, mut json) = (false, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Value(value) if name.is_none() => name = Some(value.string()?),
            Value(value) if name.as_deref() == Some("dial-plan") && number.is_none() => {
                number = Some(value.string()?);
            }
            Value(value)
                if name.as_deref().is_some_and(|name| name.starts_with("agent-")) && user.is_none() =>
            {
                user = Some(value.string()?);
            }
            Long("user") if name.as_deref() == Some("dial-plan") => user = Some(parser.value()?.string()?),
            Long("caller") if name.as_deref() == Some("dial-plan") => caller = true,
            Long("json") if name.as_deref() == Some("dial-plan") => json = true,
            Long("config") | Short('c') => config = Some(parser.value()?.into()),
            Long("version") | Short('V') => return Ok(Command::Version),
            Long("help") | Short('h') => return Ok(Command::Help),
            Long(_) | Short(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
    let config = || config.context("name the configuration with --config FILE");
    match name.as_deref() {
        Some("serve") => Ok(Command::Serve { config: config()? }),
        Some("check") => Ok(Command::Check { config: config()? }),
        Some("dial-plan") => {
            let user = user.context("name the user with --user NAME")?;
            let number = number.context("name the number to dial")?;
            Ok(Command::DialPlan { config: config()?, question: Question { user, number, caller, json } })
        }
        Some("hash-password") => Ok(Command::HashPassword),
        Some(name @ ("agent-password" | "agent-token" | "agent-forget")) => {
            let what = match name {
                "agent-password" => "password",
                "agent-token" => "token",
                _ => "forget",
            };
            Ok(Command::Agent { config: config()?, what, user: user.context("name the user")? })
        }
        Some(other) => bail!("there is no command '{other}'; see `sidetone --help`"),
        None => Ok(Command::Help),
    }
}

fn dial_plan(config: &Path, question: &Question) -> Result<()> {
    let plans = DialPlans::new(&sidetone_server::config::load(config, std::env::vars())?)?;
    let Question { user, number, caller, json } = question;
    if *caller {
        print(&plans.caller_preview(user, number)?, *json)
    } else {
        print(&plans.plan_preview(user, number)?, *json)
    }
}

fn print(preview: &(impl Serialize + Display), json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(preview).context("cannot write JSON")?);
    } else {
        println!("{preview}");
    }
    Ok(())
}

fn hash_password() -> Result<()> {
    println!("{}", sidetone_server::hash_password(read_secret("password")?.reveal())?);
    Ok(())
}

fn agent(config: &Path, what: &str, user: &str) -> Result<()> {
    let config = sidetone_server::config::load(config, std::env::vars())?;
    let secret = match what {
        "password" => AgentSecret::Password(read_secret("password")?),
        "token" => AgentSecret::Token(read_secret("token")?),
        _ => AgentSecret::Forget,
    };
    keep_agent_secret(&config, user, &secret)
}

fn read_secret(what: &str) -> Result<Secret> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).with_context(|| format!("cannot read the {what}"))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        bail!("the {what} is empty; write it to standard input");
    }
    Ok(Secret::from(text.to_owned()))
}
