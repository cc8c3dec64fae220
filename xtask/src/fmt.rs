//! `cargo xtask fmt`: all Rust code, the fuzz targets' own workspace included.

use crate::process;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    format(workspace, &[])
}

/// Fails, and prints what would change, when a file is not as rustfmt would write it.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    format(workspace, &["--", "--check"])
}

fn format(workspace: &Workspace, arguments: &[&str]) -> anyhow::Result<()> {
    process::run(workspace.cargo().args(["fmt", "--all"]).args(arguments))?;
    process::run(workspace.cargo().args(["fmt", "--manifest-path=fuzz/Cargo.toml"]).args(arguments))
}
