//! Opus (RFC 6716) between packets and 16 kHz mono audio. The codec itself is the crate `rusty-opus`; why that one
//! is written in `docs/adr/0005-opus-in-rust.md`.

use crate::signal::{FRAME, Frame, RATE};
pub(crate) use rusty_opus::Error;
use rusty_opus::{Application, OpusDecoder, OpusEncoder};

/// Speech in the whole band that we mix in, with room for what the far end's losses take.
const BITRATE: i32 = 28_000;
/// Out of ten: half the work of the best, and hard to tell from it for speech.
const COMPLEXITY: i32 = 5;
/// How much loss the in-band correction is made for, in percent.
const EXPECTED_LOSS: i32 = 5;
/// The longest packet: 120 ms (RFC 6716 §3.2).
pub(crate) const MAX_SAMPLES: usize = 6 * FRAME;

/// One outgoing stream.
pub(crate) struct Encoder {
    opus: OpusEncoder,
    samples: [f32; FRAME],
}

/// One incoming stream.
pub(crate) struct Decoder {
    opus: OpusDecoder,
    samples: [f32; MAX_SAMPLES],
}

impl Encoder {
    pub(crate) fn new() -> Result<Self, Error> {
        let mut opus = OpusEncoder::new(RATE.cast_signed(), 1, Application::Voip)?;
        opus.bitrate_bps = BITRATE;
        opus.complexity = COMPLEXITY;
        opus.use_inband_fec = true;
        opus.packet_loss_perc = EXPECTED_LOSS;
        Ok(Self { opus, samples: [0.0; FRAME] })
    }

    /// Writes a packet of 20 ms; returns its length.
    pub(crate) fn encode(&mut self, frame: &Frame, out: &mut [u8]) -> Result<usize, Error> {
        for (sample, given) in self.samples.iter_mut().zip(frame) {
            *sample = f32::from(*given) / 32_768.0;
        }
        self.opus.encode(&self.samples, FRAME, out)
    }
}

impl Decoder {
    pub(crate) fn new() -> Result<Self, Error> {
        let opus = OpusDecoder::new(RATE.cast_signed(), 1)?;
        Ok(Self { opus, samples: [0.0; MAX_SAMPLES] })
    }

    /// Reads a packet into `out`, at its end.
    pub(crate) fn decode(&mut self, packet: &[u8], out: &mut Vec<i16>) -> Result<(), Error> {
        if packet.is_empty() {
            return Ok(());
        }
        let count = self.opus.decode(packet, MAX_SAMPLES, &mut self.samples)?;
        out.extend(
            self.samples
                .iter()
                .take(count)
                .map(|sample| crate::g711::saturate(f64::from(*sample) * 32_768.0)),
        );
        Ok(())
    }
}

/// How many samples at our rate a packet holds, by its table of contents (RFC 6716 §3.1).
pub(crate) fn samples(packet: &[u8]) -> Option<usize> {
    let toc = *packet.first()?;
    // In steps of 2.5 ms.
    let frame = match toc >> 3 {
        config @ 0..=11 => [4, 8, 16, 24][usize::from(config & 3)],
        config @ 12..=15 => [4, 8][usize::from(config & 1)],
        config => 1 << (config & 3),
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => usize::from(packet.get(1)? & 0x3f),
    };
    let samples = frame * frames * FRAME / 8;
    (samples <= MAX_SAMPLES).then_some(samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::tests::share;

    /// What libopus 1.6 wrote of a tone of 440 Hz at 8 kbit/s.
    const LIBOPUS: [&str; 16] = [
        "0883f901e3c2206c7d45cd24a50d2655e85d0ff0",
        "08aadcedd4110725bd85d8a91c73ce8d6fc119e0",
        "08a36700e0aeb05962337ab7c0fece1ceaaccc90",
        "08a109cbceaac6b5272041738cd566b4ab9451a0",
        "08a281307732aa5e9002cd0c1b2fb9c7879a3347",
        "0b4101a3bfd0e45dfc3e0753f4814d1c7f63e000",
        "08a3005aec4ab2032c9eb40d0e078f06abba36c0",
        "0b01a2bb5b0782758f2383fcd834784da80b17d3",
        "08a2812efc012788deb27dd9891ce7ac97e1b0d2",
        "0b019ea8107732aa5e52c864e317d042697f3220",
        "08a004603deae69cafe407de7ff847016a8de4e0",
        "089ea8107732aa5ea9b98f9c600e9939860abe80",
        "0b4102a281307732aa5ea9e2d9f202ace9d90000",
        "0b4100a3c990772f4788186ae1f442bacfdd9e80",
        "0b4100a3c9907732aa5e8ff4614b4d3135c50450",
        "08a27770e45dfbdfcb745624fe441314f9a5433f",
    ];

    fn packet(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2).map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap()).collect()
    }

    #[test]
    fn a_stream_of_the_reference_implementation_is_heard() {
        let (mut decoder, mut heard) = (Decoder::new().unwrap(), Vec::new());
        for packet in LIBOPUS {
            let packet = self::packet(packet);
            assert_eq!(samples(&packet), Some(FRAME));
            decoder.decode(&packet, &mut heard).unwrap();
        }
        assert_eq!(heard.len(), 16 * FRAME);
        assert!(share(&heard[4 * FRAME..], 440.0, RATE) > 0.95);
        let peak = heard[4 * FRAME..].iter().max().unwrap();
        assert!((6500..9500).contains(peak), "{peak}");
    }

    proptest::proptest! {
        #[test]
        fn a_damaged_packet_is_heard_or_refused(
            of in 0..LIBOPUS.len(),
            cut in 0..20_usize,
            damage in proptest::collection::vec((0..20_usize, proptest::prelude::any::<u8>()), 0..6),
            more in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40),
        ) {
            let mut decoder = Decoder::new().unwrap();
            let mut packet = packet(LIBOPUS[of]);
            for (at, octet) in damage {
                packet[at] = octet;
            }
            packet.truncate(20 - cut);
            packet.extend(more);
            let mut heard = Vec::new();
            let decoded = decoder.decode(&packet, &mut heard);
            proptest::prop_assert!(heard.len() <= MAX_SAMPLES);
            proptest::prop_assert!(decoded.is_ok() || heard.is_empty());
            // Whatever it was, the stream goes on.
            heard.clear();
            decoder.decode(&self::packet(LIBOPUS[0]), &mut heard).unwrap();
            proptest::prop_assert_eq!(heard.len(), FRAME);
        }
    }
}
