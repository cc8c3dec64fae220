//! `cargo xtask dist`: the browser application, packed for the wire, inside the relay.

mod module;
mod pack;
mod page;
mod styles;

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::dist::pack::{Asset, Folder};
use crate::stamp::{self, Inputs};
use crate::wasm::Toolchain;
use crate::workspace::Workspace;
use crate::{process, setup};

/// Everything that the packaged application is made from.
const INPUTS: &[&str] = &[
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "client",
    "index.html",
    "opencti",
    "protocol",
    "skins",
    "xtask/npm/package-lock.json",
    "xtask/src",
];

pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let toolchain = setup::for_dist(workspace)?;
    client(workspace, toolchain)?;
    let relay = Binaries::build(workspace, Profile::Release)?.relay;
    let size = std::fs::metadata(&relay).with_context(|| format!("cannot read {}", relay.display()))?.len();
    println!("\ndist: {} ({:.1} MB), the browser application included", relay.display(), size as f64 / 1e6);
    Ok(())
}

/// Builds and packs the browser application into [`Workspace::dist`], unless it is there already.
pub(crate) fn client(workspace: &Workspace, toolchain: Toolchain) -> anyhow::Result<()> {
    let mut inputs = Inputs::new();
    for path in INPUTS {
        inputs.path(&workspace.root, path)?;
    }
    inputs.value("compiler", &toolchain.version(workspace)?);
    let digest = inputs.digest();

    let dist = workspace.dist();
    let stamp = workspace.target.join("dist.stamp");
    if stamp::holds(&stamp, &digest) && dist.is_dir() {
        println!("client: unchanged, {}", dist.display());
        return Ok(());
    }

    let module = toolchain.build_client(workspace)?;
    let staging = workspace.target.join("dist.new");
    pack_into(workspace, &module, &staging)?;

    // Whoever reads the folder meanwhile sees the old one or the new one, never half of one. The stamp comes last.
    remove(&dist)?;
    std::fs::rename(&staging, &dist).with_context(|| format!("cannot put {} into place", dist.display()))?;
    stamp::write(&stamp, &digest)
}

fn pack_into(workspace: &Workspace, module: &Path, staging: &Path) -> anyhow::Result<()> {
    remove(staging)?;
    let mut folder = Folder::create(staging)?;
    let bound = module::bind(module)?;
    let wasm = module::optimise(workspace, &bound.wasm)?;
    ensure!(!wasm.is_empty(), "wasm-opt made an empty module");

    let assets = page::Assets {
        wasm: folder.add(Asset::hashed("client", "wasm", wasm))?,
        snippets: module::add_snippets(&mut folder, &bound.snippets)?,
        styles: folder.add(Asset::hashed("sidetone", "css", styles::concatenated(&workspace.root)?))?,
        glue: folder.add(Asset::hashed("client", "js", bound.glue))?,
    };
    let boot = folder.add(Asset::hashed("boot", "js", page::boot_script(&assets)))?;

    let template = workspace.root.join("index.html");
    let template =
        std::fs::read_to_string(&template).with_context(|| format!("cannot read {}", template.display()))?;
    folder.add(Asset::named("index.html", page::fill(&template, &assets, &boot)?))?;
    folder.report();
    Ok(())
}

/// How much the compiler may take its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Compiled soon: for tests.
    Dev,
    /// Runs fast: for people.
    Release,
}

/// The programs that people and tests start.
pub(crate) struct Binaries {
    pub(crate) relay: PathBuf,
    pub(crate) lab: PathBuf,
}

impl Binaries {
    /// Compiles relay and lab; the relay takes the packaged application in.
    pub(crate) fn build(workspace: &Workspace, profile: Profile) -> anyhow::Result<Self> {
        let mut command = workspace.cargo_locked("build");
        command.args(["--package=sidetone-server", "--package=sidetone-lab"]);
        let folder = match profile {
            Profile::Dev => "debug",
            Profile::Release => {
                command.arg("--release");
                "release"
            }
        };
        process::run(command.env("SIDETONE_CLIENT_DIST", workspace.dist()))?;
        let folder = workspace.target.join(folder);
        Ok(Self { relay: folder.join("sidetone"), lab: folder.join("lab") })
    }
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
