//! Every codec to and from the audio that is mixed.

use crate::{
    Codec, g711, g722, opus,
    resample::{Down, Up},
    signal::{FRAME, Frame},
};

/// The largest payload of 20 ms that an encoder writes.
pub(crate) const MAX_ENCODED: usize = 512;

/// Audio to payloads, in one codec.
pub(crate) enum Encoder {
    Opus(Box<opus::Encoder>),
    G722(Box<g722::Encoder>),
    Pcmu(Box<Down>),
    Pcma(Box<Down>),
}

/// Payloads to audio, in one codec.
pub(crate) enum Decoder {
    Opus(Box<opus::Decoder>),
    G722(Box<g722::Decoder>),
    Pcmu(Box<Up>),
    Pcma(Box<Up>),
}

impl Encoder {
    /// `None` if the codec cannot be set up.
    pub(crate) fn new(codec: Codec) -> Option<Self> {
        Some(match codec {
            Codec::Opus => Self::Opus(Box::new(opus::Encoder::new().inspect_err(cannot_start).ok()?)),
            Codec::G722 => Self::G722(Box::new(g722::Encoder::new())),
            Codec::Pcmu => Self::Pcmu(Box::new(Down::new())),
            Codec::Pcma => Self::Pcma(Box::new(Down::new())),
        })
    }

    pub(crate) fn codec(&self) -> Codec {
        match self {
            Self::Opus(_) => Codec::Opus,
            Self::G722(_) => Codec::G722,
            Self::Pcmu(_) => Codec::Pcmu,
            Self::Pcma(_) => Codec::Pcma,
        }
    }

    /// Writes 20 ms; returns the length of the payload. `None` if there is nothing to send.
    pub(crate) fn encode(&mut self, frame: &Frame, out: &mut [u8; MAX_ENCODED]) -> Option<usize> {
        match self {
            Self::Opus(encoder) => encoder
                .encode(frame, out)
                .inspect_err(|error| tracing::debug!(%error, "20 ms of Opus could not be written"))
                .ok()
                .filter(|len| *len > 0),
            Self::G722(encoder) => Some(encoder.encode(frame, out)),
            Self::Pcmu(down) => Some(companded(down, frame, g711::encode_ulaw, out)),
            Self::Pcma(down) => Some(companded(down, frame, g711::encode_alaw, out)),
        }
    }
}

impl Decoder {
    /// `None` if the codec cannot be set up.
    pub(crate) fn new(codec: Codec) -> Option<Self> {
        Some(match codec {
            Codec::Opus => Self::Opus(Box::new(opus::Decoder::new().inspect_err(cannot_start).ok()?)),
            Codec::G722 => Self::G722(Box::new(g722::Decoder::new())),
            Codec::Pcmu => Self::Pcmu(Box::new(Up::new())),
            Codec::Pcma => Self::Pcma(Box::new(Up::new())),
        })
    }

    pub(crate) fn codec(&self) -> Codec {
        match self {
            Self::Opus(_) => Codec::Opus,
            Self::G722(_) => Codec::G722,
            Self::Pcmu(_) => Codec::Pcmu,
            Self::Pcma(_) => Codec::Pcma,
        }
    }

    /// Reads a payload into `out`, at its end. One that makes no sense adds nothing.
    pub(crate) fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) {
        match self {
            Self::Opus(decoder) => {
                if let Err(error) = decoder.decode(payload, out) {
                    tracing::trace!(%error, "a packet is not Opus");
                }
            }
            Self::G722(decoder) => out.extend(payload.iter().flat_map(|octet| decoder.decode(*octet))),
            Self::Pcmu(up) => out.extend(payload.iter().flat_map(|octet| up.step(g711::decode_ulaw(*octet)))),
            Self::Pcma(up) => out.extend(payload.iter().flat_map(|octet| up.step(g711::decode_alaw(*octet)))),
        }
    }
}

/// How many samples a payload will decode to. `None` for one that is no audio.
pub(crate) fn samples(codec: Codec, payload: &[u8]) -> Option<usize> {
    match codec {
        Codec::Opus => opus::samples(payload),
        Codec::G722 | Codec::Pcmu | Codec::Pcma => Some(2 * payload.len()),
    }
    .filter(|samples| *samples > 0)
}

fn companded(down: &mut Down, frame: &Frame, encode: fn(i16) -> u8, out: &mut [u8; MAX_ENCODED]) -> usize {
    for (octet, pair) in out.iter_mut().zip(frame.chunks_exact(2)) {
        *octet = encode(down.step(pair[0], pair[1]));
    }
    FRAME / 2
}

fn cannot_start(error: &opus::Error) {
    tracing::error!(%error, "Opus cannot be set up");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::{
        RATE,
        tests::{share, tone},
    };

    fn round_trip(codec: Codec, samples: &[i16]) -> Vec<i16> {
        let (mut encoder, mut decoder) = (Encoder::new(codec).unwrap(), Decoder::new(codec).unwrap());
        let (mut packet, mut heard) = ([0; MAX_ENCODED], Vec::new());
        for frame in samples.chunks_exact(FRAME) {
            let len = encoder.encode(frame.try_into().unwrap(), &mut packet).unwrap();
            let before = heard.len();
            decoder.decode(&packet[..len], &mut heard);
            assert_eq!(super::samples(codec, &packet[..len]), Some(heard.len() - before));
        }
        heard
    }

    #[test]
    fn a_tone_passes_through_every_codec_frame_by_frame() {
        for codec in Codec::ALL {
            let heard = round_trip(codec, &tone(1000.0, RATE, 50 * FRAME));
            assert_eq!(heard.len(), 50 * FRAME);
            assert!(share(&heard[3200..], 1000.0, RATE) > 0.99, "{codec:?}");
            let peak = heard[3200..].iter().max().unwrap();
            assert!((7000..9000).contains(peak), "{codec:?}: {peak}");
        }
    }

    #[test]
    fn the_wide_codecs_carry_what_a_telephone_cannot() {
        let peak = |codec| *round_trip(codec, &tone(6000.0, RATE, 50 * FRAME))[3200..].iter().max().unwrap();
        assert!(peak(Codec::G722) > 7000 && peak(Codec::Opus) > 5000);
        assert!(peak(Codec::Pcmu) < 200 && peak(Codec::Pcma) < 200);
    }

    #[test]
    fn silence_stays_silent() {
        for codec in Codec::ALL {
            assert!(round_trip(codec, &[0; 20 * FRAME]).iter().all(|s| s.abs() <= 16), "{codec:?}");
        }
    }

    #[test]
    fn opus_packets_are_as_long_as_their_first_octets_say() {
        for (packet, samples) in [
            (&[0x08][..], Some(320)), // SILK narrow band, 20 ms
            (&[0x18], Some(960)),     // 60 ms
            (&[0x1b, 0x02], Some(1920)),
            (&[0x1b, 0x03], None), // 180 ms: more than a packet may hold
            (&[0x1b], None),
            (&[0x78], Some(320)), // hybrid, 20 ms
            (&[0xe1], Some(80)),  // CELT, twice 2.5 ms
            (&[0xf8, 0xff, 0xfe], Some(320)),
            (&[], None),
        ] {
            assert_eq!(super::samples(Codec::Opus, packet), samples, "{packet:x?}");
        }
        assert_eq!(super::samples(Codec::Pcmu, &[]), None);
        let mut heard = Vec::new();
        let mut decoder = Decoder::new(Codec::Opus).unwrap();
        decoder.decode(&[0x1b, 0x03, 1, 2, 3], &mut heard);
        decoder.decode(&[], &mut heard);
        assert!(heard.is_empty(), "nonsense is not heard");
    }
}
