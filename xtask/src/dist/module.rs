//! From what rustc made to a WebAssembly module that a browser can load, and the JavaScript around it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use wasm_bindgen_cli_support::Bindgen;

use crate::dist::pack::{Asset, Folder, Packed};
use crate::workspace::Workspace;
use crate::{process, setup, stamp};

/// What wasm-bindgen makes of a module.
pub(crate) struct Bound {
    pub(crate) wasm: Vec<u8>,
    /// The module's imports and exports as a JavaScript module.
    pub(crate) glue: Vec<u8>,
    /// JavaScript that crates bring along, by path; the glue imports it.
    pub(crate) snippets: BTreeMap<String, String>,
}

/// Replaces the placeholders that the `#[wasm_bindgen]` macros left.
pub(crate) fn bind(module: &Path) -> anyhow::Result<Bound> {
    let mut output = Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(false)
        // The caller says where the module is, since its name carries a digest; a default path would be a wrong one.
        .omit_default_module_path(true)
        .generate_output()
        .with_context(|| format!("wasm-bindgen cannot read {}", module.display()))?;

    let mut snippets = BTreeMap::new();
    for (crate_name, scripts) in output.snippets() {
        for (number, script) in scripts.iter().enumerate() {
            snippets.insert(format!("{crate_name}/inline{number}.js"), script.clone());
        }
    }
    snippets.extend(output.local_modules().iter().map(|(path, script)| (path.clone(), script.clone())));

    let glue = output.js().replace("./snippets/", &format!("./{}/", snippets_folder(&snippets)));
    Ok(Bound { wasm: output.wasm_mut().emit_wasm(), glue: glue.into_bytes(), snippets })
}

/// Runs wasm-opt: as small as can be, no names, no debug information.
pub(crate) fn optimise(workspace: &Workspace, wasm: &[u8]) -> anyhow::Result<Vec<u8>> {
    let before = workspace.target.join("client.bound.wasm");
    let after = workspace.target.join("client.optimised.wasm");
    std::fs::write(&before, wasm).with_context(|| format!("cannot write {}", before.display()))?;
    process::run(
        setup::wasm_opt(workspace)
            // Which instructions may be used is in the module, written there by rustc.
            .args(["-Oz", "--strip-debug", "--strip-producers", "--strip-target-features"])
            .arg(&before)
            .arg("--output")
            .arg(&after),
    )?;
    std::fs::read(&after).with_context(|| format!("cannot read {}", after.display()))
}

/// Puts the snippets where the glue of [`bind`] looks for them.
pub(crate) fn add_snippets(
    folder: &mut Folder,
    snippets: &BTreeMap<String, String>,
) -> anyhow::Result<Vec<Packed>> {
    let parent = snippets_folder(snippets);
    snippets
        .iter()
        .map(|(path, script)| {
            folder.add(Asset::named(&format!("assets/{parent}/{path}"), script.clone().into_bytes()))
        })
        .collect()
}

/// Snippets import each other by relative paths, so the digest is in the name of the folder that holds them all.
fn snippets_folder(snippets: &BTreeMap<String, String>) -> String {
    let mut inputs = stamp::Inputs::new();
    for (path, script) in snippets {
        inputs.value(path, script);
    }
    format!("snippets-{}", &inputs.digest()[..16])
}
