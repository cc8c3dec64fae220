//! A program that runs beside us, and its log.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than the relay may take to end calls and registrations.
const STOP_WITHIN: Duration = Duration::from_secs(15);
const GLANCE: Duration = Duration::from_millis(20);
/// How much of a log says why its program ended.
const LAST_LINES: usize = 12;

/// A running program; it is not left behind, whatever becomes of us.
pub(crate) struct Service {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Service {
    pub(crate) fn start(name: &'static str, command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let file = std::fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let errors = file.try_clone().context("cannot share a log file")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(errors)
            // A terminal sends Ctrl-C to a whole group; this one is stopped by us, when its turn comes.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start the {name}"))?;
        Ok(Self { name, child, log: log.to_owned() })
    }

    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// An error with the last lines of the log if the program has ended.
    pub(crate) fn must_run(&mut self) -> anyhow::Result<()> {
        let Some(status) = self.child.try_wait().with_context(|| format!("asking for the {}", self.name))?
        else {
            return Ok(());
        };
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
        bail!("the {} has ended ({status}); the end of {}:\n{last}", self.name, self.log.display())
    }

    /// Asks the program to end, and waits until it has.
    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        let waiting = || format!("waiting for the {}", self.name);
        if self.child.try_wait().with_context(waiting)?.is_some() {
            return Ok(());
        }
        kill_process(Pid::from_child(&self.child), Signal::TERM)
            .with_context(|| format!("cannot stop the {}", self.name))?;
        let deadline = Instant::now() + STOP_WITHIN;
        while Instant::now() < deadline {
            if self.child.try_wait().with_context(waiting)?.is_some() {
                return Ok(());
            }
            std::thread::sleep(GLANCE);
        }
        bail!("the {} did not end within {} s and is killed", self.name, STOP_WITHIN.as_secs())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Only on the way out of an error; that error is the one to report.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(name: &'static str, script: &str) -> (Service, PathBuf) {
        let log = std::env::temp_dir().join(format!("sidetone-{name}-{}.log", std::process::id()));
        (Service::start(name, Command::new("sh").args(["-c", script]), &log).unwrap(), log)
    }

    #[test]
    fn a_program_that_ended_is_reported_with_its_last_words() {
        let (mut service, log) = shell("talker", "echo the port is taken >&2; exit 2");
        service.child.wait().unwrap();
        let error = service.must_run().unwrap_err().to_string();
        std::fs::remove_file(log).unwrap();
        assert!(error.contains("exit status: 2") && error.ends_with("the port is taken"), "{error}");
    }

    #[test]
    fn a_program_is_asked_to_end_and_waited_for() {
        let (mut service, log) = shell("server", "exec sleep 600");
        service.must_run().unwrap();
        service.stop().unwrap();
        std::fs::remove_file(log).unwrap();
        assert!(service.must_run().is_err());
    }
}
