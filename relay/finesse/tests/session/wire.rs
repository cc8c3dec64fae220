//! Texts as they go over the wire.

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\'', "&apos;")
        .replace('"', "&quot;")
}

/// The text between a start tag and the next end tag.
pub(crate) fn value(text: &str, name: &str) -> String {
    let start = format!("<{name}>");
    let Some(at) = text.find(&start) else { return String::new() };
    let rest = &text[at + start.len()..];
    rest[..rest.find("</").unwrap_or(rest.len())].to_owned()
}

/// The value of an attribute in single quotes.
pub(crate) fn attribute(text: &str, name: &str) -> String {
    let start = format!(" {name}='");
    let Some(at) = text.find(&start) else { return String::new() };
    let rest = &text[at + start.len()..];
    rest[..rest.find('\'').unwrap_or(rest.len())].to_owned()
}

/// `2027-05-04T08:15:30.125Z`.
pub(crate) fn time(ms: u64) -> String {
    let (days, of_day) = (ms / 86_400_000, ms % 86_400_000);
    // Howard Hinnant's civil_from_days.
    let z = days + 719_468;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + u64::from(month <= 2);
    let (seconds, millis) = (of_day / 1_000, of_day % 1_000);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{millis:03}Z",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Base64 of `\0id\0password`.
pub(crate) fn plain(id: &str, password: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in format!("\0{id}\0{password}").as_bytes().chunks(3) {
        let mut bytes = [0u8; 3];
        bytes[..chunk.len()].copy_from_slice(chunk);
        let group = u32::from(bytes[0]) << 16 | u32::from(bytes[1]) << 8 | u32::from(bytes[2]);
        for at in 0..4 {
            let code = char::from(ALPHABET[(group >> (18 - 6 * at) & 63) as usize]);
            text.push(if at > chunk.len() { '=' } else { code });
        }
    }
    text
}
