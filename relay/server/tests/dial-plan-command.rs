//! `sidetone dial-plan`, as an administrator runs it.

#![allow(clippy::unwrap_used, reason = "clippy sees no test in the helpers of tests")]

use std::path::PathBuf;
use std::process::{Command, Output};

const CONFIGURATION: &str = include_str!("fixtures/berlin.toml");

/// A configuration file that goes with the test.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sidetone-command-{}-{name}.toml", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn dial_plan(&self, arguments: &[&str]) -> Output {
        sidetone(&[&["dial-plan", "--config", self.0.to_str().unwrap()], arguments].concat())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn sidetone(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sidetone")).args(arguments).output().unwrap()
}

fn printed(output: &Output) -> &str {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::str::from_utf8(&output.stdout).unwrap()
}

fn refusal(output: &Output) -> &str {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.stdout.is_empty());
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn it_prints_what_would_be_dialled_and_by_which_rule() {
    let file = File::new("text", CONFIGURATION);
    let output = file.dial_plan(&["--user", "alice", "+49 (0)30 23125-123"]);
    assert_eq!(
        printed(&output),
        "user      alice, profile \"berlin\"\n\
         number    +493023125123: a number of the site's country, +493023125123\n\
         rule      \"outside\": +493023125123 -> 003023125123\n\
         dialled   003023125123\n"
    );
    let output = file.dial_plan(&["--user", "alice", "0900 1 234567"]);
    assert!(printed(&output).contains("blocked   by rule \"premium\": Premium numbers"));
    let output = file.dial_plan(&["--user", "alice", "0-112"]);
    assert!(printed(&output).ends_with("dialled   112, an emergency number: no rule applies\n"));
}

#[test]
fn it_prints_json_for_programs() {
    let file = File::new("json", CONFIGURATION);
    let output = file.dial_plan(&["--user", "alice", "--json", "03023125123"]);
    let json: serde_json::Value = serde_json::from_str(printed(&output)).unwrap();
    assert_eq!(json["decision"], "dialled");
    assert_eq!(json["dialled"], "003023125123");
    assert_eq!(json["steps"][0]["rule"], "outside");
}

#[test]
fn it_prints_what_is_made_of_a_caller() {
    let file = File::new("caller", CONFIGURATION);
    let output = file.dial_plan(&["--user", "alice", "--caller", "004930 23125123"]);
    assert!(printed(&output).contains("looked up +493023125123\nshown     030 231 251 23\n"));
    let output = file.dial_plan(&["--user", "alice", "--caller", "--json", "03023125123"]);
    let json: serde_json::Value = serde_json::from_str(printed(&output)).unwrap();
    assert_eq!(json["e164"], "+493023125123");
    assert_eq!(json["back"]["dialled"], "003023125123");
}

#[test]
fn it_says_what_is_missing_or_wrong() {
    let file = File::new("wrong", CONFIGURATION);
    for (arguments, hint) in [
        (&["112"][..], "--user NAME"),
        (&["--user", "alice"][..], "name the number"),
        (&["--user", "carol", "112"][..], "there is no user 'carol'"),
        (&["--user", "alice", "12x"][..], "'12x' cannot be dialled: 'x' cannot be part of a number"),
        (&["--user", "alice", "112", "113"][..], "113"),
        (&["--user", "alice", "--verbose", "112"][..], "--verbose"),
    ] {
        let output = file.dial_plan(arguments);
        let message = refusal(&output);
        assert!(message.contains(hint) && !message.contains("top-secret"), "{message}");
    }
    assert!(refusal(&sidetone(&["dial-plan", "--user", "alice", "112"])).contains("--config FILE"));
    // What only this command knows is no option of another.
    assert!(refusal(&sidetone(&["check", "--json"])).contains("--json"));
}

#[test]
fn a_plan_that_is_wrong_is_refused_with_key_rule_and_what_is_allowed() {
    let text = CONFIGURATION.replace("international_prefix = \"00\"", "");
    let file = File::new("bad", &text);
    let output = file.dial_plan(&["--user", "alice", "112"]);
    let message = refusal(&output);
    assert!(
        message.contains(
            "profile[0].rule[1].actions: rule \"outside\": needs `international_prefix` in the site"
        ),
        "{message}"
    );
}
