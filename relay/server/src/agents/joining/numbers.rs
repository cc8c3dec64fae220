//! Whether two numbers are the same, however they are written.

use sidetone_protocol::dial_plan::DialPlan;

/// From so many digits on, a number that ends like another is that one without some of its prefixes.
const LOCAL_DIGITS: usize = 7;
/// From so many on, it may be an extension within that one.
const EXTENSION_DIGITS: usize = 3;
/// Two numbers that end alike in so many digits differ in prefixes only, which nobody has told us of.
const SUBSCRIBER_DIGITS: usize = 10;

/// How an agent's numbers are to be understood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers<'a> {
    plan: &'a DialPlan,
    own: &'a str,
}

/// How alike two numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Alike {
    /// They are two.
    Different,
    /// One of them is withheld.
    Unknown,
    /// One may be an extension within the other, or both may have prefixes of their own.
    Likely,
    /// They are one.
    Same,
}

impl<'a> Numbers<'a> {
    pub(super) fn new(plan: &'a DialPlan, own: &'a str) -> Self {
        Self { plan, own }
    }

    /// Whether that is the agent's own extension.
    pub(super) fn is_own(self, number: &str) -> bool {
        // No less: customers have numbers that end like extensions.
        self.compare(number, self.own) == Alike::Same
    }

    /// Whether that number is among those.
    pub(super) fn among(self, number: &str, others: &[String]) -> Alike {
        let best = others.iter().map(|other| self.compare(number, other)).max();
        best.unwrap_or(Alike::Unknown)
    }

    pub(super) fn compare(self, left: &str, right: &str) -> Alike {
        if is_withheld(left) || is_withheld(right) {
            return Alike::Unknown;
        }
        let (plain_left, plain_right) = (plain(left), plain(right));
        if plain_left == plain_right {
            return Alike::Same;
        }
        let (left, right) = (self.plan.present(&plain_left), self.plan.present(&plain_right));
        if left.e164.is_some() && left.e164 == right.e164 {
            return Alike::Same;
        }
        let whole = |presented: sidetone_protocol::dial_plan::Presented, plain: String| {
            presented.e164.map_or(plain, |e164| e164.digits().to_owned())
        };
        ends_alike(&whole(left, plain_left), &whole(right, plain_right))
    }
}

/// Without a dial plan that knows the prefixes, the end of the number decides.
fn ends_alike(left: &str, right: &str) -> Alike {
    let (left, right) = (significant(left), significant(right));
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let common =
        short.bytes().rev().zip(long.bytes().rev()).take_while(|(left, right)| left == right).count();
    if common >= SUBSCRIBER_DIGITS && common < short.len() && digits(short) && digits(long) {
        return Alike::Likely;
    }
    if short.is_empty() || !digits(short) || !long.ends_with(short) {
        Alike::Different
    } else if short.len() == long.len() || short.len() >= LOCAL_DIGITS {
        Alike::Same
    } else if short.len() >= EXTENSION_DIGITS && long.len() >= LOCAL_DIGITS {
        Alike::Likely
    } else {
        Alike::Different
    }
}

/// The number without plus and without the zeros of prefixes.
fn significant(number: &str) -> &str {
    let digits = number.strip_prefix('+').unwrap_or(number);
    // Whoever dials short numbers with zeros means the zeros.
    if digits.len() >= LOCAL_DIGITS { digits.trim_start_matches('0') } else { digits }
}

/// Without scheme, host and separators.
fn plain(number: &str) -> String {
    let number = number.trim();
    let bare =
        ["tel:", "sips:", "sip:"].iter().find_map(|scheme| number.strip_prefix(scheme)).unwrap_or(number);
    let bare = bare.split(['@', ';']).next().unwrap_or(bare);
    bare.chars().filter(|c| !c.is_whitespace() && !['-', '(', ')', '.', '/'].contains(c)).collect()
}

/// How systems write that a number is not told.
fn is_withheld(number: &str) -> bool {
    let number = plain(number).to_ascii_lowercase();
    number.is_empty()
        || ["anonymous", "restricted", "unavailable", "private", "unknown", "withheld"]
            .contains(&number.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(left: &str, right: &str) -> Alike {
        let plan = DialPlan::default();
        let numbers = Numbers::new(&plan, "6101");
        assert_eq!(numbers.compare(left, right), numbers.compare(right, left), "{left} {right}");
        numbers.compare(left, right)
    }

    #[test]
    fn a_number_is_known_whichever_way_it_is_written() {
        for other in ["+442079460018", "00442079460018", "sip:+442079460018@pbx.example", "02079460018"] {
            assert_eq!(compare("+44 20 7946 0018", other), Alike::Same, "{other}");
        }
    }

    #[test]
    fn an_outside_prefix_that_nobody_has_told_of_is_seen_through() {
        assert_eq!(compare("+44 20 7946 0018", "9 0 20 7946 0018"), Alike::Likely);
    }

    #[test]
    fn others_are_told_apart() {
        assert_eq!(compare("+442079460018", "+442079460019"), Alike::Different);
        assert_eq!(compare("2079460018", "3079460018"), Alike::Different);
        assert_eq!(compare("6101", "16101"), Alike::Different);
        assert_eq!(compare("bob", "alice"), Alike::Different);
    }

    #[test]
    fn an_extension_may_be_the_end_of_a_long_number() {
        assert_eq!(compare("6101", "+442079466101"), Alike::Likely);
        assert_eq!(compare("01", "+442079466101"), Alike::Different);
    }

    #[test]
    fn a_withheld_number_is_nobodys() {
        for withheld in ["", "anonymous", "Restricted", "sip:anonymous@anonymous.invalid"] {
            assert_eq!(compare(withheld, "6200"), Alike::Unknown);
        }
    }
}
