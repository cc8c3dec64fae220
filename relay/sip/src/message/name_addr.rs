//! From, To, Contact, Route and their kind.

use super::list::{quote, unquote};
use super::{Params, Uri};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An address with an optional display name and parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameAddr {
    /// The display name, without quotes.
    pub display_name: Option<String>,
    /// The address.
    pub uri: Uri,
    /// The parameters of the header, not of the address.
    pub params: Params,
}

/// The text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address")]
pub struct BadNameAddr;

impl NameAddr {
    /// An address alone.
    #[must_use]
    pub fn new(uri: Uri) -> Self {
        Self { display_name: None, uri, params: Params::default() }
    }

    /// The `tag` parameter.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag").filter(|tag| !tag.is_empty())
    }
}

impl FromStr for NameAddr {
    type Err = BadNameAddr;

    fn from_str(text: &str) -> Result<Self, BadNameAddr> {
        let text = text.trim();
        let (display_name, rest) = split_display_name(text).ok_or(BadNameAddr)?;
        let (uri, params) = if let Some(rest) = rest.strip_prefix('<') {
            let (uri, rest) = rest.split_once('>').ok_or(BadNameAddr)?;
            if uri.starts_with(char::is_whitespace) || uri.ends_with(char::is_whitespace) {
                // RFC 4475 §3.1.2.14.
                return Err(BadNameAddr);
            }
            match rest.trim() {
                "" => (uri, ""),
                rest => (uri, rest.strip_prefix(';').ok_or(BadNameAddr)?),
            }
        } else {
            // Without brackets the parameters belong to the header, and the address may hold neither
            // a comma nor a question mark (RFC 3261 §20).
            let (uri, params) = rest.split_once(';').unwrap_or((rest, ""));
            if uri.contains([',', '?']) {
                return Err(BadNameAddr);
            }
            (uri, params)
        };
        Ok(Self {
            display_name,
            uri: uri.parse().map_err(|_| BadNameAddr)?,
            params: if params.is_empty() {
                Params::default()
            } else {
                Params::parse(params).ok_or(BadNameAddr)?
            },
        })
    }
}

/// The display name, if any, and what follows it. None: a quote is not closed.
fn split_display_name(text: &str) -> Option<(Option<String>, &str)> {
    if text.starts_with('"') {
        let end = closing_quote(text)?;
        let rest = text[end + 1..].trim_start();
        return rest.starts_with('<').then(|| (named(unquote(&text[..=end])), rest));
    }
    match text.split_once('<') {
        Some((name, _)) if name.contains(['"', ';', ':']) => {
            // The bracket belongs to a parameter, or a quote stands where none can.
            (!name.contains('"')).then_some((None, text))
        }
        // Words with other characters than a token's are taken as the name they are meant to be.
        Some((name, _)) => Some((named(name.trim().to_owned()), &text[name.len()..])),
        None => Some((None, text)),
    }
}

fn named(name: String) -> Option<String> {
    (!name.trim().is_empty()).then_some(name)
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(index, character)| {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(index),
            _ => {}
        }
        None
    })
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.display_name {
            write!(f, "{} ", quote(name))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}
