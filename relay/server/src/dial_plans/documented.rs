//! The examples of `docs/dial-plan.md` do what they say.

use super::DialPlans;
use crate::config;
use sidetone_protocol::dial_plan::Decision;
use std::path::Path;

const DOCUMENT: &str = include_str!("../../../../docs/dial-plan.md");

/// A site as it is documented.
struct Site {
    name: &'static str,
    plan: &'static str,
    /// What is typed, and what is said to be dialled.
    rows: Vec<(&'static str, &'static str)>,
}

/// The plans of a configuration with this one, and with a user of its profile.
fn plans(profile: &str, plan: &str) -> DialPlans {
    let text = format!(
        "[media]\nlisten_ip = \"127.0.0.1\"\n[sip]\nlisten_ip = \"127.0.0.1\"\n{plan}\n\
         [[user]]\nname = \"alice\"\nprofile = \"{profile}\"\npassword = \"secret\"\n\
         sip = {{ address_of_record = \"sip:1001@pbx.test\", registrar = \"sip:pbx.test\" }}\n"
    );
    let config = config::parse(Path::new("docs/dial-plan.md"), &text, std::iter::empty());
    DialPlans::new(&config.unwrap_or_else(|error| panic!("{error}"))).unwrap()
}

/// The blocks of this language in the text.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let parts = text.split("```").skip(1).step_by(2);
    parts.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

fn sites() -> Vec<Site> {
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
            Site { name, plan, rows: rows.collect() }
        })
        .collect()
}

#[test]
fn every_row_of_every_site_is_dialled_as_documented() {
    let names: Vec<_> = sites().iter().map(|site| site.name).collect();
    assert_eq!(names, ["berlin", "new-jersey", "london", "zurich"]);
    for Site { name, plan, rows } in sites() {
        let plans = plans(name, plan);
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
    let berlin = &sites()[0];
    let plans = plans(berlin.name, berlin.plan);
    let printed = blocks(DOCUMENT, "console")[0];
    let dialled = plans.plan_preview("alice", "+49 (0)30 23125-123").unwrap().to_string();
    let caller = plans.caller_preview("alice", "03023125123").unwrap().to_string();
    assert!(printed.contains(&dialled), "{dialled}");
    assert!(printed.contains(&caller), "{caller}");
}

#[test]
fn the_further_rules_do_what_they_say() {
    let further = blocks(DOCUMENT.split("\n## More rules\n").nth(1).unwrap(), "toml");
    assert_eq!(further.len(), 4);
    let berlin = sites()[0].plan.split("[[profile.rule]]").next().unwrap();
    let dialled = |rules: &str, typed: &str| {
        let plans = plans("berlin", &format!("{berlin}\n{rules}"));
        let outcome = plans.plan_preview("alice", typed).unwrap().outcome;
        outcome.target().map_or_else(str::to_owned, ToString::to_string)
    };
    assert_eq!(dialled(further[0], "030 23125 123"), "+493023125123");
    assert_eq!(dialled(further[1], "030 23125 1001"), "1001");
    assert_eq!(dialled(further[2], "+41 44 555 01 23"), "00041445550123");
    assert_eq!(dialled(further[2], "+44 20 7946 0018"), "Ask your administrator for calls abroad.");
    assert_eq!(dialled(further[3], "23125123"), "This is no whole number; dial it with its area code.");
    assert_eq!(dialled(further[3], "112"), "0112");
}
