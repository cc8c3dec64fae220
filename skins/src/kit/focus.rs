//! Where the focus goes when what had it is gone.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// Moves the focus to a field.
pub fn focus(field: NodeRef<Input>) {
    if let Some(input) = field.get_untracked() {
        // Focus fails only on an element that is not in the page, and then there is nothing to focus.
        drop(input.focus());
    }
}

/// Whether nothing has the focus, as when what had it has gone.
#[must_use]
pub fn is_adrift() -> bool {
    document().active_element().is_none_or(|element| element.tag_name() == "BODY")
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
