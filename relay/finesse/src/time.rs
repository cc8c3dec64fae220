//! Finesse's times.

use crate::model::UnixMillis;

const DAY_MS: u64 = 86_400_000;

/// Reads `2027-05-04T08:15:30.125Z`: with or without milliseconds, and with an offset in place of the Z. None where it is
/// empty or no time.
pub(crate) fn parse(text: &str) -> Option<UnixMillis> {
    let text = text.trim();
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut date = date.splitn(3, '-');
    let (year, month, day) = (number(date.next()?, 4)?, number(date.next()?, 2)?, number(date.next()?, 2)?);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    let offset_minutes = zone_minutes(zone)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut clock = clock.splitn(3, ':');
    let (hour, minute) = (number(clock.next()?, 2)?, number(clock.next()?, 2)?);
    let second = clock.next().map_or(Some(0), |second| number(second, 2))?;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let of_day = ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds(fraction)?;
    let local = days(year, month, day) * DAY_MS + of_day;
    local.checked_add_signed(-offset_minutes * 60_000)
}

/// A number of that many digits at most.
fn number(text: &str, digits: usize) -> Option<u64> {
    let good = !text.is_empty() && text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    good.then(|| text.parse().ok())?
}

fn milliseconds(fraction: &str) -> Option<u64> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let first = fraction.bytes().chain(*b"000").take(3);
    Some(first.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
}

/// How far the clock is ahead of UTC.
fn zone_minutes(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.split_at_checked(1) {
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        // Without any it is UTC as well: Finesse knows no other.
        Some(("Z" | "z", "")) | None => return Some(0),
        Some(_) => return None,
    };
    let (hours, minutes) = rest.split_once(':').or_else(|| rest.split_at_checked(2))?;
    let minutes = number(hours, 2)? * 60 + if minutes.is_empty() { 0 } else { number(minutes, 2)? };
    Some(sign * i64::try_from(minutes).ok()?)
}

/// Days from 1970-01-01 to that day of the Gregorian calendar.
fn days(year: u64, month: u64, day: u64) -> u64 {
    // Years that begin in March, so that the leap day is a year's last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    let of_year = (153 * month + 2) / 5 + day - 1;
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    365 * year + leap_days + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_read() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-02T00:00:00.001Z", 86_400_001),
            ("2024-02-29T12:00:00.5Z", 1_709_208_000_500),
            ("2027-05-04T08:15:30.125Z", 1_809_418_530_125),
            ("2027-05-04T08:15:30", 1_809_418_530_000),
            ("2027-05-04T10:15:30+02:00", 1_809_418_530_000),
            ("2027-05-04T03:15:30.000-0500", 1_809_418_530_000),
            (" 2027-05-04T08:15Z ", 1_809_418_500_000),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "-1",
            "0",
            "2027-05-04",
            "2027-13-04T08:15:30Z",
            "2027-05-04T25:15:30Z",
            "2027-05-04T08:15:30X",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[-0-9:.TZ+ ]{0,30}") {
            let _ = parse(&text);
        }
    }
}
