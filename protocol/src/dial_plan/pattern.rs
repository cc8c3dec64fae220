//! Digit patterns, `NXXNXXXXXX`, and the formats in which numbers are shown, `(NXX) NXX-XXXX`.

use super::value::{BadValue, written_as_text};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The longest pattern. Nothing longer is a number.
const MAX_PATTERN: usize = 32;

/// A pattern that a number fits or not.
///
/// A digit stands for itself, `X` for any digit, `Z` for 1 to 9, `N` for 2 to 9. A `.` at the end stands for one or more
/// further digits; a `+` at the beginning for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern(String);

/// How a number is shown: a [`Pattern`] without plus, with blanks, brackets, dashes and slashes where they are to appear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayFormat(String);

written_as_text!(Pattern, DisplayFormat);

impl Pattern {
    /// What national numbers of most countries look like: five digits or more, the first of which is no 0.
    pub(super) fn any_national() -> Self {
        Self("ZXXX.".to_owned())
    }

    /// Whether the number fits.
    #[must_use]
    pub fn matches(&self, number: &str) -> bool {
        let fixed = self.fixed();
        let open = fixed.len() < self.0.len();
        // Patterns are ASCII; a number that is not cannot fit.
        let Some((head, rest)) = number.split_at_checked(fixed.len()) else { return false };
        let head_fits = fixed.chars().zip(head.chars()).all(|(element, c)| fits(element, c));
        let rest_fits = rest.chars().all(|c| c.is_ascii_digit()) && rest.is_empty() != open;
        head_fits && rest_fits
    }

    /// The fewest characters of a number that fits.
    #[must_use]
    pub fn least(&self) -> usize {
        self.0.len()
    }

    /// Whether numbers that fit begin with a plus.
    #[must_use]
    pub fn has_plus(&self) -> bool {
        self.0.starts_with('+')
    }

    fn fixed(&self) -> &str {
        self.0.strip_suffix('.').unwrap_or(&self.0)
    }
}

impl FromStr for Pattern {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let pattern = text.to_ascii_uppercase();
        let elements = pattern.strip_prefix('+').unwrap_or(&pattern);
        let elements = elements.strip_suffix('.').unwrap_or(elements);
        if elements.is_empty() || pattern.len() > MAX_PATTERN || !elements.chars().all(is_element) {
            return Err(BadValue::new(
                text,
                "digit pattern",
                "write digits, X (0-9), Z (1-9) or N (2-9), and at the end a . for one or more further digits, as in \
                 \"NXXNXXXXXX\" or \"ZXXX.\"",
            ));
        }
        Ok(Self(pattern))
    }
}

impl DisplayFormat {
    /// The number in this format, or nothing where it does not fit.
    #[must_use]
    pub fn apply(&self, digits: &str) -> Option<String> {
        let pattern = Pattern(self.0.chars().filter(|c| !is_separator(*c)).collect());
        if !pattern.matches(digits) {
            return None;
        }
        let mut digits = digits.chars();
        let mut shown = String::with_capacity(self.0.len());
        for c in self.0.chars() {
            if is_separator(c) {
                shown.push(c);
            } else if c == '.' {
                shown.extend(digits.by_ref());
            } else {
                shown.extend(digits.next());
            }
        }
        Some(shown)
    }
}

impl FromStr for DisplayFormat {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let pattern: String = text.chars().filter(|c| !is_separator(*c)).collect();
        match pattern.parse::<Pattern>() {
            Ok(pattern) if !pattern.has_plus() && text.len() <= MAX_PATTERN => {
                Ok(Self(text.trim().to_ascii_uppercase()))
            }
            Ok(_) | Err(_) => Err(BadValue::new(
                text,
                "display format",
                "write a digit pattern with blanks, brackets, dashes or slashes in it, as in \"(NXX) NXX-XXXX\"",
            )),
        }
    }
}

fn is_element(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, 'X' | 'Z' | 'N')
}

/// Only what a [`DialString`](crate::DialString) drops, so that what is shown can be dialled.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '(' | ')' | '-' | '/')
}

fn fits(element: char, c: char) -> bool {
    match element {
        'X' => c.is_ascii_digit(),
        'Z' => matches!(c, '1'..='9'),
        'N' => matches!(c, '2'..='9'),
        same => c == same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_digit_by_digit() {
        for (pattern, number, fits) in [
            ("9XXXXXXX", "91234567", true),
            ("9XXXXXXX", "9123456", false),
            ("9XXXXXXX", "912345678", false),
            ("NXXNXXXXXX", "2015550123", true),
            ("NXXNXXXXXX", "1015550123", false),
            ("NXXNXXXXXX", "2010550123", false),
            ("nxxnxxxxxx", "2015550123", true),
            ("ZX.", "123", true),
            ("ZX.", "12", false),
            ("ZX.", "0123", false),
            ("+49X.", "+4930", true),
            ("+49X.", "4930", false),
            ("X", "é", false),
            ("XX", "é", false),
            ("X.", "1*2", false),
        ] {
            assert_eq!(pattern.parse::<Pattern>().unwrap().matches(number), fits, "{pattern} {number}");
        }
    }

    #[test]
    fn a_pattern_that_is_wrong_says_what_is_allowed() {
        for text in ["", ".", "+", "9Q", "X.X", "9-1", "+.", &"X".repeat(33)] {
            let refusal = text.parse::<Pattern>().expect_err(text).to_string();
            assert!(refusal.contains("NXXNXXXXXX"), "{refusal}");
        }
        for text in ["", "+1 X", "( )", "X*X"] {
            let refusal = text.parse::<DisplayFormat>().expect_err(text).to_string();
            assert!(refusal.contains("(NXX) NXX-XXXX"), "{refusal}");
        }
    }

    #[test]
    fn a_format_puts_separators_between_the_digits() {
        for (format, digits, shown) in [
            ("(NXX) NXX-XXXX", "2015550123", Some("(201) 555-0123")),
            ("0ZX XXX XX XX", "0446681800", Some("044 668 18 00")),
            ("030 X.", "0306123456", Some("030 6123456")),
            ("030/X.-", "0306123456", Some("030/6123456-")),
            ("(NXX) NXX-XXXX", "20155501234", None),
        ] {
            let format: DisplayFormat = format.parse().unwrap();
            assert_eq!(format.apply(digits).as_deref(), shown);
        }
    }
}
