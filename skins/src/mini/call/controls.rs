//! What can be done with a call. Which buttons there are is for the phone core to say.

use crate::intent::{Intent, TransferTo};
use crate::kit::{Button, Glyph, Keypad, Kind, Part, When, derived, memo};
use crate::port::Port;
use crate::snapshot::{Actions, CallKey, CallView, Panel};
use crate::text::Text;
use leptos::prelude::*;

/// Where the focus goes when the transfer panel closes.
pub(in crate::mini) fn transfer_button_id(key: CallKey) -> String {
    format!("transfer-{}", key.0)
}

#[component]
pub(super) fn Controls(port: Port, key: CallKey, call: Part<Option<CallView>>) -> impl IntoView {
    let actions = memo(move || call.with(|call| call.as_ref().map(|call| call.actions)).unwrap_or_default());
    let keypad_open = RwSignal::new(false);
    let locale = port.locale;
    view! {
        <div class="call-controls">
            <Answering port=port key=key actions=actions />
            <Consulting port=port key=key actions=actions call=call />
            <Talking port=port key=key actions=actions call=call keypad_open=keypad_open />
            <Ending port=port key=key actions=actions />
        </div>
        <When holds=move || actions.with(|can| can.mute) && call.with(|call| call.as_ref().is_some_and(|c| c.muted))>
            <p class="call-muted">{locale.text(Text::CallMuted)}</p>
        </When>
        <When holds=move || keypad_open.get() && actions.with(|can| can.keypad)>
            <Keypad
                label=locale.text(Text::KeypadTones)
                on_key=move |digit: char| {
                    port.send(Intent::SendKeys { call: key, keys: digit.to_string() });
                }
            />
        </When>
    }
}

/// Whether an action is there, for [`When`].
fn can(actions: Part<Actions>, action: fn(&Actions) -> bool) -> impl Fn() -> bool + Copy {
    move || actions.with(action)
}

#[component]
fn Answering(port: Port, key: CallKey, actions: Part<Actions>) -> impl IntoView {
    let locale = port.locale;
    let talks = port.select(|snapshot| snapshot.talks());
    let answer = derived(move || {
        locale.text(if talks.get() { Text::CallHoldAndAnswer } else { Text::CallAnswer }).to_owned()
    });
    view! {
        <When holds=can(actions, |can| can.answer)>
            <Button
                label=answer
                glyph=Glyph::Phone
                kind=Kind::Positive
                shortcut="Enter"
                on_press=move |()| port.send(Intent::Answer(key))
            />
        </When>
        <When holds=can(actions, |can| can.reject)>
            <Button
                label=locale.text(Text::CallReject)
                glyph=Glyph::HangUp
                kind=Kind::Negative
                shortcut="Escape"
                on_press=move |()| port.send(Intent::Reject(key))
            />
        </When>
    }
}

/// What follows when somebody was asked before a transfer.
#[component]
fn Consulting(
    port: Port,
    key: CallKey,
    actions: Part<Actions>,
    call: Part<Option<CallView>>,
) -> impl IntoView {
    let locale = port.locale;
    let about = memo(move || call.with(|call| call.as_ref().and_then(|call| call.consults_for)));
    let consults = move || about.get().is_some() && actions.with(|can| can.hang_up);
    view! {
        <When holds=can(actions, |can| can.complete)>
            <Button
                label=locale.text(Text::ConsultComplete)
                glyph=Glyph::Transfer
                kind=Kind::Primary
                on_press=move |()| {
                    if let Some(about) = about.get_untracked() {
                        port.send(Intent::Transfer { call: about, to: TransferTo::Call(key) });
                    }
                }
            />
        </When>
        <When holds=move || about.get().is_some() && actions.with(|can| can.join)>
            <Button
                label=locale.text(Text::ConsultJoin)
                glyph=Glyph::Join
                on_press=move |()| {
                    if let Some(about) = about.get_untracked() {
                        port.send(Intent::Join { call: about, with: key });
                    }
                }
            />
        </When>
        <When holds=consults>
            <Button
                label=locale.text(Text::ConsultBack)
                glyph=Glyph::Back
                on_press=move |()| port.send(Intent::EndConsult(key))
            />
        </When>
    }
}

#[component]
fn Talking(
    port: Port,
    key: CallKey,
    actions: Part<Actions>,
    call: Part<Option<CallView>>,
    keypad_open: RwSignal<bool>,
) -> impl IntoView {
    let locale = port.locale;
    let muted = memo(move || call.with(|call| call.as_ref().is_some_and(|call| call.muted)));
    let panel = Panel::Transfer(key);
    let transfer_open = port.select(move |snapshot| snapshot.panel == Some(panel));
    view! {
        <When holds=can(actions, |can| can.mute)>
            <Button
                label=derived(move || {
                    locale.text(if muted.get() { Text::CallUnmute } else { Text::CallMute }).to_owned()
                })
                glyph=derived(move || {
                    if muted.get() { Glyph::MicrophoneOff } else { Glyph::Microphone }
                })
                pressed=muted
                shortcut="Alt+M"
                on_press=move |()| {
                    port.send(Intent::SetMuted { call: key, muted: !muted.get_untracked() });
                }
            />
        </When>
        <When holds=can(actions, |can| can.keypad)>
            <Button
                label=locale.text(Text::CallKeypad)
                glyph=Glyph::Keypad
                expanded=keypad_open
                on_press=move |()| keypad_open.update(|open| *open = !*open)
            />
        </When>
        <When holds=can(actions, |can| can.hold)>
            <Button
                label=locale.text(Text::CallHold)
                glyph=Glyph::Pause
                shortcut="Alt+H"
                on_press=move |()| port.send(Intent::SetHeld { call: key, held: true })
            />
        </When>
        <When holds=can(actions, |can| can.resume)>
            <Button
                label=locale.text(Text::CallResume)
                glyph=Glyph::Play
                kind=Kind::Primary
                shortcut="Alt+H"
                on_press=move |()| port.send(Intent::SetHeld { call: key, held: false })
            />
        </When>
        <When holds=can(actions, |can| can.transfer)>
            <Button
                id=transfer_button_id(key)
                label=locale.text(Text::CallTransfer)
                glyph=Glyph::Transfer
                expanded=transfer_open
                shortcut="Alt+T"
                on_press=move |()| {
                    let open = transfer_open.get_untracked();
                    port.send(if open { Intent::ClosePanel } else { Intent::Open(panel) });
                }
            />
        </When>
        <When holds=can(actions, |can| can.park)>
            <Button
                label=locale.text(Text::CallPark)
                glyph=Glyph::Park
                on_press=move |()| port.send(Intent::Park(key))
            />
        </When>
    }
}

#[component]
fn Ending(port: Port, key: CallKey, actions: Part<Actions>) -> impl IntoView {
    let locale = port.locale;
    view! {
        <When holds=can(actions, |can| can.hang_up)>
            <Button
                label=locale.text(Text::CallHangUp)
                glyph=Glyph::HangUp
                kind=Kind::Negative
                on_press=move |()| port.send(Intent::HangUp(key))
            />
        </When>
        <When holds=can(actions, |can| can.dismiss)>
            <Button
                label=locale.text(Text::CallDismiss)
                glyph=Glyph::Close
                kind=Kind::Quiet
                compact=true
                on_press=move |()| port.send(Intent::Dismiss(key))
            />
        </When>
    }
}
