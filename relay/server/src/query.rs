//! The queries of our own pages and calls.

/// A parameter of a query. A plus stays one, unlike in forms: numbers begin with it.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = if *first == b'%' { after.split_at_checked(2) } else { None };
        let decoded = escaped.and_then(|(digits, after)| {
            let digits =
                std::str::from_utf8(digits).ok().filter(|it| it.chars().all(|c| c.is_ascii_hexdigit()))?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        let (byte, after) = decoded.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_and_broken_ones_stay() {
        assert_eq!(parameter("a=%2B4%39&b=1", "a").as_deref(), Some("+49"));
        assert_eq!(parameter("a=%2&b=1", "a").as_deref(), Some("%2"));
        assert_eq!(parameter("a=%zz", "a").as_deref(), Some("%zz"));
        assert_eq!(parameter("a=%+1", "a").as_deref(), Some("%+1"));
        assert_eq!(parameter("ab=1", "a"), None);
        assert_eq!(parameter("", "a"), None);
    }
}
