//! One call: who, how it stands, and what can be done.

use super::party::PartyLine;
use super::words;
use crate::intent::Intent;
use crate::kit::{Button, Glyph, Keypad, Kind, NoticeBar, Timer};
use crate::port::Port;
use crate::snapshot::{Actions, CallKey, CallPhase, CallView};
use crate::text::Text;
use leptos::html::Div;
use leptos::prelude::*;

/// A call as a card.
#[component]
pub(super) fn CallCard(port: Port, key: CallKey) -> impl IntoView {
    let locale = port.locale;
    let call = port.select(move |snapshot| snapshot.call(key).cloned());
    let phase = Memo::new(move |_| call.with(|call| call.as_ref().map(|call| call.phase.clone())));
    let notice = Signal::derive(move || call.with(|call| call.as_ref().and_then(|call| call.notice.clone())));
    let name = move || {
        let party = call.with(|call| call.as_ref().map(|call| words::party(locale, call)));
        locale.fill(Text::CallWith, "party", &party.unwrap_or_default())
    };
    let node = NodeRef::<Div>::new();
    keep_focus(node, phase);
    view! {
        <div
            class=move || phase.with(|phase| phase.as_ref().map_or("call", card_class))
            role="group"
            aria-label=name
            tabindex="-1"
            node_ref=node
        >
            <PartyLine port=port call=call />
            <p class="call-state">
                <span>{move || phase.with(|phase| phase.as_ref().map(|phase| words::phase(locale, phase)))}</span>
                <Timer label=locale.text(Text::CallTimer) elapsed=elapsed(port, call) />
            </p>
            <NoticeBar port=port notice=notice />
            <Controls port=port key=key call=call />
        </div>
    }
}

fn card_class(phase: &CallPhase) -> &'static str {
    match phase {
        CallPhase::Incoming => "call call-incoming",
        CallPhase::Connected => "call call-connected",
        CallPhase::Calling | CallPhase::Ringing | CallPhase::Answering | CallPhase::Ending => "call",
        CallPhase::Reconnecting => "call call-troubled",
        CallPhase::Ended(_) => "call call-ended",
    }
}

fn elapsed(port: Port, call: Memo<Option<CallView>>) -> Signal<Option<i64>> {
    Signal::derive(move || {
        let (answered_at, lasted, ended) =
            call.with(|call| call.as_ref().map(|call| (call.answered_at, call.lasted, call.is_ended())))?;
        if ended { lasted } else { answered_at.map(|answered_at| port.now.get() - answered_at) }
    })
}

/// A button that goes (Call, Answer) takes the focus with it; the card gets it then, so that the next key is not
/// lost. Focus that is elsewhere stays there: a call must not take it from what the user is doing.
fn keep_focus(node: NodeRef<Div>, phase: Memo<Option<CallPhase>>) {
    Effect::new(move |_| {
        let quiet = phase.with(|phase| matches!(phase, None | Some(CallPhase::Incoming)));
        if quiet {
            return;
        }
        request_animation_frame(move || {
            let adrift = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
            if let (true, Some(card)) = (adrift, node.get_untracked()) {
                // Fails only on a card that is gone again.
                drop(card.focus());
            }
        });
    });
}

#[component]
fn Controls(port: Port, key: CallKey, call: Memo<Option<CallView>>) -> impl IntoView {
    let locale = port.locale;
    let actions =
        Memo::new(move |_| call.with(|call| call.as_ref().map(|call| call.actions)).unwrap_or_default());
    let muted = Memo::new(move |_| call.with(|call| call.as_ref().is_some_and(|call| call.muted)));
    let can = move |action: fn(&Actions) -> bool| move || actions.with(action);
    let keypad_open = RwSignal::new(false);
    view! {
        <div class="call-controls">
            <Show when=can(|can| can.answer)>
                <Button
                    label=locale.text(Text::CallAnswer)
                    glyph=Glyph::Phone
                    kind=Kind::Positive
                    shortcut="Enter"
                    on_press=move |()| port.send(Intent::Answer(key))
                />
            </Show>
            <Show when=can(|can| can.reject)>
                <Button
                    label=locale.text(Text::CallReject)
                    glyph=Glyph::HangUp
                    kind=Kind::Negative
                    shortcut="Escape"
                    on_press=move |()| port.send(Intent::Reject(key))
                />
            </Show>
            <Show when=can(|can| can.mute)>
                <Button
                    label=Signal::derive(move || {
                        locale.text(if muted.get() { Text::CallUnmute } else { Text::CallMute }).to_owned()
                    })
                    glyph=Signal::derive(move || {
                        if muted.get() { Glyph::MicrophoneOff } else { Glyph::Microphone }
                    })
                    pressed=muted
                    shortcut="Alt+M"
                    on_press=move |()| {
                        port.send(Intent::SetMuted { call: key, muted: !muted.get_untracked() });
                    }
                />
            </Show>
            <Show when=can(|can| can.keypad)>
                <Button
                    label=locale.text(Text::CallKeypad)
                    glyph=Glyph::Keypad
                    expanded=keypad_open
                    on_press=move |()| keypad_open.update(|open| *open = !*open)
                />
            </Show>
            <Show when=can(|can| can.hang_up)>
                <Button
                    label=locale.text(Text::CallHangUp)
                    glyph=Glyph::HangUp
                    kind=Kind::Negative
                    on_press=move |()| port.send(Intent::HangUp(key))
                />
            </Show>
            <Show when=can(|can| can.dismiss)>
                <Button
                    label=locale.text(Text::CallDismiss)
                    glyph=Glyph::Close
                    kind=Kind::Quiet
                    compact=true
                    on_press=move |()| port.send(Intent::Dismiss(key))
                />
            </Show>
        </div>
        <Show when=move || muted.get() && actions.with(|can| can.mute)>
            <p class="call-muted">{locale.text(Text::CallMuted)}</p>
        </Show>
        <Show when=move || keypad_open.get() && actions.with(|can| can.keypad)>
            <Keypad
                label=locale.text(Text::KeypadTones)
                on_key=move |digit: char| {
                    port.send(Intent::SendKeys { call: key, keys: digit.to_string() });
                }
            />
        </Show>
        <Keys port=port call=call />
    }
}

/// The tones that went over the line.
#[component]
fn Keys(port: Port, call: Memo<Option<CallView>>) -> impl IntoView {
    let locale = port.locale;
    let line = move |text: Text, name: fn(&CallView) -> &str| {
        let keys = Memo::new(move |_| {
            call.with(|call| call.as_ref().map(|call| name(call).to_owned())).unwrap_or_default()
        });
        move || {
            let keys = keys.get();
            (!keys.is_empty()).then(|| view! { <p class="call-keys">{locale.fill(text, "keys", &keys)}</p> })
        }
    };
    view! {
        {line(Text::CallKeysSent, |call| &call.keys_sent)}
        {line(Text::CallKeysReceived, |call| &call.keys_received)}
    }
}
