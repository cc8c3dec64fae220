//! The page, and the script that starts the application.

use anyhow::ensure;

use crate::dist::pack::Packed;

const STYLES: &str = "<!-- sidetone:styles -->";
const BOOT: &str = "<!-- sidetone:boot -->";

/// The files that the page refers to.
pub(crate) struct Assets {
    pub(crate) wasm: Packed,
    pub(crate) glue: Packed,
    pub(crate) snippets: Vec<Packed>,
    pub(crate) styles: Packed,
}

/// Puts links to the files where the template has its two placeholders.
pub(crate) fn fill(template: &str, assets: &Assets, boot: &Packed) -> anyhow::Result<String> {
    for placeholder in [STYLES, BOOT] {
        let count = template.matches(placeholder).count();
        ensure!(count == 1, "index.html has `{placeholder}` {count} times; it must be there once");
    }
    let styles = link("stylesheet", &assets.styles);
    // A module that was preloaded with an integrity value is the one that an `import` gets: imports themselves
    // cannot carry the value.
    let mut scripts: Vec<String> = std::iter::once(&assets.glue)
        .chain(&assets.snippets)
        .map(|module| link("modulepreload", module))
        .collect();
    scripts.push(format!(
        "<script type=\"module\" src=\"/{}\" integrity=\"{}\"></script>",
        boot.path, boot.integrity
    ));
    Ok(template.replace(STYLES, &styles).replace(BOOT, &scripts.join("\n    ")))
}

/// A file of its own, since the page's content security policy allows no script inside the page.
pub(crate) fn boot_script(assets: &Assets) -> String {
    let Assets { wasm, glue, .. } = assets;
    format!(
        "\
// Both loads start at once; the glue is at hand before the module has arrived.
const module = fetch(new URL(\"./{wasm}\", import.meta.url), {{ integrity: \"{integrity}\" }});
try {{
  const {{ default: init }} = await import(\"./{glue}\");
  await init({{ module_or_path: module }});
}} catch (error) {{
  // The page says what to do; the reason, in the console, is for whoever is asked for help.
  const notice = document.createElement(\"p\");
  notice.setAttribute(\"role\", \"alert\");
  notice.textContent =
    \"Sidetone did not start. Reload the page; if that does not help, show this to your administrator.\";
  document.body.append(notice);
  throw error;
}}
",
        wasm = wasm.file_name(),
        integrity = wasm.integrity,
        glue = glue.file_name(),
    )
}

fn link(relation: &str, file: &Packed) -> String {
    format!("<link rel=\"{relation}\" href=\"/{}\" integrity=\"{}\">", file.path, file.integrity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::pack::{Asset, Folder};

    fn packed(name: &str) -> (Assets, Packed) {
        let root = std::env::temp_dir().join(format!("sidetone-page-{name}-{}", std::process::id()));
        let mut folder = Folder::create(&root).unwrap();
        let mut add = |name: &str, extension: &str| folder.add(Asset::hashed(name, extension, name)).unwrap();
        let assets = Assets {
            wasm: add("client", "wasm"),
            glue: add("client", "js"),
            snippets: vec![add("snippet", "js")],
            styles: add("sidetone", "css"),
        };
        let boot = add("boot", "js");
        std::fs::remove_dir_all(&root).unwrap();
        (assets, boot)
    }

    #[test]
    fn every_file_that_the_page_loads_carries_its_integrity() {
        let (assets, boot) = packed("links");
        let page = fill(&format!("<head>{STYLES}{BOOT}</head>"), &assets, &boot).unwrap();
        for file in [&assets.styles, &assets.glue, &assets.snippets[0], &boot] {
            let (path, integrity) = (&file.path, &file.integrity);
            assert!(page.contains(&format!("\"/{path}\" integrity=\"{integrity}\"")), "{path} in {page}");
        }
        assert_eq!(page.matches("<script").count(), 1);
        assert!(page.contains("></script>"), "no script inside the page");
    }

    #[test]
    fn the_module_is_fetched_with_its_integrity_and_a_failure_is_announced() {
        let (assets, _) = packed("boot");
        let script = boot_script(&assets);
        assert!(script.contains(r#"setAttribute("role", "alert")"#));
        assert!(script.contains(&assets.wasm.integrity));
        assert!(script.contains(assets.wasm.file_name()));
        assert!(script.contains(assets.glue.file_name()));
    }

    #[test]
    fn a_template_without_its_placeholders_is_refused() {
        let (assets, boot) = packed("template");
        let error = fill(&format!("<head>{STYLES}</head>"), &assets, &boot).unwrap_err().to_string();
        assert!(error.contains(BOOT), "{error}");
        assert!(fill(&format!("{STYLES}{STYLES}{BOOT}"), &assets, &boot).is_err());
    }
}
