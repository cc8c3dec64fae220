//! A held Web Lock, which keeps Chromium from freezing the tab in the background.

use js_sys::{Function, Promise, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

#[derive(Default)]
pub(super) struct Awake {
    held: RefCell<Option<Held>>,
}

struct Held {
    /// Ends the promise that the lock waits for; there from the moment the lock is given.
    release: Rc<RefCell<Option<Function>>>,
    _granted: Closure<dyn FnMut() -> Promise>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(release) = self.release.borrow().as_ref() {
            // Calling a promise's resolver does not fail.
            drop(release.call0(&JsValue::NULL));
        }
    }
}

impl Awake {
    pub(super) fn set(&self, on: bool) {
        let mut held = self.held.borrow_mut();
        if on && held.is_none() {
            *held = hold();
        } else if !on {
            held.take();
        }
    }
}

fn hold() -> Option<Held> {
    let release: Rc<RefCell<Option<Function>>> = Rc::default();
    let granted = {
        let release = Rc::clone(&release);
        Closure::<dyn FnMut() -> Promise>::new(move || {
            Promise::new(&mut |resolve, _| *release.borrow_mut() = Some(resolve))
        })
    };
    // A name of its own: each tab wants to hold a lock, and none wants to keep another from it.
    let name = format!("sidetone-{}", super::page::random());
    let held = request(&locks()?, &name, granted.as_ref().unchecked_ref()).ok()?;
    super::promise::report(held, "the lock was not held");
    Some(Held { release, _granted: granted })
}

/// Only pages that were loaded securely have locks.
fn locks() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)
}

/// `LockManager.request`, which web-sys offers only behind its flag for unstable interfaces.
fn request(locks: &JsValue, name: &str, granted: &Function) -> Result<Promise, JsValue> {
    let request: Function = Reflect::get(locks, &"request".into())?.dyn_into()?;
    request.call2(locks, &name.into(), granted)?.dyn_into()
}
