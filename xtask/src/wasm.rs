//! The compiler that builds the browser application, and the build itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::process;
use crate::setup::debian::{self, Package};
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler carries the sources of the standard library, so it can build for a target that is not installed.
const DEBIAN_PACKAGES: &[Package] = &[
    Package {
        name: "rustc-web",
        ubuntu: None,
        any_of: &[DEBIAN_RUSTC],
        why: "a Rust compiler for the browser",
    },
    Package { name: "cargo-web", ubuntu: None, any_of: &[DEBIAN_CARGO], why: "the cargo that belongs to it" },
    Package {
        name: "rust-web-src",
        ubuntu: None,
        any_of: &["/usr/lib/rustlib/src/rust/library/std"],
        why: "the standard library, to be built for the browser",
    },
    Package { name: "lld-22", ubuntu: None, any_of: &[DEBIAN_LINKER], why: "the linker for WebAssembly" },
];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_LINKER: &str = "/usr/lib/llvm-22/bin/wasm-ld";

/// Who compiles for [`TARGET`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The toolchain that runs this, which has the target.
    Installed,
    /// Debian's own, which builds the standard library itself.
    Debian,
}

impl Toolchain {
    /// The first that can be had: the target as installed, the target from rustup, Debian's compiler.
    /// `SIDETONE_WASM_TOOLCHAIN` (`rustup` or `debian`) takes away the choice.
    pub(crate) fn choose(workspace: &Workspace) -> anyhow::Result<Self> {
        let forced = std::env::var("SIDETONE_WASM_TOOLCHAIN").ok().filter(|value| !value.is_empty());
        match forced.as_deref() {
            Some("debian") => return debian(),
            Some("rustup") | None => {}
            Some(other) => bail!("SIDETONE_WASM_TOOLCHAIN is `{other}`; it may be `rustup` or `debian`"),
        }
        if target_is_installed(workspace)? {
            return Ok(Self::Installed);
        }
        println!("setup: adding the target {TARGET} to the Rust toolchain: the browser runs WebAssembly");
        let added =
            process::run(Command::new("rustup").args(["target", "add", TARGET]).current_dir(&workspace.root));
        match added {
            Ok(()) => Ok(Self::Installed),
            Err(error) if forced.is_some() => {
                Err(error.context("SIDETONE_WASM_TOOLCHAIN asks for rustup's target"))
            }
            Err(error) => {
                println!("setup: {error:#}; Debian's own compiler will do it instead");
                debian()
            }
        }
    }

    /// Everything about the compiler that shows in what it makes.
    pub(crate) fn version(self, workspace: &Workspace) -> anyhow::Result<String> {
        match self {
            Self::Installed => process::read(Command::new(rustc()).arg("-vV").current_dir(&workspace.root)),
            Self::Debian => process::read(isolated(DEBIAN_RUSTC).arg("-vV")),
        }
    }

    /// Compiles the browser application and says where the module is, which wasm-bindgen has not seen yet.
    pub(crate) fn build_client(self, workspace: &Workspace) -> anyhow::Result<PathBuf> {
        let (mut command, target) = match self {
            Self::Installed => (workspace.cargo(), workspace.target.clone()),
            Self::Debian => debian_cargo(workspace),
        };
        command.args(["build", "--package=sidetone-client", "--lib", "--profile=wasm", "--target", TARGET]);
        command.arg("--config").arg(rustflags(&[remapped_paths()?, "--cfg=erase_components".to_owned()]));
        if workspace.ci {
            command.arg("--locked");
        }
        process::run(command.env("CARGO_TARGET_DIR", &target).current_dir(&workspace.root))?;
        Ok(target.join(TARGET).join("wasm/sidetone_client.wasm"))
    }

    /// Lints that part of the browser application which only exists there. Says what it could not check.
    pub(crate) fn lint_client(self, workspace: &Workspace) -> anyhow::Result<Option<String>> {
        match self {
            Self::Installed => {
                let mut command = workspace.cargo_locked("clippy");
                command.args(["--package=sidetone-client", "--target", TARGET, "--", "-D", "warnings"]);
                process::run(&mut command)?;
                Ok(None)
            }
            Self::Debian => {
                let (mut command, target) = debian_cargo(workspace);
                command.args(["check", "--package=sidetone-client", "--target", TARGET]);
                // Dependencies are not affected: cargo caps their lints.
                command.arg("--config").arg(rustflags(&["-Dwarnings".to_owned()]));
                process::run(command.env("CARGO_TARGET_DIR", &target).current_dir(&workspace.root))?;
                Ok(Some(
                    "clippy on the browser-only code: Debian's compiler has no clippy, rustc's lints ran"
                        .into(),
                ))
            }
        }
    }
}

/// Panic messages carry source paths. Those of this repository are relative; take this user's cargo folder out of the
/// others, so that the module tells nothing about who built it and is the same bytes for everybody.
fn remapped_paths() -> anyhow::Result<String> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cargo_home = match set("CARGO_HOME") {
        Some(home) => home,
        None => set("HOME").context("neither CARGO_HOME nor HOME is set")?.join(".cargo"),
    };
    Ok(format!("--remap-path-prefix={}=cargo", cargo_home.display()))
}

/// Compiler flags as a setting for cargo's `--config`, which adds to `.cargo/config.toml` where `RUSTFLAGS` would
/// replace it. A list of strings is written alike in TOML and in Rust's debug format.
fn rustflags(flags: &[String]) -> String {
    format!("target.{TARGET}.rustflags={flags:?}")
}

fn target_is_installed(workspace: &Workspace) -> anyhow::Result<bool> {
    let sysroot =
        process::read(Command::new(rustc()).args(["--print=sysroot"]).current_dir(&workspace.root))?;
    Ok(Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

fn rustc() -> std::ffi::OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn debian() -> anyhow::Result<Toolchain> {
    debian::install(DEBIAN_PACKAGES)?;
    Ok(Toolchain::Debian)
}

/// Debian's cargo with the switches that make it build the standard library, and the target folder that is its own:
/// the two compilers would throw away each other's results.
fn debian_cargo(workspace: &Workspace) -> (Command, PathBuf) {
    let mut command = isolated(DEBIAN_CARGO);
    command
        .env("RUSTC", DEBIAN_RUSTC)
        // -Z is for nightly compilers; this one is asked to act as one, for the standard library's sake only.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER)
        .args(["-Z", "build-std=std,panic_abort"]);
    (command, workspace.target.join("debian-wasm"))
}

/// A program of Debian's toolchain, without what rustup's cargo left in the environment.
fn isolated(program: &str) -> Command {
    let mut command = Command::new(program);
    for name in ["CARGO", "LD_LIBRARY_PATH", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER"] {
        command.env_remove(name);
    }
    command
}
