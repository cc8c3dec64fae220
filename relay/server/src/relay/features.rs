//! How users have set their lines (do not disturb, forwarding), kept over restarts in a small file.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{Features, Forward};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

const FILE: &str = "features.json";

/// What is kept of one user.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    do_not_disturb: bool,
    forward: Forward,
}

/// The file, and what it holds. It is written by a thread of its own, since the event loop never waits.
#[derive(Debug)]
pub(super) struct FeatureFile {
    kept: BTreeMap<String, Kept>,
    writer: Option<Writer>,
}

#[derive(Debug)]
struct Writer {
    texts: Sender<Vec<u8>>,
    thread: JoinHandle<()>,
}

impl FeatureFile {
    /// Reads the file, if there is one.
    pub(super) fn open(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join(FILE);
        let kept = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).with_context(|| {
                format!(
                    "{} cannot be read as what users have set; move it away to start without",
                    path.display()
                )
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let (texts, inbox) = channel();
        let thread = std::thread::Builder::new()
            .name("features".to_owned())
            .spawn(move || write_all(&path, &inbox))
            .context("cannot start the thread that writes what users have set")?;
        Ok(Self { kept, writer: Some(Writer { texts, thread }) })
    }

    /// What a user has set.
    pub(super) fn of(&self, name: &str) -> Features {
        let kept = self.kept.get(name).cloned().unwrap_or_default();
        Features { do_not_disturb: kept.do_not_disturb, forward: kept.forward, ..Features::default() }
    }

    /// Takes note of what a user has set.
    pub(super) fn keep(&mut self, name: String, features: Features) {
        let kept = Kept { do_not_disturb: features.do_not_disturb, forward: features.forward };
        self.kept.insert(name, kept);
        match (serde_json::to_vec_pretty(&self.kept), &self.writer) {
            (Ok(text), Some(writer)) => {
                if writer.texts.send(text).is_err() {
                    tracing::error!(
                        "what a user has set will be lost at the next restart: its writer has ended"
                    );
                }
            }
            (Ok(_), None) => {}
            (Err(error), _) => tracing::error!(%error, "what a user has set cannot be written down"),
        }
    }
}

impl Drop for FeatureFile {
    /// Waits until everything is on disk.
    fn drop(&mut self) {
        let Some(Writer { texts, thread }) = self.writer.take() else { return };
        drop(texts);
        if thread.join().is_err() {
            tracing::error!("the thread that writes what users have set has panicked");
        }
    }
}

fn write_all(path: &Path, inbox: &Receiver<Vec<u8>>) {
    while let Ok(mut text) = inbox.recv() {
        // Only the last one counts.
        while let Ok(newer) = inbox.try_recv() {
            text = newer;
        }
        if let Err(error) = replace(path, &text) {
            tracing::error!(%error, path = %path.display(), "what users have set will be lost at the next restart");
        }
    }
}

/// Whole or not at all.
fn replace(path: &Path, text: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("json.new");
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(text)?;
    file.sync_all()?;
    std::fs::rename(beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_has_set_is_there_after_a_restart() {
        let folder = std::env::temp_dir().join(format!("sidetone-features-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut file = FeatureFile::open(&folder).unwrap();
        assert_eq!(file.of("alice"), Features::default());
        let forward = Forward { always: Some("2002".parse().unwrap()), ..Forward::default() };
        let set = Features { do_not_disturb: true, forward, ..Features::default() };
        file.keep("alice".into(), set.clone());
        drop(file);
        assert_eq!(FeatureFile::open(&folder).unwrap().of("alice"), set);
        std::fs::write(folder.join(FILE), b"no json").unwrap();
        let error = format!("{:#}", FeatureFile::open(&folder).unwrap_err());
        assert!(error.contains("features.json cannot be read"), "{error}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
