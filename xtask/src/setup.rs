//! What the commands need besides Rust, gcc, Node.js and git, and how it gets onto this machine.
//!
//! Looking costs milliseconds, so every command looks before it starts.

pub(crate) mod debian;
mod npm;

use std::process::Command;

use anyhow::{Context, bail};

use crate::setup::debian::Package;
use crate::wasm::Toolchain;
use crate::workspace::Workspace;
use crate::{process, test};

/// Node 20 is the first whose test runner has all that the browser tests use.
const NODE_MAJOR: u32 = 20;

/// Any of these browsers will do: they are one family, and the tests ask for what only it has.
pub(crate) const BROWSERS: &[&str] =
    &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const BROWSER_TEST_PACKAGES: &[Package] = &[
    Package {
        name: "chromium",
        ubuntu: Some("chromium-browser"),
        any_of: BROWSERS,
        why: "the browser that the browser tests drive",
    },
    Package {
        name: "baresip-core",
        ubuntu: None,
        any_of: &["baresip"],
        why: "a SIP phone that we did not write, to call and be called by",
    },
    Package {
        name: "kamailio",
        ubuntu: None,
        any_of: &["kamailio"],
        why: "a SIP registrar and proxy that we did not write, for the relay to register at",
    },
    Package {
        name: "kamailio-presence-modules",
        ubuntu: None,
        any_of: &[
            "/usr/lib/x86_64-linux-gnu/kamailio/modules/presence.so",
            "/usr/lib/aarch64-linux-gnu/kamailio/modules/presence.so",
        ],
        why: "with these Kamailio tells what telephones do, for the busy lamps",
    },
    Package {
        name: "linphone-cli",
        ubuntu: None,
        any_of: &["linphonec"],
        why: "a second SIP phone that we did not write, whose stack is none of the others'",
    },
    Package {
        name: "sip-tester",
        ubuntu: None,
        any_of: &["sipp"],
        why: "SIPp, which plays the rare courses of a call: busy, lost answers, retransmissions",
    },
    PROSODY,
    Package {
        name: "python3-venv",
        ubuntu: None,
        any_of: &[
            "/usr/lib/python3.9/ensurepip/__init__.py",
            "/usr/lib/python3.10/ensurepip/__init__.py",
            "/usr/lib/python3.11/ensurepip/__init__.py",
            "/usr/lib/python3.12/ensurepip/__init__.py",
            "/usr/lib/python3.13/ensurepip/__init__.py",
            "/usr/lib/python3.14/ensurepip/__init__.py",
        ],
        why: "slixmpp, an XMPP client that we did not write, is installed by it into the cache",
    },
];

const PROSODY: Package = Package {
    name: "prosody",
    ubuntu: None,
    any_of: &["prosody"],
    why: "an XMPP server that we did not write, for the connections that Finesse's notifications come over",
};

const UNIT_TEST_PACKAGES: &[Package] = &[
    Package {
        name: "postgresql",
        ubuntu: None,
        // Debian keeps the programs of each version in a folder of their own, off the path.
        any_of: &[
            "initdb",
            "/usr/lib/postgresql/13/bin/initdb",
            "/usr/lib/postgresql/14/bin/initdb",
            "/usr/lib/postgresql/15/bin/initdb",
            "/usr/lib/postgresql/16/bin/initdb",
            "/usr/lib/postgresql/17/bin/initdb",
            "/usr/lib/postgresql/18/bin/initdb",
        ],
        why: "the database that several relays share; the tests start servers of their own in temporary folders",
    },
    PROSODY,
];

const FUZZ_PACKAGES: &[Package] = &[Package {
    name: "g++",
    ubuntu: None,
    any_of: &["g++", "c++", "clang++"],
    why: "libFuzzer, which the fuzz targets are linked with, is C++",
}];

/// `cargo xtask setup`.
pub(crate) fn everything(workspace: &Workspace) -> anyhow::Result<()> {
    for_demo(workspace)?;
    test::prepare(workspace)?;
    println!("setup: nothing is missing; `cargo xtask demo` and `cargo xtask test` can run");
    Ok(())
}

/// What building the relay with the browser application inside needs.
pub(crate) fn for_dist(workspace: &Workspace) -> anyhow::Result<Toolchain> {
    node()?;
    npm::install(&workspace.root.join("xtask/npm"), "wasm-opt, which makes the browser application smaller")?;
    Toolchain::choose(workspace)
}

pub(crate) fn for_demo(workspace: &Workspace) -> anyhow::Result<()> {
    for_dist(workspace).map(drop)
}

pub(crate) fn for_fmt(workspace: &Workspace) -> anyhow::Result<()> {
    rust_component(workspace, "rustfmt", "fmt", "checks the formatting")
}

pub(crate) fn for_clippy(workspace: &Workspace) -> anyhow::Result<()> {
    for_demo(workspace)?;
    rust_component(workspace, "clippy", "clippy", "checks for mistakes that compile")
}

pub(crate) fn for_unit_tests(workspace: &Workspace) -> anyhow::Result<()> {
    for_demo(workspace)?;
    debian::install(UNIT_TEST_PACKAGES)
}

pub(crate) fn for_fuzz(_: &Workspace) -> anyhow::Result<()> {
    debian::install(FUZZ_PACKAGES)
}

pub(crate) fn for_browser_tests(workspace: &Workspace) -> anyhow::Result<()> {
    for_demo(workspace)?;
    debian::install(BROWSER_TEST_PACKAGES)?;
    npm::install(&workspace.root.join("tests"), "playwright-core, which drives the browser")
}

/// wasm-opt, as npm installed it.
pub(crate) fn wasm_opt(workspace: &Workspace) -> Command {
    let mut command = Command::new("node");
    command.arg(workspace.root.join("xtask/npm/node_modules/binaryen/bin/wasm-opt"));
    command
}

fn node() -> anyhow::Result<()> {
    const REMEDY: &str =
        "install Node.js 20 or newer with npm (Debian 12 itself has only 18): https://nodejs.org";
    if process::find("node").is_none() || process::find("npm").is_none() {
        bail!("node or npm is not on the path; {REMEDY}");
    }
    let version = process::read(Command::new("node").arg("--version"))?;
    let major = version.trim_start_matches('v').split('.').next().unwrap_or_default();
    let major: u32 = major.parse().with_context(|| format!("node calls its version `{}`", version.trim()))?;
    if major < NODE_MAJOR {
        bail!("this is Node.js {}; {REMEDY}", version.trim());
    }
    Ok(())
}

/// rustup's minimal profile leaves rustfmt and clippy out.
fn rust_component(workspace: &Workspace, component: &str, subcommand: &str, why: &str) -> anyhow::Result<()> {
    if process::succeeds(workspace.cargo().args([subcommand, "--version"])) {
        return Ok(());
    }
    println!("setup: adding {component} to the Rust toolchain: it {why}");
    process::run(Command::new("rustup").args(["component", "add", component]).current_dir(&workspace.root))
        .with_context(|| format!("without rustup, install {component} the way you installed Rust"))
}
