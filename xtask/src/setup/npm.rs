//! Packages of the npm registry, at the versions and digests of a committed lock file.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::process;
use crate::stamp::{self, Inputs};

/// Installs what `package-lock.json` in this folder names, unless it is there already.
pub(crate) fn install(folder: &Path, why: &str) -> anyhow::Result<()> {
    let mut inputs = Inputs::new();
    inputs.path(folder, "package.json")?;
    inputs.path(folder, "package-lock.json")?;
    let digest = inputs.digest();
    // `npm ci` empties node_modules first, so the stamp goes with what it vouches for.
    let stamp = folder.join("node_modules/.sidetone-stamp");
    if stamp::holds(&stamp, &digest) {
        return Ok(());
    }

    println!("setup: installing npm packages in {}: {why}", folder.display());
    // Scripts of packages are not needed, and would run with this user's rights.
    process::run(
        Command::new("npm")
            .args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--no-update-notifier",
                "--loglevel=error",
            ])
            .current_dir(folder),
    )?;
    stamp::write(&stamp, &digest).context("npm made no node_modules folder")
}
