//! Where a plan is used: how numbers are written, and how they are dialled there.

use super::e164::{CountryCode, E164};
use super::pattern::{DisplayFormat, Pattern};
use super::value::{Digits, NumberRange};
use crate::DialString;
use serde::{Deserialize, Serialize};

/// A place with a telephone system of its own, and the ways of its country.
///
/// Without any of it, a site knows no number but those written with a plus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Site {
    /// The country's calling code, `49`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_code: Option<CountryCode>,
    /// What is dialled before a national number (trunk or long-distance prefix): `0`, in North America `1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trunk_prefix: Option<Digits>,
    /// Whether national numbers are also written without that prefix, as in North America.
    pub trunk_prefix_optional: bool,
    /// What is dialled before a country calling code: `00`, in North America `011`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub international_prefix: Option<Digits>,
    /// What is dialled to leave the telephone system: `0` or `9`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside_prefix: Option<Digits>,
    /// What national numbers look like, without the trunk prefix. What fits none of these is not read as one.
    pub national_numbers: Vec<Pattern>,
    /// Numbers inside the telephone system. They are never rewritten.
    pub internal: Vec<NumberRange>,
    /// The country's emergency numbers. They are never blocked, and rewritten only as said here.
    pub emergency: Vec<Emergency>,
    /// How to read what users dial, where both ways make sense.
    pub typed: Reading,
    /// How to read what the telephone system says of callers, where both ways make sense.
    pub callers: Reading,
    /// What callers' numbers are that carry no prefix at all.
    pub bare_callers: BareCallers,
    /// How national numbers are shown; the first that fits is taken.
    pub display: Vec<DisplayFormat>,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            country_code: None,
            trunk_prefix: None,
            trunk_prefix_optional: false,
            international_prefix: None,
            outside_prefix: None,
            national_numbers: vec![Pattern::any_national()],
            internal: Vec::new(),
            emergency: Vec::new(),
            typed: Reading::AsWritten,
            callers: Reading::AsWritten,
            bare_callers: BareCallers::Leave,
            display: Vec::new(),
        }
    }
}

/// An emergency number and how the site dials it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    /// The number as everybody knows it, `112`.
    pub number: Digits,
    /// What the telephone system needs to be sent, `0112` for example. Without it the number itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dial_as: Option<DialString>,
}

impl Emergency {
    /// What is sent to the telephone system.
    #[must_use]
    pub fn dialled(&self) -> &str {
        self.dial_as.as_ref().map_or(self.number.as_str(), DialString::as_str)
    }
}

/// How a number is read that makes sense both with and without the outside prefix. `0030…` in a German company is a
/// number in Greece as one writes it, and a number in Berlin as one keys it in on a desk phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// As numbers are written in the country; with the outside prefix only where that is no number.
    #[default]
    AsWritten,
    /// The outside prefix comes first; as numbers are written only where that is no number.
    WithOutsidePrefix,
}

/// What a caller's number is that carries neither plus nor prefix, as trunks present it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BareCallers {
    /// Nobody can tell; it is shown as it came.
    #[default]
    Leave,
    /// A national number without trunk prefix: `306123456`.
    National,
    /// An international number without plus: `49306123456`.
    International,
}

/// What a number is, seen from the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// An emergency number, with or without outside prefix.
    Emergency,
    /// A number inside the telephone system.
    Internal,
    /// A number in the site's country, whichever way it is written.
    National,
    /// A number in another country, whichever way it is written.
    International,
    /// A code with `*` or `#`.
    Feature,
    /// A user name.
    Name,
    /// Anything else: service numbers, numbers without area code, mistakes.
    Other,
}

/// A number as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// What it is.
    pub kind: NumberKind,
    /// Its international form, where it has one.
    pub e164: Option<E164>,
}

impl Site {
    /// Understands what a user dials. A pause and what follows it do not count.
    pub(super) fn read(&self, text: &str) -> Number {
        let of_kind = |kind| Number { kind, e164: None };
        if self.emergency_of(text).is_some() {
            return of_kind(NumberKind::Emergency);
        }
        if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return of_kind(NumberKind::Name);
        }
        if text.contains(['*', '#']) {
            return of_kind(NumberKind::Feature);
        }
        if self.is_internal(text) {
            return of_kind(NumberKind::Internal);
        }
        match self.typed_number(text) {
            Some(e164) => Number { kind: self.kind_of(&e164), e164: Some(e164) },
            None => of_kind(NumberKind::Other),
        }
    }

    /// The emergency number that this text is: alone, with the outside prefix, with the country code that a CRM may
    /// have put before it, or as the telephone system is sent it; and with a final `#`, which sends at once on many
    /// phones.
    pub(super) fn emergency_of(&self, text: &str) -> Option<&Emergency> {
        let text = text.trim_end_matches('#');
        self.emergency.iter().find(|emergency| self.emergency_forms(emergency).any(|form| form == text))
    }

    /// The ways in which an emergency number is written.
    pub(super) fn emergency_forms<'a>(
        &'a self,
        emergency: &'a Emergency,
    ) -> impl Iterator<Item = String> + 'a {
        let number = emergency.number.as_str();
        let outside = self.outside_prefix.as_ref().map(|outside| format!("{outside}{number}"));
        let country = self.country_code.as_ref().map(|code| format!("+{code}{number}"));
        [Some(number.to_owned()), outside, country, Some(emergency.dialled().to_owned())]
            .into_iter()
            .flatten()
    }

    pub(super) fn is_internal(&self, text: &str) -> bool {
        self.internal.iter().any(|range| range.contains(text))
    }

    pub(super) fn kind_of(&self, number: &E164) -> NumberKind {
        if self.behind_own_code(number).is_some() { NumberKind::National } else { NumberKind::International }
    }

    fn typed_number(&self, text: &str) -> Option<E164> {
        if let Some(digits) = text.strip_prefix('+') {
            return self.international(digits);
        }
        match self.typed {
            Reading::AsWritten => self.as_written(text).or_else(|| self.with_outside_prefix(text)),
            Reading::WithOutsidePrefix => self.with_outside_prefix(text).or_else(|| self.as_written(text)),
        }
    }

    /// Understands what the telephone system says of a caller.
    pub(super) fn caller_number(&self, text: &str) -> Option<E164> {
        if let Some(digits) = text.strip_prefix('+') {
            return self.international(digits);
        }
        if self.is_internal(text) {
            return None;
        }
        let bare = || match self.bare_callers {
            BareCallers::Leave => None,
            BareCallers::National => self.national(text),
            BareCallers::International => self.international(text),
        };
        match self.callers {
            // Without a prefix comes before the outside prefix: +91… without plus is no call through 9.
            Reading::AsWritten => {
                self.as_written(text).or_else(bare).or_else(|| self.with_outside_prefix(text))
            }
            Reading::WithOutsidePrefix => {
                self.with_outside_prefix(text).or_else(|| self.as_written(text)).or_else(bare)
            }
        }
    }

    fn with_outside_prefix(&self, text: &str) -> Option<E164> {
        self.as_written(text.strip_prefix(self.outside_prefix.as_ref()?.as_str())?)
    }

    /// As people of the country write numbers: international or trunk prefix first, or neither where that is usual.
    fn as_written(&self, text: &str) -> Option<E164> {
        let behind = |prefix: Option<&Digits>| text.strip_prefix(prefix?.as_str());
        let international =
            behind(self.international_prefix.as_ref()).and_then(|digits| self.international(digits));
        let bare = self.trunk_prefix_optional || self.trunk_prefix.is_none();
        international
            .or_else(|| behind(self.trunk_prefix.as_ref()).and_then(|digits| self.national(digits)))
            .or_else(|| if bare { self.national(text) } else { None })
    }

    /// A number of the country, without trunk prefix.
    fn national(&self, digits: &str) -> Option<E164> {
        let code = self.country_code.as_ref()?;
        if self.is_national(digits) { E164::of_digits(&format!("{code}{digits}")) } else { None }
    }

    /// A number that begins with a country code. `+49 030…` is written often and means `+49 30…`.
    fn international(&self, digits: &str) -> Option<E164> {
        let own = self.country_code.as_ref().and_then(|code| digits.strip_prefix(code.as_str()));
        let misplaced = own
            .filter(|rest| !self.is_national(rest))
            .and_then(|rest| rest.strip_prefix(self.trunk_prefix.as_ref()?.as_str()));
        misplaced.and_then(|rest| self.national(rest)).or_else(|| E164::of_digits(digits))
    }

    fn is_national(&self, digits: &str) -> bool {
        self.national_numbers.iter().any(|pattern| pattern.matches(digits))
    }

    /// What follows the site's own country code.
    fn behind_own_code<'a>(&self, number: &'a E164) -> Option<&'a str> {
        let (code, rest) = number.split();
        self.country_code.as_ref().filter(|own| own.as_str() == code).map(|_| rest)
    }

    /// The number without country code, if it is one of the country and looks like those.
    pub(super) fn national_part<'a>(&self, number: &'a E164) -> Option<&'a str> {
        self.behind_own_code(number).filter(|rest| self.is_national(rest))
    }

    /// A number of the country as it is dialled in the country: trunk prefix and national number.
    pub(super) fn in_country(&self, number: &E164) -> Option<String> {
        let trunk = self.trunk_prefix.as_ref().map_or("", Digits::as_str);
        self.national_part(number).map(|rest| format!("{trunk}{rest}"))
    }

    /// A number as it is dialled at the site: the outside prefix, and the national number with the trunk prefix or the
    /// whole number with the international one. The latter also where a number of the country looks like none: with the
    /// trunk prefix it could be mistaken for another.
    pub(super) fn dialable(&self, number: &E164) -> String {
        let outside = self.outside_prefix.as_ref().map_or("", Digits::as_str);
        match (self.in_country(number), &self.international_prefix) {
            (Some(national), _) => format!("{outside}{national}"),
            (None, Some(prefix)) => format!("{outside}{prefix}{}", number.digits()),
            (None, None) => number.as_str().to_owned(),
        }
    }
}
