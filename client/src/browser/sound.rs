//! The sounds of the phone, made by the browser and not loaded from anywhere.

use super::{Inbox, promise};
use crate::phone::{Input, PageEvent, Sound};
use gloo::events::EventListener;
use gloo::timers::callback::{Interval, Timeout};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::{AudioContext, AudioContextState, GainNode, OscillatorType};

/// How long a browser may take to start a sound that it allows.
const START_MS: u32 = 500;
/// Louder and softer without a click at the edges, in seconds.
const EDGE: f64 = 0.008;
const KEY_SECONDS: f64 = 0.12;

/// A note: when it starts and how long it lasts, in seconds, and its frequencies in Hz.
struct Note(f64, f64, &'static [f32]);

/// Notes that repeat.
struct Pattern {
    notes: &'static [Note],
    period_ms: u32,
    volume: f32,
    /// Whether notes die away like a struck bell's.
    bell: bool,
}

/// Call progress tones of 425 Hz as in ITU-T E.180; the ring is ours.
fn pattern(sound: Sound) -> Pattern {
    const TONE: &[f32] = &[425.0];
    match sound {
        Sound::Ring => Pattern {
            notes: &[
                Note(0.0, 0.5, &[659.3, 1318.5]),
                Note(0.16, 0.5, &[784.0, 1568.0]),
                Note(0.32, 0.7, &[987.8, 1975.5]),
                Note(0.8, 0.5, &[659.3, 1318.5]),
                Note(0.96, 0.5, &[784.0, 1568.0]),
                Note(1.12, 0.9, &[987.8, 1975.5]),
            ],
            period_ms: 3_000,
            volume: 0.22,
            bell: true,
        },
        Sound::CallWaiting => Pattern {
            notes: &[Note(0.0, 0.2, TONE), Note(0.4, 0.2, TONE)],
            period_ms: 6_000,
            volume: 0.05,
            bell: false,
        },
        Sound::Ringback => {
            Pattern { notes: &[Note(0.0, 1.0, TONE)], period_ms: 5_000, volume: 0.08, bell: false }
        }
        Sound::Busy => Pattern {
            notes: &[Note(0.0, 0.5, TONE), Note(1.0, 0.5, TONE), Note(2.0, 0.5, TONE)],
            period_ms: 3_000,
            volume: 0.08,
            bell: false,
        },
        Sound::Congestion => Pattern {
            notes: &[
                Note(0.0, 0.25, TONE),
                Note(0.5, 0.25, TONE),
                Note(1.0, 0.25, TONE),
                Note(1.5, 0.25, TONE),
                Note(2.0, 0.25, TONE),
            ],
            period_ms: 2_500,
            volume: 0.08,
            bell: false,
        },
    }
}

/// The two frequencies of a key, ITU-T Q.23.
fn key_frequencies(key: char) -> Option<[f32; 2]> {
    const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
    const COLUMNS: [f32; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
    let place = "123A456B789C*0#D".find(key)?;
    Some([*ROWS.get(place / 4)?, *COLUMNS.get(place % 4)?])
}

/// What plays the sounds.
pub(super) struct SoundBoard {
    inbox: Inbox,
    /// Made when it is first needed: browsers warn of one that is made before the first click.
    context: RefCell<Option<Context>>,
    playing: Rc<RefCell<Option<Playing>>>,
}

struct Context {
    audio: AudioContext,
    _changed: EventListener,
}

/// A sound that repeats. Dropping it is silence.
struct Playing {
    out: GainNode,
    _again: Interval,
}

impl Drop for Playing {
    fn drop(&mut self) {
        // Fails only for a node that is not connected, which is as silent.
        drop(self.out.disconnect());
    }
}

impl SoundBoard {
    pub(super) fn new(inbox: Inbox) -> Self {
        Self { inbox, context: RefCell::default(), playing: Rc::default() }
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

    pub(super) fn play(&self, sound: Option<Sound>) {
        self.playing.borrow_mut().take();
        let Some((sound, audio)) = sound.zip(self.audio()) else { return };
        match start(&audio, pattern(sound)) {
            Ok(playing) => *self.playing.borrow_mut() = Some(playing),
            Err(error) => leptos::logging::warn!("a sound was not played: {error:?}"),
        }
        self.probe();
    }

    pub(super) fn play_key(&self, key: char) {
        let Some((frequencies, audio)) = key_frequencies(key).zip(self.audio()) else { return };
        let played =
            output(&audio, 0.06).and_then(|out| note(&audio, &out, 0.0, KEY_SECONDS, &frequencies, false));
        if let Err(error) = played {
            leptos::logging::warn!("a key was not heard: {error:?}");
        }
    }

    fn audio(&self) -> Option<AudioContext> {
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
            *context = Some(Context { audio, _changed: changed });
        }
        context.as_ref().map(|context| context.audio.clone())
    }
}

fn start(audio: &AudioContext, pattern: Pattern) -> Result<Playing, JsValue> {
    let out = output(audio, pattern.volume)?;
    once(audio, &out, &pattern)?;
    let period_ms = pattern.period_ms;
    let again = Interval::new(period_ms, {
        let (audio, out) = (audio.clone(), out.clone());
        move || {
            if let Err(error) = once(&audio, &out, &pattern) {
                leptos::logging::warn!("a sound was not repeated: {error:?}");
            }
        }
    });
    Ok(Playing { out, _again: again })
}

fn output(audio: &AudioContext, volume: f32) -> Result<GainNode, JsValue> {
    let out = audio.create_gain()?;
    out.gain().set_value(volume);
    out.connect_with_audio_node(&audio.destination())?;
    Ok(out)
}

fn once(audio: &AudioContext, out: &GainNode, pattern: &Pattern) -> Result<(), JsValue> {
    pattern
        .notes
        .iter()
        .try_for_each(|Note(at, lasts, frequencies)| note(audio, out, *at, *lasts, frequencies, pattern.bell))
}

fn note(
    audio: &AudioContext,
    out: &GainNode,
    at: f64,
    lasts: f64,
    frequencies: &[f32],
    bell: bool,
) -> Result<(), JsValue> {
    let start = audio.current_time() + at;
    let end = start + lasts;
    let envelope = audio.create_gain()?;
    envelope.gain().set_value_at_time(0.0, start)?;
    envelope.gain().linear_ramp_to_value_at_time(1.0, start + EDGE)?;
    if bell {
        // An exponential ramp cannot reach zero.
        envelope.gain().exponential_ramp_to_value_at_time(0.001, end)?;
    } else {
        envelope.gain().set_value_at_time(1.0, end - EDGE)?;
    }
    envelope.gain().linear_ramp_to_value_at_time(0.0, end)?;
    envelope.connect_with_audio_node(out)?;
    for (harmonic, frequency) in frequencies.iter().enumerate() {
        let oscillator = audio.create_oscillator()?;
        oscillator.set_type(OscillatorType::Sine);
        oscillator.frequency().set_value(*frequency);
        let level = audio.create_gain()?;
        // A bell's overtone is softer than its tone; the two tones of a key are equal.
        level.gain().set_value(if bell && harmonic > 0 { 0.25 } else { 0.8 });
        oscillator.connect_with_audio_node(&level)?;
        level.connect_with_audio_node(&envelope)?;
        oscillator.start_with_when(start)?;
        oscillator.stop_with_when(end)?;
    }
    Ok(())
}
