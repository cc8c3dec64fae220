//! Who depends on whom, as `cargo metadata` says.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use serde_json::Value;

use crate::process;
use crate::workspace::Workspace;

/// A crate of this workspace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    /// Its folder, relative to the top of the repository.
    pub(crate) folder: String,
    /// What it names in its manifest, tests' needs aside.
    pub(crate) imports: BTreeSet<String>,
    /// Names of dependencies whose version is `*`.
    pub(crate) unversioned: BTreeSet<String>,
}

/// The crates of this workspace and what they use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    members: BTreeMap<String, Member>,
    /// Names used directly by every package, of this workspace or not; optional ones only where they are in use.
    uses: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    pub(crate) fn of(workspace: &Workspace) -> anyhow::Result<Self> {
        let mut command = workspace.cargo_locked("metadata");
        command.args(["--format-version=1", "--all-features"]);
        // What a package would need on systems that we do not build for is no breach.
        for platform in ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"] {
            command.args(["--filter-platform", platform]);
        }
        let text = process::read(&mut command)?;
        Self::parse(
            &serde_json::from_str(&text).context("`cargo metadata` printed something else than JSON")?,
        )
    }

    /// Reads what `cargo metadata --format-version=1` prints.
    pub(crate) fn parse(metadata: &Value) -> anyhow::Result<Self> {
        let root = text(metadata, "workspace_root")?;
        let own: BTreeSet<&str> =
            list(metadata, "workspace_members")?.iter().filter_map(Value::as_str).collect();

        let mut names = BTreeMap::new();
        let mut members = BTreeMap::new();
        for package in list(metadata, "packages")? {
            let (id, name) = (text(package, "id")?, text(package, "name")?);
            names.insert(id, name);
            if own.contains(id) {
                members.insert(name.to_owned(), member(package, root)?);
            }
        }

        let mut uses = BTreeMap::<String, BTreeSet<String>>::new();
        let nodes = metadata.get("resolve").context("the metadata lacks `resolve`")?;
        for node in list(nodes, "nodes")? {
            let name = names.get(text(node, "id")?).copied().context("a node is no package")?;
            let entry = uses.entry(name.to_owned()).or_default();
            for dependency in list(node, "deps")? {
                let kinds = list(dependency, "dep_kinds")?;
                if kinds.iter().any(|kind| kind["kind"].is_null()) {
                    let used =
                        names.get(text(dependency, "pkg")?).copied().context("a dependency is no package")?;
                    entry.insert(used.to_owned());
                }
            }
        }
        Ok(Self { members, uses })
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &Member)> {
        self.members.iter().map(|(name, member)| (name.as_str(), member))
    }

    /// The shortest way from a crate to one that it must not reach: `a → b → c`.
    pub(crate) fn path(&self, from: &str, to: &str) -> Option<String> {
        let mut before = BTreeMap::from([(from, from)]);
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            if at == to {
                let mut way = vec![at];
                let mut step = at;
                while step != from {
                    step = before[step];
                    way.push(step);
                }
                way.reverse();
                return Some(way.join(" → "));
            }
            for next in self.uses.get(at).into_iter().flatten() {
                if !before.contains_key(next.as_str()) {
                    before.insert(next, at);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

fn member(package: &Value, root: &str) -> anyhow::Result<Member> {
    let manifest = text(package, "manifest_path")?;
    let folder = manifest.strip_prefix(root).unwrap_or(manifest).trim_start_matches('/');
    let mut member = Member {
        folder: folder.trim_end_matches("Cargo.toml").trim_end_matches('/').to_owned(),
        ..Member::default()
    };
    for dependency in list(package, "dependencies")? {
        let name = text(dependency, "name")?;
        if dependency["kind"] != "dev" {
            member.imports.insert(name.to_owned());
        }
        if dependency["req"] == "*" && dependency["path"].is_null() {
            member.unversioned.insert(name.to_owned());
        }
    }
    Ok(member)
}

fn text<'a>(value: &'a Value, key: &str) -> anyhow::Result<&'a str> {
    value[key].as_str().with_context(|| format!("the metadata lacks `{key}`"))
}

fn list<'a>(value: &'a Value, key: &str) -> anyhow::Result<&'a Vec<Value>> {
    value[key].as_array().with_context(|| format!("the metadata lacks the list `{key}`"))
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// A crate, its folder, and what it depends on with the kind; a package from elsewhere has no folder.
    pub(crate) type Crate<'a> = (&'a str, &'a str, &'a [(&'a str, Option<&'a str>)]);

    /// What cargo would say about a workspace of these crates.
    pub(crate) fn synthetic(crates: &[Crate<'_>]) -> Graph {
        let mut all: BTreeSet<&str> = crates.iter().map(|(name, ..)| *name).collect();
        all.extend(crates.iter().flat_map(|(_, _, uses)| uses.iter().map(|(name, _)| *name)));
        let folder =
            |name: &str| crates.iter().find(|(other, ..)| *other == name).map(|(_, folder, _)| *folder);
        let uses = |name: &str| {
            crates
                .iter()
                .find(|(other, ..)| *other == name)
                .map(|(.., uses)| uses.to_vec())
                .unwrap_or_default()
        };
        let own = |name: &&&str| folder(name).is_some_and(|folder| !folder.is_empty());
        Graph::parse(&json!({
            "workspace_root": "/sources",
            "workspace_members": all.iter().filter(own).collect::<Vec<_>>(),
            "packages": all.iter().map(|name| json!({
                "id": name,
                "name": name,
                "manifest_path": format!("/sources/{}/Cargo.toml", folder(name).unwrap_or_default()),
                "dependencies": uses(name).iter().map(|(used, kind)| json!({
                    "name": used, "kind": kind, "req": "^1.0",
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "resolve": { "nodes": all.iter().map(|name| json!({
                "id": name,
                "deps": uses(name).iter().map(|(used, kind)| json!({
                    "pkg": used, "dep_kinds": [{ "kind": kind }],
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>() },
        }))
        .unwrap()
    }

    #[test]
    fn a_way_is_found_through_packages_that_are_not_ours_but_not_through_tests() {
        let graph = synthetic(&[
            ("ours", "ours", &[("theirs", None), ("harness", Some("dev"))]),
            ("theirs", "", &[("tokio", None)]),
            ("harness", "", &[("axum", None)]),
        ]);
        assert_eq!(graph.path("ours", "tokio").as_deref(), Some("ours → theirs → tokio"));
        assert_eq!(graph.path("ours", "axum"), None);
        let (name, member) = graph.members().next().unwrap();
        assert_eq!((name, member.folder.as_str()), ("ours", "ours"));
        assert_eq!(member.imports, BTreeSet::from(["theirs".to_owned()]));
    }
}
