//! A call as text, to be read, searched and sent by mail.

use super::Record;
use super::ring::Call;

/// The whole call.
pub(super) fn write(call: &Call) -> Vec<u8> {
    let mut text = Vec::new();
    for record in &call.records {
        let (from, to) = record.ends();
        let time = stamp(record.time, Precision::Micros);
        text.extend_from_slice(
            format!("{time} UTC  {}  {from} -> {to}\r\n\r\n", record.transport_name()).as_bytes(),
        );
        text.extend_from_slice(&record.bytes);
        text.extend_from_slice(b"\r\n\r\n");
    }
    text
}

/// A message as text for a page: what is no text is shown as such.
pub(super) fn readable(record: &Record) -> String {
    String::from_utf8_lossy(&record.bytes).replace('\r', "")
}

/// How exactly a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    Seconds,
    Micros,
}

/// `2026-11-24 05:34:17`, of microseconds since the Unix epoch, with the microseconds or without.
pub(super) fn stamp(time: u64, precision: Precision) -> String {
    let (year, month, day) = date(time / 86_400_000_000);
    let clock = clock(time);
    let clock = match precision {
        Precision::Seconds => clock.split('.').next().unwrap_or_default(),
        Precision::Micros => &clock,
    };
    format!("{year:04}-{month:02}-{day:02} {clock}")
}

/// `05:34:17.123456`, of microseconds since the Unix epoch.
pub(super) fn clock(time: u64) -> String {
    let (second, micros) = (time / 1_000_000 % 86_400, time % 1_000_000);
    format!("{:02}:{:02}:{:02}.{micros:06}", second / 3_600, second / 60 % 60, second % 60)
}

/// Microseconds as seconds, cut off after so many digits, six at most.
pub(super) fn seconds(micros: u64, digits: usize) -> String {
    let fraction = format!("{:06}", micros % 1_000_000);
    format!("{}.{}", micros / 1_000_000, fraction.get(..digits).unwrap_or(&fraction))
}

/// The date of a day since the Unix epoch, by the proleptic Gregorian calendar: years are counted from March, so that
/// the leap day is the last of its year.
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{message, one_call};

    #[test]
    fn times_are_written_as_people_read_them() {
        let exact = |time| stamp(time, Precision::Micros);
        assert_eq!(exact(0), "1970-01-01 00:00:00.000000");
        assert_eq!(exact(951_827_696_000_001), "2000-02-29 12:34:56.000001");
        assert_eq!(exact(1_798_675_199_999_999), "2026-12-30 23:59:59.999999");
        assert_eq!(stamp(951_827_696_000_001, Precision::Seconds), "2000-02-29 12:34:56");
        assert_eq!(clock(951_827_696_000_001), "12:34:56.000001");
        assert_eq!(
            [seconds(0, 3), seconds(1_999_999, 1), seconds(62_000_042, 6)],
            ["0.000", "1.9", "62.000042"]
        );
    }

    #[test]
    fn each_message_has_its_time_and_its_way() {
        let call = one_call(&[message("c1", "INVITE")]);
        let text = String::from_utf8(write(&call)).unwrap();
        assert!(
            text.contains("UDP  192.0.2.9:5062 -> 192.0.2.1:5060\r\n\r\nINVITE sip:1002@h SIP/2.0\r\n"),
            "{text}"
        );
    }
}
