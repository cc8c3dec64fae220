//! Which crate may use which: the table of ARCHITECTURE.md.

use crate::tidy::Breach;
use crate::tidy::graph::Graph;

/// What a crate of ours may name of ours. Crates that are not in the list may name none until they are.
const OURS: &[(&str, &[&str])] = &[
    ("sidetone-protocol", &[]),
    ("sidetone-skins", &["sidetone-protocol"]),
    ("sidetone-opencti", &["sidetone-protocol"]),
    ("sidetone-client", &["sidetone-protocol", "sidetone-skins", "sidetone-opencti"]),
    ("sidetone-bridge", &["sidetone-protocol"]),
    ("sidetone-sip", &[]),
    ("sidetone-media", &[]),
    ("sidetone-finesse", &[]),
    (
        "sidetone-server",
        &["sidetone-protocol", "sidetone-bridge", "sidetone-sip", "sidetone-media", "sidetone-finesse"],
    ),
    (
        "sidetone-lab",
        &[
            "sidetone-protocol",
            "sidetone-bridge",
            "sidetone-sip",
            "sidetone-media",
            "sidetone-finesse",
            "sidetone-server",
        ],
    ),
    ("xtask", &[]),
];

/// Packages that only some crates may reach.
struct Fence {
    packages: &'static [&'static str],
    /// Crates that may.
    inside: &'static [&'static str],
    /// Whether reaching one through somebody else's package counts.
    indirectly: bool,
    why: &'static str,
}

const FENCES: &[Fence] = &[
    Fence {
        packages: &["tokio", "axum", "axum-server", "hyper", "webrtc", "rsipstack"],
        inside: &["sidetone-server", "sidetone-lab", "xtask"],
        indirectly: true,
        why: "only the relay's server, the lab and xtask do IO; the other crates are pure",
    },
    Fence {
        packages: &["web-sys", "gloo"],
        inside: &["sidetone-client"],
        indirectly: false,
        why: "only the client's `browser` module talks to the browser",
    },
    Fence {
        packages: &["js-sys", "wasm-bindgen", "wasm-bindgen-futures"],
        inside: &["sidetone-client", "sidetone-opencti"],
        indirectly: false,
        why: "only the client and the CRM hosts talk JavaScript",
    },
    Fence {
        packages: &["leptos"],
        inside: &["sidetone-client", "sidetone-skins"],
        indirectly: true,
        why: "views are the client's and the skins' business",
    },
];

pub(crate) fn breaches(graph: &Graph) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let ours: Vec<&str> = graph.members().map(|(name, _)| name).collect();
    for (name, member) in graph.members() {
        let place = format!("{}/Cargo.toml", member.folder);
        let allowed = OURS.iter().find(|(listed, _)| *listed == name).map(|(_, allowed)| *allowed);
        if allowed.is_none() {
            breaches.push(Breach::new(
                &place,
                format!("{name} is not in the table of xtask/src/tidy/imports.rs"),
            ));
        }
        for import in &member.imports {
            let import = import.as_str();
            if ours.contains(&import) && !allowed.unwrap_or_default().contains(&import) {
                breaches.push(Breach::new(&place, format!("{name} may not import {import}")));
            }
        }
        for import in &member.unversioned {
            breaches.push(Breach::new(&place, format!("{import} has no version")));
        }
        for fence in FENCES.iter().filter(|fence| !fence.inside.contains(&name)) {
            for package in fence.packages {
                let way = if fence.indirectly {
                    graph.path(name, package)
                } else {
                    member.imports.contains(*package).then(|| format!("{name} → {package}"))
                };
                if let Some(way) = way {
                    breaches.push(Breach::new(&place, format!("{way}: {}", fence.why)));
                }
            }
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::graph::tests::{Crate, synthetic};

    fn rules(crates: &[Crate<'_>]) -> Vec<String> {
        breaches(&synthetic(crates)).into_iter().map(|breach| breach.rule).collect()
    }

    #[test]
    fn the_workspace_of_the_design_is_in_order() {
        let found = rules(&[
            ("sidetone-protocol", "protocol", &[("serde", None)]),
            ("sidetone-skins", "skins", &[("leptos", None), ("sidetone-protocol", None)]),
            ("sidetone-sip", "relay/sip", &[("rsip", None), ("tokio", Some("dev"))]),
            ("sidetone-server", "relay/server", &[("tokio", None), ("sidetone-sip", None)]),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn parts_of_the_relay_may_not_import_each_other() {
        let found = rules(&[
            ("sidetone-sip", "relay/sip", &[]),
            ("sidetone-media", "relay/media", &[("sidetone-sip", None)]),
        ]);
        assert_eq!(found, ["sidetone-media may not import sidetone-sip"]);
    }

    #[test]
    fn skins_may_not_name_the_crm_and_protocol_names_nobody() {
        let found = rules(&[
            ("sidetone-opencti", "opencti", &[]),
            ("sidetone-protocol", "protocol", &[("sidetone-opencti", None)]),
            ("sidetone-skins", "skins", &[("sidetone-opencti", Some("build"))]),
        ]);
        assert_eq!(
            found,
            [
                "sidetone-protocol may not import sidetone-opencti",
                "sidetone-skins may not import sidetone-opencti"
            ]
        );
    }

    #[test]
    fn a_pure_crate_may_not_reach_tokio_in_any_way() {
        let found =
            rules(&[("sidetone-media", "relay/media", &[("rtc", None)]), ("rtc", "", &[("tokio", None)])]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("sidetone-media → rtc → tokio:"), "{found:?}");
    }

    #[test]
    fn only_the_client_names_web_sys_though_leptos_uses_it() {
        let found = rules(&[
            ("sidetone-skins", "skins", &[("leptos", None), ("web-sys", None)]),
            ("sidetone-client", "client", &[("leptos", None), ("web-sys", None)]),
            ("leptos", "", &[("web-sys", None)]),
        ]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("sidetone-skins → web-sys:"), "{found:?}");
    }

    #[test]
    fn a_crate_that_the_table_does_not_know_is_noticed() {
        let found = rules(&[("sidetone-new", "new", &[])]);
        assert_eq!(found, ["sidetone-new is not in the table of xtask/src/tidy/imports.rs"]);
    }
}
