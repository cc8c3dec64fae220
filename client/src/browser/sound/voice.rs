//! An audio context on a device of its own.

use crate::browser::{Inbox, output, promise};
use crate::phone::{Input, PageEvent};
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use sidetone_skins::snapshot::DeviceRole;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::{AudioContext, AudioContextState};

/// How long a browser may take to start a sound that it allows.
const START_MS: u32 = 500;

/// Plays what belongs to one role.
pub(super) struct Voice {
    role: DeviceRole,
    inbox: Inbox,
    /// Made when it is first needed: browsers warn of one that is made before the first click.
    context: RefCell<Option<Context>>,
    device: RefCell<Option<String>>,
}

struct Context {
    audio: AudioContext,
    _changed: EventListener,
}

impl Voice {
    pub(super) fn new(role: DeviceRole, inbox: Inbox) -> Self {
        Self { role, inbox, context: RefCell::default(), device: RefCell::default() }
    }

    /// Plays on another device from now on; none is the system's.
    pub(super) fn use_output(&self, device: Option<String>) {
        *self.device.borrow_mut() = device;
        if let Some(context) = self.context.borrow().as_ref() {
            self.direct(&context.audio);
        }
    }

    /// Finds out whether a sound would be heard now.
    pub(super) fn probe(&self) {
        let Some(audio) = self.audio() else { return };
        let inbox = Rc::clone(&self.inbox);
        Timeout::new(START_MS, move || {
            if audio.state() == AudioContextState::Suspended {
                inbox(Input::Page(PageEvent::SoundBlocked));
            }
        })
        .forget();
    }

    /// Starts what the browser has held back; call it from a click or a key.
    pub(super) fn unlock(&self) {
        if let Some(audio) = self.audio()
            && audio.state() == AudioContextState::Suspended
            && let Ok(resumed) = audio.resume()
        {
            promise::report(resumed, "the browser holds sound back");
        }
    }

    pub(super) fn unlock_if_blocked(&self) {
        if self.context.borrow().is_some() {
            self.unlock();
        }
    }

    pub(super) fn audio(&self) -> Option<AudioContext> {
        let mut context = self.context.borrow_mut();
        if context.is_none() {
            let audio = AudioContext::new().ok()?;
            let changed = EventListener::new(&audio, "statechange", {
                let (inbox, audio) = (Rc::clone(&self.inbox), audio.clone());
                move |_| {
                    if audio.state() == AudioContextState::Running {
                        inbox(Input::Page(PageEvent::SoundAllowed));
                    }
                }
            });
            if self.device.borrow().is_some() {
                self.direct(&audio);
            }
            *context = Some(Context { audio, _changed: changed });
        }
        context.as_ref().map(|context| context.audio.clone())
    }

    fn direct(&self, audio: &AudioContext) {
        output::set_sink(audio, self.role, self.device.borrow().as_deref(), &self.inbox);
    }
}
