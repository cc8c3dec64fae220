//! XML as the simulator reads and writes it: a tree of elements, and the cutting of a stream into stanzas.
//!
//! Written apart from the relay's, so that one misunderstanding is not in both.

use std::fmt::Write as _;

/// An element. Names keep their prefix; they are looked up without it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// The name as written.
    pub name: String,
    /// Attributes in order, with `xmlns` among them.
    pub attributes: Vec<(String, String)>,
    /// What is inside.
    pub children: Vec<Node>,
}

/// What stands inside of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text, decoded.
    Text(String),
}

/// Text that is not well-formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not well-formed XML at byte {0}")]
pub struct Malformed(pub usize);

impl Element {
    /// An empty element.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// With an attribute more.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// With a child more.
    #[must_use]
    pub fn child(mut self, child: Element) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    /// With children more.
    #[must_use]
    pub fn children(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children.into_iter().map(Node::Element));
        self
    }

    /// With text at the end.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.children.push(Node::Text(text));
        }
        self
    }

    /// With a child that holds text.
    #[must_use]
    pub fn field(self, name: &str, text: impl ToString) -> Self {
        self.child(Self::new(name).text(text.to_string()))
    }

    /// The name without its prefix.
    pub fn local(&self) -> &str {
        self.name.rsplit_once(':').map_or(&self.name, |(_, local)| local)
    }

    /// An attribute's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The elements inside.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child of that name.
    pub fn find(&self, local: &str) -> Option<&Element> {
        self.elements().find(|element| element.local() == local)
    }

    /// Its own text, trimmed.
    pub fn own_text(&self) -> String {
        let mut text = String::new();
        for node in &self.children {
            if let Node::Text(part) = node {
                text.push_str(part);
            }
        }
        text.trim().to_owned()
    }

    /// The text of the first child of that name, none where there is no such child.
    pub fn text_of(&self, local: &str) -> Option<String> {
        self.find(local).map(Element::own_text)
    }

    /// As text, without a declaration.
    pub fn write(&self) -> String {
        let mut out = String::new();
        self.write_to(&mut out);
        out
    }

    fn write_to(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            // Writing to a string does not fail.
            let _ = write!(out, " {name}=\"{}\"", escaped(value));
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for node in &self.children {
            match node {
                Node::Element(element) => element.write_to(out),
                Node::Text(text) => out.push_str(&escaped(text)),
            }
        }
        let _ = write!(out, "</{}>", self.name);
    }

    /// Reads one document: a declaration and comments are passed over, types of documents are not accepted.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader { text, at: 0 };
        let mut open: Vec<Element> = Vec::new();
        loop {
            let at = reader.at;
            let Some(token) = reader.token()? else { return Err(Malformed(text.len())) };
            let closed = match token {
                Token::Open(element) => {
                    open.push(element);
                    continue;
                }
                Token::Empty(element) => element,
                Token::Close(name) => {
                    let element = open.pop().filter(|element| element.name == name);
                    element.ok_or(Malformed(at))?
                }
                Token::Text(text) => {
                    match open.last_mut() {
                        Some(parent) => parent.children.push(Node::Text(text)),
                        None if text.trim().is_empty() => {}
                        None => return Err(Malformed(at)),
                    }
                    continue;
                }
                Token::Nothing => continue,
            };
            match open.last_mut() {
                Some(parent) => parent.children.push(Node::Element(closed)),
                None if text[reader.at..].trim().is_empty() => return Ok(closed),
                None => return Err(Malformed(reader.at)),
            }
        }
    }
}

enum Token {
    Open(Element),
    Empty(Element),
    Close(String),
    Text(String),
    /// A declaration or a comment.
    Nothing,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    /// The next token, none at the end of what there is.
    fn token(&mut self) -> Result<Option<Token>, Malformed> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return Ok(None);
        }
        let bad = Malformed(self.at);
        if !rest.starts_with('<') {
            let length = rest.find('<').unwrap_or(rest.len());
            self.at += length;
            return Ok(Some(Token::Text(unescaped(&rest[..length]).ok_or(bad)?)));
        }
        for (start, end) in [("<?", "?>"), ("<!--", "-->"), ("<![CDATA[", "]]>")] {
            if let Some(inner) = rest.strip_prefix(start) {
                let length = inner.find(end).ok_or(bad)?;
                self.at += start.len() + length + end.len();
                let data = start.starts_with("<![").then(|| Token::Text(inner[..length].to_owned()));
                return Ok(Some(data.unwrap_or(Token::Nothing)));
            }
        }
        let length = tag_end(rest).ok_or(bad)?;
        self.at += length;
        let inner = &rest[1..length - 1];
        if let Some(name) = inner.strip_prefix('/') {
            return Ok(Some(Token::Close(name.trim_end().to_owned())));
        }
        let (inner, empty) = inner.strip_suffix('/').map_or((inner, false), |inner| (inner, true));
        let element = read_tag(inner).ok_or(bad)?;
        Ok(Some(if empty { Token::Empty(element) } else { Token::Open(element) }))
    }
}

/// How long the tag is that the text begins with, quoted values minded.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (index, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Some(index + 1),
            (Some(open), _) if open == byte => quote = None,
            (None | Some(_), _) => {}
        }
    }
    None
}

fn read_tag(inner: &str) -> Option<Element> {
    let end = inner.find(|letter: char| letter.is_ascii_whitespace()).unwrap_or(inner.len());
    let name = &inner[..end];
    if !name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') {
        return None;
    }
    let mut element = Element::new(name);
    let mut rest = inner[end..].trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = after[1..].split_once(quote)?;
        element.attributes.push((name.trim_end().to_owned(), unescaped(value)?));
        rest = after.trim_start();
    }
    Some(element)
}

/// Text as it stands inside of an element or an attribute.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            other => out.push(other),
        }
    }
    out
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (name, after) = after.split_once(';')?;
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            number => {
                let number = number.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(digits) => u32::from_str_radix(digits, 16),
                    None => number.parse(),
                };
                char::from_u32(code.ok()?)?
            }
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

pub use stream::{Part, Stream};

mod stream;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let element = Element::new("User")
            .attribute("id", "a'b\"<&")
            .field("state", "READY")
            .child(Element::new("empty"))
            .field("name", "Müller & <Söhne>");
        assert_eq!(Element::parse(&element.write()).unwrap(), element);
    }

    #[test]
    fn declarations_comments_and_data_are_understood() {
        let text = "<?xml version='1.0'?>\n<!-- hi --><a x = 'y>'><![CDATA[<&]]>&#65;&#x42;</a>\n";
        let element = Element::parse(text).unwrap();
        assert_eq!((element.get("x"), element.own_text().as_str()), (Some("y>"), "<&AB"));
    }

    #[test]
    fn what_is_not_well_formed_is_said_to_be() {
        for text in
            ["", "a", "<a>", "<a></b>", "<a b></a>", "<a>&nope;</a>", "<a/><b/>", "<a b='c/>", "< a/>"]
        {
            assert!(Element::parse(text).is_err(), "{text}");
        }
    }
}
