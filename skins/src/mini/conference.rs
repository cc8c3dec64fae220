//! Calls whose parties all hear each other.

use super::words;
use crate::intent::Intent;
use crate::kit::{Button, Glyph, Icon, Kind, Part, When, derived, each, memo};
use crate::port::Port;
use crate::snapshot::{CallKey, CallView, Snapshot};
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::ConferenceId;

fn members(snapshot: &Snapshot, id: ConferenceId) -> impl Iterator<Item = &CallView> {
    snapshot.calls.iter().filter(move |call| call.conference == Some(id) && call.is_up())
}

/// A conference as one card.
#[component]
pub(super) fn ConferenceCard(port: Port, id: ConferenceId) -> impl IntoView {
    let locale = port.locale;
    let keys = port.select(move |snapshot| members(snapshot, id).map(|call| call.key).collect::<Vec<_>>());
    let held = port.select(move |snapshot| members(snapshot, id).all(|call| call.hold.by_user));
    let name = port.select(move |snapshot| {
        let parties: Vec<_> = members(snapshot, id).map(|call| words::party(locale, call)).collect();
        locale.fill(Text::ConferenceWith, "parties", &parties.join(", "))
    });
    view! {
        <div class="call call-connected" class:call-held=move || held.get() role="group" aria-label=move || name.get()>
            <h2 class="conference-title">
                <Icon glyph=Glyph::People />
                <span>{locale.text(Text::ConferenceTitle)}</span>
                <When holds=move || held.get()>
                    <span class="conference-state">{locale.text(Text::HoldByUser)}</span>
                </When>
            </h2>
            <ul class="conference-list">
                {each(keys, move |key| view! { <Member port=port key=key /> }.into_any())}
            </ul>
            <Controls port=port id=id keys=keys held=held />
        </div>
    }
}

/// One party, who can be taken out or hung up.
#[component]
fn Member(port: Port, key: CallKey) -> impl IntoView {
    let locale = port.locale;
    let call = port.select(move |snapshot| snapshot.call(key).cloned());
    let party = memo(move || {
        call.with(|call| call.as_ref().map(|call| words::party(locale, call))).unwrap_or_default()
    });
    let standing = memo(move || call.with(|call| call.as_ref().map(|call| words::standing(locale, call))));
    let named = move |text: Text| derived(move || locale.fill(text, "party", &party.get()));
    view! {
        <li>
            <div class="conference-member" role="group" aria-label=named(Text::CallWith)>
                <p class="held-words">
                    <span class="held-party">{move || party.get()}</span>
                    <span class="held-state">{move || standing.get()}</span>
                </p>
                <Button
                    label=named(Text::ConferenceRemove)
                    glyph=Glyph::Pause
                    kind=Kind::Quiet
                    compact=true
                    on_press=move |()| port.send(Intent::Split(key))
                />
                <Button
                    label=named(Text::ConferenceHangUp)
                    glyph=Glyph::HangUp
                    kind=Kind::Quiet
                    compact=true
                    on_press=move |()| port.send(Intent::HangUp(key))
                />
            </div>
        </li>
    }
}

/// What is done with all of them at once.
#[component]
fn Controls(port: Port, id: ConferenceId, keys: Part<Vec<CallKey>>, held: Part<bool>) -> impl IntoView {
    let locale = port.locale;
    // Whom the user talks to outside of it can be brought in.
    let guest = port.select(move |snapshot| {
        snapshot.active().filter(|call| call.conference != Some(id) && call.actions.join).map(|call| call.key)
    });
    let muted = port.select(move |snapshot| members(snapshot, id).all(|call| call.muted));
    // Holding or muting one call of a conference holds or mutes the user's part in it.
    let any = move |intent: &dyn Fn(CallKey) -> Intent| {
        if let Some(key) = keys.with_untracked(|keys| keys.first().copied()) {
            port.send(intent(key));
        }
    };
    let hang_up_all = move |()| {
        for key in keys.get_untracked() {
            port.send(Intent::HangUp(key));
        }
    };
    let text = move |on: Part<bool>, if_on: Text, if_off: Text| {
        derived(move || locale.text(if on.get() { if_on } else { if_off }).to_owned())
    };
    view! {
        <div class="call-controls">
            <When holds=move || !held.get()>
                <Button
                    label=text(muted, Text::CallUnmute, Text::CallMute)
                    glyph=derived(move || {
                        if muted.get() { Glyph::MicrophoneOff } else { Glyph::Microphone }
                    })
                    pressed=muted
                    shortcut="Alt+M"
                    on_press=move |()| {
                        any(&|call| Intent::SetMuted { call, muted: !muted.get_untracked() });
                    }
                />
            </When>
            <Button
                label=text(held, Text::CallResume, Text::CallHold)
                glyph=derived(move || if held.get() { Glyph::Play } else { Glyph::Pause })
                shortcut="Alt+H"
                on_press=move |()| {
                    any(&|call| Intent::SetHeld { call, held: !held.get_untracked() });
                }
            />
            <When holds=move || held.get() && guest.get().is_some()>
                <Button
                    label=locale.text(Text::CallJoin)
                    glyph=Glyph::Join
                    on_press=move |()| {
                        if let Some(with) = guest.get_untracked() {
                            any(&|call| Intent::Join { call, with });
                        }
                    }
                />
            </When>
            <Button
                label=locale.text(Text::ConferenceEnd)
                glyph=Glyph::HangUp
                kind=Kind::Negative
                on_press=hang_up_all
            />
        </div>
    }
}
