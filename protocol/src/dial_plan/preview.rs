//! What a user sees of a number before calling it.

use super::e164::E164;
use super::site::{NumberKind, Site};
use super::value::Digits;
use super::{Decision, DialPlan};
use crate::DialString;

/// What would become of a number, for the user who is about to call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What is sent to the telephone system. Where the call is blocked, how far the rules had come.
    pub dialled: DialString,
    /// The same in groups, as people of the site's country read it. Without its separators it is `dialled`.
    pub display: String,
    /// What the number is, seen from the site.
    pub kind: NumberKind,
    /// Why the call may not be made, in the administrator's words.
    pub blocked: Option<String>,
}

impl DialPlan {
    /// What would become of a number that a user dials: what [`DialPlan::dial`] does, in a form to show.
    #[must_use]
    pub fn preview(&self, number: &DialString) -> Preview {
        let (outcome, number) = self.follow(number);
        let blocked = match outcome.decision {
            Decision::Dialled | Decision::Emergency => None,
            Decision::Blocked { rule: _, reason } => Some(reason),
        };
        let display = self.shown(outcome.dialled.as_str(), number.e164.as_ref());
        Preview { dialled: outcome.dialled, display, kind: number.kind, blocked }
    }

    /// The other party's number of a call, as people of the site's country read it. One that nobody understands stays as
    /// it is, and so do all where the country is not known.
    #[must_use]
    pub fn display_party(&self, number: &str) -> String {
        let known = || {
            self.site().country_code.as_ref()?;
            let read = self.read(&number.parse().ok()?);
            read.e164.map(|e164| self.display(&e164))
        };
        known().unwrap_or_else(|| number.to_owned())
    }

    /// What is dialled, in groups: prefixes first, then the number as it is shown elsewhere. A pause and what follows it
    /// stay at its end.
    fn shown(&self, dialled: &str, number: Option<&E164>) -> String {
        let Some(number) = number else { return dialled.to_owned() };
        let pause = dialled.find(',').unwrap_or(dialled.len());
        let (text, tail) = dialled.split_at_checked(pause).unwrap_or((dialled, ""));
        let national = self.display(number);
        let international = Self::display_international(number);
        let without_plus = international.strip_prefix('+').unwrap_or(&international);
        for shown in [national.as_str(), international.as_str(), without_plus] {
            let digits: String = shown.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
            if let Some(prefixes) = text.strip_suffix(digits.as_str()) {
                return format!("{}{shown}{tail}", self.site().apart(prefixes));
            }
        }
        dialled.to_owned()
    }
}

impl Site {
    /// Prefixes apart from each other and from what follows them.
    fn apart(&self, prefixes: &str) -> String {
        let known =
            |prefix: &Option<Digits>, text: &str| prefix.as_ref().is_some_and(|it| it.as_str() == text);
        let behind_outside = self
            .outside_prefix
            .as_ref()
            .and_then(|outside| prefixes.strip_prefix(outside.as_str()))
            .filter(|rest| known(&self.international_prefix, rest) || known(&self.trunk_prefix, rest));
        match (prefixes, behind_outside) {
            ("", _) => String::new(),
            // `00` is one prefix, also where `0` is the outside prefix and the trunk prefix.
            (_, Some(rest)) if !known(&self.international_prefix, prefixes) => {
                let outside = prefixes.strip_suffix(rest).unwrap_or_default();
                format!("{outside} {rest} ")
            }
            (_, Some(_) | None) => format!("{prefixes} "),
        }
    }
}
