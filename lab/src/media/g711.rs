//! G.711: µ-law and A-law, from 16-bit linear and back (ITU-T G.711, tables 1 and 2).

/// The two laws of G.711.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// PCMU, North America and Japan.
    Mu,
    /// PCMA, everywhere else.
    A,
}

impl Law {
    /// Compresses one linear sample.
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => encode_mu(sample),
            Self::A => encode_a(sample),
        }
    }

    /// Expands one compressed sample.
    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Mu => decode_mu(byte),
            Self::A => decode_a(byte),
        }
    }
}

/// Added before the search for the segment, so that segment edges are powers of two.
const MU_BIAS: i32 = 0x84;
/// The largest magnitude whose biased value still fits 15 bits.
const MU_CLIP: i32 = 32_635;

fn encode_mu(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(sample).abs().min(MU_CLIP) + MU_BIAS;
    let segment = (magnitude >> 7).ilog2();
    let step = low_bits(magnitude >> (segment + 3), 0x0F);
    // µ-law is sent with all bits inverted, so that silence has many ones on the line.
    !(sign | low_bits(segment.cast_signed() << 4, 0x70) | step)
}

fn decode_mu(byte: u8) -> i16 {
    let byte = !byte;
    let segment = (byte >> 4) & 0x07;
    let magnitude = (((i32::from(byte & 0x0F) << 3) + MU_BIAS) << segment) - MU_BIAS;
    saturated(if byte & 0x80 == 0 { magnitude } else { -magnitude })
}

fn encode_a(sample: i16) -> u8 {
    // A-law has 13 significant bits; the sign bit is set for positive values.
    let (sign, magnitude) =
        if sample >= 0 { (0x80, i32::from(sample) >> 3) } else { (0, (-1 - i32::from(sample)) >> 3) };
    let segment = (magnitude >> 4).max(1).ilog2();
    let shift = segment.max(1);
    let byte = sign | low_bits(segment.cast_signed() << 4, 0x70) | low_bits(magnitude >> shift, 0x0F);
    // Even bits are inverted on the line.
    byte ^ 0x55
}

fn decode_a(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let segment = (byte >> 4) & 0x07;
    let step = (i32::from(byte & 0x0F) << 4) + 8;
    let magnitude = if segment == 0 { step } else { (step + 0x100) << (segment - 1) };
    saturated(if byte & 0x80 == 0 { -magnitude } else { magnitude })
}

/// The bits of `value` under an 8-bit `mask`.
fn low_bits(value: i32, mask: u8) -> u8 {
    value.to_le_bytes()[0] & mask
}

fn saturated(value: i32) -> i16 {
    i16::try_from(value).unwrap_or(if value < 0 { i16::MIN } else { i16::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_has_the_octets_of_the_standard() {
        assert_eq!(Law::Mu.encode(0), 0xFF);
        assert_eq!(Law::A.encode(0), 0xD5);
    }

    #[test]
    fn the_extremes_have_the_octets_of_the_standard() {
        assert_eq!(Law::Mu.encode(i16::MAX), 0x80);
        assert_eq!(Law::Mu.encode(i16::MIN), 0x00);
        assert_eq!(Law::A.encode(i16::MAX), 0xAA);
        assert_eq!(Law::A.encode(i16::MIN), 0x2A);
        assert_eq!(Law::Mu.decode(0x80), 32_124);
        assert_eq!(Law::A.decode(0xAA), 32_256);
    }

    #[test]
    fn every_octet_survives_expansion_and_compression() {
        for byte in 0..=u8::MAX {
            assert_eq!(Law::A.encode(Law::A.decode(byte)), byte, "A-law {byte:#04x}");
            // µ-law has two zeros; the negative one comes back as the positive one.
            let expected = if byte == 0x7F { 0xFF } else { byte };
            assert_eq!(Law::Mu.encode(Law::Mu.decode(byte)), expected, "µ-law {byte:#04x}");
        }
    }

    #[test]
    fn the_error_stays_within_half_a_step_of_the_segment() {
        for sample in (i16::MIN..=i16::MAX).step_by(7) {
            for law in [Law::Mu, Law::A] {
                let error = (i32::from(law.decode(law.encode(sample))) - i32::from(sample)).abs();
                // The widest step is 1024 (a 16th of the top segment), plus the clipping of µ-law's top.
                let allowed = i32::from(sample).abs() / 16 + 16;
                assert!(error <= allowed, "{law:?} {sample}: off by {error}");
            }
        }
    }
}
