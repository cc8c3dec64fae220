//! The state of the phone in a few words.

use super::{Glyph, Icon, derived};
use crate::port::Port;
use crate::snapshot::{Status, Tone};
use crate::text::Text;
use leptos::prelude::*;

fn words(status: &Status) -> Text {
    match status {
        Status::SignedOut => Text::StatusSignedOut,
        Status::Connecting => Text::StatusConnecting,
        Status::Reconnecting => Text::StatusReconnecting,
        Status::Registering => Text::StatusRegistering,
        Status::LineUnavailable(_) => Text::StatusLineUnavailable,
        Status::InOtherTab => Text::StatusInOtherTab,
        Status::PreparingAudio => Text::StatusPreparingAudio,
        Status::NoAudio(_) => Text::StatusNoAudio,
        Status::Ready => Text::StatusReady,
    }
}

/// Shape and colour say the same as the words.
fn sign(tone: Tone) -> (Glyph, &'static str) {
    match tone {
        Tone::Idle => (Glyph::Phone, "status status-idle"),
        Tone::Good => (Glyph::Check, "status status-good"),
        Tone::Busy => (Glyph::Waiting, "status status-busy"),
        Tone::Bad => (Glyph::Warning, "status status-bad"),
    }
}

/// The status of the phone; changes are spoken politely.
#[component]
pub fn StatusLine(
    /// The phone.
    port: Port,
) -> impl IntoView {
    let locale = port.locale;
    let status = port.select(|snapshot| snapshot.status.clone());
    let failure = move || match status.get() {
        Status::LineUnavailable(failure) | Status::NoAudio(failure) => {
            Some(view! { <span class="status-why">{locale.failure(&failure)}</span> })
        }
        Status::SignedOut
        | Status::Connecting
        | Status::Reconnecting
        | Status::Registering
        | Status::InOtherTab
        | Status::PreparingAudio
        | Status::Ready => None,
    };
    view! {
        <div
            class=move || status.with(|status| sign(status.tone()).1)
            role="status"
            aria-label=locale.text(Text::StatusLabel)
        >
            <span class="status-pill">
                <Icon glyph=derived(move || status.with(|status| sign(status.tone()).0)) />
                <span class="status-words">{move || locale.text(status.with(words))}</span>
            </span>
            {failure}
        </div>
    }
}
