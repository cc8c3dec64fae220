//! What the keyboard does outside of text fields and buttons.
//!
//! Keys that end something do so only where a slip costs nothing: Escape rejects and cancels, and does not hang
//! up on somebody who is talking. Letters come with Alt only: screen readers have single letters for themselves, and
//! text fields need them (WCAG 2.2, 2.1.4). A key that means nothing at the moment is left to the browser.

use sidetone_skins::snapshot::{CallPhase, CallView, Panel};
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
        return match press.code.as_str() {
            "KeyM" => mute(snapshot),
            "KeyH" => hold(snapshot),
            "KeyS" => swap(snapshot),
            "KeyT" => transfer(snapshot),
            _ => None,
        };
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

/// Holds the call that is talked in, or else resumes the one that was held last.
fn hold(snapshot: &Snapshot) -> Option<Intent> {
    if let Some(call) = snapshot.calls.iter().find(|call| call.actions.hold) {
        return Some(Intent::SetHeld { call: call.key, held: true });
    }
    if snapshot.talks() { None } else { swap(snapshot) }
}

/// Resumes the call that was held last, which holds the one that is talked in.
fn swap(snapshot: &Snapshot) -> Option<Intent> {
    snapshot.resumable().map(|call| Intent::SetHeld { call: call.key, held: false })
}

/// Opens the panel of the call that can be transferred, or closes it.
fn transfer(snapshot: &Snapshot) -> Option<Intent> {
    if let Some(Panel::Transfer(_)) = snapshot.panel {
        return Some(Intent::ClosePanel);
    }
    let call = snapshot.calls.iter().find(|call| call.actions.transfer)?;
    Some(Intent::Open(Panel::Transfer(call.key)))
}

fn escape(snapshot: &Snapshot) -> Option<Intent> {
    // First what lies on top: whoever wants to leave a form does not want to reject the call that has just come.
    if snapshot.panel.is_some() {
        return Some(Intent::ClosePanel);
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use sidetone_protocol::{Direction, Hold};
    use sidetone_skins::snapshot::{Actions, CallKey, Outcome};

    const KEY: CallKey = CallKey(1);

    fn showing(phase: CallPhase, actions: Actions) -> Snapshot {
        let call = CallView {
            key: KEY,
            number: "1002".into(),
            phase,
            actions,
            ..CallView::blank(Direction::Inbound)
        };
        Snapshot { calls: vec![call], ..Snapshot::default() }
    }

    fn ringing() -> Snapshot {
        showing(CallPhase::Incoming, Actions { answer: true, reject: true, ..Actions::default() })
    }

    fn talking() -> Snapshot {
        let actions = Actions { hang_up: true, mute: true, keypad: true, ..Actions::default() };
        showing(CallPhase::Connected, actions)
    }

    fn press(key: &str, focus: Focus) -> KeyPress {
        KeyPress { key: key.into(), code: String::new(), alt: false, command: false, repeated: false, focus }
    }

    #[test]
    fn enter_answers_unless_the_focus_has_a_use_for_it() {
        let answer = Some(Intent::Answer(KEY));
        assert_eq!(intent_of(&press("Enter", Focus::Elsewhere), &ringing()), answer);
        assert_eq!(intent_of(&press("Enter", Focus::EmptyText), &ringing()), answer);
        assert_eq!(intent_of(&press("Enter", Focus::Text), &ringing()), None);
        assert_eq!(intent_of(&press("Enter", Focus::Control), &ringing()), None);
    }

    #[test]
    fn escape_rejects_cancels_and_dismisses_but_ends_no_talk() {
        let escape = press("Escape", Focus::Elsewhere);
        assert_eq!(intent_of(&escape, &ringing()), Some(Intent::Reject(KEY)));
        assert_eq!(intent_of(&escape, &talking()), None);
        for phase in [CallPhase::Calling, CallPhase::Ringing] {
            let calling = showing(phase, Actions { hang_up: true, ..Actions::default() });
            assert_eq!(intent_of(&escape, &calling), Some(Intent::HangUp(KEY)));
        }
        let ended =
            showing(CallPhase::Ended(Outcome::Missed), Actions { dismiss: true, ..Actions::default() });
        assert_eq!(intent_of(&escape, &ended), Some(Intent::Dismiss(KEY)));
    }

    #[test]
    fn digits_are_tones_in_a_call_and_text_in_a_field() {
        for digit in ["0", "9", "*", "#"] {
            let tone = Some(Intent::SendKeys { call: KEY, keys: digit.into() });
            assert_eq!(intent_of(&press(digit, Focus::Elsewhere), &talking()), tone);
            assert_eq!(intent_of(&press(digit, Focus::Control), &talking()), tone);
            assert_eq!(intent_of(&press(digit, Focus::Text), &talking()), None);
            assert_eq!(intent_of(&press(digit, Focus::Elsewhere), &ringing()), None);
        }
        assert_eq!(intent_of(&press("a", Focus::Elsewhere), &talking()), None);
        assert_eq!(intent_of(&press("F5", Focus::Elsewhere), &talking()), None);
    }

    #[test]
    fn alt_m_mutes_whatever_character_it_types() {
        let mute = KeyPress { code: "KeyM".into(), alt: true, ..press("\u{b5}", Focus::Text) };
        assert_eq!(intent_of(&mute, &talking()), Some(Intent::SetMuted { call: KEY, muted: true }));
        assert_eq!(intent_of(&mute, &ringing()), None);
    }

    fn alt(code: &str) -> KeyPress {
        KeyPress { code: code.into(), alt: true, ..press("x", Focus::Text) }
    }

    fn held(key: u32, since: i64) -> CallView {
        CallView {
            key: CallKey(key),
            phase: CallPhase::Connected,
            actions: Actions { resume: true, ..Actions::default() },
            hold: Hold { by_user: true, by_party: false },
            held_since: Some(since),
            ..CallView::blank(Direction::Inbound)
        }
    }

    #[test]
    fn alt_h_holds_and_resumes() {
        let actions = Actions { hold: true, ..Actions::default() };
        let hold = Some(Intent::SetHeld { call: KEY, held: true });
        assert_eq!(intent_of(&alt("KeyH"), &showing(CallPhase::Connected, actions)), hold);
        let waiting = Snapshot { calls: vec![held(7, 100)], ..Snapshot::default() };
        let resume = Some(Intent::SetHeld { call: CallKey(7), held: false });
        assert_eq!(intent_of(&alt("KeyH"), &waiting), resume);
        assert_eq!(intent_of(&alt("KeyH"), &Snapshot::default()), None, "then it is the browser's");
    }

    #[test]
    fn alt_s_swaps_to_the_call_that_was_held_last() {
        let mut snapshot = talking();
        snapshot.calls.extend([held(7, 100), held(8, 200)]);
        let resume = Some(Intent::SetHeld { call: CallKey(8), held: false });
        assert_eq!(intent_of(&alt("KeyS"), &snapshot), resume);
        assert_eq!(intent_of(&alt("KeyS"), &talking()), None);
    }

    #[test]
    fn alt_t_opens_the_transfer_and_escape_closes_it_before_all_else() {
        let actions = Actions { transfer: true, ..Actions::default() };
        let mut snapshot = showing(CallPhase::Connected, actions);
        let open = Intent::Open(Panel::Transfer(KEY));
        assert_eq!(intent_of(&alt("KeyT"), &snapshot), Some(open));
        snapshot.panel = Some(Panel::Transfer(KEY));
        assert_eq!(intent_of(&alt("KeyT"), &snapshot), Some(Intent::ClosePanel));
        snapshot.calls.extend(ringing().calls);
        assert_eq!(intent_of(&press("Escape", Focus::EmptyText), &snapshot), Some(Intent::ClosePanel));
    }

    #[test]
    fn keys_of_the_browser_and_held_keys_mean_nothing() {
        let held = KeyPress { repeated: true, ..press("5", Focus::Elsewhere) };
        let command = KeyPress { command: true, ..press("5", Focus::Elsewhere) };
        assert_eq!(intent_of(&held, &talking()), None);
        assert_eq!(intent_of(&command, &talking()), None);
    }

    #[test]
    fn pasted_text_goes_to_the_call_that_takes_tones() {
        let sent = Some(Intent::SendKeys { call: KEY, keys: "12 34".into() });
        assert_eq!(intent_of_paste("12 34", &talking()), sent);
        assert_eq!(intent_of_paste("12 34", &ringing()), None);
    }
}
