//! What holds for every plan and every number.

use super::*;
use crate::dial::MAX_DIAL_LENGTH;
use crate::dial_plan::{Action, E164, Match, MatchKind, NumberKind, Reading, Rule, Then};
use proptest::prelude::*;

/// The four sites, with each way of reading.
fn country() -> impl Strategy<Value = DialPlan> {
    let plans = vec![germany(), united_states(), united_kingdom(), switzerland()];
    let readings = || prop::sample::select(vec!["as_written", "with_outside_prefix"]);
    let bare = prop::sample::select(vec!["leave", "national", "international"]);
    (prop::sample::select(plans), readings(), readings(), bare).prop_map(|(plan, typed, callers, bare)| {
        with(&with(&with(&plan, "typed", typed), "callers", callers), "bare_callers", bare)
    })
}

/// A country's site with rules that nobody would write: whatever is no error.
fn any_plan() -> impl Strategy<Value = DialPlan> {
    (country(), prop::collection::vec(any_rule(), 0..8)).prop_map(|(country, wanted)| {
        let mut rules = country.rules().to_vec();
        for (at, mut rule) in wanted {
            rule.name = format!("rule {}", rules.len());
            let mut more = rules.clone();
            more.insert(at.index(rules.len() + 1), rule);
            if DialPlan::new(country.site().clone(), more.clone()).is_ok() {
                rules = more;
            }
        }
        DialPlan::new(country.site().clone(), rules).unwrap()
    })
}

fn any_rule() -> impl Strategy<Value = (prop::sample::Index, Rule)> {
    let then = prop::sample::select(vec![Then::Stop, Then::Continue]);
    let actions = prop::collection::vec(any_action(), 0..4);
    (any::<prop::sample::Index>(), any_match(), actions, then)
        .prop_map(|(at, matches, actions, then)| (at, Rule { name: String::new(), matches, actions, then }))
}

fn any_match() -> impl Strategy<Value = Match> {
    let kinds = vec![
        MatchKind::Internal,
        MatchKind::National,
        MatchKind::International,
        MatchKind::E164,
        MatchKind::Other,
    ];
    prop_oneof![
        prop::collection::vec(prop::sample::select(kinds), 1..3)
            .prop_map(|kind| Match { kind, ..Match::default() }),
        "\\+?[0-9]{1,2}".prop_map(|text| Match { prefix: vec![text.parse().unwrap()], ..Match::default() }),
        "\\+[1-9][0-9]{0,2}"
            .prop_map(|text| Match { destination: vec![text.parse().unwrap()], ..Match::default() }),
        "[0-9XNZ]{1,6}\\.?"
            .prop_map(|text| Match { pattern: vec![text.parse().unwrap()], ..Match::default() }),
        (1..6u8).prop_map(|least| Match {
            length: Some(format!("{least}-128").parse().unwrap()),
            ..Match::default()
        }),
        Just(Match { range: vec!["000-999".parse().unwrap()], ..Match::default() }),
    ]
}

fn any_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (0..6u8).prop_map(Action::Strip),
        "\\+?[0-9]{1,14}".prop_map(|text| Action::Prefix(text.parse().unwrap())),
        Just(Action::ToE164),
        Just(Action::ToNational),
        Just(Action::ToDialable),
        Just(Action::Block("no".to_owned())),
    ]
}

/// Something that can be dialled: most often a number as somebody might write it.
fn any_number() -> impl Strategy<Value = DialString> {
    prop_oneof![
        4 => "\\+?[0-9]{1,16}",
        2 => "(0|00|000|9|90|900|9011|011|1|91|\\+|\\+49|\\+1|\\+44|\\+41)[1-9][0-9]{2,12}",
        1 => "[0-9*#+, ]{1,20}",
        1 => "[0-9]{100,128}",
        1 => "[a-z][a-z0-9._-]{0,10}",
    ]
    .prop_filter_map("not dialable", |text| text.parse::<DialString>().ok())
}

/// What the public network reaches when a site dials this: said by the numbering rules of the country, not by our code.
fn reached(plan: &DialPlan, dialled: &str) -> Option<String> {
    let (outside, trunk, international, code) = match plan.site().country_code.as_ref()?.as_str() {
        "49" => ("0", "0", "00", "49"),
        "1" => ("9", "1", "011", "1"),
        "44" => ("9", "0", "00", "44"),
        "41" => ("0", "0", "00", "41"),
        other => panic!("{other}"),
    };
    let rest = dialled.strip_prefix(outside)?;
    match rest.strip_prefix(international) {
        Some(abroad) => Some(format!("+{abroad}")),
        None => rest.strip_prefix(trunk).map(|national| format!("+{code}{national}")),
    }
}

/// A number of the site's country, or of another, that exists as far as its digits say.
fn e164(plan: &DialPlan) -> impl Strategy<Value = E164> + use<> {
    let national = match plan.site().country_code.as_ref().map(|code| code.as_str()) {
        Some("49") => "\\+49([2-9][0-9]{4,9}|1[2-9][0-9]{3,8})",
        Some("1") => "\\+1[2-9][0-9]{2}[2-9][0-9]{6}",
        Some("44") => "\\+44[1-9][0-9]{8,9}",
        Some("41") => "\\+41[1-9][0-9]{8}",
        other => panic!("{other:?}"),
    };
    prop_oneof![national, "\\+(33|353|86|7|91|423)[1-9][0-9]{5,9}"].prop_map(|text| text.parse().unwrap())
}

fn country_and_number() -> impl Strategy<Value = (DialPlan, E164)> {
    country().prop_flat_map(|plan| (Just(plan.clone()), e164(&plan)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_rule_rewrites_or_blocks_an_emergency_number(
        plan in any_plan(),
        index in any::<prop::sample::Index>(),
        form in 0..5usize,
        tail in "(#|,[0-9,#]{0,5})?",
        separator in "[ -]?",
    ) {
        let site = plan.site();
        let emergency = index.get(&site.emergency);
        let outside = site.outside_prefix.as_ref().unwrap();
        let code = site.country_code.as_ref().unwrap();
        let number = &emergency.number;
        let typed = match form {
            0 => number.to_string(),
            1 => format!("{outside}{separator}{number}"),
            2 => format!("{outside},{number}"),
            3 => format!("+{code}{separator}{number}"),
            _ => emergency.dialled().to_owned(),
        };
        let outcome = dial(&plan, &format!("{typed}{tail}"));
        prop_assert_eq!(&outcome.decision, &Decision::Emergency);
        prop_assert_eq!(outcome.dialled.as_str(), emergency.dialled());
        prop_assert!(outcome.steps.len() <= 1);
        prop_assert_eq!(plan.dial(&outcome.dialled).dialled, outcome.dialled);
    }

    #[test]
    fn every_number_has_one_outcome_in_bounded_steps(plan in any_plan(), number in any_number()) {
        let outcome = plan.dial(&number);
        prop_assert_eq!(&outcome, &plan.dial(&number));
        prop_assert!(outcome.steps.len() <= plan.rules().len() + 1);
        // The steps lead from what was typed to what is dialled.
        let mut at = &number;
        for step in &outcome.steps {
            prop_assert_eq!(&step.before, at);
            at = &step.after;
        }
        prop_assert_eq!(&outcome.dialled, at);
        // Each rule at most once, and in order.
        let order: Vec<_> = outcome.steps.iter()
            .filter_map(|step| plan.rules().iter().position(|rule| rule.name == step.rule))
            .collect();
        prop_assert!(order.is_sorted_by(|a, b| a < b));
        if let Decision::Blocked { rule, reason } = &outcome.decision {
            prop_assert_eq!(Some(rule), outcome.steps.last().map(|step| &step.rule));
            prop_assert!(!reason.is_empty());
        }
        // What is dialled is a dial string by its own rules too.
        prop_assert!(outcome.dialled.as_str().len() <= MAX_DIAL_LENGTH);
        prop_assert_eq!(outcome.dialled.as_str().parse::<DialString>(), Ok(outcome.dialled.clone()));
        let json = serde_json::to_string(&outcome).unwrap();
        prop_assert_eq!(serde_json::from_str::<Outcome>(&json).unwrap(), outcome);
    }

    #[test]
    fn internal_numbers_codes_and_names_are_never_rewritten(plan in any_plan(), number in any_number()) {
        match plan.read(&number).kind {
            NumberKind::Internal => {
                let blocked_by_name = plan.rules().iter().any(|rule| rule.matches.kind.contains(&MatchKind::Internal));
                let outcome = plan.dial(&number);
                prop_assert_eq!(&outcome.dialled, &number);
                prop_assert!(outcome.decision == Decision::Dialled || blocked_by_name);
            }
            NumberKind::Feature | NumberKind::Name => {
                let untouched = Outcome { dialled: number.clone(), steps: vec![], decision: Decision::Dialled };
                prop_assert_eq!(plan.dial(&number), untouched);
            }
            NumberKind::Emergency | NumberKind::National | NumberKind::International | NumberKind::Other => {}
        }
    }

    #[test]
    fn a_caller_who_is_understood_is_reached_by_calling_back(plan in country(), presented in any_number()) {
        let presented = plan.present(presented.as_str());
        if let Some(e164) = &presented.e164 {
            let outcome = plan.dial(presented.dial_back.as_ref().unwrap());
            match outcome.decision {
                Decision::Dialled => {
                    let reached = reached(&plan, outcome.dialled.as_str());
                    prop_assert_eq!(reached.as_deref(), Some(e164.as_str()));
                }
                Decision::Blocked { rule, .. } => prop_assert!(["premium", "islands"].contains(&rule.as_str())),
                Decision::Emergency => prop_assert!(false, "a caller became an emergency number"),
            }
            // And is the same caller again.
            let again = plan.present(presented.dial_back.as_ref().unwrap().as_str());
            prop_assert_eq!(again.e164.as_ref(), Some(e164));
        }
    }

    #[test]
    fn every_way_to_write_a_number_reaches_it((plan, number) in country_and_number(), form in 0..4usize) {
        let site = plan.site();
        let (code, rest) = number.split();
        let own = site.country_code.as_ref().is_some_and(|own| own.as_str() == code);
        let outside = site.outside_prefix.as_ref().unwrap();
        let international = site.international_prefix.as_ref().unwrap();
        let trunk = site.trunk_prefix.as_ref().unwrap();
        // With 0 for both, only what is read first is certain.
        let certain = outside != trunk;
        let typed_with = site.typed == Reading::WithOutsidePrefix;
        let text = match form {
            0 => number.to_string(),
            1 if own => format!("+{code} {trunk} {rest}"),
            2 if own && (certain || !typed_with) => format!("{trunk} {rest}"),
            2 if certain || !typed_with => format!("{international} {code} {rest}"),
            3 if own && (certain || typed_with) => format!("{outside} {trunk} {rest}"),
            3 if certain || typed_with => format!("{outside} {international} {code} {rest}"),
            _ => format!("tel:{number}"),
        };
        let outcome = dial(&plan, &text);
        if let Decision::Dialled = outcome.decision {
            let reached = reached(&plan, outcome.dialled.as_str());
            prop_assert_eq!(reached.as_deref(), Some(number.as_str()));
        }
        prop_assert_eq!(plan.read(&dial_string(&text)).e164, Some(number));
    }

    #[test]
    fn what_is_shown_is_read_as_the_same_number((plan, number) in country_and_number()) {
        let shown = plan.display(&number);
        prop_assert_eq!(plan.present(&shown).e164, Some(number.clone()));
        prop_assert_eq!(plan.read(&dial_string(&shown)).e164, Some(number));
    }

    #[test]
    fn dialling_what_was_dialled_changes_nothing_where_prefixes_can_be_told_apart(
        (plan, number) in country_and_number(),
        short in "[0-9]{1,4}",
    ) {
        let site = plan.site();
        let apart = site.outside_prefix != site.trunk_prefix;
        let plan = if apart { plan } else { with(&plan, "typed", "with_outside_prefix") };
        for typed in [number.to_string(), short] {
            let once = dial(&plan, &typed);
            if once.target().is_ok() {
                prop_assert_eq!(plan.dial(&once.dialled).dialled, once.dialled);
            }
        }
    }

    #[test]
    fn nothing_that_the_network_says_breaks_a_plan(plan in country(), text in "\\PC{0,40}") {
        let presented = plan.present(&text);
        prop_assert!(!presented.display.chars().any(char::is_control));
        prop_assert!(presented.dial_back.is_some() || presented.e164.is_none());
    }

    #[test]
    fn a_page_shows_what_the_relay_dials(plan in any_plan(), number in any_number()) {
        let sent = serde_json::to_string(&plan.without_names()).unwrap();
        let read: DialPlan = serde_json::from_str(&sent).unwrap();
        let (shown, dialled) = (read.preview(&number), plan.dial(&number));
        match dialled.target() {
            Ok(target) => prop_assert_eq!((&shown.dialled, &shown.blocked), (target, &None)),
            Err(reason) => prop_assert_eq!(shown.blocked.as_deref(), Some(reason)),
        }
        prop_assert_eq!(shown.kind == NumberKind::Emergency, dialled.decision == Decision::Emergency);
        // What is shown can be dialled as it is.
        prop_assert_eq!(shown.display.parse::<DialString>(), Ok(shown.dialled));
    }

    #[test]
    fn a_plan_survives_being_written(plan in any_plan()) {
        let json = serde_json::to_string(&plan).unwrap();
        prop_assert_eq!(serde_json::from_str::<DialPlan>(&json).unwrap(), plan);
    }
}
