//! Any dial plan, as it stands in a configuration (TOML) or is sent (JSON), and any number: every number has an outcome, and
//! no rule touches the emergency numbers. A NUL ends the plan; numbers follow, one a line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sidetone_protocol::DialString;
use sidetone_protocol::dial_plan::{Decision, DialPlan, NumberKind};

fuzz_target!(|text: &str| {
    let (plan, numbers) = text.split_once('\0').unwrap_or((text, "1002\n+49306123456\n0,112"));
    let from_json = serde_json::from_str::<DialPlan>(plan).ok();
    let from_toml = toml::from_str::<DialPlan>(plan).ok();
    for plan in from_json.into_iter().chain(from_toml) {
        let written = serde_json::to_string(&plan).expect("a plan can be written");
        let again: DialPlan = serde_json::from_str(&written).expect("what was written can be read");
        assert_eq!(again, plan);
        for number in numbers.lines() {
            let _ = plan.present(number);
            if let Ok(number) = number.parse() {
                dial(&plan, &number);
            }
        }
        emergencies(&plan);
    }
});

fn dial(plan: &DialPlan, number: &DialString) {
    let outcome = plan.dial(number);
    let is_emergency = plan.read(number).kind == NumberKind::Emergency;
    if is_emergency {
        assert_eq!(outcome.decision, Decision::Emergency, "{number:?}");
    }
    if outcome.decision == Decision::Emergency {
        let known = plan.site().emergency.iter().any(|known| known.dialled() == outcome.dialled.as_str());
        assert!(known, "{outcome:?}");
    }
    // A plan does the same with the same number each time.
    assert_eq!(plan.dial(number), outcome);
}

/// Emergency numbers are dialled as the site says, whatever the rules say.
fn emergencies(plan: &DialPlan) {
    for emergency in &plan.site().emergency {
        let Ok(number) = emergency.number.as_str().parse::<DialString>() else { continue };
        let outcome = plan.dial(&number);
        assert_eq!(outcome.decision, Decision::Emergency, "{emergency:?}");
        assert_eq!(outcome.dialled.as_str(), emergency.dialled());
    }
}
