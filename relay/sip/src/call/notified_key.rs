//! Keys in NOTIFY requests without a subscription, as Cisco's gateways send them: a body in the format of RFC 4733 §2.3.

use crate::message::{Request, name};
use serde::{Deserialize, Serialize};

/// The event's name.
pub(crate) const TELEPHONE_EVENT: &str = "telephone-event";
/// The type of the body.
pub(crate) const TELEPHONE_EVENT_BODY: &str = "audio/telephone-event";

/// One report of a key that is held or let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NotifiedKey {
    code: u8,
    end: bool,
    /// For how long so far, in units of the sender's.
    duration: u16,
}

impl NotifiedKey {
    /// Reads a NOTIFY. None: its body is of another kind.
    pub(crate) fn of(notify: &Request) -> Option<Self> {
        let stated = notify.headers.first(name::CONTENT_TYPE)?.split(';').next()?.trim();
        let [code, flags, high, low, ..] = notify.body.as_slice() else { return None };
        stated.eq_ignore_ascii_case(TELEPHONE_EVENT_BODY).then(|| Self {
            code: *code,
            end: flags & 0x80 != 0,
            duration: u16::from_be_bytes([*high, *low]),
        })
    }

    /// The key, if this report is the first of its press; `last` is the report before.
    pub(crate) fn pressed(self, last: Option<Self>) -> Option<char> {
        // A press is told when it begins, again while it lasts, and when it ends.
        let goes_on = last.is_some_and(|last| {
            last.code == self.code && !last.end && (self.end || self.duration > last.duration)
        });
        if goes_on {
            return None;
        }
        // RFC 4733 §3.2; 16 is the hook flash, which is no key.
        match self.code {
            code @ 0..=9 => Some(char::from(b'0' + code)),
            10 => Some('*'),
            11 => Some('#'),
            code @ 12..=15 => Some(char::from(b'A' + (code - 12))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(reports: &[(u8, bool, u16)]) -> String {
        let mut last = None;
        let report = |&(code, end, duration): &(u8, bool, u16)| {
            let key = NotifiedKey { code, end, duration };
            key.pressed(last.replace(key))
        };
        reports.iter().filter_map(report).collect()
    }

    #[test]
    fn a_press_counts_once_however_often_it_is_told() {
        assert_eq!(pressed(&[(5, false, 500), (5, false, 1000), (5, true, 1200)]), "5");
        assert_eq!(pressed(&[(5, false, 500), (5, true, 500), (5, false, 500), (5, true, 500)]), "55");
        assert_eq!(pressed(&[(1, true, 100), (1, true, 100), (2, true, 100)]), "112");
        // An end that got lost.
        assert_eq!(pressed(&[(1, false, 500), (2, false, 500), (2, false, 500)]), "122");
    }

    #[test]
    fn all_sixteen_keys_and_nothing_else() {
        let all: Vec<_> = (0..=20).map(|code| (code, true, 100)).collect();
        assert_eq!(pressed(&all), "0123456789*#ABCD");
    }
}
