//! Numbers in the international form of ITU-T E.164.

use super::value::{BadValue, written_as_text};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The longest international number, in digits (E.164 §6.2.1).
const MAX_DIGITS: usize = 15;
/// The shortest that is in use: three digits of country code and four more.
pub(super) const MIN_DIGITS: usize = 7;

/// A number in international form: `+`, country calling code, national number; 7 to 15 digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(String);

/// A country calling code, without plus: `1`, `44`, `423`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode(String);

written_as_text!(E164, CountryCode);

impl E164 {
    /// The number of these digits, if they can be one.
    pub(super) fn of_digits(digits: &str) -> Option<Self> {
        let valid = (MIN_DIGITS..=MAX_DIGITS).contains(&digits.len())
            && digits.chars().all(|c| c.is_ascii_digit())
            && !digits.starts_with('0');
        valid.then(|| Self(format!("+{digits}")))
    }

    /// Everything but the plus.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.strip_prefix('+').unwrap_or(&self.0)
    }

    /// The country calling code and what follows it.
    #[must_use]
    pub fn split(&self) -> (&str, &str) {
        let digits = self.digits();
        digits.split_at_checked(country_code_length(digits)).unwrap_or((digits, ""))
    }
}

impl FromStr for E164 {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        text.strip_prefix('+').and_then(Self::of_digits).ok_or_else(|| {
            BadValue::new(text, "international number", "write + and 7 to 15 digits, the country code first")
        })
    }
}

impl FromStr for CountryCode {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let digits = text.chars().all(|c| c.is_ascii_digit()) && !text.starts_with('0');
        if !text.is_empty() && digits && text.len() == country_code_length(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(BadValue::new(
            text,
            "country calling code",
            "write it without plus or zeros, as in \"1\", \"44\" or \"49\"",
        ))
    }
}

/// How many of the digits are the country calling code (list of ITU-T E.164 assigned country codes). No code is the
/// beginning of another, so the first digits say.
fn country_code_length(digits: &str) -> usize {
    let mut first = digits.chars();
    match (first.next(), first.next()) {
        (Some('1' | '7'), _) => 1,
        (Some('2'), Some('0' | '7'))
        | (Some('3'), Some('0'..='4' | '6' | '9'))
        | (Some('4'), Some('0' | '1' | '3'..='9'))
        | (Some('5'), Some('1'..='8'))
        | (Some('6'), Some('0'..='6'))
        | (Some('8'), Some('1' | '2' | '4' | '6'))
        | (Some('9'), Some('0'..='5' | '8')) => 2,
        (Some(_) | None, Some(_) | None) => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_split_after_its_country_code() {
        for (number, code, rest) in [
            ("+12015550123", "1", "2015550123"),
            ("+74955550123", "7", "4955550123"),
            ("+442079460018", "44", "2079460018"),
            ("+41446681800", "41", "446681800"),
            ("+4232301234", "423", "2301234"),
            ("+353201234567", "353", "201234567"),
            ("+85221234567", "852", "21234567"),
            ("+8613912345678", "86", "13912345678"),
            ("+97141234567", "971", "41234567"),
        ] {
            assert_eq!(number.parse::<E164>().unwrap().split(), (code, rest));
        }
    }

    #[test]
    fn what_cannot_be_an_international_number_is_refused() {
        for text in ["", "+", "+123456", "+1234567890123456", "+0123456789", "4930123456", "+49 30 123456"] {
            assert!(text.parse::<E164>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_country_code_is_whole() {
        for code in ["1", "7", "20", "44", "49", "423", "971"] {
            assert!(code.parse::<CountryCode>().is_ok(), "{code}");
        }
        for code in ["", "0", "049", "+49", "4", "42", "491", "12", "1234"] {
            assert!(code.parse::<CountryCode>().is_err(), "{code}");
        }
    }
}
