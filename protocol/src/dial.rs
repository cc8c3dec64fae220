//! What may be dialled. Parsed once at the edge; a [`DialString`] cannot hold a bad value.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The longest text that can be dialled: E.164 needs 15 digits; prefixes, access codes and user
/// names need more.
pub const MAX_DIAL_LENGTH: usize = 128;

/// Why a text cannot be dialled.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DialError {
    /// Nothing is left once blanks and separators are gone.
    #[error("there is no number to dial")]
    Empty,
    /// Longer than [`MAX_DIAL_LENGTH`].
    #[error("the number is longer than {MAX_DIAL_LENGTH} characters")]
    TooLong,
    /// A character that neither a number nor a user name can have.
    #[error("'{0}' cannot be part of a number")]
    BadCharacter(char),
}

/// A number or user name to be called, without separators.
///
/// Numbers keep digits, `*`, `#`, `,` and a leading `+`; blanks, brackets, dots, slashes and dashes between
/// digits go, and so does the trunk zero written `(0)`. A text that starts with a letter is taken as
/// a user name, and may carry letters, digits and `.`, `-`, `_`. A leading `tel:` or `sip:` is dropped,
/// with all that follows `;` or `@`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DialString(String);

impl DialString {
    /// The text to be dialled.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DialString {
    type Err = DialError;

    fn from_str(text: &str) -> Result<Self, DialError> {
        let text = without_scheme(text.trim());
        if text.chars().count() > MAX_DIAL_LENGTH {
            return Err(DialError::TooLong);
        }
        let dialled = if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            user_name(text)?
        } else {
            number(text)?
        };
        if dialled.is_empty() || dialled == "+" {
            return Err(DialError::Empty);
        }
        Ok(Self(dialled))
    }
}

impl TryFrom<String> for DialString {
    type Error = DialError;

    fn try_from(text: String) -> Result<Self, DialError> {
        text.parse()
    }
}

impl From<DialString> for String {
    fn from(dial: DialString) -> Self {
        dial.0
    }
}

impl fmt::Display for DialString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn without_scheme(text: &str) -> &str {
    let lower = text.get(..5).unwrap_or(text).to_ascii_lowercase();
    let rest = ["sips:", "sip:", "tel:"]
        .iter()
        .find(|scheme| lower.starts_with(**scheme))
        .map(|scheme| &text[scheme.len()..]);
    match rest {
        Some(rest) => rest.split(['@', ';']).next().unwrap_or(rest),
        None => text,
    }
}

fn user_name(text: &str) -> Result<String, DialError> {
    match text.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))) {
        Some(bad) => Err(DialError::BadCharacter(bad)),
        None => Ok(text.to_owned()),
    }
}

fn number(text: &str) -> Result<String, DialError> {
    // "+44 (0)20 …" is written for people: abroad the zero is not dialled.
    let text = if text.starts_with('+') { text.replacen("(0)", "", 1) } else { text.to_owned() };
    let mut dialled = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' | '*' | '#' | ',' => dialled.push(c),
            '+' if dialled.is_empty() => dialled.push(c),
            ' ' | '\u{a0}' | '\t' | '(' | ')' | '[' | ']' | '-' | '.' | '/' | '\u{2010}'..='\u{2015}' => {}
            bad => return Err(DialError::BadCharacter(bad)),
        }
    }
    Ok(dialled)
}

/// One or more DTMF digits: `0`–`9`, `*`, `#`, `A`–`D` (RFC 4733 §3.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DtmfDigits(String);

impl DtmfDigits {
    /// The digits in the order to be sent, letters in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DtmfDigits {
    type Err = DialError;

    fn from_str(text: &str) -> Result<Self, DialError> {
        let digits = text.to_ascii_uppercase();
        if digits.is_empty() {
            return Err(DialError::Empty);
        }
        if digits.len() > MAX_DIAL_LENGTH {
            return Err(DialError::TooLong);
        }
        match digits.chars().find(|c| !matches!(c, '0'..='9' | '*' | '#' | 'A'..='D')) {
            Some(bad) => Err(DialError::BadCharacter(bad)),
            None => Ok(Self(digits)),
        }
    }
}

impl TryFrom<String> for DtmfDigits {
    type Error = DialError;

    fn try_from(text: String) -> Result<Self, DialError> {
        text.parse()
    }
}

impl From<DtmfDigits> for String {
    fn from(digits: DtmfDigits) -> Self {
        digits.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialled(text: &str) -> Result<String, DialError> {
        text.parse::<DialString>().map(String::from)
    }

    #[test]
    fn separators_people_write_are_not_dialled() {
        assert_eq!(dialled(" +44 (0)20 7946-0018 "), Ok("+442079460018".into()));
        assert_eq!(dialled("(030) 901820"), Ok("030901820".into()));
        assert_eq!(dialled("030/9018.20"), Ok("030901820".into()));
        assert_eq!(dialled("*21*1001#"), Ok("*21*1001#".into()));
    }

    #[test]
    fn uris_are_reduced_to_what_can_be_dialled() {
        assert_eq!(dialled("tel:+1-201-555-0123;phone-context=example.com"), Ok("+12015550123".into()));
        assert_eq!(dialled("SIP:echo@example.com"), Ok("echo".into()));
        assert_eq!(dialled("sips:1001@example.com"), Ok("1001".into()));
    }

    #[test]
    fn a_text_that_is_no_number_is_refused_with_the_character() {
        assert_eq!(dialled(""), Err(DialError::Empty));
        assert_eq!(dialled("()"), Err(DialError::Empty));
        assert_eq!(dialled("+"), Err(DialError::Empty));
        assert_eq!(dialled("12+3"), Err(DialError::BadCharacter('+')));
        assert_eq!(dialled("12\r\n3"), Err(DialError::BadCharacter('\r')));
        assert_eq!(dialled("echo@x"), Err(DialError::BadCharacter('@')));
        assert_eq!(dialled(&"1".repeat(129)), Err(DialError::TooLong));
    }

    #[test]
    fn dtmf_takes_the_sixteen_digits_and_nothing_else() {
        assert_eq!("12ab*#".parse::<DtmfDigits>().map(String::from), Ok("12AB*#".into()));
        assert_eq!("1e".parse::<DtmfDigits>(), Err(DialError::BadCharacter('E')));
    }

    proptest::proptest! {
        #[test]
        fn dialling_what_was_dialled_changes_nothing(text in "\\PC{0,40}") {
            if let Ok(once) = dialled(&text) {
                proptest::prop_assert_eq!(dialled(&once), Ok(once));
            }
        }
    }
}
