//! What the keyboard does outside of text fields and buttons.
//!
//! Keys that end something do so only where a slip costs nothing: Escape rejects and cancels, and does not hang
//! up on somebody who is talking.

use sidetone_skins::snapshot::{CallPhase, CallView};
use sidetone_skins::{Intent, Snapshot};

/// A key that was pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPress {
    /// The character or the name of the key, as `KeyboardEvent.key` has it.
    pub key: String,
    /// The place of the key, as `KeyboardEvent.code` has it; with Alt, some systems type another character.
    pub code: String,
    /// Whether Alt is held.
    pub alt: bool,
    /// Whether Control or Command is held: such keys are the browser's.
    pub command: bool,
    /// Whether the key is held down and repeats itself.
    pub repeated: bool,
    /// Where the focus is.
    pub focus: Focus,
}

/// Where the focus is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// In a text field with something in it.
    Text,
    /// In a text field with nothing in it.
    EmptyText,
    /// On a button or a link, which have keys of their own.
    Control,
    /// On nothing that takes keys.
    Elsewhere,
}

/// What a key means, if anything.
#[must_use]
pub fn intent_of(press: &KeyPress, snapshot: &Snapshot) -> Option<Intent> {
    if press.command || press.repeated {
        return None;
    }
    if press.alt {
        return (press.code == "KeyM").then(|| mute(snapshot))?;
    }
    match (press.key.as_str(), press.focus) {
        ("Enter", Focus::Elsewhere | Focus::EmptyText) => {
            snapshot.incoming().map(|call| Intent::Answer(call.key))
        }
        ("Escape", Focus::Elsewhere | Focus::EmptyText | Focus::Control) => escape(snapshot),
        (key, Focus::Elsewhere | Focus::Control) => tones(key, snapshot),
        (_, Focus::Text | Focus::EmptyText) => None,
    }
}

/// What pasting a text means outside of text fields: the digits of a conference, say.
#[must_use]
pub fn intent_of_paste(text: &str, snapshot: &Snapshot) -> Option<Intent> {
    let call = snapshot.calls.iter().find(|call| call.actions.keypad)?;
    Some(Intent::SendKeys { call: call.key, keys: text.to_owned() })
}

fn mute(snapshot: &Snapshot) -> Option<Intent> {
    let call = snapshot.calls.iter().find(|call| call.actions.mute)?;
    Some(Intent::SetMuted { call: call.key, muted: !call.muted })
}

fn escape(snapshot: &Snapshot) -> Option<Intent> {
    if let Some(call) = snapshot.incoming() {
        return Some(Intent::Reject(call.key));
    }
    let last = snapshot.calls.last()?;
    match last.phase {
        CallPhase::Calling | CallPhase::Ringing | CallPhase::Answering => Some(Intent::HangUp(last.key)),
        CallPhase::Ended(_) => Some(Intent::Dismiss(last.key)),
        CallPhase::Incoming | CallPhase::Connected | CallPhase::Reconnecting | CallPhase::Ending => None,
    }
}

fn tones(key: &str, snapshot: &Snapshot) -> Option<Intent> {
    let mut characters = key.chars();
    let digit = characters.next().filter(|c| matches!(c, '0'..='9' | '*' | '#'))?;
    if characters.next().is_some() {
        return None;
    }
    let takes_tones = |call: &&CallView| call.actions.keypad;
    let call = snapshot.calls.iter().find(takes_tones)?;
    Some(Intent::SendKeys { call: call.key, keys: digit.to_string() })
}
