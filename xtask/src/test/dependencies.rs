//! Licences, sources, versions and known holes of what others wrote, by cargo-deny.

use std::process::Command;

use crate::process;
use crate::test::Run;
use crate::workspace::Workspace;

const VERSION: &str = "0.20.2";

/// Installs cargo-deny where it outlives a clone.
pub(crate) fn prepare(workspace: &Workspace) -> anyhow::Result<()> {
    let expected = format!("cargo-deny {VERSION}");
    if process::read_quietly(deny(workspace).arg("--version")).is_some_and(|text| text.trim() == expected) {
        return Ok(());
    }
    println!(
        "setup: compiling cargo-deny {VERSION}: it checks the licences and sources of dependencies (a minute or two)"
    );
    process::run(
        workspace
            .cargo()
            // Compiling it with optimisation takes longer than it will ever save.
            .args(["install", "--locked", "--debug", "--root"])
            .arg(tools(workspace))
            .arg(format!("cargo-deny@{VERSION}"))
            // Its parts are of no use to anything else: let cargo use, and empty, a temporary folder.
            .env_remove("CARGO_TARGET_DIR"),
    )
}

pub(crate) fn check(run: &mut Run<'_>) -> anyhow::Result<()> {
    process::run(deny(run.workspace).args([
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]))?;
    // The advisories live in a git repository, which a machine behind a mirror of the registry may not reach.
    if process::succeeds(deny(run.workspace).args(["fetch", "db"])) {
        process::run(deny(run.workspace).args(["check", "--disable-fetch", "advisories"]))
    } else {
        run.skip("advisories: the RustSec database cannot be fetched from here");
        Ok(())
    }
}

fn deny(workspace: &Workspace) -> Command {
    let mut command = Command::new(tools(workspace).join("bin/cargo-deny"));
    command.current_dir(&workspace.root);
    command
}

fn tools(workspace: &Workspace) -> std::path::PathBuf {
    workspace.cache.join("tools")
}
