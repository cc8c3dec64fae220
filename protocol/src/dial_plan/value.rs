//! Values that plans are written with, as text. Each cannot be wrong once it is read.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The longest prefix, in digits.
const MAX_PREFIX: usize = 16;

/// A text that is not what it should be, with what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{text}' is no {what}; {allowed}")]
pub struct BadValue {
    /// What was written.
    pub text: String,
    /// What it should have been.
    pub what: &'static str,
    /// What is allowed.
    pub allowed: &'static str,
}

impl BadValue {
    pub(super) fn new(text: &str, what: &'static str, allowed: &'static str) -> Self {
        Self { text: text.to_owned(), what, allowed }
    }
}

/// Implements what every value written as text has: serde, `Display` and `as_str`.
macro_rules! written_as_text {
    ($($name:ident),*) => {$(
        impl $name {
            /// The value as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadValue;

            fn try_from(text: String) -> Result<Self, BadValue> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
pub(super) use written_as_text;

written_as_text!(Digits, NumberPrefix, Destination);

fn all_digits(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit())
}

/// One to sixteen digits: a prefix that is dialled, or an emergency number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digits(String);

impl FromStr for Digits {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        if (1..=MAX_PREFIX).contains(&text.len()) && all_digits(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(BadValue::new(text, "row of digits", "write 1 to 16 digits, or leave the key out"))
    }
}

/// The beginning of a number as it is written: digits, a plus, or a plus and digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NumberPrefix(String);

impl FromStr for NumberPrefix {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        if (1..=MAX_PREFIX).contains(&text.len()) && all_digits(digits) {
            return Ok(Self(text.to_owned()));
        }
        Err(BadValue::new(
            text,
            "prefix",
            "write up to 16 digits, the first of which may be +; feature codes with * and # are never rewritten",
        ))
    }
}

/// The beginning of numbers in international form, `+49900`, whichever way they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Destination(String);

impl FromStr for Destination {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        match text.strip_prefix('+') {
            // No country calling code begins with 0.
            Some(digits)
                if (1..MAX_PREFIX).contains(&digits.len())
                    && all_digits(digits)
                    && !digits.starts_with('0') =>
            {
                Ok(Self(text.to_owned()))
            }
            Some(_) | None => Err(BadValue::new(
                text,
                "destination",
                "write + and the first digits of the international number, as in \"+49900\"",
            )),
        }
    }
}

/// An inclusive range of numbers with the same count of digits, `1000-1999`, or one number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NumberRange {
    first: String,
    last: String,
}

impl NumberRange {
    /// Whether the number lies in the range: as many digits, and neither below nor above.
    #[must_use]
    pub fn contains(&self, number: &str) -> bool {
        // Of equally long rows of digits the order of texts is the order of numbers.
        number.len() == self.first.len()
            && all_digits(number)
            && (self.first.as_str()..=self.last.as_str()).contains(&number)
    }

    /// How many digits the numbers have.
    #[must_use]
    pub fn digits(&self) -> usize {
        self.first.len()
    }
}

impl FromStr for NumberRange {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let wrong = |allowed| Err(BadValue::new(text, "range of numbers", allowed));
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (first.trim(), last.trim());
        if first.is_empty() || first.len() > MAX_PREFIX || !all_digits(first) || !all_digits(last) {
            return wrong("write the first and the last number, as in \"1000-1999\"");
        }
        if first.len() != last.len() {
            return wrong("both numbers must have the same count of digits, as in \"1000-1999\"");
        }
        if last < first {
            return wrong("the last number must not be below the first");
        }
        Ok(Self { first: first.to_owned(), last: last.to_owned() })
    }
}

impl TryFrom<String> for NumberRange {
    type Error = BadValue;

    fn try_from(text: String) -> Result<Self, BadValue> {
        text.parse()
    }
}

impl From<NumberRange> for String {
    fn from(range: NumberRange) -> Self {
        range.to_string()
    }
}

impl fmt::Display for NumberRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return f.write_str(&self.first);
        }
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// How many digits a number may have: `7`, or `7-10`, both ends included. A plus does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LengthRange {
    least: u8,
    most: u8,
}

impl LengthRange {
    /// Whether that many digits are allowed.
    #[must_use]
    pub fn contains(&self, digits: usize) -> bool {
        (usize::from(self.least)..=usize::from(self.most)).contains(&digits)
    }

    /// The fewest digits.
    #[must_use]
    pub fn least(&self) -> usize {
        usize::from(self.least)
    }
}

impl FromStr for LengthRange {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let (least, most) = text.split_once('-').unwrap_or((text, text));
        let count = |text: &str| text.trim().parse::<u8>().ok().filter(|count| (1..=128).contains(count));
        match (count(least), count(most)) {
            (Some(least), Some(most)) if least <= most => Ok(Self { least, most }),
            (Some(_) | None, Some(_) | None) => Err(BadValue::new(
                text,
                "length",
                "write the count of digits, or the fewest and the most, from 1 to 128, as in \"7\" or \"7-10\"",
            )),
        }
    }
}

impl TryFrom<String> for LengthRange {
    type Error = BadValue;

    fn try_from(text: String) -> Result<Self, BadValue> {
        text.parse()
    }
}

impl From<LengthRange> for String {
    fn from(length: LengthRange) -> Self {
        if length.least == length.most {
            length.least.to_string()
        } else {
            format!("{}-{}", length.least, length.most)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_numbers_of_its_own_length_only() {
        let range: NumberRange = "0100-0199".parse().unwrap();
        for (number, inside) in [
            ("0100", true),
            ("0150", true),
            ("0199", true),
            ("0200", false),
            ("0099", false),
            ("150", false),
            ("00150", false),
            ("+150", false),
            ("", false),
        ] {
            assert_eq!(range.contains(number), inside, "{number}");
        }
        assert!("7".parse::<NumberRange>().unwrap().contains("7"));
    }

    #[test]
    fn values_that_are_wrong_say_what_is_allowed() {
        let said = [
            "1000-199".parse::<NumberRange>().map(|_| ()),
            "1999-1000".parse::<NumberRange>().map(|_| ()),
            "1000–1999".parse::<NumberRange>().map(|_| ()),
            "".parse::<NumberRange>().map(|_| ()),
            "10-7".parse::<LengthRange>().map(|_| ()),
            "0".parse::<LengthRange>().map(|_| ()),
            "129".parse::<LengthRange>().map(|_| ()),
            "".parse::<Digits>().map(|_| ()),
            "9p".parse::<Digits>().map(|_| ()),
            "*9".parse::<NumberPrefix>().map(|_| ()),
            "4+9".parse::<NumberPrefix>().map(|_| ()),
            "0900".parse::<Destination>().map(|_| ()),
            "+0900".parse::<Destination>().map(|_| ()),
            "+".parse::<Destination>().map(|_| ()),
        ];
        for refusal in said {
            let refusal = refusal.expect_err("a bad value was taken").to_string();
            assert!(refusal.contains(" is no ") && refusal.contains("; "), "{refusal}");
        }
    }

    #[test]
    fn what_is_written_again_is_what_was_read() {
        for text in ["1000-1999", "7"] {
            assert_eq!(text.parse::<NumberRange>().unwrap().to_string(), text);
        }
        for text in ["7-10", "7"] {
            assert_eq!(String::from(text.parse::<LengthRange>().unwrap()), text);
        }
        for text in ["+", "+49", "00"] {
            assert_eq!(text.parse::<NumberPrefix>().unwrap().as_str(), text);
        }
    }
}
