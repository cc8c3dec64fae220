//! Comma-separated header values.

/// The values of a list, with commas inside quotes and angle brackets left alone (RFC 3261 §7.3.1, §20.10).
pub(super) fn values(header: &str) -> Vec<&str> {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    header
        .split(|character| {
            if std::mem::take(&mut escaped) {
                return false;
            }
            match character {
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '<' if !quoted => bracketed = true,
                '>' if !quoted => bracketed = false,
                ',' => return !quoted && !bracketed,
                _ => {}
            }
            false
        })
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_separate_only_outside_quotes_and_brackets() {
        assert_eq!(
            values(r#""Doe, J\", x" <sip:a,b@c>;q=1, sip:d@e ,, *"#),
            [r#""Doe, J\", x" <sip:a,b@c>;q=1"#, "sip:d@e", "*"]
        );
    }
}
