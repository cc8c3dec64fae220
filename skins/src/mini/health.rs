//! The parts a call needs, and what to do about the one that is missing.

use crate::intent::Intent;
use crate::kit::{Button, Glyph, Icon, When};
use crate::port::Port;
use crate::snapshot::{Check, Health, Tone};
use crate::text::Text;
use leptos::prelude::*;

/// One line of the list.
#[derive(Clone, Copy)]
struct Part {
    name: Text,
    check: fn(&Health) -> Check,
    /// The text of the button that asks the browser, and what it sends.
    ask: Option<(Text, fn() -> Intent)>,
}

const PARTS: [Part; 6] = [
    Part { name: Text::HealthRelay, check: |health| health.relay, ask: None },
    Part { name: Text::HealthLine, check: |health| health.line, ask: None },
    Part { name: Text::HealthAudio, check: |health| health.audio, ask: None },
    Part {
        name: Text::HealthMicrophone,
        check: |health| health.microphone,
        ask: Some((Text::HealthAllowMicrophone, || Intent::AllowMicrophone)),
    },
    Part {
        name: Text::HealthSound,
        check: |health| health.sound,
        ask: Some((Text::HealthTurnOnSound, || Intent::TurnOnSound)),
    },
    Part {
        name: Text::HealthNotifications,
        check: |health| health.notifications,
        ask: Some((Text::HealthAllowNotifications, || Intent::AllowNotifications)),
    },
];

fn tone(check: Check) -> Tone {
    match check {
        Check::Unknown | Check::Off => Tone::Idle,
        Check::Good => Tone::Good,
        Check::Busy => Tone::Busy,
        Check::Ask | Check::Bad(_) => Tone::Bad,
    }
}

fn word(check: Check) -> Text {
    match check {
        Check::Unknown | Check::Off => Text::HealthOff,
        Check::Good => Text::HealthGood,
        Check::Busy => Text::HealthBusy,
        Check::Ask => Text::HealthAsk,
        Check::Bad(_) => Text::HealthBad,
    }
}

/// Shape and colour say the same as the word.
fn sign(tone: Tone) -> (Glyph, &'static str) {
    match tone {
        Tone::Idle => (Glyph::Close, "part part-idle"),
        Tone::Good => (Glyph::Check, "part part-good"),
        Tone::Busy => (Glyph::Waiting, "part part-busy"),
        Tone::Bad => (Glyph::Warning, "part part-bad"),
    }
}

/// The list. It is folded away in a narrow pane while there is nothing to do.
#[component]
pub(super) fn HealthList(port: Port) -> impl IntoView {
    let locale = port.locale;
    let secure = port.select(|snapshot| snapshot.health.secure);
    view! {
        <section class="health" aria-label=locale.text(Text::HealthTitle)>
            <h2 class="side-title">{locale.text(Text::HealthTitle)}</h2>
            <ul class="health-list">
                {PARTS.map(|part| view! { <PartLine port=port part=part /> }).into_iter().collect_view()}
            </ul>
            <When holds=move || !secure.get()>
                <p class="health-why">{locale.text(Text::HealthInsecure)}</p>
            </When>
        </section>
    }
}

#[component]
fn PartLine(port: Port, part: Part) -> impl IntoView {
    let locale = port.locale;
    let check = port.select(move |snapshot| (part.check)(&snapshot.health));
    let line = move |check: Check| {
        let (glyph, class) = sign(tone(check));
        let why = match check {
            Check::Bad(code) => Some(view! { <p class="health-why">{locale.failure_code(code)}</p> }),
            Check::Unknown | Check::Good | Check::Busy | Check::Ask | Check::Off => None,
        };
        let again = matches!(check, Check::Ask | Check::Bad(_));
        let ask = part.ask.filter(|_| again).map(|(label, intent)| {
            view! { <Button label=locale.text(label) on_press=move |()| port.send(intent()) /> }
        });
        view! {
            <li class=class>
                <Icon glyph=glyph />
                <span class="part-name">{locale.text(part.name)}</span>
                <span class="part-state">{locale.text(word(check))}</span>
                {why}
                {ask}
            </li>
        }
    };
    move || Some(check.get()).filter(|check| *check != Check::Unknown).map(line)
}
