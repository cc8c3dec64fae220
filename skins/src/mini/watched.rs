//! The phones that the user watches, to see who is free and to call or help out.

use crate::intent::Intent;
use crate::kit::{Button, Glyph, Icon, Kind, Part, When, derived, each, memo};
use crate::port::Port;
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::{Watched, WatchedState};

fn word(state: &WatchedState) -> Text {
    match state {
        WatchedState::Unknown => Text::WatchedUnknown,
        WatchedState::Idle => Text::WatchedIdle,
        WatchedState::Ringing => Text::WatchedRinging,
        WatchedState::InCall => Text::WatchedInCall,
        WatchedState::Unavailable { .. } => Text::WatchedUnavailable,
    }
}

/// Shape and colour say the same as the word.
fn sign(state: &WatchedState) -> (Glyph, &'static str) {
    match state {
        WatchedState::Unknown => (Glyph::Waiting, "watched"),
        WatchedState::Idle => (Glyph::Circle, "watched watched-idle"),
        WatchedState::Ringing => (Glyph::Bell, "watched watched-ringing"),
        WatchedState::InCall => (Glyph::Phone, "watched watched-busy"),
        WatchedState::Unavailable { .. } => (Glyph::Close, "watched"),
    }
}

#[component]
pub(super) fn WatchedList(port: Port) -> impl IntoView {
    let locale = port.locale;
    let numbers =
        port.select(|snapshot| snapshot.watched.iter().map(|who| who.number.clone()).collect::<Vec<_>>());
    let can_pick_up = port.select(|snapshot| snapshot.features.pick_up && snapshot.can_dial);
    view! {
        <When holds=move || !numbers.with(Vec::is_empty) || can_pick_up.get()>
            <section class="watched-list" aria-label=locale.text(Text::WatchedTitle)>
                <h2 class="side-title">{locale.text(Text::WatchedTitle)}</h2>
                <ul>
                    {each(numbers, move |number| {
                        let who = port.select(move |snapshot| {
                            snapshot.watched.iter().find(|who| who.number == number).cloned()
                        });
                        view! { <WatchedLine port=port who=who can_pick_up=can_pick_up /> }.into_any()
                    })}
                </ul>
                <When holds=move || can_pick_up.get()>
                    <Button
                        label=locale.text(Text::WatchedPickUpGroup)
                        glyph=Glyph::Bell
                        on_press=move |()| port.send(Intent::PickUp { number: None })
                    />
                </When>
            </section>
        </When>
    }
}

#[component]
fn WatchedLine(port: Port, who: Part<Option<Watched>>, can_pick_up: Part<bool>) -> impl IntoView {
    let locale = port.locale;
    let can_dial = port.select(|snapshot| snapshot.can_dial);
    let name = memo(move || who.with(|who| who.as_ref().map(|who| who.name.clone())).unwrap_or_default());
    let state = memo(move || who.with(|who| who.as_ref().map(|who| who.state.clone())).unwrap_or_default());
    let rings = move || state.with(|state| *state == WatchedState::Ringing) && can_pick_up.get();
    let named = move |text: Text| derived(move || locale.fill(text, "party", &name.get()));
    let number = move || who.with_untracked(|who| who.as_ref().map(|who| who.number.clone()));
    let why = move || {
        state.with(|state| match state {
            WatchedState::Unavailable { failure } => Some(locale.failure(failure)),
            WatchedState::Unknown | WatchedState::Idle | WatchedState::Ringing | WatchedState::InCall => None,
        })
    };
    view! {
        <li class=move || state.with(|state| sign(state).1) title=why>
            <Icon glyph=derived(move || state.with(|state| sign(state).0)) />
            <span class="watched-words">
                <span class="watched-name">{move || name.get()}</span>
                <span class="watched-state">{move || locale.text(state.with(word))}</span>
            </span>
            <When holds=rings>
                <Button
                    label=named(Text::WatchedPickUp)
                    glyph=Glyph::Bell
                    kind=Kind::Positive
                    compact=true
                    on_press=move |()| port.send(Intent::PickUp { number: number() })
                />
            </When>
            <Button
                label=named(Text::WatchedCall)
                glyph=Glyph::Phone
                kind=Kind::Quiet
                compact=true
                disabled=derived(move || !can_dial.get())
                on_press=move |()| {
                    if let Some(number) = number() {
                        port.send(Intent::Dial { number: number.to_string() });
                    }
                }
            />
        </li>
    }
}
