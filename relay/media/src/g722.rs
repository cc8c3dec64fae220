//! G.722 (ITU-T G.722) at 64 kbit/s: 16 kHz audio in two bands of ADPCM, six bits for the lower, two for the
//! upper. Integer arithmetic throughout, as the recommendation writes it, so that both ends stay in step.

mod band;
mod qmf;

use band::Band;
use qmf::Qmf;

/// 16-bit samples to octets: two samples each.
#[derive(Debug, Clone)]
pub(crate) struct Encoder {
    split: Qmf,
    low: Band,
    high: Band,
}

/// Octets to 16-bit samples: two each.
#[derive(Debug, Clone)]
pub(crate) struct Decoder {
    join: Qmf,
    low: Band,
    high: Band,
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self { split: Qmf::new(), low: Band::low(), high: Band::high() }
    }

    /// Encodes pairs of samples; a sample without a partner is left out. Returns the octets written, which end
    /// where `out` does.
    pub(crate) fn encode(&mut self, samples: &[i16], out: &mut [u8]) -> usize {
        let mut len = 0;
        for (octet, pair) in out.iter_mut().zip(samples.chunks_exact(2)) {
            let (low, high) = self.split.analyse(i32::from(pair[0]), i32::from(pair[1]));
            let code = self.high.encode_high(high) << 6 | self.low.encode_low(low);
            *octet = code.to_le_bytes()[0];
            len += 1;
        }
        len
    }
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self { join: Qmf::new(), low: Band::low(), high: Band::high() }
    }

    /// Decodes an octet to the two samples that it stands for.
    pub(crate) fn decode(&mut self, octet: u8) -> [i16; 2] {
        let low = self.low.decode_low(usize::from(octet & 0x3f));
        let high = self.high.decode_high(usize::from(octet >> 6));
        self.join.synthesise(low, high)
    }
}

#[cfg(test)]
mod tests;
