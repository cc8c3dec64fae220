//! Dial plans: how what people dial becomes what a telephone system takes, and how callers' numbers become numbers
//! that can be looked up and called back.
//!
//! A [`DialPlan`] is a [`Site`] (the country's prefixes, internal ranges, emergency numbers) and an ordered list of
//! [`Rule`]s. It is checked when it is made; after that every number has exactly one [`Outcome`].
//!
//! - Emergency numbers come first: no rule sees them. They are dialled as the site says, also when they are typed with the
//!   outside prefix. A number that a rule turns into an emergency number is one from there on.
//! - User names and codes with `*` or `#` are dialled as they are. Internal numbers can be blocked, but not rewritten.
//! - For everything else the rules are gone through in their order, each at most once. A rule that matches does its
//!   actions; then the result is dialled, or the rules that follow see it.
//! - A pause (`,`) and what follows it is no part of the number, and stays.

mod check;
mod e164;
mod pattern;
mod present;
mod preview;
mod rewrite;
mod rule;
mod site;
#[cfg(test)]
mod tests;
mod value;

pub use check::{PlanError, RuleProblem, SiteProblem};
pub use e164::{CountryCode, E164};
pub use pattern::{DisplayFormat, Pattern};
pub use present::Presented;
pub use preview::Preview;
pub use rule::{Action, Match, MatchKind, Rule, Then};
pub use site::{BareCallers, Emergency, Number, NumberKind, Reading, Site};
pub use value::{BadValue, Destination, Digits, LengthRange, NumberPrefix, NumberRange};

use crate::DialString;
use rewrite::Rewriting;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A checked dial plan.
///
/// The default one knows no country and has no rule: everything is dialled as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct DialPlan {
    site: Site,
    rules: Vec<Rule>,
}

/// A plan as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    #[serde(default)]
    site: Site,
    #[serde(default)]
    rules: Vec<Rule>,
}

/// What becomes of a number that is dialled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What is sent to the telephone system. Where the call is blocked, how far the rules had come.
    pub dialled: DialString,
    /// The rules that matched, in their order.
    pub steps: Vec<Step>,
    /// What is done.
    #[serde(flatten)]
    pub decision: Decision,
}

/// What one rule did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What the rule is called; `emergency` is no rule, but the way in which the site dials an emergency number.
    pub rule: String,
    /// What the rule found.
    pub before: DialString,
    /// What it left.
    pub after: DialString,
}

/// What is done with a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// It is dialled.
    Dialled,
    /// The call is not made.
    Blocked {
        /// Which rule says so.
        rule: String,
        /// Why, in words for the user.
        reason: String,
    },
    /// It is an emergency number and is dialled whatever the rules say.
    Emergency,
}

impl Outcome {
    /// What to dial, or else the reason why the call may not be made.
    ///
    /// # Errors
    ///
    /// The reason of the rule that blocks the number.
    pub fn target(&self) -> Result<&DialString, &str> {
        match &self.decision {
            Decision::Dialled | Decision::Emergency => Ok(&self.dialled),
            Decision::Blocked { rule: _, reason } => Err(reason),
        }
    }
}

impl DialPlan {
    /// A plan of these rules, in this order.
    ///
    /// # Errors
    ///
    /// What is wrong with the site or the first wrong rule, and what is allowed.
    pub fn new(site: Site, rules: Vec<Rule>) -> Result<Self, PlanError> {
        check::check(&site, &rules)?;
        Ok(Self { site, rules })
    }

    /// Where the plan is used.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The rules, in their order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What a number is that a user dials.
    #[must_use]
    pub fn read(&self, number: &DialString) -> Number {
        self.site.read(&self.without_pause(number).0)
    }

    /// What becomes of a number that a user dials.
    #[must_use]
    pub fn dial(&self, number: &DialString) -> Outcome {
        self.follow(number).0
    }

    /// The same plan for the pages of its users: they need the rules, but not what an administrator calls them.
    #[must_use]
    pub fn without_names(&self) -> Self {
        let numbered = |(index, rule): (usize, &Rule)| Rule { name: (index + 1).to_string(), ..rule.clone() };
        Self { site: self.site.clone(), rules: self.rules.iter().enumerate().map(numbered).collect() }
    }

    /// What becomes of a number that a user dials, and what it turned out to be on the way.
    fn follow(&self, number: &DialString) -> (Outcome, Number) {
        let (text, tail) = self.without_pause(number);
        let mut trail = Trail { dialled: number.clone(), steps: Vec::new() };
        let mut rewriting = Rewriting::new(&self.site, &text);
        if let Some(emergency) = self.site.emergency_of(&text) {
            return (trail.emergency(emergency), EMERGENCY);
        }
        for rule in &self.rules {
            if !rewriting.is_for(rule) {
                continue;
            }
            match rewriting.apply(rule, tail) {
                Ok(after) => trail.step(&rule.name, after),
                Err(reason) => {
                    trail.step(&rule.name, trail.dialled.clone());
                    let decision = Decision::Blocked { rule: rule.name.clone(), reason };
                    return (trail.end(decision), rewriting.into_number());
                }
            }
            if let Some(emergency) = self.site.emergency_of(rewriting.text()) {
                return (trail.emergency(emergency), EMERGENCY);
            }
            if rule.then == Then::Stop {
                break;
            }
        }
        (trail.end(Decision::Dialled), rewriting.into_number())
    }

    /// The number, and the pause with all that follows it. A pause before the number or behind the outside prefix,
    /// where people wait for the dial tone, is none.
    fn without_pause<'a>(&self, number: &'a DialString) -> (Cow<'a, str>, &'a str) {
        let text = number.as_str().trim_start_matches(',');
        let (head, tail) = text.split_at_checked(text.find(',').unwrap_or(text.len())).unwrap_or((text, ""));
        let outside = self.site.outside_prefix.as_ref().is_some_and(|prefix| prefix.as_str() == head);
        let rest = tail.trim_start_matches(',');
        if !outside || rest.is_empty() {
            return (Cow::Borrowed(head), tail);
        }
        let (behind, tail) =
            rest.split_at_checked(rest.find(',').unwrap_or(rest.len())).unwrap_or((rest, ""));
        (Cow::Owned(format!("{head}{behind}")), tail)
    }
}

/// What an emergency number is.
const EMERGENCY: Number = Number { kind: NumberKind::Emergency, e164: None };

/// An outcome in the making.
struct Trail {
    dialled: DialString,
    steps: Vec<Step>,
}

impl Trail {
    fn step(&mut self, rule: &str, after: DialString) {
        let before = std::mem::replace(&mut self.dialled, after.clone());
        self.steps.push(Step { rule: rule.to_owned(), before, after });
    }

    /// A pause and digits after it are for menus; an emergency number is dialled without.
    fn emergency(mut self, emergency: &Emergency) -> Outcome {
        // Digits and dial strings both are what can be dialled.
        if let Ok(route) = emergency.dialled().parse::<DialString>()
            && route != self.dialled
        {
            self.step(check::EMERGENCY_STEP, route);
        }
        self.end(Decision::Emergency)
    }

    fn end(self, decision: Decision) -> Outcome {
        Outcome { dialled: self.dialled, steps: self.steps, decision }
    }
}

impl TryFrom<Unchecked> for DialPlan {
    type Error = PlanError;

    fn try_from(plan: Unchecked) -> Result<Self, PlanError> {
        Self::new(plan.site, plan.rules)
    }
}

impl From<DialPlan> for Unchecked {
    fn from(plan: DialPlan) -> Self {
        Self { site: plan.site, rules: plan.rules }
    }
}
