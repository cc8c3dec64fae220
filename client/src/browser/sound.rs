//! The sounds of the phone, made by the browser and not loaded from anywhere.

mod notes;
mod pattern;
mod voice;

use super::Inbox;
use crate::phone::Sound;
use notes::Playing;
use pattern::Pattern;
use sidetone_protocol::Ring;
use sidetone_skins::snapshot::DeviceRole;
use std::cell::RefCell;
use std::rc::Rc;
use voice::Voice;
use wasm_bindgen::JsValue;
use web_sys::AudioContext;

const KEY_SECONDS: f64 = 0.12;

/// What plays the sounds: rings where the ringer is, all else where the other party is heard.
pub(super) struct SoundBoard {
    tones: Voice,
    ringer: Voice,
    playing: RefCell<Option<Playing>>,
}

impl SoundBoard {
    pub(super) fn new(inbox: Inbox) -> Self {
        Self {
            tones: Voice::new(DeviceRole::Speaker, Rc::clone(&inbox)),
            ringer: Voice::new(DeviceRole::Ringer, inbox),
            playing: RefCell::default(),
        }
    }

    /// Finds out whether a ring would be heard now.
    pub(super) fn probe(&self) {
        self.ringer.probe();
    }

    /// Starts what the browser has held back; call it from a click or a key.
    pub(super) fn unlock(&self) {
        self.ringer.unlock();
        self.tones.unlock();
    }

    pub(super) fn unlock_if_blocked(&self) {
        self.ringer.unlock_if_blocked();
        self.tones.unlock_if_blocked();
    }

    /// Plays what belongs to that role on another device; none is the system's.
    pub(super) fn use_output(&self, role: DeviceRole, device: Option<String>) {
        match role {
            DeviceRole::Ringer => self.ringer.use_output(device),
            DeviceRole::Speaker => self.tones.use_output(device),
            DeviceRole::Microphone => {}
        }
    }

    pub(super) fn play(&self, sound: Option<Sound>) {
        self.playing.borrow_mut().take();
        let Some(sound) = sound else { return };
        let voice = match sound {
            Sound::Ring(_) => &self.ringer,
            Sound::CallWaiting | Sound::Ringback | Sound::Busy | Sound::Congestion => &self.tones,
        };
        let Some(audio) = voice.audio() else { return };
        match notes::start(&audio, pattern::pattern(sound)) {
            Ok(playing) => *self.playing.borrow_mut() = Some(playing),
            Err(error) => leptos::logging::warn!("a sound was not played: {error:?}"),
        }
        voice.probe();
    }

    pub(super) fn play_key(&self, key: char) {
        let Some((frequencies, audio)) = pattern::key_frequencies(key).zip(self.tones.audio()) else {
            return;
        };
        let key = |out| notes::note(&audio, &out, 0.0, KEY_SECONDS, &frequencies, false);
        report(notes::output(&audio, 0.06).and_then(key));
    }

    /// A call was answered for the user.
    pub(super) fn play_answered(&self) {
        play_once(&self.tones, &pattern::ANSWERED);
    }

    /// Lets the user hear where a role plays.
    pub(super) fn play_test(&self, role: DeviceRole) {
        match role {
            DeviceRole::Ringer => play_once(&self.ringer, &pattern::ring(Ring::Normal)),
            DeviceRole::Speaker => play_once(&self.tones, &pattern::TEST),
            DeviceRole::Microphone => {}
        }
    }

    /// Where a level can be measured.
    pub(super) fn audio(&self) -> Option<AudioContext> {
        self.tones.unlock();
        self.tones.audio()
    }
}

fn play_once(voice: &Voice, pattern: &Pattern) {
    voice.unlock();
    if let Some(audio) = voice.audio() {
        report(notes::output(&audio, pattern.volume).and_then(|out| notes::once(&audio, &out, pattern)));
    }
}

fn report(played: Result<(), JsValue>) {
    if let Err(error) = played {
        leptos::logging::warn!("a sound was not played: {error:?}");
    }
}
