//! The notification of a call, for a page in the background.

use super::{Inbox, page, promise};
use crate::phone::{Input, PageEvent};
use gloo::events::EventListener;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;

/// At most one notification: of the call that rings.
pub(super) struct Notification {
    inbox: Inbox,
    shown: RefCell<Option<Shown>>,
}

struct Shown {
    notification: web_sys::Notification,
    _clicked: EventListener,
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.notification.close();
    }
}

impl Notification {
    pub(super) fn new(inbox: Inbox) -> Self {
        Self { inbox, shown: RefCell::default() }
    }

    pub(super) fn ask(&self) {
        let Ok(asked) = web_sys::Notification::request_permission() else { return };
        let inbox = Rc::clone(&self.inbox);
        promise::then(asked, move |_| {
            if let Some(permission) = page::notification_permission() {
                inbox(Input::Page(PageEvent::NotificationPermission(permission)));
            }
        });
    }

    pub(super) fn show(&self, title: &str, body: &str) {
        if page::notification_permission() != Some(crate::phone::Permission::Granted) {
            return;
        }
        let options = web_sys::NotificationOptions::new();
        options.set_body(body);
        options.set_tag("sidetone-call");
        options.set_require_interaction(true);
        // The page rings itself.
        options.set_silent(Some(true));
        // Some mobile browsers show notifications only from a service worker; the page still rings.
        let Ok(notification) = web_sys::Notification::new_with_options(title, &options) else { return };
        let clicked = EventListener::new(notification.unchecked_ref(), "click", |_| page::focus());
        *self.shown.borrow_mut() = Some(Shown { notification, _clicked: clicked });
    }

    pub(super) fn withdraw(&self) {
        self.shown.borrow_mut().take();
    }
}
