//! The page itself: its clock, its address, and what happens to it.

use super::{Inbox, promise};
use crate::phone::{Input, PageEvent, Permission, Time};
use gloo::events::EventListener;
use js_sys::{Object, Reflect};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Event, EventTarget, MediaDevices, NotificationPermission, PermissionState, PermissionStatus, Permissions,
    VisibilityState, Window,
};

/// The clock of the page, which no setting of the computer's clock changes.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page lives for less than 2^53 ms, and its clock starts at 0"
)]
pub(crate) fn clock() -> Time {
    Time(web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now()) as u64)
}

/// The user's wall clock, in milliseconds since the Unix epoch.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole milliseconds, and no computer that runs this is set before 1970"
)]
pub(crate) fn epoch_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// How far the user's clock on the wall is ahead of UTC, in minutes.
#[expect(clippy::cast_possible_truncation, reason = "at most a day")]
pub(crate) fn ahead_of_utc_min() -> i32 {
    -js_sys::Date::new_0().get_timezone_offset() as i32
}

/// A number nobody else has, for jitter and names.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^53")]
pub(crate) fn random() -> u64 {
    (js_sys::Math::random() * 9_007_199_254_740_992.0) as u64
}

/// The user's languages, the preferred one first.
pub(crate) fn languages() -> Vec<String> {
    let languages = web_sys::window().map(|window| window.navigator().languages());
    languages.iter().flat_map(js_sys::Array::iter).filter_map(|tag| tag.as_string()).collect()
}

/// What stands after `?` in the page's address.
pub(crate) fn query() -> String {
    web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default()
}

/// Whether the browser lets the page have a microphone at all.
pub(crate) fn secure() -> bool {
    web_sys::window().is_some_and(|window| window.is_secure_context())
}

/// From here on a fault of ours says on the console what and where it was: WebAssembly alone says "unreachable".
pub(crate) fn tell_of_faults() {
    std::panic::set_hook(Box::new(|fault| gloo::console::error!(fault.to_string())));
}

pub(crate) fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

pub(crate) fn set_language(tag: &str) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        // Fails only for a name that no attribute can have.
        drop(root.set_attribute("lang", tag));
    }
}

pub(super) fn reload() {
    if let Some(window) = web_sys::window() {
        drop(window.location().reload());
    }
}

pub(super) fn focus() {
    if let Some(window) = web_sys::window() {
        drop(window.focus());
    }
}

/// The media devices; a page without HTTPS has none.
pub(super) fn media_devices() -> Option<MediaDevices> {
    let navigator = web_sys::window()?.navigator();
    Reflect::get(&navigator, &"mediaDevices".into()).ok()?.dyn_into().ok()
}

/// What the browser thinks of notifications; `None` where it has none.
pub(super) fn notification_permission() -> Option<Permission> {
    let window = web_sys::window()?;
    if !Reflect::has(&window, &"Notification".into()).unwrap_or(false) {
        return None;
    }
    match web_sys::Notification::permission() {
        NotificationPermission::Default => Some(Permission::Ask),
        NotificationPermission::Granted => Some(Permission::Granted),
        NotificationPermission::Denied => Some(Permission::Denied),
        // The enum is the browser's.
        _ => None,
    }
}

/// Hears what happens to the page.
pub(super) fn listen(inbox: &Inbox) -> Vec<EventListener> {
    let mut listeners = Vec::new();
    if let Some(window) = web_sys::window() {
        // `pagehide`, and no `unload`: that one keeps a page out of the browser's cache, and Chromium ends it.
        for (name, event) in [
            ("online", PageEvent::Online),
            ("pagehide", PageEvent::Leaving),
            ("pageshow", PageEvent::Returned),
        ] {
            let inbox = Rc::clone(inbox);
            listeners.push(EventListener::new(&window, name, move |_| inbox(Input::Page(event))));
        }
    }
    listeners.push(on_document("visibilitychange", {
        let inbox = Rc::clone(inbox);
        move |_| inbox(Input::Page(visibility()))
    }));
    if let Some(devices) = media_devices() {
        let inbox = Rc::clone(inbox);
        listeners.push(EventListener::new(&devices, "devicechange", move |_| inbox(Input::DevicesChanged)));
    }
    listeners
}

/// Hears something anywhere in the page.
pub(super) fn on_document(name: &'static str, heard: impl FnMut(&Event) + 'static) -> EventListener {
    EventListener::new(&document_target(), name, heard)
}

/// A page always has a document; a target that nothing is sent to stands in where it has not.
pub(super) fn document_target() -> EventTarget {
    document().map_or_else(|| Object::new().unchecked_into(), EventTarget::from)
}

fn document() -> Option<web_sys::Document> {
    web_sys::window().as_ref().and_then(Window::document)
}

fn visibility() -> PageEvent {
    match document().map(|document| document.visibility_state()) {
        Some(VisibilityState::Hidden) => PageEvent::Hidden,
        // The enum is the browser's.
        _ => PageEvent::Shown,
    }
}

/// Reports what the browser thinks of this page, now and when it changes its mind.
pub(super) fn report_permissions(inbox: &Inbox) {
    if let Some(permission) = notification_permission() {
        inbox(Input::Page(PageEvent::NotificationPermission(permission)));
    }
    let Some(Ok(asked)) = microphone_query() else { return };
    let inbox = Rc::clone(inbox);
    promise::then(asked, move |answer| {
        // A browser that cannot be asked about microphones will ask the user; nothing to say before that.
        let Some(status) = answer.ok().and_then(|status| status.dyn_into::<PermissionStatus>().ok()) else {
            return;
        };
        let report = {
            let status = status.clone();
            move || {
                if let Some(permission) = permission(status.state()) {
                    inbox(Input::Page(PageEvent::MicrophonePermission(permission)));
                }
            }
        };
        report();
        EventListener::new(&status, "change", move |_| report()).forget();
    });
}

fn microphone_query() -> Option<Result<js_sys::Promise, JsValue>> {
    let navigator = web_sys::window()?.navigator();
    let permissions: Permissions = Reflect::get(&navigator, &"permissions".into()).ok()?.dyn_into().ok()?;
    let descriptor = Object::new();
    Reflect::set(&descriptor, &"name".into(), &"microphone".into()).ok()?;
    Some(permissions.query(&descriptor))
}

fn permission(state: PermissionState) -> Option<Permission> {
    match state {
        PermissionState::Prompt => Some(Permission::Ask),
        PermissionState::Granted => Some(Permission::Granted),
        PermissionState::Denied => Some(Permission::Denied),
        // The enum is the browser's.
        _ => None,
    }
}
