//! Small XML documents of event packages, as trees of bounded size.
//!
//! A document with a type declaration is refused, and nothing but the five predefined entities and character
//! references is resolved, so that no document grows by being read.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use thiserror::Error;

/// Elements inside each other; dialog-info needs five.
const DEEPEST: usize = 16;
/// Elements in all: more than the lines of one phone can bring.
const MOST_ELEMENTS: usize = 4_096;
/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 32;

/// One element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Element {
    /// The name without its prefix.
    name: String,
    /// Whether the element belongs to the vocabulary that was asked for, or to none at all.
    own: bool,
    /// Attributes, by their names without prefixes.
    attributes: Vec<(String, String)>,
    children: Vec<Self>,
    /// The text directly inside, references resolved.
    text: String,
}

/// The document cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum BadXml {
    /// It is not well-formed, or refers to an entity that we do not resolve.
    #[error("not well-formed")]
    Malformed,
    /// It has a document type declaration.
    #[error("a document type declaration is not allowed")]
    DocumentType,
    /// It is larger or deeper than any that we expect.
    #[error("too large")]
    TooLarge,
    /// Its root is another element than the one asked for.
    #[error("another kind of document")]
    OtherRoot,
}

impl Element {
    /// Reads a document whose root has this name. Elements of another namespace than `namespace` are kept apart;
    /// those without any are taken for ours, since phones forget to declare it.
    ///
    /// # Errors
    /// [`BadXml`].
    pub(crate) fn parse(document: &[u8], namespace: &str, root: &str) -> Result<Self, BadXml> {
        // A byte order mark is no part of the document.
        let text = String::from_utf8_lossy(document);
        let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}').trim());
        let mut open: Vec<Self> = Vec::new();
        let mut elements = 0;
        loop {
            let (resolved, event) = reader.read_resolved_event().map_err(|_| BadXml::Malformed)?;
            let own = belongs(&resolved, namespace);
            let closed = match event {
                Event::Start(start) => {
                    open.push(Self::begin(&start, own)?);
                    elements += 1;
                    None
                }
                Event::Empty(start) => {
                    elements += 1;
                    Some(Self::begin(&start, own)?)
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
                    match reference.resolve_char_ref().map_err(|_| BadXml::Malformed)? {
                        Some(character) => append(&mut open, character.encode_utf8(&mut [0; 4])),
                        None => {
                            append(&mut open, resolve_predefined_entity(&reference).ok_or(BadXml::Malformed)?)
                        }
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
                // What follows the root can only be comments; it is not read.
                None if closed.own && closed.name == root => return Ok(closed),
                None => return Err(BadXml::OtherRoot),
            }
        }
    }

    fn begin(start: &BytesStart<'_>, own: bool) -> Result<Self, BadXml> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| BadXml::Malformed)?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            if attributes.len() >= MOST_ATTRIBUTES {
                return Err(BadXml::TooLarge);
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| BadXml::Malformed)?;
            attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        }
        let name = start.local_name().as_ref().to_owned();
        Ok(Self { name, own, attributes, ..Self::default() })
    }

    /// The children of this name.
    pub(crate) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.own && child.name == name)
    }

    /// The first child of this name.
    pub(crate) fn child<'a>(&'a self, name: &'a str) -> Option<&'a Self> {
        self.children(name).next()
    }

    /// The value of an attribute, trimmed.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// The text, trimmed.
    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }
}

fn belongs(resolved: &ResolveResult<'_>, namespace: &str) -> bool {
    match resolved {
        ResolveResult::Bound(bound) => bound.0.trim() == namespace,
        ResolveResult::Unbound | ResolveResult::Unknown(_) => true,
    }
}

/// Text outside of the root is white space in a good document, and of no concern in any.
fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// A text as the content of an element or of an attribute in double quotes.
pub(crate) fn escape(text: &str) -> String {
    // A control character cannot stand in XML 1.0, not even escaped.
    let printable: String = text.chars().filter(|c| !c.is_control()).collect();
    quick_xml::escape::escape(printable).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Element, BadXml> {
        Element::parse(text.as_bytes(), "urn:n", "root")
    }

    #[test]
    fn names_are_read_with_and_without_prefixes() {
        for text in [
            "<root xmlns='urn:n'><a b=' 1 '>x &lt;&#65;&gt;</a></root>",
            "<?xml version=\"1.0\"?>\n<p:root xmlns:p='urn:n'><p:a b='1'>x &lt;A&gt;</p:a></p:root>",
            "\u{feff}<root><a b='1'><![CDATA[x <A>]]></a></root>",
            "<p:root><p:a b='1'>x &lt;A&gt;</p:a></p:root>",
        ] {
            let root = parse(text).unwrap();
            let child = root.child("a").unwrap();
            assert_eq!((child.attribute("b"), child.text()), (Some("1"), "x <A>"), "{text}");
        }
    }

    #[test]
    fn an_element_of_another_vocabulary_is_not_taken_for_ours() {
        let root = parse("<root xmlns='urn:n' xmlns:o='urn:o'><o:a>1</o:a><a>2</a></root>").unwrap();
        assert_eq!(root.children("a").map(Element::text).collect::<Vec<_>>(), ["2"]);
        assert_eq!(parse("<root xmlns='urn:o'/>"), Err(BadXml::OtherRoot));
    }

    #[test]
    fn no_document_grows_by_being_read() {
        let bomb = "<!DOCTYPE root [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><root>&b;</root>";
        assert_eq!(parse(bomb), Err(BadXml::DocumentType));
        assert_eq!(parse("<root>&b;</root>"), Err(BadXml::Malformed));
        assert_eq!(parse("<root b='&b;'/>"), Err(BadXml::Malformed));
        assert_eq!(parse(&("<root>".to_owned() + &"<a>".repeat(200))), Err(BadXml::TooLarge));
        let wide = format!("<root>{}</root>", "<a/>".repeat(5_000));
        assert_eq!(parse(&wide), Err(BadXml::TooLarge));
    }

    #[test]
    fn half_a_document_is_none() {
        for text in ["", "<root", "<root>", "<root></other>", "text", "<other/>", "<root a=b/>"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_escaped() {
        assert_eq!(escape("a<b>&\"'\u{1}"), "a&lt;b&gt;&amp;&quot;&apos;");
    }
}
