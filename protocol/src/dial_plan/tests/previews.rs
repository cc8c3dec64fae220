//! What a user sees of a number before calling it.

use super::*;
use crate::dial_plan::NumberKind;

/// What is shown, and what kind of number it is.
fn shown(plan: &DialPlan, typed: &str) -> (String, NumberKind) {
    let preview = plan.preview(&dial_string(typed));
    assert_eq!(preview.blocked, None, "{typed}");
    (preview.display, preview.kind)
}

#[test]
fn prefixes_stand_apart_and_the_number_is_grouped_as_in_its_country() {
    use NumberKind::{Emergency, Feature, Internal, International, Name, National, Other};
    for (plan, typed, display, kind) in [
        (germany(), "030 23125-123", "0 030 23125123", National),
        (germany(), "+49 (0)30 23125 123", "0 030 23125123", National),
        (germany(), "23125123", "0 030 23125123", National),
        (germany(), "089 1234567", "0 089 123 4567", National),
        (germany(), "+44 20 7946 0018", "0 00 44 207 946 0018", International),
        (germany(), "1001", "1001", Internal),
        (germany(), "112", "0112", Emergency),
        (germany(), "*21*1001#", "*21*1001#", Feature),
        (germany(), "echo", "echo", Name),
        (germany(), "115", "0115", Other),
        (united_states(), "201 555 0123", "9 1 (201) 555-0123", National),
        (united_states(), "555-0123", "9 1 (201) 555-0123", National),
        (united_states(), "+49 30 1234567", "9 011 49 301 234 567", International),
        (united_states(), "911", "911", Emergency),
        (united_states(), "411", "9411", Other),
        (united_kingdom(), "020 7946 0018", "9 020 7946 0018", National),
        (united_kingdom(), "020 7946 0018,,1#", "9 020 7946 0018,,1#", National),
        (switzerland(), "+41 44 555 01 23", "0 044 555 01 23", National),
    ] {
        assert_eq!(shown(&plan, typed), (display.to_owned(), kind), "{typed}");
    }
}

#[test]
fn a_number_that_is_sent_in_international_form_keeps_its_plus() {
    let full = json!([{ "name": "in full", "match": { "kind": ["national", "international"] }, "actions": ["to_e164"] }]);
    let plan = plan(serde_json::to_value(germany().site()).unwrap(), full);
    assert_eq!(shown(&plan, "030 23125 123").0, "+49 302 312 5123");
    assert_eq!(shown(&plan, "0044 20 7946 0018").0, "+44 207 946 0018");
}

#[test]
fn the_international_prefix_is_one_prefix_where_there_is_none_to_leave_the_system() {
    let mut site = serde_json::to_value(germany().site()).unwrap();
    site.as_object_mut().unwrap().remove("outside_prefix");
    let rules = serde_json::to_value(germany().rules()).unwrap();
    assert_eq!(shown(&plan(site, rules), "+44 20 7946 0018").0, "00 44 207 946 0018");
}

#[test]
fn a_blocked_number_says_why() {
    let preview = germany().preview(&dial_string("0900 1 234567"));
    assert_eq!(preview.blocked.as_deref(), Some("Premium numbers cannot be called from here."));
}

#[test]
fn a_number_that_becomes_one_of_ours_is_internal() {
    let ours = json!([{ "name": "ours", "match": { "destination": "+4930231251" }, "actions": ["to_e164", { "strip": 10 }] }]);
    let plan = plan(serde_json::to_value(germany().site()).unwrap(), ours);
    assert_eq!(shown(&plan, "030 23125 1001"), ("1001".to_owned(), NumberKind::Internal));
}

#[test]
fn parties_are_shown_as_people_of_the_country_write_them() {
    let party = |number: &str| germany().display_party(number);
    assert_eq!(party("+493023125123"), "030 23125123");
    assert_eq!(party("03023125123"), "030 23125123");
    assert_eq!(party("+442079460018"), "+44 207 946 0018");
    for as_it_is in ["1001", "echo", "", "anonymous@x", "115"] {
        assert_eq!(party(as_it_is), as_it_is);
    }
    assert_eq!(DialPlan::default().display_party("+493023125123"), "+493023125123");
}

#[test]
fn a_page_learns_the_rules_but_not_their_names() {
    let json = serde_json::to_string(&germany().without_names()).unwrap();
    assert!(json.contains("Premium numbers cannot be called from here."), "{json}");
    for name in ["premium", "services", "\"local\"", "\"outside\""] {
        assert!(!json.contains(name), "{json}");
    }
}
