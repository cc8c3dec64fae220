//! `cargo xtask demo`: a telephone system, a contact centre, the relay and its users, on this machine alone.

mod service;
mod settings;

use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::demo::service::Service;
use crate::demo::settings::{AGENTS, Settings, USERS};
use crate::dist::{self, Binaries, Profile};
use crate::setup;
use crate::workspace::Workspace;

/// A relay on a busy machine is ready within a second or two.
const READY_WITHIN: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(200);

pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let toolchain = setup::for_dist(workspace)?;
    dist::client(workspace, toolchain)?;
    let binaries = Binaries::build(workspace, Profile::Release)?;

    let folder = workspace.cache.join("demo");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let settings = Settings::for_this_machine()?;
    let [config, centre, certificate] =
        ["sidetone.toml", "centre.toml", "finesse.pem"].map(|name| folder.join(name));
    write(&config, &settings.relay_config(&folder.join("data"), &certificate))?;
    write(&centre, &Settings::centre_config())?;
    // That of an earlier day says nothing of whether today's is there.
    if let Err(error) = std::fs::remove_file(&certificate) {
        ensure!(error.kind() == ErrorKind::NotFound, "cannot remove {}: {error}", certificate.display());
    }

    // From here on Ctrl-C is ours, so that calls end before what carries them does.
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot wait for Ctrl-C")?;
    let pbx = Service::start(
        "PBX",
        std::process::Command::new(&binaries.lab).args(settings.pbx_arguments()),
        &folder.join("pbx.log"),
    )?;
    let finesse = Service::start(
        "contact centre",
        std::process::Command::new(&binaries.lab).args(settings.finesse_arguments(&centre, &certificate)),
        &folder.join("finesse.log"),
    )?;
    let mut services = vec![finesse, pbx];
    if !wait_until(&mut services, &mut signals, "the contact centre", || certificate.exists())? {
        return stop(&mut services);
    }
    let relay = Service::start(
        "relay",
        std::process::Command::new(&binaries.relay).args(["serve", "--config"]).arg(&config),
        &folder.join("relay.log"),
    )?;
    // The relay goes first: it says goodbye to the others.
    services.insert(0, relay);

    let ready = wait_until(&mut services, &mut signals, "the relay", || settings.relay_is_ready());
    let result = ready.and_then(|ready| {
        if ready {
            println!("{}", welcome(&settings, &services));
            wait_for_the_end(&mut services, &mut signals)?;
        }
        Ok(())
    });
    stop(&mut services)?;
    result
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

fn stop(services: &mut [Service]) -> anyhow::Result<()> {
    println!("\nstopping");
    services.iter_mut().try_for_each(Service::stop)
}

/// False when the user did not want to wait.
fn wait_until(
    services: &mut [Service],
    signals: &mut Signals,
    what: &str,
    is_ready: impl Fn() -> bool,
) -> anyhow::Result<bool> {
    let deadline = Instant::now() + READY_WITHIN;
    while !is_ready() {
        if signals.pending().next().is_some() {
            return Ok(false);
        }
        services.iter_mut().try_for_each(Service::must_run)?;
        ensure!(Instant::now() < deadline, "{what} is not ready after {} s", READY_WITHIN.as_secs());
        std::thread::sleep(GLANCE);
    }
    Ok(true)
}

fn wait_for_the_end(services: &mut [Service], signals: &mut Signals) -> anyhow::Result<()> {
    while signals.pending().next().is_none() {
        services.iter_mut().try_for_each(Service::must_run)?;
        std::thread::sleep(GLANCE);
    }
    Ok(())
}

fn welcome(settings: &Settings, services: &[Service]) -> String {
    let users: Vec<String> = USERS
        .iter()
        .map(|user| format!("{}, password {} (extension {})", user.name, user.password, user.extension))
        .collect();
    let agents: Vec<String> = AGENTS
        .iter()
        .map(|agent| {
            let what = if agent.supervisor { "a supervisor" } else { "an agent" };
            format!("{}, password {} ({what} at {})", agent.name, agent.password, agent.number)
        })
        .collect();
    let logs: Vec<String> = services.iter().map(|service| service.log().display().to_string()).collect();
    format!(
        "
Sidetone is running, on this machine only.

  Open      {address}
            The relay made its certificate itself, so the browser asks once whether to trust it.
  Sign in   {}
            each in a private window or a browser of its own
  Dial      each other's extensions; Carol's conferences are made by the PBX, the others' by the relay
            600 hear yourself        601 a tone             602 repeats the keys you press
            603 calls you back       605 busy               606 nobody answers
            607 speaks at once       608 a conference
  Work      {}
            in a contact centre on a busy Monday with forty teammates and six queues; go ready, and customers call.
            A customer more: curl --json '{{\"from\": \"0301777\", \"to\": \"5001\"}}' {controls}/customer
  Type      020 7946 0018, 0909 879 0012 or 999, to see what a dial plan says of numbers
  Logs      {}

Ctrl-C stops everything.",
        users.join("\n            "),
        agents.join("\n            "),
        logs.join("\n            "),
        address = settings.address(),
        controls = settings.controls(),
    )
}
