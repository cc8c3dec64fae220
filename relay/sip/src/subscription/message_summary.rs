//! What waits in a mailbox: `application/simple-message-summary` (RFC 3842 §5.2).

use serde::{Deserialize, Serialize};

/// The type of the body.
pub(crate) const MESSAGE_SUMMARY: &str = "application/simple-message-summary";

/// What waits in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MessageSummary {
    /// Whether anything waits: what the lamp shows.
    pub waiting: bool,
    /// Voice messages that nobody has heard.
    pub new: u32,
    /// Voice messages that were heard and kept.
    pub old: u32,
    /// How many of the new ones are urgent.
    pub urgent_new: u32,
    /// How many of the old ones are urgent.
    pub urgent_old: u32,
    /// The address to call for hearing them, where it is told.
    pub mailbox: Option<String>,
}

impl MessageSummary {
    /// Reads a body. None: it does not say whether messages wait.
    pub(crate) fn parse(body: &str) -> Option<Self> {
        let mut summary = Self::default();
        let mut waiting = None;
        for line in body.lines().take_while(|line| !line.trim().is_empty()) {
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "messages-waiting" => waiting = Some(value.eq_ignore_ascii_case("yes")),
                "message-account" if !value.is_empty() => summary.mailbox = Some(value.to_owned()),
                "voice-message" => summary.count(value),
                _ => {}
            }
        }
        Some(Self { waiting: waiting?, ..summary })
    }

    /// `2/8 (0/2)`: new and old, and in brackets the urgent ones among them.
    fn count(&mut self, value: &str) {
        let (all, urgent) = value.split_once('(').unwrap_or((value, ""));
        (self.new, self.old) = pair(all);
        (self.urgent_new, self.urgent_old) = pair(urgent.trim_end().trim_end_matches(')'));
    }
}

fn pair(text: &str) -> (u32, u32) {
    let (new, old) = text.split_once('/').unwrap_or((text, ""));
    let number = |text: &str| text.trim().parse().unwrap_or_default();
    (number(new), number(old))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_the_rfc_is_read() {
        let body = "Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\n\
                    Voice-Message: 4/8 (1/2)\r\nFax-Message: 7/0\r\n\r\nVoice-Message: 9/9\r\n";
        let expected = MessageSummary {
            waiting: true,
            new: 4,
            old: 8,
            urgent_new: 1,
            urgent_old: 2,
            mailbox: Some("sip:alice@vmail.example.com".into()),
        };
        assert_eq!(MessageSummary::parse(body), Some(expected));
    }

    #[test]
    fn what_is_not_said_is_none_and_a_body_without_the_lamp_is_no_summary() {
        let no = MessageSummary::parse("messages-waiting : No\nVoice-Message: 0/3\n").unwrap();
        assert_eq!((no.waiting, no.new, no.old, no.urgent_new), (false, 0, 3, 0));
        assert_eq!(MessageSummary::parse("Messages-Waiting: yes").unwrap().new, 0);
        assert_eq!(MessageSummary::parse("Voice-Message: 1/1"), None);
        assert_eq!(MessageSummary::parse(""), None);
    }

    proptest! {
        #[test]
        fn no_body_is_too_odd(body in "(Messages-Waiting|Voice-Message|[a-z]{0,4})?[ :/()0-9a-z\r\n-]{0,200}") {
            let _ = MessageSummary::parse(&body);
        }
    }
}
