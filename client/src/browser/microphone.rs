//! The microphone.

use super::{Inbox, page, promise};
use crate::phone::{AcquisitionId, Input};
use gloo::events::EventListener;
use sidetone_protocol::FailureCode;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DomException, MediaStream, MediaStreamConstraints, MediaStreamTrack, MediaTrackConstraints};

/// The microphone: asked for, live, or off.
pub(super) struct Microphone {
    inbox: Inbox,
    state: Rc<State>,
}

#[derive(Default)]
struct State {
    /// The question whose answer is wanted; any other answer is stopped as it comes.
    wanted: Cell<Option<AcquisitionId>>,
    live: RefCell<Option<Live>>,
}

/// A live track. Dropping it turns the microphone off.
struct Live {
    track: MediaStreamTrack,
    _ended: EventListener,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.track.stop();
    }
}

impl Microphone {
    pub(super) fn new(inbox: Inbox) -> Self {
        Self { inbox, state: Rc::default() }
    }

    /// Asks for a microphone; one that is live stays until the new one takes its place.
    pub(super) fn acquire(&self, id: AcquisitionId, device: Option<&str>) {
        self.state.wanted.set(Some(id));
        let (state, inbox) = (Rc::clone(&self.state), Rc::clone(&self.inbox));
        let Some(asked) = ask(device) else {
            // Without HTTPS there are no media devices at all.
            inbox(Input::Microphone { acquisition: id, result: Err(FailureCode::MicrophoneDenied) });
            return;
        };
        promise::then(asked, move |answer| {
            let track = answer.map_err(|error| failure(&error)).and_then(|stream| first_track(&stream));
            if state.wanted.get() != Some(id) {
                if let Ok(track) = track {
                    track.stop();
                }
                return;
            }
            let result = track.map(|track| {
                let ended = EventListener::new(&track, "ended", {
                    let inbox = Rc::clone(&inbox);
                    move |_| inbox(Input::MicrophoneEnded)
                });
                *state.live.borrow_mut() = Some(Live { track, _ended: ended });
            });
            inbox(Input::Microphone { acquisition: id, result });
        });
    }

    pub(super) fn track(&self) -> Option<MediaStreamTrack> {
        self.state.live.borrow().as_ref().map(|live| Clone::clone(&live.track))
    }

    pub(super) fn enable(&self, on: bool) {
        if let Some(live) = self.state.live.borrow().as_ref() {
            live.track.set_enabled(on);
        }
    }

    pub(super) fn release(&self) {
        self.state.wanted.set(None);
        self.state.live.borrow_mut().take();
    }
}

fn ask(device: Option<&str>) -> Option<js_sys::Promise> {
    let audio = MediaTrackConstraints::new();
    audio.set_echo_cancellation(&JsValue::TRUE);
    audio.set_noise_suppression(&JsValue::TRUE);
    audio.set_auto_gain_control(&JsValue::TRUE);
    audio.set_channel_count(&JsValue::from(1));
    // A wish and no demand: where the device has just gone, another is better than none.
    if let Some(device) = device {
        audio.set_device_id_str(device);
    }
    let constraints = MediaStreamConstraints::new();
    constraints.set_audio(&audio);
    page::media_devices()?.get_user_media_with_constraints(&constraints).ok()
}

fn first_track(stream: &JsValue) -> Result<MediaStreamTrack, FailureCode> {
    stream
        .dyn_ref::<MediaStream>()
        .and_then(|stream| stream.get_audio_tracks().get(0).dyn_into().ok())
        .ok_or(FailureCode::MicrophoneMissing)
}

/// The exceptions of `getUserMedia`, Media Capture and Streams §10.2.
fn failure(error: &JsValue) -> FailureCode {
    match error.dyn_ref::<DomException>().map(DomException::name).as_deref() {
        Some("NotFoundError" | "OverconstrainedError") => FailureCode::MicrophoneMissing,
        Some("NotAllowedError" | "SecurityError") => FailureCode::MicrophoneDenied,
        Some(_) | None => FailureCode::MicrophoneBusy,
    }
}
