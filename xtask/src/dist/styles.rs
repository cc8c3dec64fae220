//! One style sheet out of those that lie beside the components.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::stamp::files_below;

/// Tokens first, for the others to use; then the building blocks; then what is made of them and may differ.
pub(crate) fn concatenated(root: &Path) -> anyhow::Result<String> {
    let source = root.join("skins/src");
    let kit = source.join("kit");
    let mut files = style_sheets(&root.join("skins/tokens"))?;
    ensure!(!files.is_empty(), "skins/tokens holds no style sheet");
    let (blocks, skins): (Vec<PathBuf>, Vec<PathBuf>) =
        style_sheets(&source)?.into_iter().partition(|file| file.starts_with(&kit));
    files.extend(blocks);
    files.extend(skins);

    let mut all = String::new();
    for file in files {
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let text = without_comments(&text).with_context(|| format!("in {}", file.display()))?;
        for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
            all.push_str(line);
            all.push('\n');
        }
    }
    Ok(all)
}

fn style_sheets(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = files_below(folder)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "css"));
    Ok(files)
}

/// Comments are for whoever reads the sources. A string may hold what looks like one (CSS Syntax 3, §4.3.5).
fn without_comments(css: &str) -> anyhow::Result<String> {
    let mut kept = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find(['/', '"', '\'']) {
        let (before, found) = rest.split_at(at);
        kept.push_str(before);
        if let Some(comment) = found.strip_prefix("/*") {
            let end = comment.find("*/").context("a comment has no end")?;
            rest = &comment[end + 2..];
        } else if let Some(inside) = found.strip_prefix(['"', '\'']) {
            let quote = &found[..1];
            let end = string_end(inside, quote).context("a string has no end")?;
            kept.push_str(&found[..1 + end]);
            rest = &found[1 + end..];
        } else {
            kept.push('/');
            rest = &found[1..];
        }
    }
    kept.push_str(rest);
    Ok(kept)
}

/// The length of a string's inside with its closing quote; a backslash takes the next character's meaning away.
fn string_end(inside: &str, quote: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in inside.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if quote.starts_with(character) => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_strings_stay() {
        let css = r#"/* a */ a::before { content: "/* \" kept */"; } /* b */ b { width: calc(1px / 2); }"#;
        let kept = r#" a::before { content: "/* \" kept */"; }  b { width: calc(1px / 2); }"#;
        assert_eq!(without_comments(css).unwrap(), kept);
        assert!(without_comments("a { } /* no end").is_err());
        assert!(without_comments("a { content: \"no end }").is_err());
    }

    #[test]
    fn tokens_come_first_then_the_kit_then_the_skins() {
        let root = std::env::temp_dir().join(format!("sidetone-styles-{}", std::process::id()));
        for (path, css) in [
            ("skins/tokens/base.css", "tokens{}"),
            ("skins/src/kit/button/button.css", "kit{}"),
            ("skins/src/alpha/pad.css", "skin{}"),
            ("skins/src/alpha/pad.rs", "not a style sheet"),
        ] {
            let file = root.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, css).unwrap();
        }
        let css = concatenated(&root);
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(css.unwrap(), "tokens{}\nkit{}\nskin{}\n");
    }
}
