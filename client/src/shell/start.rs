//! Starts the application when the module is loaded.

use super::runtime::Runtime;
use super::shortcuts::{intent_of, intent_of_paste};
use crate::browser::keyboard::{self, Heard};
use crate::browser::{self, Browser, Inbox};
use crate::phone::{Input, Phone, Start};
use leptos::mount::mount_to_body;
use leptos::prelude::*;
use sidetone_opencti::{CrmHost, Standalone};
use sidetone_skins::mini::Mini;
use sidetone_skins::{Language, Locale, Port, Snapshot};
use std::cell::OnceCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the browser once the module is there.
#[wasm_bindgen(start)]
fn start() {
    browser::tell_of_faults();
    let languages = browser::languages();
    let locale = Locale::new(Language::preferred(languages.iter().map(String::as_str)));
    browser::set_language(locale.language().tag());
    mount_to_body(move || {
        let port = run(locale);
        view! { <Mini port=port /> }
    });
}

/// Starts the phone; it runs for as long as the page is there.
fn run(locale: Locale) -> Port {
    let snapshot = RwSignal::new(Snapshot::default());
    let now = RwSignal::new(0);
    // The browser posts to the runtime, which owns the browser: tied together once both are there.
    let tie: Rc<OnceCell<Weak<Runtime>>> = Rc::default();
    let inbox: Inbox = {
        let tie = Rc::clone(&tie);
        Rc::new(move |input: Input| {
            if let Some(runtime) = tie.get().and_then(Weak::upgrade) {
                runtime.post(input);
            }
        })
    };
    let level = RwSignal::new(0);
    let browser = Browser::new(Rc::clone(&inbox), move |now| level.set(now));
    let host = Standalone::new(&browser::query(), browser::set_title);
    let token = browser.token();
    let resumed = token.is_some();
    let phone = Phone::new(Start {
        now: browser::clock(),
        epoch_ms: browser::epoch_ms(),
        seed: browser::random(),
        token,
        suggested: host.dial_request().and_then(|number| number.parse().ok()),
        devices: browser.chosen_devices(),
        outputs: browser.outputs(),
        secure: browser::secure(),
    });
    let runtime = Rc::new(Runtime::new(phone, browser, Box::new(host), locale, snapshot, now));
    drop(tie.set(Rc::downgrade(&runtime)));
    runtime.begin(resumed);
    let meaning = move |heard: &Heard| {
        snapshot.with_untracked(|snapshot| match heard {
            Heard::Key(press) => intent_of(press, snapshot),
            Heard::Paste(text) => intent_of_paste(text, snapshot),
        })
    };
    let listeners = keyboard::listen(meaning, &inbox);
    // Owned by the page: what the skin is given lives as long as it.
    let intents = UnsyncCallback::new(move |intent| {
        let _kept = &listeners;
        runtime.post(Input::Intent(intent));
    });
    Port {
        snapshot: snapshot.into(),
        now: now.into(),
        ahead_of_utc_min: browser::ahead_of_utc_min(),
        level: level.into(),
        intents,
        locale,
    }
}
