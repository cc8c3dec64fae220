//! Where the focus goes when what had it is gone, and keys that are pressed where nothing takes them.

use leptos::ev;
use leptos::html::{Div, Input};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

/// Moves the focus to a field.
pub fn focus(field: NodeRef<Input>) {
    // A field whose component is gone has no node any more.
    if let Some(input) = field.try_get_untracked().flatten() {
        // Focus fails only on an element that is not in the page, and then there is nothing to focus.
        drop(input.focus());
    }
}

/// Whether nothing has the focus, as when what had it has gone.
#[must_use]
pub fn is_adrift() -> bool {
    document().active_element().is_none_or(|element| element.tag_name() == "BODY")
}

/// A card that takes the place of another gets the focus if that one has taken it along: the next key is not lost then.
/// Focus that is elsewhere stays there.
pub fn catch_focus(node: NodeRef<Div>) {
    Effect::new(move |_| {
        if node.get().is_some() {
            request_animation_frame(move || {
                // By then the card may be gone, and its node with it.
                if let (true, Some(card)) = (is_adrift(), node.try_get_untracked().flatten()) {
                    // Fails only on a card that is gone again.
                    drop(card.focus());
                }
            });
        }
    });
}

/// When the component that calls this is gone and has taken the focus with it, the control that opened it gets the
/// focus back.
pub fn give_focus_back(id: String) {
    on_cleanup(move || {
        request_animation_frame(move || {
            let opener =
                document().get_element_by_id(&id).and_then(|found| found.dyn_into::<HtmlElement>().ok());
            if let (true, Some(opener)) = (is_adrift(), opener) {
                drop(opener.focus());
            }
        });
    });
}

/// Hears keys that type one character where nothing takes characters and nobody else has made use of them, as long as
/// the component that calls this is there. `take` says whether it did something with the key.
pub fn on_stray_key(take: impl Fn(char) -> bool + 'static) {
    let handle = window_event_listener(ev::keydown, move |event| {
        // With Control, Alt or Command it is the browser's; what is in a call has had it before.
        if event.default_prevented() || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let typed_into = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if typed_into
            .is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"))
        {
            return;
        }
        let key = event.key();
        let mut characters = key.chars();
        if let (Some(character), None) = (characters.next(), characters.next())
            && take(character)
        {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}
