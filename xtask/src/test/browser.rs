//! The tests below `tests/`: real browsers, phones and proxies around the relay.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use crate::dist::{Binaries, Profile};
use crate::process;
use crate::test::Run;
use crate::workspace::Workspace;

pub(crate) fn check(run: &mut Run<'_>) -> anyhow::Result<()> {
    run.client()?;
    let binaries = Binaries::build(run.workspace, Profile::Dev)?;
    npm(run.workspace, &binaries, "test", &[], |line| run.closing.node(line))
}

/// Runs a script of `tests/package.json` with the programs it is to start, and a folder for what it leaves behind.
pub(crate) fn npm(
    workspace: &Workspace,
    binaries: &Binaries,
    script: &str,
    parameters: &[String],
    watch: impl FnMut(&str),
) -> anyhow::Result<()> {
    let scratch = Scratch::create()?;
    let mut command = Command::new("npm");
    command
        .args(["run", "--silent", script, "--"])
        .args(parameters)
        .current_dir(workspace.root.join("tests"))
        .env("SIDETONE_BIN", &binaries.relay)
        .env("SIDETONE_LAB", &binaries.lab)
        .env("SIDETONE_BENCH_DIR", workspace.target.join("bench"))
        .env("SIDETONE_TEST_DIR", &scratch.folder);
    if let Some(browser) = browser() {
        command.env("CHROMIUM", browser);
    }
    process::run_watched(&mut command, watch).with_context(|| scratch.kept())?;
    scratch.remove()
}

/// The browser that set-up found or installed, unless the user names another.
fn browser() -> Option<PathBuf> {
    if std::env::var_os("CHROMIUM").is_some() {
        return None;
    }
    crate::setup::BROWSERS.iter().find_map(|program| process::find(program))
}

/// Logs and recordings of the tests: kept when one fails.
struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    fn create() -> anyhow::Result<Self> {
        // Short, since paths of sockets may not be longer than 107 bytes.
        let folder = std::env::temp_dir().join(format!("sidetone-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self { folder })
    }

    fn kept(&self) -> String {
        format!("what the tests left behind is in {}", self.folder.display())
    }

    fn remove(self) -> anyhow::Result<()> {
        std::fs::remove_dir_all(&self.folder)
            .with_context(|| format!("cannot remove {}", self.folder.display()))
    }
}
