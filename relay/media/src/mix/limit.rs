//! Many voices in sixteen bits.

/// What passes untouched.
const KNEE: i32 = 24_576;
/// What is left above the knee.
const ROOM: i32 = 32_767 - KNEE;

/// Brings a sum into range: untouched below the knee, above it ever less of it, never more than full scale. The
/// slope does not break at the knee, so that a loud moment is bent and not cut.
pub(super) fn soft(sum: i32) -> i16 {
    let above = sum.saturating_abs().saturating_sub(KNEE);
    if above <= 0 {
        return i16::try_from(sum).unwrap_or(0);
    }
    let bent = i64::from(ROOM) * i64::from(above) / (i64::from(ROOM) + i64::from(above));
    let magnitude = i16::try_from(i64::from(KNEE) + bent).unwrap_or(i16::MAX);
    if sum < 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_loud_is_untouched_and_what_is_keeps_its_order() {
        for sum in [0, 1, -1, KNEE, -KNEE] {
            assert_eq!(i32::from(soft(sum)), sum);
        }
        let mut last = soft(-600_000);
        for sum in (-600_000..600_000).step_by(97) {
            let limited = soft(sum);
            assert!(limited >= last && i32::from(limited).abs() <= sum.abs());
            last = limited;
        }
        assert!(soft(i32::MAX) >= 32_700 && soft(i32::MIN) <= -32_700);
    }
}
