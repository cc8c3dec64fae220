//! Plans that cannot be: each is refused with the key that is wrong and what is allowed.

use super::*;
use crate::dial_plan::PlanError;

fn refusal(site: &Value, rules: &Value) -> PlanError {
    let site = serde_json::from_value(site.clone()).unwrap();
    let rules = serde_json::from_value(rules.clone()).unwrap();
    DialPlan::new(site, rules).expect_err("a bad plan was taken")
}

#[test]
fn a_wrong_rule_is_named_with_its_key_and_what_is_allowed() {
    let site = serde_json::to_value(germany().site()).unwrap();
    let good = json!({ "name": "good", "match": { "prefix": "0" } });
    for (rule, key, hint) in [
        (json!({ "name": "", "match": { "prefix": "0" } }), "name", "no other rule"),
        (json!({ "name": "good", "match": { "prefix": "0" } }), "name", "no other rule"),
        (json!({ "name": "emergency", "match": { "prefix": "0" } }), "name", "is taken"),
        (json!({ "name": "bad", "match": {} }), "match", "`destination`"),
        (json!({ "name": "bad", "match": { "kind": "emergency" } }), "match", "`dial_as`"),
        (json!({ "name": "bad", "match": { "kind": ["national", "emergency"] } }), "match", "`dial_as`"),
        (json!({ "name": "bad", "match": { "kind": "other", "destination": "+49" } }), "match", "no number"),
        (
            json!({ "name": "bad", "match": { "kind": "internal", "destination": "+49" } }),
            "match",
            "no number",
        ),
        (
            json!({ "name": "bad", "match": { "kind": "internal" }, "actions": [{ "prefix": "0" }] }),
            "actions",
            "may only `block`",
        ),
        (json!({ "name": "bad", "match": { "prefix": "0" }, "then": "continue" }), "actions", "does nothing"),
        (
            json!({ "name": "bad", "match": { "prefix": "0" }, "actions": [{ "block": "no" }, { "strip": 1 }] }),
            "actions",
            "only action",
        ),
        (
            json!({ "name": "bad", "match": { "prefix": "0" }, "actions": [{ "block": "no" }], "then": "continue" }),
            "actions",
            "only action",
        ),
        (
            json!({ "name": "bad", "match": { "prefix": "0" }, "actions": [{ "block": " " }] }),
            "actions",
            "why",
        ),
        (
            json!({ "name": "bad", "match": { "prefix": "0" }, "actions": [{ "strip": 0 }] }),
            "actions",
            "at least 1",
        ),
        (
            json!({ "name": "bad", "match": { "prefix": "00", "length": "1-9" }, "actions": [{ "strip": 2 }] }),
            "actions",
            "may have only 2",
        ),
        (
            json!({ "name": "bad", "match": { "pattern": "XXX." }, "actions": [{ "strip": 3 }, { "strip": 1 }] }),
            "actions",
            "may have only 1",
        ),
    ] {
        let error = refusal(&site, &json!([good, rule]));
        assert_eq!(error.key(), format!("rule[1].{key}"), "{error}");
        let name = rule["name"].as_str().unwrap();
        let message = error.to_string();
        assert!(message.starts_with(&format!("rule \"{name}\": ")), "{message}");
        assert!(message.contains(hint), "{message}");
    }
}

#[test]
fn a_strip_that_always_leaves_a_digit_is_taken() {
    for (matches, strip) in [
        (json!({ "prefix": "00", "length": "3-9" }), 2),
        (json!({ "kind": "e164" }), 7),
        (json!({ "kind": "national" }), 3),
        (json!({ "destination": "+49" }), 3),
        (json!({ "range": "1000-1999" }), 3),
        (json!({ "kind": ["national", "other"], "length": 3 }), 2),
    ] {
        let rules = json!([{ "name": "strips", "match": matches, "actions": [{ "strip": strip }] }]);
        plan(serde_json::to_value(germany().site()).unwrap(), rules);
        let rules = json!([{ "name": "strips", "match": matches, "actions": [{ "strip": strip + 1 }] }]);
        let error = refusal(&serde_json::to_value(germany().site()).unwrap(), &rules);
        assert!(error.to_string().contains(&format!("takes {} characters off", strip + 1)), "{error}");
    }
}

#[test]
fn a_strip_after_other_actions_counts_with_what_they_leave() {
    let site = serde_json::to_value(germany().site()).unwrap();
    for (matches, first, strip) in [
        (json!({ "kind": "national" }), json!("to_e164"), 7),
        (json!({ "destination": "+4930231251" }), json!("to_e164"), 10),
        (json!({ "kind": ["national", "other"], "length": "9-12" }), json!("to_e164"), 7),
        (json!({ "kind": ["national", "other"], "length": 3 }), json!("to_e164"), 2),
        (json!({ "destination": "+4930231251" }), json!("to_national"), 3),
        (json!({ "prefix": "12" }), json!({ "prefix": "345" }), 3),
    ] {
        let rules =
            |strip| json!([{ "name": "strips", "match": matches, "actions": [first, { "strip": strip }] }]);
        plan(site.clone(), rules(strip));
        let error = refusal(&site, &rules(strip + 1));
        assert!(error.to_string().contains(&format!("takes {} characters off", strip + 1)), "{error}");
    }
}

#[test]
fn a_rule_that_needs_more_of_the_site_says_what() {
    let emergency = json!([{ "number": "112" }]);
    for (site, rule, hint) in [
        (
            json!({ "emergency": emergency, "international_prefix": "00" }),
            json!({ "name": "r", "match": { "prefix": "0" }, "actions": ["to_dialable"] }),
            "`country_code`",
        ),
        (
            json!({ "emergency": emergency }),
            json!({ "name": "r", "match": { "prefix": "0" }, "actions": ["to_national"] }),
            "`country_code`",
        ),
        (
            json!({ "emergency": emergency, "country_code": "49" }),
            json!({ "name": "r", "match": { "prefix": "0" }, "actions": ["to_dialable"] }),
            "`international_prefix`",
        ),
        (
            json!({ "emergency": emergency }),
            json!({ "name": "r", "match": { "kind": "internal" } }),
            "`site.internal`",
        ),
        (
            json!({ "emergency": emergency }),
            json!({ "name": "r", "match": { "kind": "national" } }),
            "`site.country_code`",
        ),
    ] {
        let message = refusal(&site, &json!([rule])).to_string();
        assert!(message.contains(hint), "{message}");
    }
}

#[test]
fn a_wrong_site_is_named_with_its_key_and_what_is_allowed() {
    let rules = json!([{ "name": "any", "match": { "prefix": "0" } }]);
    let base = json!({ "country_code": "49", "outside_prefix": "9", "emergency": [{ "number": "911" }] });
    for (changes, key, hint) in [
        (json!({ "emergency": [] }), "site.emergency", "112"),
        (json!({ "internal": ["1000-1999", "9000-9999"] }), "site.internal[1]", "9911"),
        (json!({ "internal": ["911"] }), "site.internal[0]", "'911' holds 911"),
        (
            json!({ "emergency": [{ "number": "911" }, { "number": "112", "dial_as": "911#" }] }),
            "site.emergency[1].dial_as",
            "without *",
        ),
        (
            json!({ "emergency": [{ "number": "911" }, { "number": "9911", "dial_as": "112" }] }),
            "site.emergency[1]",
            "agree",
        ),
        (
            json!({ "emergency": [{ "number": "911" }, { "number": "112", "dial_as": "9911" }] }),
            "site.emergency[1]",
            "agree",
        ),
        (json!({ "trunk_prefix": "0", "international_prefix": "0" }), "site.international_prefix", "differ"),
        (json!({ "national_numbers": [] }), "site.national_numbers", "NXXNXXXXXX"),
        (json!({ "national_numbers": ["ZX.", "+49X."] }), "site.national_numbers[1]", "without country code"),
    ] {
        let mut site = base.clone();
        for (name, value) in changes.as_object().unwrap() {
            site[name] = value.clone();
        }
        let error = refusal(&site, &rules);
        assert_eq!(error.key(), key, "{error}");
        assert!(error.to_string().contains(hint), "{error}");
    }
}

#[test]
fn a_plan_cannot_come_out_of_text_unchecked() {
    let plan = json!({ "rules": [{ "name": "any", "match": { "prefix": "0" } }] });
    let refusal = serde_json::from_value::<DialPlan>(plan).expect_err("taken").to_string();
    assert!(refusal.contains("emergency numbers"), "{refusal}");
}
