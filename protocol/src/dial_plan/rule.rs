//! Rules: which numbers, and what becomes of them.

use super::pattern::Pattern;
use super::value::{Destination, LengthRange, NumberPrefix, NumberRange};
use serde::de::value::{SeqAccessDeserializer, StrDeserializer};
use serde::de::{Error, IntoDeserializer, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::marker::PhantomData;

/// One rule of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What the rule is called where its work is told; no two of a plan alike.
    pub name: String,
    /// Which numbers it is for.
    #[serde(rename = "match")]
    pub matches: Match,
    /// What is done with them, in this order. Nothing at all leaves them as they are.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Whether the rules that follow see the result.
    #[serde(default)]
    pub then: Then,
}

/// Which numbers a rule is for: those that every given condition holds for. Of a list, one has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// What the number is.
    #[serde(deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<MatchKind>,
    /// How the number begins as it stands.
    #[serde(deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub prefix: Vec<NumberPrefix>,
    /// How the number begins in international form, whichever way it is written.
    #[serde(deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub destination: Vec<Destination>,
    /// A range in which the number lies, with the same count of digits.
    #[serde(deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub range: Vec<NumberRange>,
    /// A pattern that the number fits.
    #[serde(deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub pattern: Vec<Pattern>,
    /// How many digits the number has as it stands.
    #[serde(deserialize_with = "length", skip_serializing_if = "Option::is_none")]
    pub length: Option<LengthRange>,
}

impl Match {
    /// Whether no condition is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// What a number is, as a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchKind {
    /// Inside the telephone system. Such a number can be blocked, but not rewritten.
    Internal,
    /// In the site's country, whichever way it is written.
    National,
    /// In another country, whichever way it is written.
    International,
    /// Written in international form, with a plus.
    E164,
    /// An emergency number. No rule can have this: emergency numbers are never blocked, and the site says how they are dialled.
    Emergency,
    /// None of these: service numbers, numbers without area code, mistakes.
    Other,
}

/// What is done with a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Takes that many characters off the beginning. A plus is one.
    Strip(u8),
    /// Puts this before the number. Where the number began with a plus, it takes the place of the plus.
    Prefix(NumberPrefix),
    /// Writes the number in international form, `+49…`. A number that is neither national nor international stays.
    ToE164,
    /// Writes a number of the site's country as it is dialled in the country, with the trunk prefix. Others stay.
    ToNational,
    /// Writes the number as it is dialled at the site, outside prefix first. A number that is neither national nor
    /// international stays.
    ToDialable,
    /// Refuses the call, and says this.
    Block(String),
}

/// Whether the rules that follow see the result of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// The result is dialled.
    #[default]
    Stop,
    /// The next rule that matches it goes on.
    Continue,
}

/// A list, or its only entry without brackets.
fn one_or_many<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct OneOrMany<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a list of texts")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
            let text: StrDeserializer<'_, E> = text.into_deserializer();
            T::deserialize(text).map(|one| vec![one])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vec<T>, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(list))
        }
    }

    deserializer.deserialize_any(OneOrMany(PhantomData))
}

/// A count of digits, as a number or as text.
fn length<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<LengthRange>, D::Error> {
    struct Length;

    impl Visitor<'_> for Length {
        type Value = LengthRange;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a count of digits, as in 7 or \"7-10\"")
        }

        fn visit_i64<E: Error>(self, count: i64) -> Result<LengthRange, E> {
            self.visit_str(&count.to_string())
        }

        fn visit_u64<E: Error>(self, count: u64) -> Result<LengthRange, E> {
            self.visit_str(&count.to_string())
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<LengthRange, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_any(Length).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(rule: serde_json::Value) -> Result<Rule, String> {
        serde_json::from_value(rule).map_err(|error| error.to_string())
    }

    #[test]
    fn a_condition_is_a_text_or_a_list() {
        let one = read(json!({ "name": "a", "match": { "prefix": "0", "length": 7 } })).unwrap();
        let list = read(json!({ "name": "a", "match": { "prefix": ["0"], "length": "7" } })).unwrap();
        assert_eq!(one, list);
        let written = serde_json::to_value(&one).unwrap();
        assert_eq!(read(written), Ok(one));
    }

    #[test]
    fn actions_are_words_or_words_with_a_value() {
        let rule = read(json!({
            "name": "a",
            "match": { "kind": "national" },
            "actions": [{ "strip": 1 }, { "prefix": "+49" }, "to_e164", "to_national", "to_dialable", { "block": "no" }],
            "then": "continue",
        }))
        .unwrap();
        assert_eq!(rule.actions.len(), 6);
        assert_eq!(rule.actions.last(), Some(&Action::Block("no".into())));
        assert_eq!(rule.then, Then::Continue);
    }

    #[test]
    fn what_is_not_known_is_named_with_what_is_allowed() {
        for (rule, hint) in [
            (json!({ "name": "a", "match": { "kind": "local" } }), "`national`"),
            (json!({ "name": "a", "match": { "pattern": "9Q" } }), "NXXNXXXXXX"),
            (json!({ "name": "a", "match": { "pattern": ["9Q"] } }), "NXXNXXXXXX"),
            (json!({ "name": "a", "match": { "length": "x" } }), "7-10"),
            (json!({ "name": "a", "match": { "length": true } }), "7-10"),
            (json!({ "name": "a", "match": { "prefix": 0 } }), "a text or a list of texts"),
            (json!({ "name": "a", "match": {}, "actions": ["to_local"] }), "`to_dialable`"),
            (json!({ "name": "a", "match": {}, "actions": [{ "strip": -1 }] }), "u8"),
            (json!({ "name": "a" }), "match"),
        ] {
            let refusal = read(rule).expect_err("a bad rule was taken");
            assert!(refusal.contains(hint), "{refusal}");
        }
    }
}
