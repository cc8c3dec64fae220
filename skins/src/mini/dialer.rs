//! A number, and the key that calls it.

use super::agent::PhoneBook;
use super::dial_line::{DialLine, Line, line_of};
use crate::intent::Intent;
use crate::kit::{Button, Glyph, Keypad, Kind, When, derived, focus, memo, on_stray_key};
use crate::port::Port;
use crate::text::Text;
use leptos::ev::{Event, KeyboardEvent, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;
use sidetone_protocol::{DialString, FailureCode};

#[component]
pub(super) fn Dialer(port: Port, number: RwSignal<String>) -> impl IntoView {
    let locale = port.locale;
    let wrong = RwSignal::new(false);
    let field = NodeRef::<Input>::new();
    let can_dial = port.select(|snapshot| snapshot.can_dial);
    let last = port.select(|snapshot| snapshot.last_dialled.clone());
    let line = line_of(port, number);
    let blocked = derived(move || line.with(|line| line.as_ref().is_some_and(Line::is_blocked)));
    let empty = memo(move || number.with(|number| number.trim().is_empty()));

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if empty.get_untracked() {
            // As on a desk phone: the call key on an empty display shows the last number.
            number.set(last.get_untracked().unwrap_or_default());
            return;
        }
        if !can_dial.get_untracked() || blocked.get_untracked() {
            return;
        }
        let written = number.get_untracked();
        let callable = written.parse::<DialString>().is_ok();
        wrong.set(!callable);
        if callable {
            number.set(String::new());
            port.send(Intent::Dial { number: written });
        }
    };
    let clear = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !empty.get_untracked() {
            event.stop_propagation();
            number.set(String::new());
            wrong.set(false);
        }
    };
    on_stray_key(move |key| {
        if !matches!(key, '0'..='9' | '*' | '#' | '+') {
            return false;
        }
        number.update(|number| number.push(key));
        wrong.set(false);
        focus(field);
        true
    });
    // Why the contact centre lets no call be started now.
    let forbidden = port.select(move |snapshot| {
        let agent = snapshot.agent.as_ref().filter(|agent| !agent.can_dial)?;
        agent.cannot_dial.as_ref().map(|failure| locale.failure(failure))
    });
    let hint = move || match last.get() {
        Some(last) if empty.get() => locale.fill(Text::DialRedial, "number", &last),
        Some(_) | None => locale.text(Text::DialHint).to_owned(),
    };

    view! {
        <form class="dialer" aria-label=locale.text(Text::DialTitle) novalidate on:submit=submit>
            <div class="dialer-display">
                <input
                    class="dialer-number"
                    type="text"
                    inputmode="tel"
                    enterkeyhint="go"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-label=locale.text(Text::DialNumber)
                    placeholder=locale.text(Text::DialPlaceholder)
                    aria-describedby="dialer-hint"
                    aria-invalid=move || wrong.get().then_some("true")
                    node_ref=field
                    prop:value=move || number.get()
                    on:input=move |event: Event| {
                        number.set(event_target_value(&event));
                        wrong.set(false);
                    }
                    on:keydown=clear
                />
                <When holds=move || empty.get() && can_dial.get() && last.with(Option::is_some)>
                    <Button
                        label=derived(move || {
                            locale.fill(Text::DialRedialButton, "number", &last.get().unwrap_or_default())
                        })
                        glyph=Glyph::Again
                        kind=Kind::Quiet
                        compact=true
                        on_press=move |()| port.send(Intent::Redial)
                    />
                </When>
                <When holds=move || !empty.get()>
                    <Button
                        label=locale.text(Text::DialDelete)
                        glyph=Glyph::Backspace
                        kind=Kind::Quiet
                        compact=true
                        on_press=move |()| number.update(|number| { number.pop(); })
                    />
                </When>
            </div>
            <p class="dialer-hint" class:dialer-wrong=move || wrong.get() id="dialer-hint">
                <DialLine line=line />
                {move || match (wrong.get(), line.with(Option::is_some)) {
                    (true, _) => locale.failure_code(FailureCode::BadNumber).to_owned(),
                    (false, true) => String::new(),
                    (false, false) => hint(),
                }}
            </p>
            <PhoneBook port=port number=number field=field />
            {move || forbidden.get().map(|words| view! { <p class="dialer-hint">{words}</p> })}
            <Keypad
                label=locale.text(Text::KeypadLabel)
                on_key=move |key: char| {
                    number.update(|number| number.push(key));
                    wrong.set(false);
                }
            />
            <Button
                label=locale.text(Text::DialCall)
                glyph=Glyph::Phone
                kind=Kind::Positive
                submit=true
                disabled=derived(move || !can_dial.get() || blocked.get())
            />
        </form>
    }
}
