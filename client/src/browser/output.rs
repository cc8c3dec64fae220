//! Where sound comes out.

use super::{Inbox, promise};
use crate::phone::Input;
use js_sys::{Function, Promise, Reflect};
use sidetone_skins::snapshot::DeviceRole;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};

/// What the browser calls the system's own choice (Audio Output Devices API, §5).
const SYSTEM: &str = "";
/// web-sys offers it only behind its flag for unstable interfaces.
const SET_SINK: &str = "setSinkId";

/// Plays an audio element or an audio context on another device; none is the system's. A browser that refuses (a
/// frame around the page may have to allow `speaker-selection`) goes on as before, and the core is told. One that knows
/// this of audio elements only plays the tones of a call where the system plays.
pub(super) fn set_sink(player: &JsValue, role: DeviceRole, device: Option<&str>, inbox: &Inbox) {
    if !Reflect::has(player, &SET_SINK.into()).unwrap_or(false) {
        return;
    }
    match call(player, device.unwrap_or(SYSTEM)) {
        Ok(done) => {
            let inbox = Rc::clone(inbox);
            promise::then(done, move |result| {
                if let Err(error) = result {
                    refused(role, &error, &inbox);
                }
            });
        }
        Err(error) => refused(role, &error, inbox),
    }
}

fn refused(role: DeviceRole, error: &JsValue, inbox: &Inbox) {
    leptos::logging::warn!("the output of the {role:?} was not changed: {error:?}");
    inbox(Input::OutputRefused(role));
}

fn call(player: &JsValue, device: &str) -> Result<Promise, JsValue> {
    let set: Function = Reflect::get(player, &SET_SINK.into())?.dyn_into()?;
    set.call1(player, &device.into())?.dyn_into()
}
