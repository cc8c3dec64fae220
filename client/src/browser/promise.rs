//! Promises whose outcome somebody has to know.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Calls back with what became of a promise.
pub(super) fn then(promise: Promise, done: impl FnOnce(Result<JsValue, JsValue>) + 'static) {
    spawn_local(async move { done(JsFuture::from(promise).await) });
}

/// For a promise whose failure changes nothing that the phone could do: it is told to whoever reads the console.
pub(super) fn report(promise: Promise, what: &'static str) {
    then(promise, move |result| {
        if let Err(error) = result {
            leptos::logging::warn!("{what}: {error:?}");
        }
    });
}
