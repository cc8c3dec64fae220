//! The duration of a call.

use super::memo;
use leptos::prelude::*;

const SECOND: i64 = 1_000;

/// A duration in milliseconds as a clock shows it: `0:07`, `12:34`, `1:02:03`.
#[must_use]
pub fn clock_text(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / SECOND;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// The running duration of a call. The `timer` role keeps screen readers from speaking it each second.
#[component]
pub fn Timer(
    /// Its accessible name.
    label: &'static str,
    /// The duration in milliseconds; nothing is shown without one.
    #[prop(into)]
    elapsed: Signal<Option<i64>>,
) -> impl IntoView {
    let text = memo(move || elapsed.get().map(clock_text));
    move || {
        text.with(Option::is_some).then(|| {
            view! { <span class="timer" role="timer" aria-label=label>{move || text.get()}</span> }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::clock_text;

    #[test]
    fn hours_show_only_when_there_are_any() {
        assert_eq!(clock_text(7_999), "0:07");
        assert_eq!(clock_text(754_000), "12:34");
        assert_eq!(clock_text(3_723_000), "1:02:03");
        assert_eq!(clock_text(-400), "0:00", "clocks that disagree by a little show no minus");
    }
}
