//! XML as small trees: a reader that takes what Finesse's versions and clients really send, and a writer that escapes.
//!
//! Names are compared without their prefixes and without regard to case: an object's root is upper case in an answer and
//! lower case in an event, and `reasonCode` is `ReasonCode` elsewhere. A document type declaration is refused, and nothing
//! but the five predefined entities and character references is resolved, so that no document grows by being read.

mod write;

pub(crate) use write::Writer;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use thiserror::Error;

/// Bytes of a document. A phone book of 6,000 contacts needs two megabytes.
const LONGEST: usize = 16 << 20;
/// Elements inside each other; a dialog in a notification in a message needs fourteen.
const DEEPEST: usize = 48;
/// Elements in all. A phone book of 6,000 contacts needs 36,000.
const MOST_ELEMENTS: usize = 262_144;
/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 32;

/// One element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Self>,
    text: String,
}

/// The document cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum BadXml {
    /// It is not well-formed.
    #[error("not well-formed")]
    Malformed,
    /// It has a document type declaration.
    #[error("a document type declaration is not allowed")]
    DocumentType,
    /// It is larger or deeper than any that we expect.
    #[error("too large")]
    TooLarge,
}

impl Element {
    /// Reads a document up to the end of its root; what follows is of no concern.
    ///
    /// # Errors
    /// [`BadXml`].
    pub(crate) fn parse(document: &str) -> Result<Self, BadXml> {
        if document.len() > LONGEST {
            return Err(BadXml::TooLarge);
        }
        // A byte order mark is no part of the document.
        let mut reader = Reader::from_str(document.trim_start_matches('\u{feff}').trim());
        // `A & B` is what is left of `A &amp; B` when somebody has decoded it once too often.
        reader.config_mut().allow_dangling_amp = true;
        let mut open: Vec<Self> = Vec::new();
        let mut elements = 0;
        loop {
            let closed = match reader.read_event().map_err(|_| BadXml::Malformed)? {
                Event::Start(start) => {
                    open.push(Self::begin(&start)?);
                    elements += 1;
                    None
                }
                Event::Empty(start) => {
                    elements += 1;
                    Some(Self::begin(&start)?)
                }
                Event::End(_) => open.pop(),
                Event::Text(text) => {
                    append(&mut open, &text.xml10_content());
                    None
                }
                Event::CData(text) => {
                    append(&mut open, &text.xml10_content());
                    None
                }
                Event::GeneralRef(reference) => {
                    match reference.resolve_char_ref() {
                        Ok(Some(character)) => append(&mut open, character.encode_utf8(&mut [0; 4])),
                        // What we do not know stays as it was written.
                        Ok(None) | Err(_) => match resolve_predefined_entity(&reference) {
                            Some(known) => append(&mut open, known),
                            None => append(&mut open, &format!("&{};", &*reference)),
                        },
                    }
                    None
                }
                Event::DocType(_) => return Err(BadXml::DocumentType),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => None,
                Event::Eof => return Err(BadXml::Malformed),
            };
            if open.len() > DEEPEST || elements > MOST_ELEMENTS {
                return Err(BadXml::TooLarge);
            }
            let Some(closed) = closed else { continue };
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None => return Ok(closed),
            }
        }
    }

    fn begin(start: &BytesStart<'_>) -> Result<Self, BadXml> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| BadXml::Malformed)?;
            if attributes.len() >= MOST_ATTRIBUTES {
                return Err(BadXml::TooLarge);
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| BadXml::Malformed)?;
            attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Ok(Self { name: start.local_name().as_ref().to_owned(), attributes, ..Self::default() })
    }

    /// Whether this is its name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The name without its prefix, as it was written.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// All that is directly inside.
    pub(crate) fn all(&self) -> &[Self] {
        &self.children
    }

    /// The children of this name.
    pub(crate) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.is(name))
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(name))
    }

    /// The value of the attribute that is written like this, prefix and all.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The text directly inside, trimmed.
    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The trimmed text of the first child of this name; empty where there is none.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.child(name).map_or("", Self::text)
    }

    /// Whether there is nothing in it, neither text nor elements with text.
    pub(crate) fn is_empty(&self) -> bool {
        self.text().is_empty() && self.children.iter().all(Self::is_empty)
    }
}

/// Text outside of the root is white space in a good document, and of no concern in any.
fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_read_without_prefix_and_case() {
        for text in [
            "<Root><A b=' 1 '>x &lt;&#65;&gt;</A></Root>",
            "<?xml version=\"1.0\"?>\n<p:root xmlns:p='urn:n'><p:a b=' 1 '>x &lt;A&gt;</p:a></p:root>",
            "\u{feff}<ROOT><!-- c --><a b=' 1 '><![CDATA[x <A>]]></a></ROOT>\n<more",
        ] {
            let root = Element::parse(text).unwrap();
            assert!(root.is("root"), "{text}");
            let child = root.child("a").unwrap();
            assert_eq!((child.attribute("b"), child.text()), (Some(" 1 "), "x <A>"), "{text}");
        }
    }

    #[test]
    fn what_was_decoded_once_too_often_is_read_as_it_is() {
        let root = Element::parse("<name>Miller & Sons &copy; &#x110000;</name>").unwrap();
        assert_eq!(root.text(), "Miller & Sons &copy; &#x110000;");
    }

    #[test]
    fn no_document_grows_by_being_read() {
        let bomb = "<!DOCTYPE root [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><root>&b;</root>";
        assert_eq!(Element::parse(bomb), Err(BadXml::DocumentType));
        assert_eq!(Element::parse(&"<a>".repeat(200)), Err(BadXml::TooLarge));
        let wide = format!("<root>{}</root>", "<a/>".repeat(MOST_ELEMENTS + 1));
        assert_eq!(Element::parse(&wide), Err(BadXml::TooLarge));
        assert_eq!(Element::parse(&" ".repeat(LONGEST + 1)), Err(BadXml::TooLarge));
    }

    #[test]
    fn half_a_document_is_none() {
        for text in ["", "<root", "<root>", "<root></other>", "text", "<root a=b/>"] {
            assert!(Element::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "\\PC*") {
            let _ = Element::parse(&text);
        }

        #[test]
        fn nothing_like_xml_makes_it_panic(parts in prop::collection::vec("[<>&;/a\"'= !\\[\\]?-]{0,4}", 0..20)) {
            let _ = Element::parse(&parts.concat());
        }
    }
}
