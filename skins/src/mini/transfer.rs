//! To whom a call is transferred. One action: another call makes it an attended transfer, a number a blind one, and
//! "Ask first" a consultation.

use super::agent::PhoneBook;
use super::call::transfer_button_id;
use super::dial_line::{DialLine, Line, line_of};
use super::words;
use crate::intent::{Intent, TransferTo};
use crate::kit::{Button, Field, Glyph, Kind, When, derived, focus, give_focus_back, memo};
use crate::port::Port;
use crate::snapshot::CallKey;
use crate::text::Text;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;
use sidetone_protocol::{DialString, FailureCode};

#[component]
pub(super) fn TransferPanel(port: Port, key: CallKey) -> impl IntoView {
    let locale = port.locale;
    let title = port.select(move |snapshot| {
        let party = snapshot.call(key).map(|call| words::party(locale, call));
        locale.fill(Text::TransferTitle, "party", &party.unwrap_or_default())
    });
    give_focus_back(transfer_button_id(key));
    view! {
        <section class="panel" aria-label=move || title.get()>
            <div class="panel-head">
                <h2 class="panel-title">{move || title.get()}</h2>
                <Button
                    label=locale.text(Text::PanelClose)
                    glyph=Glyph::Close
                    kind=Kind::Quiet
                    compact=true
                    shortcut="Escape"
                    on_press=move |()| port.send(Intent::ClosePanel)
                />
            </div>
            <OtherCalls port=port key=key />
            <Person port=port key=key />
        </section>
    }
}

/// The user's other calls: their parties have been spoken to.
#[component]
fn OtherCalls(port: Port, key: CallKey) -> impl IntoView {
    let locale = port.locale;
    let others = port.select(move |snapshot| {
        let label = |held: bool| if held { Text::TransferToHeld } else { Text::TransferToCall };
        snapshot
            .partners(key)
            .map(|other| {
                (other.key, locale.fill(label(other.hold.by_user), "party", &words::party(locale, other)))
            })
            .collect::<Vec<_>>()
    });
    let button = move |(other, label): (CallKey, String)| {
        let on_press = move |()| port.send(Intent::Transfer { call: key, to: TransferTo::Call(other) });
        view! { <Button label=label glyph=Glyph::Transfer kind=Kind::Primary on_press=on_press /> }
    };
    view! {
        <When holds=move || !others.with(Vec::is_empty)>
            <div class="transfer-calls" role="group" aria-label=locale.text(Text::TransferCalls)>
                {move || others.get().into_iter().map(button).collect_view()}
            </div>
        </When>
    }
}

/// What the number would dial.
const LINE: &str = "transfer-line";

/// A number, typed or picked among the watched phones.
#[component]
fn Person(port: Port, key: CallKey) -> impl IntoView {
    let locale = port.locale;
    let number = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let field = NodeRef::<Input>::new();
    let line = line_of(port, number);
    let blocked = memo(move || line.with(|line| line.as_ref().is_some_and(Line::is_blocked)));
    let actions =
        port.select(move |snapshot| snapshot.call(key).map(|call| call.actions).unwrap_or_default());
    Effect::new(move |_| focus(field));
    let people = port.select(|snapshot| {
        snapshot.watched.iter().map(|who| (who.number.to_string(), who.name.clone())).collect::<Vec<_>>()
    });
    let send = move |intent: fn(CallKey, String) -> Intent| {
        let written = number.get_untracked();
        let problem = written.parse::<DialString>().err();
        wrong.set(problem.map(|_| locale.failure_code(FailureCode::BadNumber).to_owned()));
        if wrong.with_untracked(Option::is_none) {
            port.send(intent(key, written));
        } else {
            focus(field);
        }
    };
    // Escape clears what is typed; with nothing typed it closes the panel, as anywhere.
    let clear = move |event: KeyboardEvent| {
        if event.key() == "Escape" && number.with_untracked(|number| !number.is_empty()) {
            event.stop_propagation();
            number.set(String::new());
            wrong.set(None);
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if actions.with_untracked(|can| can.hand_over) {
            send(|call, number| Intent::Transfer { call, to: TransferTo::Person(number) });
        }
    };
    view! {
        <form class="transfer-person" novalidate on:submit=submit on:keydown=clear>
            <Field
                id="transfer-to"
                label=locale.text(Text::TransferField)
                value=number
                autocomplete="off"
                inputmode="tel"
                list="transfer-people"
                error=wrong
                note=LINE
                node=field
            />
            <p class="panel-hint" id=LINE><DialLine line=line /></p>
            <PhoneBook port=port number=number field=field />
            <datalist id="transfer-people">
                {move || {
                    people
                        .get()
                        .into_iter()
                        .map(|(number, name)| view! { <option value=number>{name}</option> })
                        .collect_view()
                }}
            </datalist>
            <div class="transfer-buttons">
                <Button
                    label=locale.text(Text::TransferAsk)
                    glyph=Glyph::Phone
                    disabled=derived(move || blocked.get() || !actions.with(|can| can.ask_first))
                    on_press=move |()| send(|call, number| Intent::Consult { call, number })
                />
                <Button
                    label=locale.text(Text::TransferNow)
                    glyph=Glyph::Transfer
                    kind=Kind::Primary
                    disabled=derived(move || blocked.get() || !actions.with(|can| can.hand_over))
                    submit=true
                />
            </div>
            <p class="panel-hint">{locale.text(Text::TransferHint)}</p>
        </form>
    }
}
