//! The Replaces header (RFC 3891).

use crate::dialog::Dialog;
use crate::message::{Params, Uri, unescape};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};

/// Names a dialog of its receiver that a new call is to replace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaces {
    pub(crate) call_id: String,
    /// The tag of who receives this.
    pub(crate) to_tag: String,
    /// The tag of the other side.
    pub(crate) from_tag: String,
    /// Whether it must not be answered yet.
    pub(crate) early_only: bool,
}

impl Replaces {
    /// Reads the value of the header. None: a part is missing.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let (call_id, params) = value.split_once(';')?;
        let params = Params::parse(params)?;
        let tag = |name| params.get(name).filter(|tag| !tag.is_empty()).map(str::to_owned);
        let call_id = call_id.trim().to_owned();
        Some(Self {
            call_id,
            to_tag: tag("to-tag")?,
            from_tag: tag("from-tag")?,
            early_only: params.has("early-only"),
        })
    }

    /// Reads it out of the headers of a Refer-To.
    pub(crate) fn of_uri(uri: &Uri) -> Option<Self> {
        let headers = uri.as_sip()?.headers.as_ref()?;
        headers.split('&').find_map(|header| {
            let (name, value) = header.split_once('=')?;
            name.eq_ignore_ascii_case("Replaces").then(|| Self::parse(&unescape(value)))?
        })
    }

    /// Our dialog, as its other side has to be told of it.
    pub(crate) fn of_dialog(dialog: &Dialog) -> Self {
        let tag = |tag: &str| if tag.is_empty() { "0" } else { tag }.to_owned();
        Self {
            call_id: dialog.call_id.clone(),
            // RFC 3891 §3: a dialog with a peer of RFC 2543 has the tag 0.
            to_tag: tag(dialog.remote_tag()),
            from_tag: tag(dialog.local.tag().unwrap_or_default()),
            early_only: false,
        }
    }

    /// As it stands in the headers of a URI.
    pub(crate) fn escaped(&self) -> String {
        self.to_string().bytes().fold("Replaces=".to_owned(), |mut escaped, byte| {
            if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
                escaped.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "%{byte:02X}");
            }
            escaped
        })
    }
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};to-tag={};from-tag={}", self.call_id, self.to_tag, self.from_tag)?;
        if self.early_only { f.write_str(";early-only") } else { Ok(()) }
    }
}
