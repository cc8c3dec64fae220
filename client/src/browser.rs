//! Everything that touches the browser, and nothing that decides: it carries out [`Effect`]s and reports what
//! happens as [`Input`]s.

mod awake;
mod devices;
pub(crate) mod keyboard;
mod meter;
mod microphone;
mod notification;
mod output;
mod page;
mod peer;
mod promise;
mod socket;
mod sound;
mod speaker;
mod token;

use crate::phone::{ChosenDevices, Effect, Input, OutputChoice};
use awake::Awake;
use gloo::events::EventListener;
use meter::{Meter, OnLevel};
use microphone::Microphone;
use notification::Notification;
use peer::Peer;
use sidetone_skins::snapshot::DeviceRole;
use socket::Socket;
use sound::SoundBoard;
use speaker::Speaker;
use std::cell::RefCell;
use std::rc::Rc;

pub(crate) use page::{
    ahead_of_utc_min, clock, epoch_ms, languages, query, random, secure, set_language, set_title,
    tell_of_faults,
};

/// Takes what has happened. May be called at any time, also while an effect is being carried out.
pub(crate) type Inbox = Rc<dyn Fn(Input)>;

/// The browser, as far as the phone needs it.
pub(crate) struct Browser {
    inbox: Inbox,
    socket: RefCell<Option<Socket>>,
    peer: RefCell<Option<Peer>>,
    microphone: Microphone,
    meter: RefCell<Option<Meter>>,
    on_level: OnLevel,
    speaker: Rc<Speaker>,
    sounds: Rc<SoundBoard>,
    awake: Awake,
    notification: Notification,
    /// Kept for as long as they are to be heard: the life of the page.
    _listeners: Vec<EventListener>,
}

impl Browser {
    /// `on_level` takes how loud the microphone is while that is measured, from 0 to 100.
    pub(crate) fn new(inbox: Inbox, on_level: impl Fn(u8) + 'static) -> Self {
        let speaker = Rc::new(Speaker::new(Rc::clone(&inbox)));
        let sounds = Rc::new(SoundBoard::new(Rc::clone(&inbox)));
        let mut listeners = page::listen(&inbox);
        listeners.extend(unlock_by_gesture(&speaker, &sounds));
        page::report_permissions(&inbox);
        Self {
            microphone: Microphone::new(Rc::clone(&inbox)),
            meter: RefCell::default(),
            on_level: Rc::new(on_level),
            notification: Notification::new(Rc::clone(&inbox)),
            inbox,
            socket: RefCell::default(),
            peer: RefCell::default(),
            speaker,
            sounds,
            awake: Awake::default(),
            _listeners: listeners,
        }
    }

    /// The session that a reload of this tab interrupted.
    pub(crate) fn token(&self) -> Option<sidetone_protocol::SessionToken> {
        token::load()
    }

    /// The devices that were chosen on earlier pages.
    pub(crate) fn chosen_devices(&self) -> ChosenDevices {
        devices::chosen()
    }

    /// Whether the page may choose where sound comes out.
    pub(crate) fn outputs(&self) -> OutputChoice {
        devices::outputs()
    }

    /// Finds out whether this page may make a sound before anybody has clicked.
    pub(crate) fn probe_sound(&self) {
        self.sounds.probe();
    }

    /// Shows that somebody calls.
    pub(crate) fn notify(&self, title: &str, body: &str) {
        self.notification.show(title, body);
    }

    pub(crate) fn execute(&self, effect: Effect) {
        match effect {
            Effect::OpenSocket(id) => {
                *self.socket.borrow_mut() = Socket::open(id, &self.inbox);
            }
            Effect::CloseSocket(id) => {
                self.socket.borrow_mut().take_if(|socket| socket.id() == id);
            }
            Effect::Send { connection, frame } => {
                if let Some(socket) = self.socket.borrow().as_ref().filter(|socket| socket.id() == connection)
                {
                    socket.send(&frame);
                }
            }
            Effect::StoreToken(token) => token::store(&token),
            Effect::ForgetToken => token::forget(),
            Effect::StayAwake(on) => self.awake.set(on),
            Effect::OpenPeer(generation) => {
                *self.peer.borrow_mut() = Peer::open(generation, &self.inbox, &self.speaker);
            }
            Effect::ApplyAnswer { generation, sdp } => {
                self.with_peer(generation, |peer| peer.apply_answer(sdp));
            }
            Effect::SetSendCodec { generation, codec } => {
                self.with_peer(generation, |peer| peer.set_send_codec(codec));
            }
            Effect::ClosePeer(generation) => {
                self.peer.borrow_mut().take_if(|peer| peer.generation() == generation);
            }
            Effect::ListDevices => devices::list(&self.inbox),
            Effect::AcquireMicrophone { acquisition, device } => {
                self.microphone.acquire(acquisition, device.as_deref());
            }
            Effect::EnableMicrophone(on) => self.microphone.enable(on),
            Effect::AttachMicrophone(generation) => {
                self.with_peer(generation, |peer| peer.send_track(self.microphone.track().as_ref()));
            }
            Effect::ReleaseMicrophone => {
                if let Some(peer) = self.peer.borrow().as_ref() {
                    peer.send_track(None);
                }
                self.meter.borrow_mut().take();
                self.microphone.release();
            }
            Effect::MeasureMicrophone(on) => self.measure(on),
            Effect::UseOutput { role, device } => {
                if role == DeviceRole::Speaker {
                    self.speaker.use_output(device.as_deref());
                }
                self.sounds.use_output(role, device);
            }
            Effect::StoreDevice { role, device } => devices::store(role, device),
            Effect::PlayTest(role) => self.sounds.play_test(role),
            Effect::PlayAnswered => self.sounds.play_answered(),
            Effect::Play(sound) => self.sounds.play(sound),
            Effect::PlayKey(key) => self.sounds.play_key(key),
            Effect::UnlockSound => {
                self.sounds.unlock();
                self.speaker.unlock();
            }
            Effect::AskForNotifications => self.notification.ask(),
            // Its words are the shell's: it calls `notify`.
            Effect::Notify(_) => {}
            Effect::WithdrawNotification => self.notification.withdraw(),
            Effect::Reload => page::reload(),
        }
    }

    fn measure(&self, on: bool) {
        let mut meter = self.meter.borrow_mut();
        meter.take();
        let track = self.microphone.track().filter(|_| on);
        let Some((track, audio)) = track.zip(self.sounds.audio()) else { return };
        match Meter::start(&audio, &track, &self.on_level) {
            Ok(started) => *meter = Some(started),
            Err(error) => leptos::logging::warn!("the microphone was not measured: {error:?}"),
        }
    }

    fn with_peer(&self, generation: sidetone_protocol::MediaGeneration, act: impl FnOnce(&Peer)) {
        if let Some(peer) = self.peer.borrow().as_ref().filter(|peer| peer.generation() == generation) {
            act(peer);
        }
    }
}

/// Browsers hold sound back until the user has touched the page; any touch will do.
fn unlock_by_gesture(speaker: &Rc<Speaker>, sounds: &Rc<SoundBoard>) -> Vec<EventListener> {
    ["pointerdown", "keydown"]
        .into_iter()
        .map(|gesture| {
            let (speaker, sounds) = (Rc::clone(speaker), Rc::clone(sounds));
            page::on_document(gesture, move |_| {
                sounds.unlock_if_blocked();
                speaker.unlock();
            })
        })
        .collect()
}
