//! Plays notes.

use super::pattern::{Note, Pattern};
use gloo::timers::callback::Interval;
use wasm_bindgen::JsValue;
use web_sys::{AudioContext, GainNode, OscillatorType};

/// Louder and softer without a click at the edges, in seconds.
const EDGE: f64 = 0.008;

/// A sound that repeats. Dropping it is silence.
pub(super) struct Playing {
    out: GainNode,
    _again: Interval,
}

impl Drop for Playing {
    fn drop(&mut self) {
        // Fails only for a node that is not connected, which is as silent.
        drop(self.out.disconnect());
    }
}

pub(super) fn start(audio: &AudioContext, pattern: Pattern) -> Result<Playing, JsValue> {
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

pub(super) fn output(audio: &AudioContext, volume: f32) -> Result<GainNode, JsValue> {
    let out = audio.create_gain()?;
    out.gain().set_value(volume);
    out.connect_with_audio_node(&audio.destination())?;
    Ok(out)
}

pub(super) fn once(audio: &AudioContext, out: &GainNode, pattern: &Pattern) -> Result<(), JsValue> {
    pattern
        .notes
        .iter()
        .try_for_each(|Note(at, lasts, frequencies)| note(audio, out, *at, *lasts, frequencies, pattern.bell))
}

pub(super) fn note(
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
