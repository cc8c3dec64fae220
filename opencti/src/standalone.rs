//! No CRM: the phone is a page of its own.

use crate::CrmHost;

/// The parameter of the page's address that names a number: `?dial=%2B442079460018`.
const DIAL_PARAMETER: &str = "dial";

/// A page of its own. Its label is the page's title; a link to it can carry a number to call.
pub struct Standalone<T> {
    dial: Option<String>,
    set_title: T,
}

impl<T: Fn(&str)> Standalone<T> {
    /// The host for a page whose address ends in that query, with or without its `?`.
    pub fn new(query: &str, set_title: T) -> Self {
        Self { dial: parameter(query, DIAL_PARAMETER), set_title }
    }
}

impl<T: Fn(&str)> CrmHost for Standalone<T> {
    fn set_label(&self, label: &str) {
        (self.set_title)(label);
    }

    fn dial_request(&self) -> Option<String> {
        self.dial.clone()
    }
}

/// The first value of that name in an `application/x-www-form-urlencoded` text.
fn parameter(query: &str, name: &str) -> Option<String> {
    query
        .trim_start_matches('?')
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| decode(value))
        .filter(|value| !value.trim().is_empty())
}

/// Decodes `+` and `%XX`; what is no valid escape stays as it is.
fn decode(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = (*byte == b'%')
            .then(|| value.get(at + 1..at + 3))
            .flatten()
            // The parser of numbers would take a sign for part of one.
            .filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        at += if escaped.is_some() { 3 } else { 1 };
        decoded.push(escaped.unwrap_or(if *byte == b'+' { b' ' } else { *byte }));
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn dial(query: &str) -> Option<String> {
        Standalone::new(query, |_: &str| {}).dial_request()
    }

    #[test]
    fn a_link_can_carry_a_number() {
        assert_eq!(dial("?dial=%2B44%2020-7946+0018&x=1"), Some("+44 20-7946 0018".into()));
        assert_eq!(dial("x=1&dial=1001"), Some("1001".into()));
    }

    #[test]
    fn a_link_without_a_number_asks_for_nothing() {
        assert_eq!(dial(""), None);
        assert_eq!(dial("?dial="), None);
        assert_eq!(dial("?dial"), None);
        assert_eq!(dial("?redial=1"), None);
    }

    #[test]
    fn a_bad_escape_is_taken_as_it_is() {
        assert_eq!(dial("?dial=%zz1%"), Some("%zz1%".into()));
        assert_eq!(dial("?dial=%+1"), Some("% 1".into()));
    }

    #[test]
    fn the_label_becomes_the_title() {
        let titles = RefCell::new(Vec::new());
        Standalone::new("", |title: &str| titles.borrow_mut().push(title.to_owned()))
            .set_label("Ada is calling");
        assert_eq!(*titles.borrow(), ["Ada is calling"]);
    }
}
