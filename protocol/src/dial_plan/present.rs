//! Numbers of callers: understood for look-up, made dialable, and shown.

use super::DialPlan;
use super::e164::E164;
use crate::DialString;
use crate::dial::MAX_DIAL_LENGTH;
use serde::{Deserialize, Serialize};

/// A caller's number, in all forms that are needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presented {
    /// The international form, to look the caller up. None of internal numbers, names, and what nobody understands.
    pub e164: Option<E164>,
    /// What [`DialPlan::dial`] takes to call back. None where the number is withheld or no number at all.
    pub dial_back: Option<DialString>,
    /// The form to show; empty where the number is withheld.
    pub display: String,
}

impl DialPlan {
    /// Understands what the telephone system says of a caller: `0306123456`, `004930…`, with the outside prefix, or
    /// `+49…`. Calling [`Presented::dial_back`] through the same plan reaches the same number.
    #[must_use]
    pub fn present(&self, presented: &str) -> Presented {
        let Ok(number) = presented.parse::<DialString>() else {
            return Presented { e164: None, dial_back: None, display: printable(presented) };
        };
        let e164 = self.site().caller_number(number.as_str());
        match e164.as_ref().and_then(|e164| e164.as_str().parse().ok()) {
            Some(dial_back) => {
                let display = e164.as_ref().map(|e164| self.display(e164)).unwrap_or_default();
                Presented { e164, dial_back: Some(dial_back), display }
            }
            None => Presented { e164: None, display: number.to_string(), dial_back: Some(number) },
        }
    }

    /// A number as people of the site's country read it: numbers of the country by the site's formats, others in
    /// international form, and both in small groups where no format fits. What is shown can be dialled.
    #[must_use]
    pub fn display(&self, number: &E164) -> String {
        let site = self.site();
        let (Some(bare), Some(national)) = (site.national_part(number), site.in_country(number)) else {
            return Self::display_international(number);
        };
        let bare = Some(bare).filter(|_| site.trunk_prefix_optional);
        let by_format = |digits: &str| site.display.iter().find_map(|format| format.apply(digits));
        by_format(&national)
            .or_else(|| bare.and_then(by_format))
            .unwrap_or_else(|| in_groups(bare.unwrap_or(&national)))
    }

    /// A number in international form, in small groups.
    pub(super) fn display_international(number: &E164) -> String {
        let (code, rest) = number.split();
        format!("+{code} {}", in_groups(rest))
    }
}

/// Groups of three digits, the last of two to four.
fn in_groups(digits: &str) -> String {
    let mut shown = String::with_capacity(digits.len() * 4 / 3 + 1);
    let mut rest = digits;
    while rest.len() > 4 {
        let Some((group, after)) = rest.split_at_checked(3) else { break };
        shown.push_str(group);
        shown.push(' ');
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// A text from the network that is no number, fit to be shown.
fn printable(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(MAX_DIAL_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_short_and_the_last_is_no_single_digit() {
        for (digits, shown) in [
            ("1", "1"),
            ("1234", "1234"),
            ("12345", "123 45"),
            ("1234567", "123 4567"),
            ("12345678", "123 456 78"),
            ("1234567890", "123 456 7890"),
            ("", ""),
        ] {
            assert_eq!(in_groups(digits), shown);
        }
    }
}
