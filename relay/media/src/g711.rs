//! G.711 (ITU-T G.711): 16-bit samples to µ-law and A-law, and back.

/// The magnitude that µ-law adds before it looks for the segment.
const ULAW_BIAS: i32 = 132;

/// The nearest sample that 16 bits can hold.
#[expect(clippy::cast_possible_truncation, reason = "a cast from float to integer saturates, which is meant")]
pub(crate) fn saturate(sample: f64) -> i16 {
    sample as i16
}

/// One sample in µ-law.
pub(crate) fn encode_ulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (i32::from(sample).abs() + ULAW_BIAS).min(32_767);
    // The highest bit set lies between 7 and 14.
    let segment = 24 - magnitude.leading_zeros();
    let mantissa = magnitude >> (segment + 3) & 0x0f;
    !(sign | octet(segment.cast_signed() << 4 | mantissa))
}

/// One sample in A-law.
pub(crate) fn encode_alaw(sample: i16) -> u8 {
    // Negative samples are counted from −1, so that both halves have as many steps.
    let (sign, magnitude) = if sample < 0 { (0, !i32::from(sample)) } else { (0x80, i32::from(sample)) };
    let segment = (24_u32).saturating_sub((magnitude | 0x80).leading_zeros());
    let mantissa = magnitude >> (if segment == 0 { 4 } else { segment + 3 }) & 0x0f;
    (sign | octet(segment.cast_signed() << 4 | mantissa)) ^ 0x55
}

fn octet(value: i32) -> u8 {
    value.to_le_bytes()[0]
}

/// One sample from µ-law.
pub(crate) fn decode_ulaw(octet: u8) -> i16 {
    let octet = !octet;
    let magnitude = ((i32::from(octet & 0x0f) << 3) + ULAW_BIAS) << (octet >> 4 & 7);
    let sample = magnitude - ULAW_BIAS;
    i16::try_from(if octet & 0x80 == 0 { sample } else { -sample }).unwrap_or(0)
}

/// One sample from A-law.
pub(crate) fn decode_alaw(octet: u8) -> i16 {
    let octet = octet ^ 0x55;
    let (segment, mantissa) = (octet >> 4 & 7, i32::from(octet & 0x0f) << 4);
    let magnitude = if segment == 0 { mantissa + 8 } else { (mantissa + 0x108) << (segment - 1) };
    i16::try_from(if octet & 0x80 == 0 { -magnitude } else { magnitude }).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_is_the_nearest_of_its_own_value() {
        for octet in 0..=255 {
            // µ-law has a zero of either sign.
            let ulaw = encode_ulaw(decode_ulaw(octet));
            assert!(ulaw == octet || (octet == 0x7f && ulaw == 0xff), "{octet:#x} became {ulaw:#x}");
            assert_eq!(encode_alaw(decode_alaw(octet)), octet);
        }
    }

    #[test]
    fn silence_and_the_extremes_are_those_of_the_tables() {
        assert_eq!([encode_ulaw(0), encode_ulaw(i16::MAX), encode_ulaw(i16::MIN)], [0xff, 0x80, 0x00]);
        assert_eq!([encode_alaw(0), encode_alaw(i16::MAX), encode_alaw(i16::MIN)], [0xd5, 0xaa, 0x2a]);
    }

    #[test]
    fn no_sample_is_off_by_more_than_half_a_step_of_its_segment() {
        for sample in (i16::MIN..=i16::MAX).step_by(7) {
            for decoded in [decode_ulaw(encode_ulaw(sample)), decode_alaw(encode_alaw(sample))] {
                let error = (i32::from(decoded) - i32::from(sample)).abs();
                assert!(error <= 16 + i32::from(sample).abs() / 24, "{sample} became {decoded}");
            }
        }
    }
}
