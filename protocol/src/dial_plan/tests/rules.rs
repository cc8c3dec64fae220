//! What rules do, one by one and together.

use super::*;
use crate::dial_plan::{NumberKind, Step};

fn german_site() -> Value {
    serde_json::to_value(germany().site()).unwrap()
}

fn german(rules: Value) -> DialPlan {
    plan(german_site(), rules)
}

#[test]
fn every_rule_that_matched_is_told_with_what_it_found_and_left() {
    let outcome = dial(&united_states(), "201 555 0123");
    let step = |rule: &str, before, after| Step {
        rule: rule.to_owned(),
        before: dial_string(before),
        after: dial_string(after),
    };
    assert_eq!(
        outcome.steps,
        [step("in full", "2015550123", "+12015550123"), step("outside", "+12015550123", "912015550123"),]
    );
    assert_eq!(outcome.decision, Decision::Dialled);
}

#[test]
fn an_emergency_number_that_is_dialled_otherwise_tells_so_and_no_rule_appears() {
    let outcome = dial(&germany(), "112");
    assert_eq!(outcome.steps.len(), 1);
    assert_eq!(outcome.steps[0].rule, "emergency");
    assert_eq!(dial(&united_states(), "911").steps, []);
}

#[test]
fn a_blocked_call_has_a_reason_and_nothing_to_dial() {
    let outcome = dial(&germany(), "0900 1 234567");
    assert_eq!(outcome.target(), Err("Premium numbers cannot be called from here."));
    assert_eq!(outcome.steps.len(), 1);
    assert_eq!(dial(&germany(), "030 23125123").target(), Ok(&dial_string("003023125123")));
}

#[test]
fn the_first_rule_that_stops_is_the_last() {
    let plan = german(json!([
        { "name": "keep", "match": { "prefix": "0171" } },
        { "name": "eight", "match": { "kind": "national" }, "actions": [{ "prefix": "8" }], "then": "continue" },
        { "name": "nine", "match": { "prefix": "8" }, "actions": [{ "prefix": "9" }] },
        { "name": "never", "match": { "prefix": "9" }, "actions": [{ "block": "no" }] },
    ]));
    assert_eq!(summary(&dial(&plan, "0171 3920012")), "01713920012");
    assert_eq!(summary(&dial(&plan, "030 23125123")), "9803023125123");
}

#[test]
fn all_conditions_of_a_rule_must_hold() {
    let plan = german(json!([{
        "name": "short",
        "match": { "kind": "other", "prefix": ["5", "6"], "length": "3-4", "pattern": ["XX1", "XXX1"] },
        "actions": [{ "prefix": "99" }],
    }]));
    for (typed, dialled) in
        [("501", "99501"), ("6001", "996001"), ("701", "701"), ("502", "502"), ("50001", "50001")]
    {
        assert_eq!(summary(&dial(&plan, typed)), dialled);
    }
}

#[test]
fn what_is_put_before_a_dialable_number_is_not_read_as_a_part_of_it() {
    let plan = german(json!([
        { "name": "outside", "match": { "kind": "national" }, "actions": ["to_dialable", { "prefix": "71" }], "then": "continue" },
        { "name": "still national", "match": { "kind": "national", "destination": "+4930" }, "actions": [{ "prefix": "8" }] },
    ]));
    assert_eq!(summary(&dial(&plan, "030 23125123")), "871003023125123");
}

#[test]
fn a_prefix_takes_the_place_of_the_plus() {
    let plan = german(json!([
        { "name": "abroad", "match": { "kind": "e164" }, "actions": [{ "prefix": "00" }] },
        { "name": "in full", "match": { "prefix": "49", "length": "12" }, "actions": [{ "prefix": "+" }] },
    ]));
    assert_eq!(summary(&dial(&plan, "+44 20 7946 0018")), "00442079460018");
    assert_eq!(summary(&dial(&plan, "493023125123")), "+493023125123");
}

#[test]
fn a_number_of_the_country_is_written_as_in_the_country_and_others_stay() {
    let plan = german(json!([
        { "name": "national", "match": { "kind": ["national", "international", "other"] }, "actions": ["to_national"] },
    ]));
    assert_eq!(summary(&dial(&plan, "+49 30 23125123")), "03023125123");
    assert_eq!(summary(&dial(&plan, "+44 20 7946 0018")), "+442079460018");
    assert_eq!(summary(&dial(&plan, "77")), "77");
}

#[test]
fn an_own_number_dialled_in_full_becomes_internal() {
    let plan = german(json!([
        { "name": "ours", "match": { "destination": "+4930231251" },
          "actions": ["to_e164", { "strip": 10 }], "then": "continue" },
        { "name": "all", "match": { "length": "1-20" }, "actions": [{ "block": "no" }] },
    ]));
    for typed in ["030 23125 1123", "+49 30 23125 1123", "0049 30 23125 1123"] {
        // No other rule is for it any more.
        assert_eq!(summary(&dial(&plan, typed)), "1123");
    }
    assert_eq!(summary(&dial(&plan, "030 23125 112")), "emergency 0112");
    assert_eq!(summary(&dial(&plan, "030 23125 11234")), "blocked by all");
}

#[test]
fn internal_numbers_are_only_for_rules_that_say_so_and_can_be_blocked() {
    let plan = german(json!([
        { "name": "doors", "match": { "kind": "internal", "range": "1900-1999" },
          "actions": [{ "block": "The doors do not talk." }] },
        { "name": "all", "match": { "length": "1-20" }, "actions": [{ "prefix": "0" }] },
    ]));
    assert_eq!(summary(&dial(&plan, "1950")), "blocked by doors");
    assert_eq!(summary(&dial(&plan, "1850")), "1850");
    assert_eq!(summary(&dial(&plan, "2850")), "02850");
}

#[test]
fn a_number_that_a_rule_turns_into_an_emergency_number_is_one() {
    let plan = german(json!([
        { "name": "access code", "match": { "prefix": "8", "length": "4" }, "actions": [{ "strip": 1 }], "then": "continue" },
        { "name": "all", "match": { "length": "1-20" }, "actions": [{ "block": "no" }] },
    ]));
    assert_eq!(summary(&dial(&plan, "8112")), "emergency 0112");
    assert_eq!(summary(&dial(&plan, "8113")), "blocked by all");
}

#[test]
fn a_rule_that_would_leave_nothing_or_too_much_blocks_and_says_so() {
    let plan = german(json!([
        { "name": "much", "match": { "prefix": "5" }, "actions": [{ "prefix": "9999999999999999" }] },
    ]));
    let outcome = dial(&plan, &"5".repeat(120));
    let Decision::Blocked { rule, reason } = outcome.decision else { panic!("{outcome:?}") };
    assert_eq!(rule, "much");
    assert!(reason.contains("longer than 128"), "{reason}");
}

#[test]
fn a_pause_and_what_follows_stays_behind_the_number() {
    let outcome = dial(&germany(), "030 23125123,,,4711#");
    assert_eq!(summary(&outcome), "003023125123,,,4711#");
}

#[test]
fn a_number_is_known_for_what_it_is() {
    let plan = germany();
    for (typed, kind, e164) in [
        ("030 23125123", NumberKind::National, Some("+493023125123")),
        ("+44 20 7946 0018", NumberKind::International, Some("+442079460018")),
        ("1001", NumberKind::Internal, None),
        ("0112", NumberKind::Emergency, None),
        ("*21#", NumberKind::Feature, None),
        ("echo", NumberKind::Name, None),
        ("23125123", NumberKind::Other, None),
        ("+12", NumberKind::Other, None),
    ] {
        let number = plan.read(&dial_string(typed));
        assert_eq!((number.kind, number.e164.as_ref().map(|it| it.as_str())), (kind, e164), "{typed}");
    }
}

#[test]
fn an_outcome_in_json_is_flat() {
    let outcome = serde_json::to_value(dial(&germany(), "0900 1 234567")).unwrap();
    assert_eq!(outcome["decision"], "blocked");
    assert_eq!(outcome["rule"], "premium");
    assert_eq!(outcome["dialled"], "09001234567");
    assert_eq!(outcome["steps"][0]["rule"], "premium");
    assert_eq!(serde_json::to_value(dial(&germany(), "1001")).unwrap()["decision"], "dialled");
}
