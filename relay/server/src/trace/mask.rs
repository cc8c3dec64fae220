//! Takes the secrets out of a message: digest answers and nonces, passwords in addresses, media keys, pressed keys.
//!
//! What is doubtful is hidden. In the head a secret becomes three stars; in the body each of its bytes becomes an `x`, so
//! that the stated length of the body still holds.

use std::ops::Range;

/// Headers whose value is credentials or a challenge.
const CREDENTIALS: [&str; 6] = [
    "authorization",
    "proxy-authorization",
    "www-authenticate",
    "proxy-authenticate",
    "authentication-info",
    "proxy-authentication-info",
];
/// What of them is shown: it helps to see why a password is refused, and does not help to guess it.
const SHOWN: [&str; 9] = ["username", "realm", "uri", "algorithm", "qop", "nc", "stale", "domain", "charset"];
/// Names whose value is a secret wherever they stand.
const NAMED: [&str; 9] =
    ["response", "nonce", "cnonce", "nextnonce", "rspauth", "password", "passwd", "secret", "ice-pwd"];

/// The message without its secrets.
pub(super) fn mask(message: &[u8]) -> Vec<u8> {
    let (head, body) = message.split_at(end_of_head(message));
    let mut hidden = credentials(head);
    anywhere(head, &mut hidden);
    let mut masked = replace(head, hidden, |_| b"***".to_vec());
    let mut hidden = Vec::new();
    anywhere(body, &mut hidden);
    media_keys(body, &mut hidden);
    pressed_keys(head, body, &mut hidden);
    masked.extend(replace(body, hidden, |secret| vec![b'x'; secret.len()]));
    masked
}

/// The length of the head with the empty line that ends it.
fn end_of_head(message: &[u8]) -> usize {
    let mut empty = true;
    for (index, byte) in message.iter().enumerate() {
        match byte {
            // Empty lines before the first line belong to the head (RFC 3261 §7.5).
            b'\n' if empty && message.get(..index).is_some_and(|before| !before.trim_ascii().is_empty()) => {
                return index + 1;
            }
            b'\n' => empty = true,
            b'\r' => {}
            _ => empty = false,
        }
    }
    message.len()
}

/// Writes a text with some of its parts replaced.
fn replace(text: &[u8], mut hidden: Vec<Range<usize>>, by: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    hidden.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(hidden.len());
    for range in hidden.into_iter().filter(|range| !range.is_empty()) {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            Some(_) | None => merged.push(range),
        }
    }
    let mut written = Vec::with_capacity(text.len());
    let mut from = 0;
    for range in merged {
        written.extend_from_slice(text.get(from..range.start).unwrap_or_default());
        written.extend(by(text.get(range.clone()).unwrap_or_default()));
        from = range.end;
    }
    written.extend_from_slice(text.get(from..).unwrap_or_default());
    written
}

/// The secrets in headers that carry credentials, also in folded ones.
fn credentials(head: &[u8]) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut start = 0;
    while start < head.len() {
        let mut end = line_end(head, start);
        while matches!(head.get(end), Some(b' ' | b'\t')) {
            end = line_end(head, end);
        }
        let line = head.get(start..end).unwrap_or_default();
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let name = String::from_utf8_lossy(line.get(..colon).unwrap_or_default()).trim().to_ascii_lowercase();
        if CREDENTIALS.contains(&name.as_str()) {
            credential_parameters(head, start + colon + 1..end, &mut hidden);
        }
        start = end;
    }
    hidden
}

/// Where the line after the one at `start` begins.
fn line_end(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| start + end + 1)
}

fn credential_parameters(text: &[u8], value: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let whole = text.get(value.clone()).unwrap_or_default();
    let end = value.start + whole.trim_ascii_end().len();
    let mut at = value.start + (whole.len() - whole.trim_ascii_start().len());
    let scheme_end = at + word(text.get(at..end).unwrap_or_default());
    let scheme = text.get(at..scheme_end).unwrap_or_default();
    if scheme.eq_ignore_ascii_case(b"digest") {
        at = scheme_end;
    } else if !scheme.contains(&b'=') {
        // Another scheme, such as Basic or Bearer: all that follows is the secret.
        hidden.push(scheme_end..end);
        return;
    }
    while at < end {
        let part_end = at + part(text.get(at..end).unwrap_or_default());
        let whole = text.get(at..part_end).unwrap_or_default();
        let equals = whole.iter().position(|byte| *byte == b'=').unwrap_or(whole.len());
        let name = String::from_utf8_lossy(whole.get(..equals).unwrap_or_default()).to_ascii_lowercase();
        // A second challenge on the same line has its scheme before the name.
        let name = name.split_whitespace().last().unwrap_or_default().to_owned();
        if equals < whole.len() && !SHOWN.contains(&name.as_str()) {
            hidden.push(trimmed(text, at + equals + 1..part_end));
        } else if equals == whole.len() && !name.is_empty() {
            hidden.push(trimmed(text, at..part_end));
        }
        at = part_end + 1;
    }
}

fn word(text: &[u8]) -> usize {
    text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len())
}

/// The length of what stands before the next comma outside of quotes.
fn part(text: &[u8]) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (index, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => return index,
            _ => {}
        }
    }
    text.len()
}

/// A value without the blanks and the quotes around it.
fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let whole = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (whole.len() - whole.trim_ascii_start().len());
    let end = (range.start + whole.trim_ascii_end().len()).max(start);
    match text.get(start..end) {
        Some([b'"', .., b'"']) => start + 1..end - 1,
        _ => start..end,
    }
}

/// What is a secret wherever it stands: `response="…"` and passwords in addresses.
fn anywhere(text: &[u8], hidden: &mut Vec<Range<usize>>) {
    for name in NAMED {
        for start in find_all(text, name.as_bytes()) {
            let before = start.checked_sub(1).and_then(|index| text.get(index));
            if before.is_none_or(|byte| !byte.is_ascii_alphanumeric()) {
                hidden.extend(named_value(text, start + name.len()));
            }
        }
    }
    for (scheme, colon, at) in
        [("sip:", ":", "@"), ("sips:", ":", "@"), ("://", ":", "@"), ("sip%3a", "%3a", "%40")]
    {
        for start in find_all(text, scheme.as_bytes()) {
            hidden.extend(address_password(text, start + scheme.len(), colon, at));
        }
    }
}

/// The value after `name`, if an equals sign or a colon follows.
fn named_value(text: &[u8], after: usize) -> Option<Range<usize>> {
    let rest = text.get(after..)?;
    let blanks = rest.len() - rest.trim_ascii_start().len();
    if !matches!(rest.get(blanks), Some(b'=' | b':')) {
        return None;
    }
    let value = after + blanks + 1;
    let rest = text.get(value..)?;
    let line = rest.iter().position(|byte| b"\r\n".contains(byte)).unwrap_or(rest.len());
    let line = rest.get(..line)?;
    let start = value + (line.len() - line.trim_ascii_start().len());
    match line.trim_ascii_start() {
        [quote @ (b'"' | b'\''), inside @ ..] => {
            let mut escaped = false;
            let end = inside.iter().position(|byte| {
                let closes = byte == quote && !escaped;
                escaped = *byte == b'\\' && !escaped;
                closes
            });
            Some(start + 1..start + 1 + end.unwrap_or(inside.len()))
        }
        open => {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || b",;&<>\"".contains(byte);
            Some(start..start + open.iter().position(ends).unwrap_or(open.len()))
        }
    }
}

/// The password of an address whose scheme ends at `start`: from the first colon to the last at-sign.
fn address_password(text: &[u8], start: usize, colon: &str, at: &str) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"<>\"".contains(byte);
    let token = rest.get(..rest.iter().position(ends).unwrap_or(rest.len()))?;
    let last_at = find_all(token, at.as_bytes()).last()?;
    let first_colon = find_all(token, colon.as_bytes()).next().filter(|colon| *colon < last_at)?;
    Some(start + first_colon + colon.len()..start + last_at)
}

/// The keys of SRTP in a session description (RFC 4568, RFC 4567, `k=` of RFC 4566).
fn media_keys(body: &[u8], hidden: &mut Vec<Range<usize>>) {
    for start in find_all(body, b"inline:") {
        let start = start + b"inline:".len();
        let rest = body.get(start..).unwrap_or_default();
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"|;".contains(byte);
        hidden.push(start..start + rest.iter().position(ends).unwrap_or(rest.len()));
    }
    let mut start = 0;
    while start < body.len() {
        let end = line_end(body, start);
        let line = body.get(start..end).unwrap_or_default();
        for begin in ["k=", "a=key-mgmt:"] {
            if line.get(..begin.len()).is_some_and(|first| first.eq_ignore_ascii_case(begin.as_bytes())) {
                hidden.push(start + begin.len()..start + line.trim_ascii_end().len());
            }
        }
        start = end;
    }
}

/// Keys that somebody presses: they may be the digits of a PIN or of a card.
fn pressed_keys(head: &[u8], body: &[u8], hidden: &mut Vec<Range<usize>>) {
    for name in [&b"signal"[..], b"digits"] {
        for start in find_all(body, name) {
            hidden.extend(named_value(body, start + name.len()));
        }
    }
    if find_all(head, b"application/dtmf\r").chain(find_all(head, b"application/dtmf\n")).next().is_some() {
        hidden.push(0..body.len());
    }
    if find_all(head, b"audio/telephone-event").next().is_some() {
        hidden.push(0..body.len().min(1));
    }
}

/// Where a text occurs, whatever its case.
fn find_all<'a>(text: &'a [u8], wanted: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    text.windows(wanted.len())
        .enumerate()
        .filter(move |(_, window)| window.eq_ignore_ascii_case(wanted))
        .map(|(index, _)| index)
}

#[cfg(test)]
pub(super) mod tests;
