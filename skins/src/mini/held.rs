//! The calls that wait while the user is in another.

use super::call::HoldTimer;
use super::words;
use crate::intent::Intent;
use crate::kit::{Button, Glyph, Kind, NoticeBar, When, derived, each, memo};
use crate::port::Port;
use crate::snapshot::CallKey;
use crate::text::Text;
use leptos::prelude::*;

/// The rows, under a heading of their own.
#[component]
pub(super) fn HeldCalls(port: Port, #[prop(into)] keys: Signal<Vec<CallKey>>) -> impl IntoView {
    let locale = port.locale;
    view! {
        <When holds=move || !keys.with(Vec::is_empty)>
            <section class="held" aria-label=locale.text(Text::HeldTitle)>
                <h2 class="side-title">{locale.text(Text::HeldTitle)}</h2>
                {each(keys, move |key| view! { <HeldRow port=port key=key /> }.into_any())}
            </section>
        </When>
    }
}

#[component]
fn HeldRow(port: Port, key: CallKey) -> impl IntoView {
    let locale = port.locale;
    let call = port.select(move |snapshot| snapshot.call(key).cloned());
    let party = memo(move || call.with(|call| call.as_ref().map(|call| words::party(locale, call))));
    let standing = memo(move || call.with(|call| call.as_ref().map(|call| words::standing(locale, call))));
    let actions = memo(move || call.with(|call| call.as_ref().map(|call| call.actions)).unwrap_or_default());
    let notice = derived(move || call.with(|call| call.as_ref().and_then(|call| call.notice.clone())));
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
                <When holds=move || actions.with(|can| can.resume)>
                    <Button
                        label=locale.text(Text::CallResume)
                        glyph=Glyph::Play
                        kind=Kind::Primary
                        shortcut="Alt+S"
                        on_press=move |()| port.send(Intent::SetHeld { call: key, held: false })
                    />
                </When>
                <When holds=move || can_join.get() && partner.get().is_some()>
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
                </When>
                <When holds=move || actions.with(|can| can.hang_up)>
                    <Button
                        label=locale.text(Text::CallHangUp)
                        glyph=Glyph::HangUp
                        kind=Kind::Quiet
                        compact=true
                        on_press=move |()| port.send(Intent::HangUp(key))
                    />
                </When>
            </div>
            <NoticeBar port=port notice=notice />
        </div>
    }
}
