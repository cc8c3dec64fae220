//! Hears keys and pasted text. What they mean is for others to say.

use super::Inbox;
use super::page::document_target;
use crate::phone::Input;
use crate::shell::shortcuts::{Focus, KeyPress};
use gloo::events::{EventListener, EventListenerOptions};
use sidetone_skins::Intent;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, Event, HtmlInputElement, KeyboardEvent};

/// What came from the keyboard.
pub(crate) enum Heard {
    /// A key was pressed.
    Key(KeyPress),
    /// A text was pasted, not into a text field.
    Paste(String),
}

/// Listens for as long as the result is kept.
pub(crate) fn listen(
    meaning: impl Fn(&Heard) -> Option<Intent> + Clone + 'static,
    inbox: &Inbox,
) -> [EventListener; 2] {
    let of_paste = meaning.clone();
    [
        on("keydown", inbox, move |event| meaning(&Heard::Key(press(event.dyn_ref()?)))),
        on("paste", inbox, move |event| {
            if matches!(focus(event), Focus::Text | Focus::EmptyText) {
                return None;
            }
            let text = event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?.get_data("text").ok()?;
            of_paste(&Heard::Paste(text))
        }),
    ]
}

fn on(
    name: &'static str,
    inbox: &Inbox,
    meaning: impl Fn(&Event) -> Option<Intent> + 'static,
) -> EventListener {
    let inbox = Rc::clone(inbox);
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&document_target(), name, options, move |event| {
        if let Some(intent) = meaning(event) {
            event.prevent_default();
            inbox(Input::Intent(intent));
        }
    })
}

fn press(event: &KeyboardEvent) -> KeyPress {
    KeyPress {
        key: event.key(),
        code: event.code(),
        alt: event.alt_key(),
        command: event.ctrl_key() || event.meta_key(),
        repeated: event.repeat(),
        focus: focus(event),
    }
}

fn focus(event: &Event) -> Focus {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return Focus::Elsewhere;
    };
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        return if input.value().is_empty() { Focus::EmptyText } else { Focus::Text };
    }
    match target.tag_name().as_str() {
        "BUTTON" | "A" | "SUMMARY" => Focus::Control,
        // A list is searched by typing.
        "SELECT" => Focus::Text,
        _ => Focus::Elsewhere,
    }
}
