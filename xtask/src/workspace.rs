//! Where things are: the sources, cargo's target folder and this user's cache.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::process;

/// The folders that every command works with.
pub(crate) struct Workspace {
    /// The top of the repository.
    pub(crate) root: PathBuf,
    /// Cargo's target folder: what `CARGO_TARGET_DIR` or the user's configuration says, else `target`.
    pub(crate) target: PathBuf,
    /// What outlives a clone: installed tools and the demo's data.
    pub(crate) cache: PathBuf,
    /// True on a CI machine (`CI=true`), where no check may be skipped and `Cargo.lock` may not change.
    pub(crate) ci: bool,
}

impl Workspace {
    pub(crate) fn locate() -> anyhow::Result<Self> {
        // Read at run time: a compiled-in path would be wrong when clones share a target folder.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("start this as `cargo xtask`: cargo says where the repository is")?;
        let root =
            Path::new(&manifest).parent().context("xtask lies in a folder of the repository")?.to_owned();

        let metadata =
            process::read(cargo().args(["metadata", "--no-deps", "--format-version=1"]).current_dir(&root))?;
        let metadata: serde_json::Value =
            serde_json::from_str(&metadata).context("`cargo metadata` printed something else than JSON")?;
        let target =
            metadata["target_directory"].as_str().context("`cargo metadata` names no target folder")?;

        Ok(Self {
            target: PathBuf::from(target),
            cache: cache_folder()?,
            ci: std::env::var("CI").is_ok_and(|value| value == "true" || value == "1"),
            root,
        })
    }

    /// Cargo, started at the top of the repository.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }

    /// Cargo with a subcommand that reads `Cargo.lock`, which a CI run must find complete.
    pub(crate) fn cargo_locked(&self, subcommand: &str) -> Command {
        let mut command = self.cargo();
        command.arg(subcommand);
        if self.ci {
            command.arg("--locked");
        }
        command
    }

    /// Where the packaged browser application is.
    pub(crate) fn dist(&self) -> PathBuf {
        self.target.join("dist")
    }
}

/// The cargo that started us, so that an override such as `cargo +1.95` holds for what we start.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

fn cache_folder() -> anyhow::Result<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // The XDG base directory specification: a relative value is to be ignored.
    let base = match set("XDG_CACHE_HOME").filter(|path| path.is_absolute()) {
        Some(path) => path,
        None => set("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?.join(".cache"),
    };
    Ok(base.join("sidetone"))
}
