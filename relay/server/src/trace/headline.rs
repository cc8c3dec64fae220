//! What a message is about, in a few words.

use sidetone_sip::message::{Headers, Message, NameAddr, ParseError, name};

/// The few words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Headline {
    /// `INVITE`, `200 OK`, or what else it begins with.
    pub(super) label: String,
    /// The method of a request or of what a response answers.
    pub(super) method: String,
    /// The status of a response.
    pub(super) status: Option<u16>,
    pub(super) call_id: String,
    pub(super) from: String,
    pub(super) to: String,
    /// Other Call-IDs that it names: of the call it replaces, joins or is about.
    pub(super) related: Vec<String>,
}

/// Texts of strangers are cut to this length.
const LONGEST: usize = 128;

impl Headline {
    pub(super) fn of(message: &[u8]) -> Self {
        match Message::parse(message) {
            Ok(Message::Request(request)) => {
                let method = request.method.to_string();
                Self { label: short(&method), method: short(&method), ..Self::of_headers(&request.headers) }
            }
            Ok(Message::Response(response)) => Self {
                label: short(&format!("{} {}", response.status, response.reason)),
                status: Some(response.status),
                ..Self::of_headers(&response.headers)
            },
            Err(ParseError::Refused(refusal)) => Self {
                label: format!("{} (unreadable)", short(&refusal.method.to_string())),
                ..Self::of_headers(&refusal.headers)
            },
            Err(ParseError::Garbage(_)) => Self { label: "unreadable".to_owned(), ..Self::default() },
        }
    }

    fn of_headers(headers: &Headers) -> Self {
        let first = |name| headers.first(name).unwrap_or_default();
        let party = |name| {
            let party = first(name).parse::<NameAddr>().ok();
            party.map(|party| party.uri.user().unwrap_or_else(|| party.uri.to_string())).unwrap_or_default()
        };
        let method = first(name::CSEQ).split_whitespace().nth(1).unwrap_or_default();
        let dialogs =
            ["Replaces", "Join", "Target-Dialog"].into_iter().filter_map(|name| headers.first(name));
        let mut related: Vec<String> =
            dialogs.filter_map(|value| value.split(';').next()).map(short).collect();
        related.extend(replaces_of(first(name::REFER_TO)));
        Self {
            label: String::new(),
            method: short(method),
            status: None,
            call_id: short(first(name::CALL_ID)),
            from: short(&party(name::FROM)),
            to: short(&party(name::TO)),
            related,
        }
    }
}

/// `<sip:…?Replaces=id%40host%3Bto-tag%3D…>` of an attended transfer (RFC 3891 §3).
fn replaces_of(refer_to: &str) -> Option<String> {
    let lower = refer_to.to_ascii_lowercase();
    let start = lower.find("replaces=")? + "replaces=".len();
    let value = refer_to.get(start..)?.split(['&', '>', ' ']).next()?;
    let id = value.get(..value.to_ascii_lowercase().find("%3b").unwrap_or(value.len()))?;
    Some(short(&id.split(';').next()?.replace("%40", "@")))
}

/// A text of strangers, cut to what is kept of such.
pub(super) fn short(text: &str) -> String {
    text.trim().chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headline(start: &str, more: &str) -> Headline {
        let text = format!(
            "{start}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: \"A\" <sip:1001@h>;tag=1\r\nTo: <sip:1002@h>\r\n\
             i: c1@h\r\nCSeq: 1 INVITE\r\n{more}\r\n"
        );
        Headline::of(text.as_bytes())
    }

    #[test]
    fn a_message_is_named_by_what_it_is() {
        let invite = headline("INVITE sip:1002@h SIP/2.0", "");
        assert_eq!((invite.label.as_str(), invite.call_id.as_str()), ("INVITE", "c1@h"));
        assert_eq!((invite.from.as_str(), invite.to.as_str()), ("1001", "1002"));
        let busy = headline("SIP/2.0 486 Busy Here", "");
        assert_eq!(
            (busy.label.as_str(), busy.method.as_str(), busy.status),
            ("486 Busy Here", "INVITE", Some(486))
        );
        assert_eq!(Headline::of(b"hello").label, "unreadable");
    }

    #[test]
    fn calls_that_belong_together_are_seen() {
        let replaces = headline("INVITE sip:1002@h SIP/2.0", "Replaces: c0@h;to-tag=1;from-tag=2\r\n");
        assert_eq!(replaces.related, ["c0@h"]);
        let refer = headline(
            "REFER sip:1002@h SIP/2.0",
            "Refer-To: <sip:3@h?Replaces=c2%40h%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n",
        );
        assert_eq!(refer.related, ["c2@h"]);
    }
}
