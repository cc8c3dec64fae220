//! Embeds the built client, so that the relay is one file.
//!
//! `cargo xtask` builds the client first and names its folder in `SIDETONE_CLIENT_DIST`. Without it the relay is built
//! without a page (for `cargo check` and unit tests) and says so to whoever opens it.

use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<()> {
    println!("cargo::rerun-if-env-changed=SIDETONE_CLIENT_DIST");
    let out = PathBuf::from(env::var("OUT_DIR").context("cargo sets OUT_DIR")?).join("assets.rs");
    let mut entries = String::new();
    if let Some(dist) = env::var_os("SIDETONE_CLIENT_DIST") {
        let dist = PathBuf::from(dist);
        println!("cargo::rerun-if-changed={}", dist.display());
        for file in files(&dist)? {
            entry(&mut entries, &dist, &file)?;
        }
    }
    fs::write(&out, format!("&[\n{entries}]\n")).with_context(|| format!("cannot write {}", out.display()))
}

/// Every file below a folder, sorted, without the packed copies that stand beside them.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let packed = path.extension().is_some_and(|extension| extension == "br" || extension == "gz");
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if !packed {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn entry(entries: &mut String, dist: &Path, file: &Path) -> Result<()> {
    let url = file.strip_prefix(dist)?.to_str().context("file names of the client are UTF-8")?;
    let include = |path: &Path| format!("include_bytes!({:?})", path.display().to_string());
    let packed = |extension: &str| {
        let path = PathBuf::from(format!("{}.{extension}", file.display()));
        if path.exists() { format!("Some({})", include(&path)) } else { "None".to_owned() }
    };
    writeln!(
        entries,
        "Asset {{ path: {url:?}, identity: {}, brotli: {}, gzip: {} }},",
        include(file),
        packed("br"),
        packed("gz"),
    )?;
    Ok(())
}
