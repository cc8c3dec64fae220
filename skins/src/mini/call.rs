//! One call: who, how it stands, and what can be done.

mod controls;
mod keys;

use super::agent::CallData;
use super::party::PartyLine;
use super::words;
use crate::kit::{NoticeBar, Part, Timer, derived, is_adrift, memo};
use crate::port::Port;
use crate::snapshot::{CallKey, CallPhase, CallView};
use crate::text::Text;
use leptos::html::Div;
use leptos::prelude::*;

pub(super) use controls::transfer_button_id;

use controls::Controls;
use keys::Keys;

/// A call as a card.
#[component]
pub(super) fn CallCard(port: Port, key: CallKey) -> impl IntoView {
    let locale = port.locale;
    let call = port.select(move |snapshot| snapshot.call(key).cloned());
    let phase = memo(move || call.with(|call| call.as_ref().map(|call| call.phase.clone())));
    let notice = derived(move || call.with(|call| call.as_ref().and_then(|call| call.notice.clone())));
    let standing = memo(move || call.with(|call| call.as_ref().map(|call| words::standing(locale, call))));
    let class = memo(move || call.with(|call| call.as_ref().map_or("call", card_class)));
    let about = port.select(move |snapshot| {
        let about = snapshot.call(key)?.consults_for?;
        snapshot.call(about).map(|about| words::party(locale, about))
    });
    let name = move || {
        let party = call.with(|call| call.as_ref().map(|call| words::party(locale, call)));
        locale.fill(Text::CallWith, "party", &party.unwrap_or_default())
    };
    let conference =
        memo(move || call.with(|call| call.as_ref().and_then(|call| words::conference(locale, call))));
    let node = NodeRef::<Div>::new();
    keep_focus(node, phase);
    view! {
        <div
            class=move || class.get()
            role="group"
            aria-label=name
            tabindex="-1"
            node_ref=node
        >
            <PartyLine port=port call=call />
            {move || about.get().map(|about| view! {
                <p class="call-about">{locale.fill(Text::ConsultAbout, "party", &about)}</p>
            })}
            {move || conference.get().map(|words| view! { <p class="call-about">{words}</p> })}
            <p class="call-state">
                <span class="call-standing">{move || standing.get()} " " <HoldTimer port=port call=call /></span>
                <Timer label=locale.text(Text::CallTimer) elapsed=elapsed(port, call) />
            </p>
            <NoticeBar port=port notice=notice />
            <CallData port=port key=key />
            <Controls port=port key=key call=call />
            <Keys port=port call=call />
        </div>
    }
}

fn card_class(call: &CallView) -> &'static str {
    match call.phase {
        CallPhase::Incoming => "call call-incoming",
        CallPhase::Connected if call.hold.by_user || call.hold.by_party => "call call-held",
        CallPhase::Connected => "call call-connected",
        CallPhase::Calling | CallPhase::Ringing | CallPhase::Answering | CallPhase::Ending => "call",
        CallPhase::Reconnecting => "call call-troubled",
        CallPhase::Ended(_) => "call call-ended",
    }
}

/// How long the user has had the call on hold.
#[component]
pub(super) fn HoldTimer(port: Port, #[prop(into)] call: Signal<Option<CallView>>) -> impl IntoView {
    let elapsed = derived(move || {
        let since = call.with(|call| call.as_ref().and_then(|call| call.held_since))?;
        Some(port.now.get() - since)
    });
    view! { <Timer label=port.locale.text(Text::CallHeldTimer) elapsed=elapsed /> }
}

fn elapsed(port: Port, call: Part<Option<CallView>>) -> Signal<Option<i64>> {
    derived(move || {
        let (answered_at, lasted, ended) =
            call.with(|call| call.as_ref().map(|call| (call.answered_at, call.lasted, call.is_ended())))?;
        if ended { lasted } else { answered_at.map(|answered_at| port.now.get() - answered_at) }
    })
}

/// A button that goes (Call, Answer) takes the focus with it; the card gets it then, so that the next key is not
/// lost. Focus that is elsewhere stays there: a call must not take it from what the user is doing.
fn keep_focus(node: NodeRef<Div>, phase: Part<Option<CallPhase>>) {
    Effect::new(move |_| {
        let quiet = phase.with(|phase| matches!(phase, None | Some(CallPhase::Incoming)));
        if quiet {
            return;
        }
        request_animation_frame(move || {
            // By then the card may be gone, and its node with it.
            if let (true, Some(card)) = (is_adrift(), node.try_get_untracked().flatten()) {
                // Fails only on a card that is gone again.
                drop(card.focus());
            }
        });
    });
}
