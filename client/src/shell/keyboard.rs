//! Hears keys and pasted text, and asks [`shortcuts`](super::shortcuts) what they mean.

use super::shortcuts::{Focus, KeyPress, intent_of, intent_of_paste};
use crate::browser::Inbox;
use crate::phone::Input;
use gloo::events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use sidetone_skins::{Intent, Snapshot};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, Event, HtmlInputElement, KeyboardEvent};

/// Listens for as long as the result is kept.
pub(super) fn listen(snapshot: RwSignal<Snapshot>, inbox: &Inbox) -> [EventListener; 2] {
    [
        on("keydown", inbox, move |event| {
            let press = press(event.dyn_ref()?);
            snapshot.with_untracked(|snapshot| intent_of(&press, snapshot))
        }),
        on("paste", inbox, move |event| {
            if matches!(focus(event), Focus::Text | Focus::EmptyText) {
                return None;
            }
            let text = event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?.get_data("text").ok()?;
            snapshot.with_untracked(|snapshot| intent_of_paste(&text, snapshot))
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
    EventListener::new_with_options(&document(), name, options, move |event| {
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
        _ => Focus::Elsewhere,
    }
}
