//! What the user hears of the other party.

use super::{Inbox, output, promise};
use crate::phone::{Input, PageEvent};
use js_sys::Array;
use sidetone_skins::snapshot::DeviceRole;
use std::cell::Cell;
use std::rc::Rc;
use web_sys::{HtmlAudioElement, MediaStream, MediaStreamTrack};

/// The audio element that plays the remote track; always attached, so that a call needs nothing more.
pub(super) struct Speaker {
    inbox: Inbox,
    element: Option<HtmlAudioElement>,
    blocked: Rc<Cell<bool>>,
}

impl Speaker {
    pub(super) fn new(inbox: Inbox) -> Self {
        let element = HtmlAudioElement::new().ok();
        if let Some(element) = &element {
            element.set_autoplay(true);
        }
        Self { inbox, element, blocked: Rc::default() }
    }

    /// Plays on another device; none is the system's.
    pub(super) fn use_output(&self, device: Option<&str>) {
        if let Some(element) = &self.element {
            output::set_sink(element, DeviceRole::Speaker, device, &self.inbox);
        }
    }

    pub(super) fn listen_to(&self, track: &MediaStreamTrack) {
        let Ok(stream) = MediaStream::new_with_tracks(&Array::of1(track)) else { return };
        if let Some(element) = &self.element {
            element.set_src_object(Some(&stream));
            self.play();
        }
    }

    /// Plays again after the browser has held it back; call it from a click or a key.
    pub(super) fn unlock(&self) {
        if self.blocked.take() {
            self.play();
        }
    }

    fn play(&self) {
        let Some(Ok(played)) = self.element.as_ref().map(|element| element.play()) else { return };
        let (inbox, blocked) = (Rc::clone(&self.inbox), Rc::clone(&self.blocked));
        promise::then(played, move |result| {
            // A refusal is the autoplay policy's; the core offers a button then.
            if result.is_err() {
                blocked.set(true);
                inbox(Input::Page(PageEvent::SoundBlocked));
            }
        });
    }
}
