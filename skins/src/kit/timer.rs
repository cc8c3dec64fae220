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

/// The time of day of a moment in milliseconds since the Unix epoch, on a clock that is so many minutes ahead of UTC: `12:04`.
#[must_use]
pub fn time_of_day(epoch_ms: u64, ahead_of_utc_min: i32) -> String {
    const DAY_MIN: i64 = 24 * 60;
    let minutes = i64::try_from(epoch_ms / 60_000).unwrap_or(0) + i64::from(ahead_of_utc_min);
    let minutes = minutes.rem_euclid(DAY_MIN);
    format!("{}:{:02}", minutes / 60, minutes % 60)
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
    use super::{clock_text, time_of_day};

    #[test]
    fn a_moment_is_told_on_the_clock_of_its_reader() {
        const NOON_AND_FOUR: u64 = 1_700_000_000_000 - 1_700_000_000_000 % 86_400_000 + 43_440_000;
        assert_eq!(time_of_day(NOON_AND_FOUR, 0), "12:04");
        assert_eq!(time_of_day(NOON_AND_FOUR, 120), "14:04");
        assert_eq!(time_of_day(NOON_AND_FOUR, -13 * 60), "23:04");
        assert_eq!(time_of_day(NOON_AND_FOUR, 12 * 60), "0:04");
    }

    #[test]
    fn hours_show_only_when_there_are_any() {
        assert_eq!(clock_text(7_999), "0:07");
        assert_eq!(clock_text(754_000), "12:34");
        assert_eq!(clock_text(3_723_000), "1:02:03");
        assert_eq!(clock_text(-400), "0:00", "clocks that disagree by a little show no minus");
    }
}
