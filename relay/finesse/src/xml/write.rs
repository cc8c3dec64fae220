//! Writing of XML.

/// Writes a document. Names are ours, values anybody's: they are escaped.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
}

impl Writer {
    /// A document with this root, filled by `inside`.
    pub(crate) fn document(root: &str, inside: impl FnOnce(&mut Self)) -> String {
        let mut writer = Self::default();
        writer.element(root, inside);
        writer.text
    }

    /// An element, filled by `inside`.
    pub(crate) fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
        inside(self);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    /// An element with text in it.
    pub(crate) fn value(&mut self, name: &str, text: &str) {
        self.element(name, |inside| inside.text.push_str(&escape(text)));
    }

    /// An element with text in it, if there is any.
    pub(crate) fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.value(name, text);
        }
    }
}

/// A text as the content of an element or of a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    // A control character cannot stand in XML 1.0, not even escaped.
    let allowed = |c: &char| !c.is_control() && *c != '\u{fffe}' && *c != '\u{ffff}';
    let printable: String = text.chars().filter(|c| allowed(c) || matches!(c, '\n' | '\t')).collect();
    quick_xml::escape::escape(printable).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::Element;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_escaped() {
        let written = Writer::document("a", |a| a.value("b", "<x>&\"'\u{1}"));
        assert_eq!(written, "<a><b>&lt;x&gt;&amp;&quot;&apos;</b></a>");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(values in prop::collection::vec("\\PC*", 0..5)) {
            let written = Writer::document("root", |root| {
                for value in &values {
                    root.value("v", value);
                }
            });
            let read = Element::parse(&written).unwrap();
            let read: Vec<_> = read.children("v").map(Element::text).collect();
            let expected: Vec<_> = values.iter().map(|value| value.trim()).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
