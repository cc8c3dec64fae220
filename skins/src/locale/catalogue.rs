//! The texts of one language, read out of its JSON file by the compiler: a page that is opened has nothing to read any more,
//! and carries no reader for it.

use crate::text::Text;
use sidetone_protocol::FailureCode;

/// The texts of one language.
#[derive(Debug)]
pub(super) struct Catalogue {
    /// In the order of [`Text::ALL`].
    texts: [&'static str; Text::ALL.len()],
    /// In the order of [`FailureCode::ALL`].
    failures: [&'static str; FailureCode::ALL.len()],
}

impl Catalogue {
    /// Reads a file that is one JSON object of texts, in which no text has a backslash. Anything else does not compile.
    pub(super) const fn read(json: &'static str) -> Self {
        let mut at = 0;
        let mut texts = [""; Text::ALL.len()];
        let mut index = 0;
        while index < texts.len() {
            (texts[index], at) = text_of(json, "", Text::ALL[index].key(), at);
            index += 1;
        }
        let mut failures = [""; FailureCode::ALL.len()];
        index = 0;
        while index < failures.len() {
            (failures[index], at) = text_of(json, "failure.", FailureCode::ALL[index].as_str(), at);
            index += 1;
        }
        Self { texts, failures }
    }

    pub(super) fn text(&self, text: Text) -> &'static str {
        self.texts.get(text as usize).copied().unwrap_or_default()
    }

    pub(super) fn failure(&self, code: FailureCode) -> &'static str {
        let index = FailureCode::ALL.iter().position(|known| *known == code);
        index.and_then(|index| self.failures.get(index)).copied().unwrap_or_default()
    }
}

/// The text of a key, and the place behind it. The search begins at `from`, since most keys come in the order in which they
/// are asked for, and goes on at the beginning.
const fn text_of(json: &'static str, group: &str, key: &str, from: usize) -> (&'static str, usize) {
    let bytes = json.as_bytes();
    let mut tried = 0;
    while tried <= bytes.len() {
        let at = (from + tried) % bytes.len();
        if bytes[at] == b'"' {
            let name = at + 1;
            let end = name + group.len() + key.len();
            if begins(bytes, name, group)
                && begins(bytes, name + group.len(), key)
                && begins(bytes, end, "\": \"")
            {
                return quoted(json, end + 4);
            }
        }
        tried += 1;
    }
    // The compiler's panic, not the page's.
    assert!(tried <= bytes.len(), "a text is missing in a locale file");
    ("", from)
}

const fn begins(bytes: &[u8], at: usize, with: &str) -> bool {
    let with = with.as_bytes();
    if at + with.len() > bytes.len() {
        return false;
    }
    let mut index = 0;
    while index < with.len() {
        if bytes[at + index] != with[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// What stands up to the next quotation mark, and the place behind that.
const fn quoted(json: &'static str, from: usize) -> (&'static str, usize) {
    let mut end = from;
    while json.as_bytes()[end] != b'"' {
        assert!(json.as_bytes()[end] != b'\\', "a text in a locale file has a backslash");
        end += 1;
    }
    let (_, rest) = json.split_at(from);
    let (text, _) = rest.split_at(end - from);
    (text, end + 1)
}
