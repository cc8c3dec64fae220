//! Whole plans: four countries' sites as tables, what rules do, and what holds for every plan and number.

mod checks;
mod previews;
mod properties;
mod rules;
mod sites;

use super::{Decision, DialPlan, Outcome};
use crate::DialString;
use serde_json::{Value, json};

fn dial_string(text: &str) -> DialString {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn dial(plan: &DialPlan, text: &str) -> Outcome {
    plan.dial(&dial_string(text))
}

/// What happens, in one line: the number, or who blocks it.
fn summary(outcome: &Outcome) -> String {
    match &outcome.decision {
        Decision::Dialled => outcome.dialled.to_string(),
        Decision::Blocked { rule, reason: _ } => format!("blocked by {rule}"),
        Decision::Emergency => format!("emergency {}", outcome.dialled),
    }
}

fn plan(site: Value, rules: Value) -> DialPlan {
    let plan = json!({ "site": site, "rules": rules });
    serde_json::from_value(plan).unwrap_or_else(|error| panic!("{error}"))
}

/// The same plan with one more key of the site.
fn with(plan: &DialPlan, key: &str, value: &str) -> DialPlan {
    let mut written = serde_json::to_value(plan).unwrap();
    written["site"][key] = json!(value);
    serde_json::from_value(written).unwrap_or_else(|error| panic!("{error}"))
}

/// Berlin: the outside prefix is the trunk prefix too, and emergency calls need it.
fn germany() -> DialPlan {
    plan(
        json!({
            "country_code": "49", "trunk_prefix": "0", "international_prefix": "00", "outside_prefix": "0",
            "national_numbers": ["NXXX.", "1NXX."],
            "internal": ["1000-1999", "4711"],
            "emergency": [{ "number": "110", "dial_as": "0110" }, { "number": "112", "dial_as": "0112" }],
            "display": ["030 X."],
        }),
        json!([
            { "name": "premium", "match": { "destination": ["+49900", "+49137"] },
              "actions": [{ "block": "Premium numbers cannot be called from here." }] },
            { "name": "services", "match": { "kind": "other", "pattern": ["115", "116XXX", "118XX"] },
              "actions": [{ "prefix": "0" }] },
            { "name": "local", "match": { "kind": "other", "pattern": "NXXX." },
              "actions": [{ "prefix": "030" }, "to_dialable"] },
            { "name": "outside", "match": { "kind": ["national", "international"] }, "actions": ["to_dialable"] },
        ]),
    )
}

/// New Jersey: eleven digits to dial, ten to write, 911 direct.
fn united_states() -> DialPlan {
    plan(
        json!({
            "country_code": "1", "trunk_prefix": "1", "trunk_prefix_optional": true,
            "international_prefix": "011", "outside_prefix": "9",
            "national_numbers": ["NXXNXXXXXX"],
            "internal": ["1000-1999"],
            "emergency": [{ "number": "911" }],
            "display": ["(NXX) NXX-XXXX"],
        }),
        json!([
            { "name": "in full", "match": { "kind": ["national", "international"] },
              "actions": ["to_e164"], "then": "continue" },
            { "name": "premium", "match": { "pattern": ["+1900XXXXXXX", "+1NXX976XXXX"] },
              "actions": [{ "block": "Premium numbers cannot be called from here." }] },
            { "name": "islands", "match": { "destination": ["+1876", "+1809"] },
              "actions": [{ "block": "Ask the office to call the Caribbean." }] },
            { "name": "local", "match": { "kind": "other", "pattern": "NXXXXXX" },
              "actions": [{ "prefix": "201" }, "to_dialable"] },
            { "name": "services", "match": { "kind": "other", "pattern": "N11" }, "actions": [{ "prefix": "9" }] },
            { "name": "outside", "match": { "kind": "e164" }, "actions": ["to_dialable"] },
        ]),
    )
}

/// London: no ambiguity, since no written number begins with 9.
fn united_kingdom() -> DialPlan {
    plan(
        json!({
            "country_code": "44", "trunk_prefix": "0", "international_prefix": "00", "outside_prefix": "9",
            "national_numbers": ["ZXXXXXXXX", "ZXXXXXXXXX"],
            "internal": ["200-499"],
            "emergency": [{ "number": "999", "dial_as": "9999" }, { "number": "112", "dial_as": "9999" }],
            "display": ["020 XXXX XXXX", "07XXX XXXXXX", "011X XXX XXXX"],
        }),
        json!([
            { "name": "premium", "match": { "destination": "+449" },
              "actions": [{ "block": "Premium numbers cannot be called from here." }] },
            { "name": "outside", "match": { "kind": ["national", "international"] }, "actions": ["to_dialable"] },
            { "name": "services", "match": { "pattern": ["101", "111", "118XXX"] }, "actions": [{ "prefix": "9" }] },
        ]),
    )
}

/// Zurich: nine digits, closed numbering.
fn switzerland() -> DialPlan {
    plan(
        json!({
            "country_code": "41", "trunk_prefix": "0", "international_prefix": "00", "outside_prefix": "0",
            "national_numbers": ["ZXXXXXXXX"],
            "internal": ["200-299"],
            "emergency": [{ "number": "112" }, { "number": "117" }, { "number": "118" }, { "number": "144" }],
            "display": ["0ZX XXX XX XX"],
        }),
        json!([
            { "name": "premium", "match": { "destination": ["+41900", "+41901", "+41906"] },
              "actions": [{ "block": "Premium numbers cannot be called from here." }] },
            { "name": "outside", "match": { "kind": ["national", "international"] }, "actions": ["to_dialable"] },
        ]),
    )
}
