//! Bodies of several parts (RFC 5621, RFC 2046 §5.1).

use super::Params;

/// The content of the first part of this type. None: there is none, or the body cannot be taken apart. `stated` is the
/// Content-Type of the whole.
pub(super) fn part<'a>(stated: &str, body: &'a [u8], media_type: &str) -> Option<&'a [u8]> {
    let (kind, params) = stated.split_once(';')?;
    if !kind.trim().get(..10)?.eq_ignore_ascii_case("multipart/") {
        return None;
    }
    let boundary = Params::parse(params)?.text("boundary").filter(|boundary| !boundary.is_empty())?;
    let delimiter = format!("--{boundary}").into_bytes();
    let mut starts = delimiters(body, &delimiter);
    let mut start = starts.next()?;
    for next in starts {
        let inner = body.get(start + delimiter.len()..next)?;
        if let Some(content) = content_of(inner, media_type) {
            return Some(content);
        }
        start = next;
    }
    None
}

/// Where delimiters stand: each at the begin of a line.
fn delimiters<'a>(body: &'a [u8], delimiter: &'a [u8]) -> impl Iterator<Item = usize> {
    let line_starts = body.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(line_starts).filter(|at| body[*at..].starts_with(delimiter))
}

/// The content of a part, without the line end that belongs to the delimiter behind it.
fn content_of<'a>(part: &'a [u8], media_type: &str) -> Option<&'a [u8]> {
    // What is left of the line of the delimiter.
    let mut rest = part.get(part.iter().position(|b| *b == b'\n')? + 1..)?;
    let mut fits = false;
    loop {
        let end = rest.iter().position(|b| *b == b'\n')?;
        let line = String::from_utf8_lossy(&rest[..end]);
        rest = &rest[end + 1..];
        if line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        let name = name.trim();
        if name.eq_ignore_ascii_case("Content-Type") || name.eq_ignore_ascii_case("c") {
            let stated = value.split(';').next().unwrap_or_default();
            fits = stated.trim().eq_ignore_ascii_case(media_type);
        }
    }
    let content = rest.strip_suffix(b"\n").unwrap_or(rest);
    fits.then(|| content.strip_suffix(b"\r").unwrap_or(content))
}

#[cfg(test)]
mod tests {
    use super::part;
    use proptest::prelude::*;

    const SDP: &str = "application/sdp";
    const STATED: &str = "multipart/mixed;boundary=\"x y\"";

    fn found(body: &str) -> Option<&str> {
        part(STATED, body.as_bytes(), SDP).map(|found| std::str::from_utf8(found).unwrap())
    }

    #[test]
    fn the_part_that_is_asked_for_is_found_wherever_it_stands() {
        let isup = "--x y\r\nContent-Type: application/ISUP;version=itu-t92+\r\n\r\n\u{1}--x\r\n";
        let sdp = "--x y  \r\nContent-Disposition: session\r\ncontent-type : Application/SDP\r\n\r\nv=0\r\ns=-\r\n\r\n";
        for body in [format!("{isup}{sdp}--x y--\r\n"), format!("words\r\n{sdp}{isup}--x y--")] {
            assert_eq!(found(&body), Some("v=0\r\ns=-\r\n"), "{body}");
        }
        assert_eq!(found("--x y\nc: application/sdp\n\nv=0\n--x y--"), Some("v=0"));
    }

    #[test]
    fn what_has_no_such_part_or_no_end_has_none() {
        for body in [
            "",
            "v=0\r\n",
            "--x y\r\n\r\nv=0\r\n--x y--",
            "--x y\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n",
        ] {
            assert_eq!(found(body), None, "{body}");
        }
        let body = b"--a\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--a--";
        for stated in [SDP, "multipart/mixed", "multipart/mixed;boundary=\"\"", "multi;boundary=a"] {
            assert_eq!(part(stated, body, SDP), None, "{stated}");
        }
        assert!(part("Multipart/Related; boundary=a", body, SDP).is_some());
    }

    proptest! {
        #[test]
        fn no_body_is_too_odd(parts in prop::collection::vec(prop::sample::select(vec![
            "--x y", "--", "\r\n", "\n", "Content-Type: application/sdp", "v=0", ":", "é",
        ]), 0..30)) {
            let _ = part(STATED, parts.concat().as_bytes(), SDP);
        }
    }
}
