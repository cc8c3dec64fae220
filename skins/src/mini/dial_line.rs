//! What the number in a field would dial, while it is being typed.

use crate::kit::{Glyph, Icon, Part};
use crate::locale::Locale;
use crate::port::Port;
use crate::snapshot::Snapshot;
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::dial_plan::{NumberKind, Preview};

/// The line below a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// What it says.
    pub(super) words: String,
    weight: Weight,
}

/// How much a [`Line`] asks of its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Nothing.
    Quiet,
    /// To be sure of it: help will come.
    Emergency,
    /// To call somebody else.
    Blocked,
}

impl Line {
    /// Whether the number may not be called.
    pub(super) fn is_blocked(&self) -> bool {
        self.weight == Weight::Blocked
    }
}

/// The line of a field, always up to date.
pub(super) fn line_of(port: Port, number: RwSignal<String>) -> Part<Option<Line>> {
    let locale = port.locale;
    port.select(move |snapshot| number.with(|written| line(locale, snapshot, written)))
}

/// Nothing is said of a number that is dialled as it is typed and that nobody knows: it may not be whole yet.
fn line(locale: Locale, snapshot: &Snapshot, written: &str) -> Option<Line> {
    let Preview { dialled, display, kind, blocked } = snapshot.preview(written)?;
    if let Some(reason) = blocked {
        let words = locale.fill(Text::DialBlocked, "reason", &reason);
        return Some(Line { words, weight: Weight::Blocked });
    }
    if kind == NumberKind::Emergency {
        let words = locale.fill(Text::DialEmergency, "number", &display);
        return Some(Line { words, weight: Weight::Emergency });
    }
    let kind = kind_of(kind).map(|text| locale.text(text));
    let changed = written.parse().is_ok_and(|written| dialled != written);
    let words = locale.fill(Text::DialDials, "number", &display);
    let words = match kind {
        Some(kind) => format!("{words} · {kind}"),
        None if changed => words,
        None => return None,
    };
    Some(Line { words, weight: Weight::Quiet })
}

fn kind_of(kind: NumberKind) -> Option<Text> {
    match kind {
        NumberKind::Internal => Some(Text::DialInternal),
        NumberKind::National => Some(Text::DialNational),
        NumberKind::International => Some(Text::DialInternational),
        NumberKind::Feature => Some(Text::DialFeature),
        NumberKind::Emergency | NumberKind::Name | NumberKind::Other => None,
    }
}

/// The line, told to screen readers when its reader pauses.
#[component]
pub(super) fn DialLine(line: Part<Option<Line>>) -> impl IntoView {
    let weight = move || line.with(|line| line.as_ref().map_or(Weight::Quiet, |line| line.weight));
    let class = move || match weight() {
        Weight::Quiet => "dial-line",
        Weight::Emergency => "dial-line dial-line-emergency",
        Weight::Blocked => "dial-line dial-line-blocked",
    };
    let sign = move || match weight() {
        Weight::Quiet => None,
        Weight::Emergency => Some(Glyph::Warning),
        Weight::Blocked => Some(Glyph::DoNotDisturb),
    };
    view! {
        <span class=class aria-live="polite" aria-atomic="true">
            {move || sign().map(|glyph| view! { <Icon glyph=glyph /> })}
            {move || line.with(|line| line.as_ref().map(|line| line.words.clone()))}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Language;
    use sidetone_protocol::DialPlan;
    use sidetone_protocol::dial_plan::{Action, Emergency, Match, MatchKind, Rule, Site, Then};
    use std::sync::Arc;

    fn rule(name: &str, matches: Match, action: Action) -> Rule {
        Rule { name: name.into(), matches, actions: vec![action], then: Then::Stop }
    }

    /// A company in New Jersey that does not call 900 numbers.
    fn snapshot() -> Snapshot {
        let site = Site {
            country_code: Some("1".parse().unwrap()),
            trunk_prefix: Some("1".parse().unwrap()),
            trunk_prefix_optional: true,
            international_prefix: Some("011".parse().unwrap()),
            outside_prefix: Some("9".parse().unwrap()),
            national_numbers: vec!["NXXNXXXXXX".parse().unwrap()],
            internal: vec!["1000-1999".parse().unwrap()],
            emergency: vec![Emergency { number: "911".parse().unwrap(), dial_as: None }],
            display: vec!["(NXX) NXX-XXXX".parse().unwrap()],
            ..Site::default()
        };
        let premium = Match { destination: vec!["+1900".parse().unwrap()], ..Match::default() };
        let block = Action::Block("Premium numbers cannot be called from here.".into());
        let outside = Match { kind: vec![MatchKind::National, MatchKind::International], ..Match::default() };
        let rules = vec![rule("premium", premium, block), rule("outside", outside, Action::ToDialable)];
        let dial_plan = Some(Arc::new(DialPlan::new(site, rules).unwrap()));
        Snapshot { dial_plan, ..Snapshot::default() }
    }

    fn words(written: &str) -> Option<String> {
        line(Locale::new(Language::English), &snapshot(), written).map(|line| line.words)
    }

    #[test]
    fn a_line_says_what_is_dialled_and_what_kind_of_number_it_is() {
        assert_eq!(words("+49 30 1234567").as_deref(), Some("Dials 9 011 49 301 234 567 · International"));
        assert_eq!(words("201 555 0123").as_deref(), Some("Dials 9 1 (201) 555-0123 · National"));
        assert_eq!(words("1001").as_deref(), Some("Dials 1001 · Internal"));
        assert_eq!(words("*21*1001#").as_deref(), Some("Dials *21*1001# · Feature code"));
    }

    #[test]
    fn a_blocked_number_says_why_and_an_emergency_number_that_it_is_one() {
        let blocked = line(Locale::new(Language::English), &snapshot(), "1-900-555-0123").unwrap();
        assert!(blocked.is_blocked());
        assert_eq!(blocked.words, "Cannot be called: Premium numbers cannot be called from here.");
        assert_eq!(words("9-911").as_deref(), Some("Emergency number. Dials 911"));
    }

    #[test]
    fn nothing_is_said_of_what_is_not_whole_yet_or_cannot_be_dialled_or_where_there_is_no_plan() {
        for written in ["", "2", "20155", "echo", "12+3"] {
            assert_eq!(words(written), None, "{written}");
        }
        let none = Snapshot::default();
        assert_eq!(line(Locale::new(Language::English), &none, "+49 30 1234567"), None);
    }
}
