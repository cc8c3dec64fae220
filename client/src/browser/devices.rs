//! Which audio devices there are, and which were chosen in this browser.

use super::{Inbox, page, promise};
use crate::phone::{AudioDevice, AudioKind, ChosenDevices, Input, OutputChoice};
use gloo::storage::{LocalStorage, Storage};
use js_sys::{Array, Reflect};
use sidetone_skins::snapshot::{Device, DeviceRole};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaDeviceInfo, MediaDeviceKind};

/// Has the browser say which devices there are. One that does not say is one without a choice.
pub(super) fn list(inbox: &Inbox) {
    let Some(Ok(asked)) = page::media_devices().map(|devices| devices.enumerate_devices()) else { return };
    let inbox = Rc::clone(inbox);
    promise::then(asked, move |answer| match answer {
        Ok(devices) => {
            let devices: Array = Array::from(&devices);
            let read = |device: JsValue| read(&device.dyn_into().ok()?);
            inbox(Input::Devices(devices.iter().filter_map(read).collect()));
        }
        Err(error) => leptos::logging::warn!("devices were not listed: {error:?}"),
    });
}

fn read(device: &MediaDeviceInfo) -> Option<AudioDevice> {
    let kind = match device.kind() {
        MediaDeviceKind::Audioinput => AudioKind::Input,
        MediaDeviceKind::Audiooutput => AudioKind::Output,
        // Cameras. The enum is the browser's.
        _ => return None,
    };
    Some(AudioDevice { kind, device: Device { id: device.device_id(), label: device.label() } })
}

/// Whether the page may choose where sound comes out, as far as the browser has a way to say so.
pub(super) fn outputs() -> OutputChoice {
    let has = |class: &str| {
        let prototype = web_sys::window()
            .and_then(|window| Reflect::get(&window, &class.into()).ok())
            .and_then(|class| Reflect::get(&class, &"prototype".into()).ok());
        prototype.is_some_and(|prototype| Reflect::has(&prototype, &"setSinkId".into()).unwrap_or(false))
    };
    OutputChoice { speaker: has("HTMLMediaElement"), ringer: has("AudioContext") }
}

fn key(role: DeviceRole) -> &'static str {
    match role {
        DeviceRole::Microphone => "sidetone.microphone",
        DeviceRole::Speaker => "sidetone.speaker",
        DeviceRole::Ringer => "sidetone.ringer",
    }
}

/// What was chosen on earlier pages.
pub(super) fn chosen() -> ChosenDevices {
    let load = |role| {
        let (id, label) = LocalStorage::get(key(role)).ok()?;
        Some(Device { id, label })
    };
    ChosenDevices {
        microphone: load(DeviceRole::Microphone),
        speaker: load(DeviceRole::Speaker),
        ringer: load(DeviceRole::Ringer),
    }
}

/// Keeps a choice for later pages; none forgets it.
pub(super) fn store(role: DeviceRole, device: Option<Device>) {
    let Some(Device { id, label }) = device else {
        LocalStorage::delete(key(role));
        return;
    };
    // A browser that blocks storage forgets the choice with the page, and nothing else.
    if let Err(error) = LocalStorage::set(key(role), (id, label)) {
        leptos::logging::warn!("the device will be forgotten: {error}");
    }
}
