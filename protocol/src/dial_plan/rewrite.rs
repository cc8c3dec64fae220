//! One number on its way through the rules.

use super::rule::{Action, Match, MatchKind, Rule};
use super::site::{Number, NumberKind, Site};
use crate::DialString;

/// A number as it stands between two rules.
pub(super) struct Rewriting<'a> {
    site: &'a Site,
    text: String,
    number: Number,
    /// The text is in the form that is dialled: what stands before it are prefixes now, and reading it again would
    /// take them for a part of the number.
    dialable: bool,
}

impl<'a> Rewriting<'a> {
    pub(super) fn new(site: &'a Site, text: &str) -> Self {
        Self { site, text: text.to_owned(), number: site.read(text), dialable: false }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What the number was last read as.
    pub(super) fn into_number(self) -> Number {
        self.number
    }

    /// Whether a rule is for this number.
    pub(super) fn is_for(&self, rule: &Rule) -> bool {
        let Match { kind, prefix, destination, range, pattern, length } = &rule.matches;
        // Emergency numbers, codes and names never come here; an internal number is only for rules that say so.
        let kind_holds = match self.number.kind {
            NumberKind::Internal => kind.contains(&MatchKind::Internal),
            NumberKind::Emergency | NumberKind::Feature | NumberKind::Name => false,
            NumberKind::National | NumberKind::International | NumberKind::Other => {
                kind.is_empty() || kind.iter().any(|kind| self.is_of(*kind))
            }
        };
        let digits = self.text.strip_prefix('+').unwrap_or(&self.text).len();
        let e164 = self.number.e164.as_ref();
        kind_holds
            && holds(prefix, |prefix| self.text.starts_with(prefix.as_str()))
            && holds(destination, |to| e164.is_some_and(|number| number.as_str().starts_with(to.as_str())))
            && holds(range, |range| range.contains(&self.text))
            && holds(pattern, |pattern| pattern.matches(&self.text))
            && length.is_none_or(|length| length.contains(digits))
    }

    fn is_of(&self, kind: MatchKind) -> bool {
        match kind {
            MatchKind::Internal => self.number.kind == NumberKind::Internal,
            MatchKind::National => self.number.kind == NumberKind::National,
            MatchKind::International => self.number.kind == NumberKind::International,
            MatchKind::Other => self.number.kind == NumberKind::Other,
            MatchKind::E164 => self.number.e164.is_some() && self.text.starts_with('+'),
            MatchKind::Emergency => self.number.kind == NumberKind::Emergency,
        }
    }

    /// Does what a rule says. Returns what would be dialled, or why nothing may be.
    pub(super) fn apply(&mut self, rule: &Rule, tail: &str) -> Result<DialString, String> {
        for action in &rule.actions {
            self.act(action)?;
        }
        if self.text.is_empty() {
            return Err("nothing is left of the number".to_owned());
        }
        format!("{}{tail}", self.text).parse::<DialString>().map_err(|error| error.to_string())
    }

    fn act(&mut self, action: &Action) -> Result<(), String> {
        match action {
            Action::Strip(count) => {
                let rest = self.text.get(usize::from(*count)..).unwrap_or_default();
                self.becomes(rest.to_owned());
            }
            Action::Prefix(prefix) => {
                let number = self.text.strip_prefix('+').unwrap_or(&self.text);
                self.becomes(format!("{prefix}{number}"));
            }
            Action::ToE164 => {
                if let Some(number) = &self.number.e164 {
                    self.text = number.to_string();
                    self.dialable = false;
                }
            }
            Action::ToNational => {
                if let Some(text) = self.number.e164.as_ref().and_then(|number| self.site.in_country(number))
                {
                    self.text = text;
                    self.dialable = true;
                }
            }
            Action::ToDialable => {
                if let Some(number) = &self.number.e164 {
                    self.text = self.site.dialable(number);
                    self.dialable = true;
                }
            }
            Action::Block(reason) => return Err(reason.clone()),
        }
        Ok(())
    }

    fn becomes(&mut self, text: String) {
        self.text = text;
        if !self.dialable {
            self.number = self.site.read(&self.text);
        }
    }
}

/// Whether a condition holds: it is not given, or one of its values does.
fn holds<T>(condition: &[T], holds: impl FnMut(&T) -> bool) -> bool {
    condition.is_empty() || condition.iter().any(holds)
}
