//! Where calls go instead of ringing here.

use crate::intent::Intent;
use crate::kit::{Button, Field, Kind, Part, derived};
use crate::mini::dial_line::{DialLine, Line, line_of};
use crate::port::Port;
use crate::text::Text;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use sidetone_protocol::{DialString, FailureCode, Forward};

/// The longest a call may ring before it is forwarded, in seconds.
const LONGEST_S: u16 = 600;

/// A form that was filled in, field by field as it stands on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Written {
    always: String,
    busy: String,
    no_answer: String,
    seconds: String,
}

/// The fields that will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Wrong {
    always: bool,
    busy: bool,
    no_answer: bool,
    seconds: bool,
}

impl Written {
    fn of(forward: &Forward) -> Self {
        let number =
            |target: &Option<DialString>| target.as_ref().map(ToString::to_string).unwrap_or_default();
        Self {
            always: number(&forward.always),
            busy: number(&forward.busy),
            no_answer: number(&forward.no_answer),
            seconds: if forward.no_answer_s == 0 { String::new() } else { forward.no_answer_s.to_string() },
        }
    }

    fn read(&self) -> Result<Forward, Wrong> {
        let (always, busy) = (target(&self.always), target(&self.busy));
        let (no_answer, seconds) = (target(&self.no_answer), seconds(&self.seconds));
        let wrong = Wrong {
            always: always.is_none(),
            busy: busy.is_none(),
            no_answer: no_answer.is_none(),
            seconds: seconds.is_none(),
        };
        match (always, busy, no_answer, seconds) {
            (Some(always), Some(busy), Some(no_answer), Some(no_answer_s)) => {
                Ok(Forward { always, busy, no_answer, no_answer_s })
            }
            _ => Err(wrong),
        }
    }
}

/// What was written as a target: none where nothing was; `None` where it will not do.
fn target(written: &str) -> Option<Option<DialString>> {
    if written.trim().is_empty() { Some(None) } else { written.parse().ok().map(Some) }
}

fn seconds(written: &str) -> Option<u16> {
    match written.trim() {
        "" => Some(0),
        written => written.parse().ok().filter(|seconds| (1..=LONGEST_S).contains(seconds)),
    }
}

/// One of the fields for numbers.
#[derive(Clone, Copy)]
struct Target {
    id: &'static str,
    /// What its number would dial.
    note: &'static str,
    label: Text,
    wrong: fn(Wrong) -> bool,
}

const ALWAYS: Target = Target {
    id: "forward-always",
    note: "forward-always-line",
    label: Text::ForwardAlways,
    wrong: |wrong| wrong.always,
};
const BUSY: Target = Target {
    id: "forward-busy",
    note: "forward-busy-line",
    label: Text::ForwardBusy,
    wrong: |wrong| wrong.busy,
};
const NO_ANSWER: Target = Target {
    id: "forward-no-answer",
    note: "forward-no-answer-line",
    label: Text::ForwardNoAnswer,
    wrong: |wrong| wrong.no_answer,
};

#[component]
pub(super) fn Forwarding(port: Port) -> impl IntoView {
    let locale = port.locale;
    let known = port.snapshot.with_untracked(|snapshot| Written::of(&snapshot.features.forward));
    let always = RwSignal::new(known.always);
    let busy = RwSignal::new(known.busy);
    let no_answer = RwSignal::new(known.no_answer);
    let seconds = RwSignal::new(known.seconds);
    let wrong = RwSignal::new(Wrong::default());
    let lines = [always, busy, no_answer].map(|number| line_of(port, number));
    let blocked = derived(move || {
        lines.iter().any(|line| line.with(|line| line.as_ref().is_some_and(Line::is_blocked)))
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let written = Written {
            always: always.get_untracked(),
            busy: busy.get_untracked(),
            no_answer: no_answer.get_untracked(),
            seconds: seconds.get_untracked(),
        };
        let read = written.read();
        wrong.set(read.as_ref().err().copied().unwrap_or_default());
        if let Ok(forward) = read {
            port.send(Intent::SetForward(forward));
        }
    };
    let problem = move |is: fn(Wrong) -> bool, text: &'static str| {
        derived(move || is(wrong.get()).then(|| text.to_owned()))
    };
    let bad_number = locale.failure_code(FailureCode::BadNumber);
    let number = move |target: Target, value: RwSignal<String>, line: Part<Option<Line>>| {
        view! {
            <Field
                id=target.id
                label=locale.text(target.label)
                value=value
                autocomplete="off"
                inputmode="tel"
                error=problem(target.wrong, bad_number)
                note=target.note
            />
            <p class="panel-hint" id=target.note><DialLine line=line /></p>
        }
    };
    let [always_line, busy_line, no_answer_line] = lines;
    view! {
        <form class="panel-part" aria-label=locale.text(Text::ForwardTitle) novalidate on:submit=submit>
            <h3 class="side-title">{locale.text(Text::ForwardTitle)}</h3>
            {number(ALWAYS, always, always_line)}
            {number(BUSY, busy, busy_line)}
            {number(NO_ANSWER, no_answer, no_answer_line)}
            <Field
                id="forward-seconds"
                label=locale.text(Text::ForwardSeconds)
                value=seconds
                autocomplete="off"
                inputmode="numeric"
                error=problem(|wrong| wrong.seconds, locale.text(Text::ForwardSecondsWrong))
            />
            <p class="panel-hint">{locale.text(Text::ForwardHint)}</p>
            <Button label=locale.text(Text::ForwardSave) kind=Kind::Primary disabled=blocked submit=true />
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(always: &str, no_answer: &str, seconds: &str) -> Written {
        let busy = String::new();
        Written { always: always.into(), busy, no_answer: no_answer.into(), seconds: seconds.into() }
    }

    #[test]
    fn empty_fields_ring_here() {
        assert_eq!(Written::default().read(), Ok(Forward::default()));
    }

    #[test]
    fn what_was_read_is_written_back_the_same() {
        let forward = written("+44 20 7946-0018", "1005", "25").read().unwrap();
        assert_eq!(forward.no_answer_s, 25);
        assert_eq!(Written::of(&forward).read(), Ok(forward));
    }

    #[test]
    fn each_field_that_will_not_do_is_named() {
        let wrong = written("12+3", "1005", "soon").read().unwrap_err();
        assert_eq!(wrong, Wrong { always: true, seconds: true, ..Wrong::default() });
        for seconds in ["0", "601", "-5", "2.5"] {
            assert!(written("", "", seconds).read().is_err_and(|wrong| wrong.seconds), "{seconds}");
        }
    }
}
