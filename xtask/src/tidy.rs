//! `cargo xtask tidy`: the rules of the design that no compiler checks, most of which say what is absent.

mod documents;
mod files;
mod graph;
mod imports;

use anyhow::{Context, bail};

use crate::process;
use crate::tidy::graph::Graph;
use crate::workspace::Workspace;

/// A breach of a rule: where, and what the rule says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Breach {
    pub(crate) place: String,
    pub(crate) rule: String,
}

impl Breach {
    fn new(place: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { place: place.into(), rule: rule.into() }
    }
}

pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let graph = Graph::of(workspace)?;
    let files = tracked(workspace)?;

    let mut breaches = imports::breaches(&graph);
    breaches.extend(files::breaches(&files));
    breaches.extend(documents::breaches(&graph, &files));
    breaches.sort();
    breaches.dedup();

    for Breach { place, rule } in &breaches {
        println!("{place}: {rule}");
    }
    match breaches.len() {
        0 => {
            println!("tidy: {} crates and {} files keep the rules", graph.members().count(), files.len());
            Ok(())
        }
        count => bail!("{count} breach(es) of the rules in ARCHITECTURE.md"),
    }
}

/// A file that git knows, or would add.
pub(crate) struct Tracked {
    /// Relative to the top of the repository.
    pub(crate) path: String,
    /// `None` where it is not text.
    pub(crate) text: Option<String>,
}

fn tracked(workspace: &Workspace) -> anyhow::Result<Vec<Tracked>> {
    let mut git = std::process::Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(&workspace.root);
    let listing = process::read(&mut git).context("tidy asks git which files belong to the repository")?;
    let mut files = Vec::new();
    for path in listing.split_terminator('\0') {
        let file = workspace.root.join(path);
        // Deleted but not yet committed.
        if !file.is_file() {
            continue;
        }
        let bytes = std::fs::read(&file).with_context(|| format!("cannot read {path}"))?;
        files.push(Tracked { path: path.to_owned(), text: String::from_utf8(bytes).ok() });
    }
    Ok(files)
}
