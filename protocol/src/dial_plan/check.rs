//! What a plan may not say, found before anybody dials.

use super::e164::MIN_DIGITS;
use super::pattern::Pattern;
use super::rule::{Action, Match, MatchKind, Rule, Then};
use super::site::Site;
use super::value::{LengthRange, NumberRange};
use std::collections::HashSet;
use thiserror::Error;

/// The name under which the dialling of an emergency number appears among the steps.
pub(super) const EMERGENCY_STEP: &str = "emergency";

/// How few digits a number has without its country calling code, which has three at most.
const SHORTEST_NATIONAL: usize = MIN_DIGITS - 3;

/// Why a plan cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// Something is wrong with the site.
    #[error("{0}")]
    Site(SiteProblem),
    /// Something is wrong with a rule.
    #[error("rule \"{name}\": {problem}")]
    Rule {
        /// Which, counted from 0.
        index: usize,
        /// What it is called.
        name: String,
        /// What is wrong.
        problem: RuleProblem,
    },
}

impl PlanError {
    /// The key that is wrong, as it is written in a configuration: `site.emergency`, `rule[2].actions`.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Site(problem) => format!("site.{}", problem.key()),
            Self::Rule { index, problem, .. } => format!("rule[{index}].{}", problem.key()),
        }
    }
}

/// What is wrong with a site.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SiteProblem {
    /// There are rules, but no emergency number.
    #[error(
        "is empty; a plan with rules has to know the country's emergency numbers, as in [{{ number = \"112\" }}]"
    )]
    NoEmergency,
    /// An internal number looks like an emergency number.
    #[error("'{range}' holds {number}, which is an emergency number here; leave it out of the range")]
    EmergencyIsInternal {
        /// Which internal range, counted from 0.
        index: usize,
        /// The range.
        range: NumberRange,
        /// The number as it would be dialled.
        number: String,
    },
    /// Two emergency numbers can be written alike but are dialled differently.
    #[error("can be written like another emergency number, but is not dialled like it; let `dial_as` agree")]
    EmergencyAmbiguous {
        /// Which emergency number, counted from 0.
        index: usize,
    },
    /// An emergency number is dialled as a code or with a pause.
    #[error("must be a number or a user name, without *, # and pauses")]
    EmergencyRoute {
        /// Which emergency number, counted from 0.
        index: usize,
    },
    /// The two prefixes cannot be told apart.
    #[error("must differ from `trunk_prefix`, or nobody can tell national from international numbers")]
    PrefixesAlike,
    /// No national number could ever be understood.
    #[error(
        "must name at least one pattern, as in [\"NXXNXXXXXX\"]; without `country_code` it may stay empty"
    )]
    NoNationalNumbers,
    /// A pattern with plus is no national number.
    #[error("must not begin with +; write national numbers without country code and trunk prefix")]
    NationalWithPlus {
        /// Which pattern, counted from 0.
        index: usize,
    },
}

impl SiteProblem {
    fn key(&self) -> String {
        match self {
            Self::NoEmergency => "emergency".to_owned(),
            Self::EmergencyIsInternal { index, .. } => format!("internal[{index}]"),
            Self::EmergencyAmbiguous { index } => format!("emergency[{index}]"),
            Self::EmergencyRoute { index } => format!("emergency[{index}].dial_as"),
            Self::PrefixesAlike => "international_prefix".to_owned(),
            Self::NoNationalNumbers => "national_numbers".to_owned(),
            Self::NationalWithPlus { index } => format!("national_numbers[{index}]"),
        }
    }
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleProblem {
    /// It has no name, or that of another.
    #[error("must have a name that no other rule has; \"emergency\" is taken")]
    Name,
    /// It says of no number that it is for it.
    #[error("must have a condition: `kind`, `prefix`, `destination`, `range`, `pattern` or `length`")]
    NoCondition,
    /// It is for emergency numbers.
    #[error("no rule can touch emergency numbers; how they are dialled is `dial_as` in `site.emergency`")]
    Emergency,
    /// It rewrites internal numbers.
    #[error("internal numbers are never rewritten; such a rule may only `block`, or have no action")]
    RewritesInternal,
    /// It has no action and no end.
    #[error("does nothing; give it an action, or let it stop")]
    DoesNothing,
    /// It blocks and does something else too.
    #[error("`block` must be the only action, and nothing can `continue` after it")]
    BlockAndMore,
    /// It blocks without a reason.
    #[error("`block` must say why; the user reads it")]
    BlockWithoutReason,
    /// It strips nothing.
    #[error("`strip` must take at least 1 character off")]
    StripsNothing,
    /// It may leave nothing to dial.
    #[error(
        "`strip` takes {strip} characters off, and a number that matches may have only {least}; allow longer numbers only, with `length`, `pattern` or `range`"
    )]
    StripsAll {
        /// How many it strips.
        strip: u8,
        /// How long the shortest number can be at that point.
        least: usize,
    },
    /// It needs something of the site that is not there.
    #[error("needs `{0}` in the site")]
    SiteLacks(&'static str),
    /// It can match no number.
    #[error("matches no number: nothing fits {0}")]
    NeverMatches(&'static str),
}

impl RuleProblem {
    fn key(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NoCondition | Self::Emergency | Self::NeverMatches(_) => "match",
            Self::RewritesInternal
            | Self::DoesNothing
            | Self::BlockAndMore
            | Self::BlockWithoutReason
            | Self::StripsNothing
            | Self::StripsAll { .. }
            | Self::SiteLacks(_) => "actions",
        }
    }
}

pub(super) fn check(site: &Site, rules: &[Rule]) -> Result<(), PlanError> {
    check_site(site, !rules.is_empty()).map_err(PlanError::Site)?;
    let mut names = HashSet::from([EMERGENCY_STEP]);
    for (index, rule) in rules.iter().enumerate() {
        let new = !rule.name.trim().is_empty() && names.insert(rule.name.as_str());
        let checked = if new { check_rule(site, rule) } else { Err(RuleProblem::Name) };
        checked.map_err(|problem| PlanError::Rule { index, name: rule.name.clone(), problem })?;
    }
    Ok(())
}

fn check_site(site: &Site, has_rules: bool) -> Result<(), SiteProblem> {
    if site.international_prefix.is_some() && site.international_prefix == site.trunk_prefix {
        return Err(SiteProblem::PrefixesAlike);
    }
    if site.country_code.is_some() && site.national_numbers.is_empty() {
        return Err(SiteProblem::NoNationalNumbers);
    }
    if let Some(index) = site.national_numbers.iter().position(|pattern| pattern.has_plus()) {
        return Err(SiteProblem::NationalWithPlus { index });
    }
    check_emergency(site, has_rules)
}

fn check_emergency(site: &Site, has_rules: bool) -> Result<(), SiteProblem> {
    if has_rules && site.emergency.is_empty() {
        return Err(SiteProblem::NoEmergency);
    }
    for (index, emergency) in site.emergency.iter().enumerate() {
        if emergency.dialled().contains([',', '*', '#']) {
            return Err(SiteProblem::EmergencyRoute { index });
        }
        let forms: Vec<_> = site.emergency_forms(emergency).collect();
        let other = site.emergency.iter().take(index).any(|other| {
            other.dialled() != emergency.dialled()
                && site.emergency_forms(other).any(|form| forms.contains(&form))
        });
        if other {
            return Err(SiteProblem::EmergencyAmbiguous { index });
        }
        // What the telephone system is sent may well be an internal number: that of the reception, for example.
        for number in forms.iter().filter(|form| form.as_str() != emergency.dialled()) {
            not_internal(site, number)?;
        }
        not_internal(site, emergency.number.as_str())?;
    }
    Ok(())
}

fn not_internal(site: &Site, number: &str) -> Result<(), SiteProblem> {
    match site.internal.iter().enumerate().find(|(_, range)| range.contains(number)) {
        Some((index, range)) => {
            Err(SiteProblem::EmergencyIsInternal { index, range: range.clone(), number: number.to_owned() })
        }
        None => Ok(()),
    }
}

fn check_rule(site: &Site, rule: &Rule) -> Result<(), RuleProblem> {
    let Rule { name: _, matches, actions, then } = rule;
    if matches.is_empty() {
        return Err(RuleProblem::NoCondition);
    }
    if matches.kind.contains(&MatchKind::Emergency) {
        return Err(RuleProblem::Emergency);
    }
    never_matches(site, matches)?;
    let blocks = actions.iter().any(|action| matches!(action, Action::Block(_)));
    if blocks && (actions.len() > 1 || *then == Then::Continue) {
        return Err(RuleProblem::BlockAndMore);
    }
    if actions.is_empty() && *then == Then::Continue {
        return Err(RuleProblem::DoesNothing);
    }
    if matches.kind.contains(&MatchKind::Internal) && !blocks && !actions.is_empty() {
        return Err(RuleProblem::RewritesInternal);
    }
    let mut length = Length::of(matches);
    for action in actions {
        length = check_action(site, action, length)?;
    }
    Ok(())
}

/// Conditions that the site makes impossible: most often something is missing there.
fn never_matches(site: &Site, matches: &Match) -> Result<(), RuleProblem> {
    let only = |kind: MatchKind| matches.kind.iter().all(|one| *one == kind) && !matches.kind.is_empty();
    if only(MatchKind::Internal) && site.internal.is_empty() {
        return Err(RuleProblem::NeverMatches("`kind = \"internal\"`, since `site.internal` is empty"));
    }
    if only(MatchKind::National) && site.country_code.is_none() {
        return Err(RuleProblem::NeverMatches("`kind = \"national\"`, since `site.country_code` is missing"));
    }
    if only(MatchKind::Internal) && !matches.destination.is_empty() {
        return Err(RuleProblem::NeverMatches("`kind = \"internal\"` together with `destination`"));
    }
    if only(MatchKind::Other) && !matches.destination.is_empty() {
        return Err(RuleProblem::NeverMatches("`kind = \"other\"` together with `destination`"));
    }
    Ok(())
}

/// How long a number is at least, in characters.
#[derive(Clone, Copy)]
struct Length {
    /// As it stands.
    least: usize,
    /// In international form, where it certainly has one.
    e164: Option<usize>,
}

impl Length {
    /// Of numbers that match.
    fn of(matches: &Match) -> Self {
        let of = |lengths: &mut dyn Iterator<Item = usize>| lengths.min().unwrap_or(1);
        let to = matches.destination.iter().map(|to| to.as_str().len()).min();
        let kinds = &matches.kind;
        let least = [
            of(&mut kinds.iter().map(|kind| shortest_of(*kind))),
            of(&mut matches.prefix.iter().map(|prefix| prefix.as_str().len())),
            of(&mut matches.range.iter().map(NumberRange::digits)),
            of(&mut matches.pattern.iter().map(Pattern::least)),
            matches.length.as_ref().map_or(1, LengthRange::least),
            if to.is_some() { SHORTEST_NATIONAL } else { 1 },
        ];
        let known = to.is_some() || (!kinds.is_empty() && kinds.iter().all(|kind| shortest_of(*kind) > 1));
        Self {
            least: least.into_iter().max().unwrap_or(1),
            e164: known.then(|| to.unwrap_or(0).max(MIN_DIGITS + 1)),
        }
    }

    /// Of numbers that are no longer what matched.
    fn of_text(least: usize) -> Self {
        Self { least, e164: None }
    }
}

/// How long numbers of a kind are at least, in characters.
fn shortest_of(kind: MatchKind) -> usize {
    match kind {
        MatchKind::National | MatchKind::International => SHORTEST_NATIONAL,
        MatchKind::E164 => MIN_DIGITS + 1,
        MatchKind::Internal | MatchKind::Emergency | MatchKind::Other => 1,
    }
}

/// Checks an action on numbers of at least this length. Returns how long they are at least then.
fn check_action(site: &Site, action: &Action, length: Length) -> Result<Length, RuleProblem> {
    let Length { least, e164 } = length;
    let needs_country = || match site.country_code {
        Some(_) => Ok(()),
        None => Err(RuleProblem::SiteLacks("country_code")),
    };
    match action {
        Action::Strip(0) => Err(RuleProblem::StripsNothing),
        Action::Strip(strip) => match least.checked_sub(usize::from(*strip)) {
            None | Some(0) => Err(RuleProblem::StripsAll { strip: *strip, least }),
            Some(left) => Ok(Length::of_text(left)),
        },
        // The prefix may take the place of a plus.
        Action::Prefix(prefix) => {
            Ok(Length::of_text((least + prefix.as_str().len()).saturating_sub(1).max(1)))
        }
        Action::ToE164 => Ok(Length { least: e164.unwrap_or(least.min(MIN_DIGITS + 1)), e164 }),
        Action::ToDialable if site.international_prefix.is_none() => {
            Err(RuleProblem::SiteLacks("international_prefix"))
        }
        Action::ToNational | Action::ToDialable => {
            needs_country().map(|()| Length { least: least.min(SHORTEST_NATIONAL), e164 })
        }
        Action::Block(reason) if reason.trim().is_empty() => Err(RuleProblem::BlockWithoutReason),
        Action::Block(_) => Ok(length),
    }
}
