//! `cargo xtask test`: every check there is. CI runs this and nothing else.

pub(crate) mod browser;
mod closing;
mod dependencies;

use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::Reported;
use crate::dist;
use crate::test::closing::Closing;
use crate::wasm::Toolchain;
use crate::workspace::Workspace;
use crate::{fmt, process, setup, tidy};

/// One check, or several that belong together.
struct Stage {
    name: &'static str,
    what: &'static str,
    /// Installs what the stage needs. All stages' needs are met before the first one starts, so that nobody waits
    /// ten minutes for the news that a package is missing.
    prepare: fn(&Workspace) -> anyhow::Result<()>,
    check: fn(&mut Run<'_>) -> anyhow::Result<()>,
}

/// Quick ones first, then in the order in which results are reused.
const STAGES: &[Stage] = &[
    Stage {
        name: "fmt",
        what: "formatting",
        prepare: setup::for_fmt,
        check: |run| fmt::check(run.workspace),
    },
    Stage {
        name: "tidy",
        what: "rules of the design",
        prepare: |_| Ok(()),
        check: |run| tidy::run(run.workspace),
    },
    Stage {
        name: "deny",
        what: "licences, sources and advisories of dependencies",
        prepare: dependencies::prepare,
        check: dependencies::check,
    },
    Stage {
        name: "client",
        what: "the browser application, packed",
        prepare: setup::for_demo,
        check: |run| run.client(),
    },
    Stage {
        name: "clippy",
        what: "lints, for this machine and for the browser",
        prepare: setup::for_clippy,
        check: clippy,
    },
    Stage { name: "docs", what: "documentation of the code", prepare: setup::for_demo, check: docs },
    Stage { name: "unit", what: "unit and scenario tests", prepare: setup::for_unit_tests, check: unit },
    Stage { name: "fuzz", what: "fuzz targets, built", prepare: setup::for_fuzz, check: fuzz },
    Stage {
        name: "browser",
        what: "browsers, phones and proxies that are not ours",
        prepare: setup::for_browser_tests,
        check: browser::check,
    },
];

pub(crate) fn run(workspace: &Workspace, wanted: &[String]) -> anyhow::Result<()> {
    let stages = select(wanted)?;
    for stage in &stages {
        (stage.prepare)(workspace).with_context(|| format!("preparing `{}`", stage.name))?;
    }

    let mut run = Run { workspace, client: None, skipped: Vec::new(), closing: Closing::default() };
    let mut results = Vec::new();
    for stage in stages {
        println!("\n━━ {}: {}", stage.name, stage.what);
        let start = Instant::now();
        let result = (stage.check)(&mut run).and_then(|()| run.nothing_skipped_on_ci());
        if let Err(error) = &result {
            println!("{} failed: {error:#}", stage.name);
        }
        results.push((stage.name, start.elapsed(), result.is_ok()));
    }
    report(&run, &results)
}

/// Installs what all stages need.
pub(crate) fn prepare(workspace: &Workspace) -> anyhow::Result<()> {
    STAGES.iter().try_for_each(|stage| (stage.prepare)(workspace))
}

/// What the stages of one run share.
pub(crate) struct Run<'a> {
    pub(crate) workspace: &'a Workspace,
    /// Whether the browser application was built, once somebody has tried.
    client: Option<bool>,
    skipped: Vec<String>,
    pub(crate) closing: Closing,
}

impl Run<'_> {
    /// Records a check that was not made, with the reason.
    pub(crate) fn skip(&mut self, what: impl Into<String>) {
        let what = what.into();
        println!("skipped: {what}");
        self.skipped.push(what);
    }

    /// Builds the browser application, or says at once that it does not build.
    pub(crate) fn client(&mut self) -> anyhow::Result<()> {
        match self.client {
            Some(true) => Ok(()),
            Some(false) => bail!("the browser application does not build, see above"),
            None => {
                let built = Toolchain::choose(self.workspace).and_then(|it| dist::client(self.workspace, it));
                self.client = Some(built.is_ok());
                built
            }
        }
    }

    /// Cargo for the whole workspace. The relay is compiled with the same application inside every time, or each
    /// stage would compile it anew.
    fn cargo(&mut self, subcommand: &str) -> anyhow::Result<std::process::Command> {
        self.client()?;
        let mut command = self.workspace.cargo_locked(subcommand);
        command.arg("--workspace").env("SIDETONE_CLIENT_DIST", self.workspace.dist());
        Ok(command)
    }

    /// A test that is left out where one has to trust the result is a test that does not exist.
    fn nothing_skipped_on_ci(&mut self) -> anyhow::Result<()> {
        let left_out = self.closing.take_left_out();
        if left_out == 0 {
            return Ok(());
        }
        if self.workspace.ci {
            bail!("{left_out} test(s) were left out; none may be with CI=true");
        }
        self.skip(format!("{left_out} test(s), by their own account above"));
        Ok(())
    }
}

fn clippy(run: &mut Run<'_>) -> anyhow::Result<()> {
    process::run(run.cargo("clippy")?.args(["--all-targets", "--keep-going", "--", "-D", "warnings"]))?;
    if let Some(skipped) = Toolchain::choose(run.workspace)?.lint_client(run.workspace)? {
        run.skip(skipped);
    }
    Ok(())
}

fn docs(run: &mut Run<'_>) -> anyhow::Result<()> {
    process::run(
        run.cargo("doc")?.args(["--no-deps", "--document-private-items"]).env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn unit(run: &mut Run<'_>) -> anyhow::Result<()> {
    let mut command = run.cargo("test")?;
    process::run_watched(command.arg("--no-fail-fast"), |line| run.closing.rust(line))
}

fn fuzz(run: &mut Run<'_>) -> anyhow::Result<()> {
    let mut command = run.workspace.cargo_locked("build");
    // A workspace of its own with a profile of its own: in the same folder the two would rebuild each other's parts.
    command
        .args(["--manifest-path=fuzz/Cargo.toml", "--bins"])
        .env("CARGO_TARGET_DIR", run.workspace.target.join("fuzz"));
    process::run(&mut command)
}

fn select(wanted: &[String]) -> anyhow::Result<Vec<&'static Stage>> {
    if let Some(unknown) = wanted.iter().find(|name| STAGES.iter().all(|stage| stage.name != name.as_str())) {
        let names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        bail!("there is no stage `{unknown}`; there are {}", names.join(", "));
    }
    Ok(STAGES
        .iter()
        .filter(|stage| wanted.is_empty() || wanted.iter().any(|name| name == stage.name))
        .collect())
}

/// The summary, then the closing lines of the test runners as they printed them, so that they are what a log ends with.
fn report(run: &Run<'_>, results: &[(&str, Duration, bool)]) -> anyhow::Result<()> {
    println!("\n━━ summary");
    for (name, time, passed) in results {
        println!("  {name:<8} {:<6} {:>7.1} s", if *passed { "ok" } else { "FAILED" }, time.as_secs_f32());
    }
    for stage in STAGES.iter().filter(|stage| results.iter().all(|(name, ..)| *name != stage.name)) {
        println!("  {:<8} not asked for", stage.name);
    }
    for what in &run.skipped {
        println!("  skipped: {what}");
    }
    println!();
    for line in run.closing.lines() {
        println!("{line}");
    }
    if results.iter().all(|(.., passed)| *passed) { Ok(()) } else { Err(Reported.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_run_in_their_own_order_and_a_wrong_name_is_refused() {
        let names = |wanted: &[&str]| {
            let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
            select(&wanted).map(|stages| stages.iter().map(|stage| stage.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["tidy", "fmt"]).unwrap(), ["fmt", "tidy"]);
        assert_eq!(names(&[]).unwrap().len(), STAGES.len());
        assert!(names(&["fmt", "lint"]).unwrap_err().to_string().contains("no stage `lint`"));
    }
}
