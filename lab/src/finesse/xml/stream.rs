//! A stream of XML, cut into its opening tag, its stanzas and its end.

use super::{Element, Malformed, Reader, Token, tag_end};

/// What an XMPP stream over TCP is made of (RFC 6120 §4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// `<stream:stream …>`, without children.
    Opened(Element),
    /// A stanza.
    Stanza(Element),
    /// `</stream:stream>`.
    Closed,
}

/// The bytes that arrived and are not used up.
#[derive(Debug, Default)]
pub struct Stream {
    buffer: String,
}

/// What a client may send in one stanza.
const LIMIT: usize = 256 * 1024;

impl Stream {
    /// Takes what arrived.
    pub fn push(&mut self, text: &str) {
        self.buffer.push_str(text);
    }

    /// The next whole part, none until more arrives.
    pub fn next_part(&mut self) -> Result<Option<Part>, Malformed> {
        let trimmed = self.buffer.trim_start();
        let skip = self.buffer.len() - trimmed.len();
        self.buffer.drain(..skip);
        if self.buffer.len() > LIMIT {
            return Err(Malformed(LIMIT));
        }
        if self.buffer.starts_with("<?") {
            let Some(end) = self.buffer.find("?>") else { return Ok(None) };
            self.buffer.drain(..end + 2);
            return self.next_part();
        }
        if !self.buffer.is_empty() && !self.buffer.starts_with('<') {
            return Err(Malformed(0));
        }
        let Some(first) = tag_end(&self.buffer) else { return Ok(None) };
        let tag = &self.buffer[..first];
        if tag.starts_with("</") {
            self.buffer.drain(..first);
            return Ok(Some(Part::Closed));
        }
        let name = tag[1..].trim_end_matches(['/', '>']).split_ascii_whitespace().next().unwrap_or_default();
        if name == "stream" || name.ends_with(":stream") {
            let closed = format!("{}/>", tag.trim_end_matches('>'));
            let opened = Element::parse(&closed)?;
            self.buffer.drain(..first);
            return Ok(Some(Part::Opened(opened)));
        }
        let Some(length) = self.whole()? else { return Ok(None) };
        let stanza = Element::parse(&self.buffer[..length])?;
        self.buffer.drain(..length);
        Ok(Some(Part::Stanza(stanza)))
    }

    /// How long the element is that the buffer begins with, if all of it is there.
    fn whole(&self) -> Result<Option<usize>, Malformed> {
        let mut reader = Reader { text: &self.buffer, at: 0 };
        let mut depth = 0_usize;
        loop {
            // What is cut off in the middle of a tag or an entity looks malformed until the rest is there.
            let Ok(token) = reader.token() else { return Ok(None) };
            match token {
                None => return Ok(None),
                Some(Token::Open(_)) => depth += 1,
                Some(Token::Close(_)) => depth = depth.checked_sub(1).ok_or(Malformed(reader.at))?,
                Some(Token::Empty(_) | Token::Text(_) | Token::Nothing) => {}
            }
            if depth == 0 {
                return Ok(Some(reader.at));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_cut_the_same_way_however_it_arrives() {
        let text = "<?xml version='1.0'?><stream:stream to='a' xmlns:stream='s'>\n <auth m='x'>a&gt;b</auth><iq/> \
                    <message><body>1 &amp; 2</body></message></stream:stream>";
        for size in [1, 3, 7, text.len()] {
            let (mut stream, mut parts) = (Stream::default(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                stream.push(std::str::from_utf8(piece).unwrap());
                while let Some(part) = stream.next_part().unwrap() {
                    parts.push(part);
                }
            }
            let [
                Part::Opened(open),
                Part::Stanza(auth),
                Part::Stanza(iq),
                Part::Stanza(message),
                Part::Closed,
            ] = &parts[..]
            else {
                panic!("{parts:?}")
            };
            assert_eq!((open.get("to"), auth.own_text().as_str(), iq.local()), (Some("a"), "a>b", "iq"));
            assert_eq!(message.text_of("body").unwrap(), "1 & 2");
        }
    }
}
