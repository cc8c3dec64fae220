//! The examples of `docs/dial-plan.md` do what they say.

use super::DialPlans;
use crate::config::{Config, load};
use sidetone_protocol::dial_plan::Decision;

const DOCUMENT: &str = include_str!("../../../../docs/dial-plan.md");

/// What every configuration needs besides profiles, with a user of this profile.
fn configuration(profile: &str, plan: &str) -> Config {
    let text = format!(
        "[media]\nlisten_ip = \"127.0.0.1\"\n[sip]\nlisten_ip = \"127.0.0.1\"\n{plan}\n\
         [[user]]\nname = \"alice\"\nprofile = \"{profile}\"\npassword = \"secret\"\n\
         sip = {{ address_of_record = \"sip:1001@pbx.test\", registrar = \"sip:pbx.test\" }}\n"
    );
    let mut file = std::env::temp_dir();
    file.push(format!("sidetone-documented-{}-{profile}.toml", std::process::id()));
    std::fs::write(&file, text).unwrap();
    let config = load(&file, std::iter::empty());
    std::fs::remove_file(&file).unwrap();
    config.unwrap_or_else(|error| panic!("{error}"))
}

/// The blocks of this language in the text.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let parts = text.split("```").skip(1).step_by(2);
    parts.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

/// The sites: what they are called, their configuration, and the rows of their table.
fn sites() -> Vec<(&'static str, &'static str, Vec<(&'static str, &'static str)>)> {
    let sites = DOCUMENT.split("\n### ").filter(|section| section.contains("[[profile]]\nname"));
    sites
        .map(|section| {
            let plan = blocks(section, "toml")[0];
            let name = plan.split('"').nth(1).unwrap();
            let table = section.split("| Typed | Dialled |\n|---|---|\n").nth(1).unwrap();
            let rows = table.lines().take_while(|line| line.starts_with('|')).map(|line| {
                let mut cells = line.trim_matches('|').split('|').map(str::trim);
                (cells.next().unwrap().trim_matches('`'), cells.next().unwrap())
            });
            (name, plan, rows.collect())
        })
        .collect()
}

#[test]
fn every_row_of_every_site_is_dialled_as_documented() {
    let sites = sites();
    assert_eq!(
        sites.iter().map(|site| site.0).collect::<Vec<_>>(),
        ["berlin", "new-jersey", "london", "zurich"]
    );
    for (name, plan, rows) in sites {
        let plans = DialPlans::new(&configuration(name, plan)).unwrap();
        assert!(rows.len() >= 8, "{name}");
        for (typed, documented) in rows {
            let outcome = plans.plan_preview("alice", typed).unwrap().outcome;
            let happens = match &outcome.decision {
                Decision::Dialled | Decision::Emergency => format!("`{}`", outcome.dialled),
                Decision::Blocked { rule, .. } => format!("blocked by `{rule}`"),
            };
            assert_eq!(happens, documented, "{name}: {typed}");
        }
    }
}

#[test]
fn the_printed_previews_are_what_is_printed() {
    let (name, plan, _) = sites()[0].clone();
    let plans = DialPlans::new(&configuration(name, plan)).unwrap();
    let printed = blocks(DOCUMENT, "console")[0];
    let dialled = plans.plan_preview("alice", "+49 (0)30 23125-123").unwrap().to_string();
    let caller = plans.caller_preview("alice", "03023125123").unwrap().to_string();
    assert!(printed.contains(&dialled), "{dialled}");
    assert!(printed.contains(&caller), "{caller}");
}

#[test]
fn the_further_rules_do_what_they_say() {
    let further = DOCUMENT.split("\n## More rules\n").nth(1).unwrap();
    let site = sites()[0].1.split("[[profile.rule]]").next().unwrap();
    let dialled = |index: usize, typed: &str| {
        let plan = format!("{site}\n{}", blocks(further, "toml")[index]);
        let plans = DialPlans::new(&configuration(
            &format!("berlin{index}"),
            &plan.replace("berlin", &format!("berlin{index}")),
        ))
        .unwrap();
        let outcome = plans.plan_preview("alice", typed).unwrap().outcome;
        outcome.target().map(ToString::to_string).map_err(ToOwned::to_owned).unwrap_or_else(|reason| reason)
    };
    assert_eq!(blocks(further, "toml").len(), 4);
    assert_eq!(dialled(0, "030 23125 123"), "+493023125123");
    assert_eq!(dialled(1, "030 23125 1001"), "1001");
    assert_eq!(dialled(2, "+41 44 555 01 23"), "00041445550123");
    assert!(dialled(2, "+44 20 7946 0018").starts_with("Ask your administrator"));
    assert!(dialled(3, "23125123").starts_with("This is no whole number"));
    assert_eq!(dialled(3, "112"), "0112");
}
