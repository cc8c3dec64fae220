//! `;name=value` parameters.

use super::list::{split_outside, unquote};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Parameters, in order, with values as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Params(Vec<(String, Option<String>)>);

impl Params {
    /// Reads what follows the first semicolon. None: a name is missing or broken.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut params = Vec::new();
        let parts = split_outside(text, ';');
        let last = parts.len() - 1;
        for (index, part) in parts.into_iter().enumerate() {
            if part.is_empty() {
                // One semicolon at the end is a common slip of phones; more are garbage (RFC 4475 §3.1.2.1).
                if index == last {
                    break;
                }
                return None;
            }
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name.trim(), Some(value.trim().to_owned())),
                None => (part, None),
            };
            if name.is_empty() || name.contains(['"', '<', '>', ' ']) {
                return None;
            }
            params.push((name.to_owned(), value));
        }
        Some(Self(params))
    }

    /// The value of a parameter; an empty text for one without.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_deref().unwrap_or_default())
    }

    /// The value of a parameter without quotes.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(unquote)
    }

    /// Whether there is such a parameter.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a parameter.
    pub fn set(&mut self, name: &str, value: Option<String>) {
        match self.0.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Removes a parameter.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| match value {
            Some(value) => write!(f, ";{name}={value}"),
            None => write!(f, ";{name}"),
        })
    }
}
