//! A note beside a result of what it was made from, so that a second run makes nothing again.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

/// A growing digest of everything a result depends on.
pub(crate) struct Inputs(Sha256);

impl Inputs {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    /// Adds a value that is in no file, such as a compiler's version.
    pub(crate) fn value(&mut self, name: &str, value: &str) {
        self.bytes(name, value.as_bytes());
    }

    /// Adds a file, or a folder with all that is in it. Content counts, times do not: a fresh clone has new times.
    pub(crate) fn path(&mut self, root: &Path, relative: &str) -> anyhow::Result<()> {
        for file in files_below(&root.join(relative))? {
            let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
            let content = std::fs::read(&file).with_context(|| format!("cannot read {name}"))?;
            self.bytes(&name, &content);
        }
        Ok(())
    }

    pub(crate) fn digest(self) -> String {
        hex(&self.0.finalize())
    }

    fn bytes(&mut self, name: &str, content: &[u8]) {
        // Lengths keep (ab, c) apart from (a, bc).
        for part in [name.as_bytes(), content] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }
}

/// The file itself, or every file below the folder, in an order that does not depend on the file system.
pub(crate) fn files_below(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let context = || format!("cannot list {}", path.display());
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = std::fs::read_dir(path)
        .with_context(context)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .with_context(context)?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default();
        if entry.is_dir() && (name == "node_modules" || name == "target") {
            continue;
        }
        files.extend(files_below(&entry)?);
    }
    Ok(files)
}

/// Whether the result which this stamp belongs to was made from these inputs.
pub(crate) fn holds(stamp: &Path, digest: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|text| text == digest)
}

pub(crate) fn write(stamp: &Path, digest: &str) -> anyhow::Result<()> {
    std::fs::write(stamp, digest).with_context(|| format!("cannot write {}", stamp.display()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_changes_with_name_content_and_border_but_not_with_time() {
        let digest = |pairs: &[(&str, &str)]| {
            let mut inputs = Inputs::new();
            for (name, value) in pairs {
                inputs.value(name, value);
            }
            inputs.digest()
        };
        let base = digest(&[("a", "b"), ("c", "d")]);
        assert_eq!(base, digest(&[("a", "b"), ("c", "d")]));
        assert_ne!(base, digest(&[("a", "bc"), ("", "d")]));
        assert_ne!(base, digest(&[("a", "b"), ("c", "e")]));
        assert_ne!(base, digest(&[("ab", ""), ("c", "d")]));
    }
}
