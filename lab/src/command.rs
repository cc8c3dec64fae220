//! The commands, one file each: what they take, and what they print.

pub(crate) mod clients;
pub(crate) mod finesse;
pub(crate) mod pbx;
pub(crate) mod probe;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What ends a command that runs until it is told to stop. Caught from when this is made.
pub(crate) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    pub(crate) async fn wanted(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Writes a line to standard output at once, since whoever started the command reads it.
pub(crate) fn print(line: &str) -> anyhow::Result<()> {
    use anyhow::Context as _;
    use std::io::Write as _;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).context("standard output is closed")
}
