//! Sets of keys, and the patterns that stand for them (RFC 4730 §5.1).

use serde::{Deserialize, Serialize};

const KEYS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

/// Some of the sixteen keys, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct KeySet(u16);

/// Whether a character is a key, letters in capitals.
pub(crate) fn is_key(key: char) -> bool {
    KEYS.contains(&key)
}

impl KeySet {
    const DIGITS: Self = Self(0x03FF);

    pub(crate) fn has(self, key: char) -> bool {
        self.0 & Self::of(key).0 != 0
    }

    /// The set of one key; empty for what is none.
    fn of(key: char) -> Self {
        let bit = KEYS.iter().position(|known| *known == key.to_ascii_uppercase());
        Self(bit.map_or(0, |bit| 1 << bit))
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Reads a pattern that stands for one key: `x`, `5`, `[1-3*]`, `[^#]`, and such joined by `|`. None: it stands for a
    /// sequence, or for no key at all.
    pub(crate) fn parse(pattern: &str) -> Option<Self> {
        let mut keys = Self::default();
        for alternative in pattern.trim().split('|').map(str::trim) {
            match Self::alternative(alternative) {
                Some(found) => keys = keys.with(found),
                // Cisco's `bs` is a key that only their phones have.
                None if alternative.eq_ignore_ascii_case("bs") => {}
                None => return None,
            }
        }
        (keys != Self::default()).then_some(keys)
    }

    fn alternative(text: &str) -> Option<Self> {
        if let Some(selector) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            return match selector.strip_prefix('^') {
                Some(left_out) => Some(Self(!Self::selector(left_out)?.0)),
                None => Self::selector(selector),
            };
        }
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => Self::selector(&character.to_string()),
            _ => None,
        }
    }

    /// The keys inside of brackets.
    fn selector(text: &str) -> Option<Self> {
        let characters: Vec<char> = text.chars().collect();
        let mut keys = Self::default();
        let mut rest = characters.as_slice();
        loop {
            let (found, after) = match rest {
                [] => return Some(keys),
                ['x' | 'X', after @ ..] => (Self::DIGITS, after),
                [first, '-', last, after @ ..] => (Self::range(*first, *last)?, after),
                // Cisco writes `+` into its selectors, which no keypad of ours has.
                ['+', after @ ..] => (Self::default(), after),
                [key, after @ ..] if is_key(key.to_ascii_uppercase()) => (Self::of(*key), after),
                [_, ..] => return None,
            };
            keys = keys.with(found);
            rest = after;
        }
    }

    fn range(first: char, last: char) -> Option<Self> {
        let (first, last) = (first.to_ascii_uppercase(), last.to_ascii_uppercase());
        let alike = (first.is_ascii_digit() && last.is_ascii_digit())
            || (('A'..='D').contains(&first) && ('A'..='D').contains(&last));
        (alike && first <= last).then(|| (first..=last).map(Self::of).fold(Self::default(), Self::with))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(pattern: &str) -> Option<String> {
        KeySet::parse(pattern).map(|keys| KEYS.iter().filter(|key| keys.has(**key)).collect())
    }

    #[test]
    fn patterns_stand_for_the_keys_that_they_name() {
        for (pattern, expected) in [
            ("x", "0123456789"),
            ("5", "5"),
            ("a", "A"),
            ("[x*#ABCD]", "0123456789*#ABCD"),
            ("[1-3b-c*]", "123*BC"),
            ("[^0-9A-D]", "*#"),
            ("[x#*+]|bs", "0123456789*#"),
            ("1|*", "1*"),
        ] {
            assert_eq!(keys(pattern).as_deref(), Some(expected), "{pattern}");
        }
    }

    #[test]
    fn what_is_no_single_key_is_refused() {
        for pattern in ["", "12", "x{2}", "[3-1]", "[", "[]", "[z]", "L5", "bs", "|", "[1-*]"] {
            assert_eq!(keys(pattern), None, "{pattern}");
        }
    }
}
