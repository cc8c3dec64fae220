//! Documents that must keep up with the code.

use crate::tidy::graph::Graph;
use crate::tidy::{Breach, Tracked};

const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// Every crate is described in ARCHITECTURE.md, by its folder.
pub(crate) fn breaches(graph: &Graph, files: &[Tracked]) -> Vec<Breach> {
    let Some(text) =
        files.iter().find(|file| file.path == ARCHITECTURE).and_then(|file| file.text.as_deref())
    else {
        return vec![Breach::new(ARCHITECTURE, "is missing: newcomers start there")];
    };
    graph
        .members()
        .filter(|(_, member)| {
            ["", "/"].iter().all(|slash| !text.contains(&format!("`{}{slash}`", member.folder)))
        })
        .map(|(_, member)| Breach::new(ARCHITECTURE, format!("says nothing about `{}/`", member.folder)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::graph::tests::synthetic;

    #[test]
    fn a_crate_without_a_section_is_noticed() {
        let graph = synthetic(&[("sidetone-sip", "relay/sip", &[]), ("sidetone-lab", "lab", &[])]);
        let architecture =
            |text: &str| Tracked { path: ARCHITECTURE.to_owned(), text: Some(text.to_owned()) };
        assert_eq!(breaches(&graph, &[])[0].place, ARCHITECTURE);
        let found = breaches(&graph, &[architecture("### `relay/sip/`\npure SIP")]);
        assert_eq!(found, [Breach::new(ARCHITECTURE, "says nothing about `lab/`")]);
        assert_eq!(breaches(&graph, &[architecture("`relay/sip` `lab/`")]), []);
    }
}
