//! How loud the microphone is.

use gloo::timers::callback::Interval;
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::{AnalyserNode, AudioContext, MediaStream, MediaStreamAudioSourceNode, MediaStreamTrack};

/// Often enough to look alive.
const EVERY_MS: u32 = 60;
/// A power of two, as the interface demands; at 48 kHz some 20 ms.
const SAMPLES: u16 = 1_024;
/// The quietest and the loudest level that are told apart, in dB of full scale.
const QUIETEST_DB: f64 = -60.0;
const LOUDEST_DB: f64 = -6.0;

/// Takes a level from 0 to 100.
pub(super) type OnLevel = Rc<dyn Fn(u8)>;

/// Measures a track for as long as it is kept.
pub(super) struct Meter {
    source: MediaStreamAudioSourceNode,
    on_level: OnLevel,
    _every: Interval,
}

impl Meter {
    pub(super) fn start(
        audio: &AudioContext,
        track: &MediaStreamTrack,
        on_level: &OnLevel,
    ) -> Result<Self, JsValue> {
        let stream = MediaStream::new_with_tracks(&Array::of1(track))?;
        let source = audio.create_media_stream_source(&stream)?;
        let analyser = audio.create_analyser()?;
        analyser.set_fft_size(u32::from(SAMPLES));
        source.connect_with_audio_node(&analyser)?;
        let every = Interval::new(EVERY_MS, {
            let on_level = Rc::clone(on_level);
            move || on_level(level(&analyser))
        });
        Ok(Self { source, on_level: Rc::clone(on_level), _every: every })
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        // Fails only for a node that is not connected, which is as well.
        drop(self.source.disconnect());
        (self.on_level)(0);
    }
}

fn level(analyser: &AnalyserNode) -> u8 {
    let mut samples = [0_f32; SAMPLES as usize];
    analyser.get_float_time_domain_data(&mut samples);
    let power: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    percent(power / f64::from(SAMPLES))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
fn percent(power: f64) -> u8 {
    let decibels = 10.0 * power.max(1e-12).log10();
    ((decibels - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB) * 100.0).clamp(0.0, 100.0) as u8
}
