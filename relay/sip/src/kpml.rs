//! Key presses by signalling: what a peer asks for and what it is told (RFC 4730).

mod keys;

pub(crate) use keys::{KeySet, is_key};

use crate::xml::{Element, escape};
use serde::{Deserialize, Serialize};

/// The name of the event package.
pub(crate) const KPML: &str = "kpml";
/// The type of what is asked for.
pub(crate) const KPML_REQUEST: &str = "application/kpml-request+xml";
/// The type of what is told.
pub(crate) const KPML_RESPONSE: &str = "application/kpml-response+xml";
const REQUEST_NAMESPACE: &str = "urn:ietf:params:xml:ns:kpml-request";
const RESPONSE_NAMESPACE: &str = "urn:ietf:params:xml:ns:kpml-response";
/// Patterns of one request; there are sixteen keys.
const MOST_PATTERNS: usize = 16;
/// Characters that are kept of a tag, which is sent back with each key.
const LONGEST_TAG: usize = 64;

/// Which keys a peer wants to hear of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyRequest {
    patterns: Vec<(KeySet, Option<String>)>,
    pub(crate) persist: Persist,
}

/// How often it wants to hear (RFC 4730 §5.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Persist {
    /// Once, and then the subscription is over.
    OneShot,
    /// Each time.
    EachTime,
    /// Once for each SUBSCRIBE.
    SingleNotify,
}

/// What is told (RFC 4730 §5.3, §6.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyReport {
    /// A key was pressed that the pattern with this tag asks for.
    Pressed { key: char, tag: Option<String> },
    /// The subscription is over.
    Expired,
    /// The request cannot be read, or asks for more than single keys.
    BadDocument,
}

impl KeyRequest {
    /// Reads a request. None: it cannot be read, or it asks for a sequence of keys, which we do not collect.
    pub(crate) fn parse(document: &[u8]) -> Option<Self> {
        let root = Element::parse(document, REQUEST_NAMESPACE, "kpml-request").ok()?;
        let pattern = root.child("pattern")?;
        let persist = match pattern.attribute("persist").unwrap_or("one-shot") {
            "one-shot" => Persist::OneShot,
            "persist" => Persist::EachTime,
            "single-notify" => Persist::SingleNotify,
            _ => return None,
        };
        let mut patterns = Vec::new();
        for regex in pattern.children("regex") {
            if patterns.len() >= MOST_PATTERNS {
                return None;
            }
            let tag = regex.attribute("tag").map(|tag| tag.chars().take(LONGEST_TAG).collect());
            patterns.push((KeySet::parse(regex.text())?, tag));
        }
        (!patterns.is_empty()).then_some(Self { patterns, persist })
    }

    /// The report of a key, if it is asked for.
    pub(crate) fn report(&self, key: char) -> Option<KeyReport> {
        let (_, tag) = self.patterns.iter().find(|(keys, _)| keys.has(key))?;
        Some(KeyReport::Pressed { key, tag: tag.clone() })
    }
}

impl KeyReport {
    /// As a document.
    pub(crate) fn document(&self) -> String {
        let (code, text, rest) = match self {
            Self::Pressed { key, tag } => {
                let tag = tag.as_ref().map(|tag| format!(" tag=\"{}\"", escape(tag))).unwrap_or_default();
                (200, "OK", format!(" digits=\"{key}\" forced_flush=\"false\" suppressed=\"false\"{tag}"))
            }
            Self::Expired => (487, "Subscription Expired", String::new()),
            Self::BadDocument => (501, "Bad Document", String::new()),
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<kpml-response xmlns=\"{RESPONSE_NAMESPACE}\" \
             version=\"1.0\" code=\"{code}\" text=\"{text}\"{rest}/>\r\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CUCM: &str = r#"<?xml version="1.0" encoding="UTF-8" ?>
        <kpml-request xmlns="urn:ietf:params:xml:ns:kpml-request" version="1.0"
          xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
          xsi:schemaLocation="urn:ietf:params:xml:ns:kpml-request kpml-request.xsd">
          <pattern persist="persist"><regex tag="dtmf">[x*#ABCD]</regex></pattern>
        </kpml-request>"#;

    #[test]
    fn the_request_for_every_key_is_read() {
        let request = KeyRequest::parse(CUCM.as_bytes()).unwrap();
        assert_eq!(request.persist, Persist::EachTime);
        for key in "0123456789*#ABCD".chars() {
            assert_eq!(request.report(key), Some(KeyReport::Pressed { key, tag: Some("dtmf".into()) }));
        }
    }

    #[test]
    fn without_a_word_a_request_is_for_one_key() {
        let text = CUCM.replace(" persist=\"persist\"", "");
        assert_eq!(KeyRequest::parse(text.as_bytes()).unwrap().persist, Persist::OneShot);
    }

    #[test]
    fn the_first_pattern_that_fits_gives_the_tag() {
        let text = CUCM.replace("<regex tag=\"dtmf\">[x*#ABCD]", "<regex tag=\"star\">*</regex><regex>[^*]");
        let request = KeyRequest::parse(text.as_bytes()).unwrap();
        assert_eq!(request.report('*'), Some(KeyReport::Pressed { key: '*', tag: Some("star".into()) }));
        assert_eq!(request.report('5'), Some(KeyReport::Pressed { key: '5', tag: None }));
    }

    #[test]
    fn sequences_and_half_requests_are_refused() {
        for (from, to) in [
            ("[x*#ABCD]", "xxx"),
            ("[x*#ABCD]", "x{4}"),
            ("[x*#ABCD]", ""),
            ("persist=\"persist\"", "persist=\"sometimes\""),
            ("pattern", "pattn"),
            ("</kpml-request>", ""),
            ("<kpml-request", "<!DOCTYPE x><kpml-request"),
        ] {
            assert!(CUCM.contains(from));
            assert_eq!(KeyRequest::parse(CUCM.replace(from, to).as_bytes()), None, "{from} -> {to}");
        }
    }

    #[test]
    fn a_report_is_a_document_whose_tag_cannot_break_out() {
        let report = KeyReport::Pressed { key: '#', tag: Some("a\"<b>".into()) }.document();
        let root = Element::parse(report.as_bytes(), RESPONSE_NAMESPACE, "kpml-response").unwrap();
        assert_eq!((root.attribute("code"), root.attribute("digits")), (Some("200"), Some("#")));
        assert_eq!(root.attribute("tag"), Some("a\"<b>"));
    }

    proptest! {
        #[test]
        fn no_pattern_is_too_odd(pattern in "[]x0-9a-dA-D*#^.|{},\\[-]{0,20}") {
            let _ = KeyRequest::parse(CUCM.replace("[x*#ABCD]", &pattern).as_bytes());
        }
    }
}
