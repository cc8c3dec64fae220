//! The calls that wait while the user is in another.

use super::call::HoldTimer;
use super::words;
use crate::intent::Intent;
use crate::kit::{Button, Glyph, Kind, NoticeBar};
use crate::port::Port;
use crate::snapshot::CallKey;
use crate::text::Text;
use leptos::prelude::*;

/// The rows, under a heading of their own.
#[component]
pub(super) fn HeldCalls(port: Port, #[prop(into)] keys: Signal<Vec<CallKey>>) -> impl IntoView {
    let locale = port.locale;
    view! {
        <Show when=move || !keys.with(Vec::is_empty)>
            <section class="held" aria-label=locale.text(Text::HeldTitle)>
                <h2 class="side-title">{locale.text(Text::HeldTitle)}</h2>
                <For each=move || keys.get() key=|key| *key let:key>
                    <HeldRow port=port key=key />
                </For>
            </section>
        </Show>
    }
}

#[component]
fn HeldRow(port: Port, key: CallKey) -> impl IntoView {
    let locale = port.locale;
    let call = port.select(move |snapshot| snapshot.call(key).cloned());
    let party = Memo::new(move |_| call.with(|call| call.as_ref().map(|call| words::party(locale, call))));
    let standing =
        Memo::new(move |_| call.with(|call| call.as_ref().map(|call| words::standing(locale, call))));
    let actions =
        Memo::new(move |_| call.with(|call| call.as_ref().map(|call| call.actions)).unwrap_or_default());
    let notice = Signal::derive(move || call.with(|call| call.as_ref().and_then(|call| call.notice.clone())));
    let partner = port.select(move |snapshot| {
        snapshot
            .partner(key)
            .filter(|_| snapshot.call(key).is_some_and(|call| call.actions.join))
            .map(|call| call.key)
    });
    // Joined with whom the user talks to; without, there is nobody to be heard with.
    let can_join = port.select(|snapshot| snapshot.talks());
    let label = move || locale.fill(Text::CallWith, "party", &party.get().unwrap_or_default());
    view! {
        <div class="held-row" role="group" aria-label=label>
            <p class="held-words">
                <span class="held-party">{move || party.get()}</span>
                <span class="held-state">{move || standing.get()} " " <HoldTimer port=port call=call /></span>
            </p>
            <div class="held-controls">
                <Show when=move || actions.with(|can| can.resume)>
                    <Button
                        label=locale.text(Text::CallResume)
                        glyph=Glyph::Play
                        kind=Kind::Primary
                        shortcut="Alt+S"
                        on_press=move |()| port.send(Intent::SetHeld { call: key, held: false })
                    />
                </Show>
                <Show when=move || can_join.get() && partner.get().is_some()>
                    <Button
                        label=locale.text(Text::CallJoin)
                        glyph=Glyph::Join
                        compact=true
                        on_press=move |()| {
                            if let Some(with) = partner.get_untracked() {
                                port.send(Intent::Join { call: key, with });
                            }
                        }
                    />
                </Show>
                <Show when=move || actions.with(|can| can.hang_up)>
                    <Button
                        label=locale.text(Text::CallHangUp)
                        glyph=Glyph::HangUp
                        kind=Kind::Quiet
                        compact=true
                        on_press=move |()| port.send(Intent::HangUp(key))
                    />
                </Show>
            </div>
            <NoticeBar port=port notice=notice />
        </div>
    }
}
