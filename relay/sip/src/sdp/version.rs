//! The version of a session description (RFC 4566 §5.2).

/// A description that follows another of the same session: where it differs, its version is higher. Peers take no
/// notice of a change whose version is not (RFC 3264 §8), and descriptions may leave in another order than they were
/// made in.
pub(crate) fn following(last: Option<&str>, sdp: String) -> String {
    let versions =
        last.filter(|last| *last != sdp).and_then(|last| Some((Origin::of(last)?, Origin::of(&sdp)?)));
    let Some((before, after)) = versions else { return sdp };
    if before.session != after.session || after.version > before.version {
        return sdp;
    }
    let Some(next) = before.version.checked_add(1) else { return sdp };
    let (head, tail) = (&sdp[..after.start], &sdp[after.end..]);
    format!("{head}{next}{tail}")
}

struct Origin<'a> {
    session: &'a str,
    version: u64,
    /// Where the version stands in the text.
    start: usize,
    end: usize,
}

impl<'a> Origin<'a> {
    fn of(sdp: &'a str) -> Option<Self> {
        let line = sdp.find("\no=")? + 3;
        let end_of_line = sdp[line..].find(['\r', '\n']).map_or(sdp.len(), |length| line + length);
        let user = line + sdp[line..end_of_line].find(' ')? + 1;
        let session_end = user + sdp[user..end_of_line].find(' ')?;
        let start = session_end + 1;
        let end = start + sdp[start..end_of_line].find(' ')?;
        let version = sdp[start..end].parse().ok()?;
        Some(Self { session: &sdp[user..session_end], version, start, end })
    }
}

#[cfg(test)]
mod tests {
    use super::following;

    fn sdp(session: &str, version: &str, more: &str) -> String {
        format!("v=0\r\no=- {session} {version} IN IP4 192.0.2.1\r\ns=-\r\n{more}")
    }

    #[test]
    fn a_change_has_a_higher_version_than_what_it_changes() {
        let last = sdp("7", "5", "a=sendrecv\r\n");
        let follows = |sdp: &str| following(Some(&last), sdp.to_owned());
        for version in ["0", "4", "5"] {
            assert_eq!(follows(&sdp("7", version, "a=sendonly\r\n")), sdp("7", "6", "a=sendonly\r\n"));
        }
        let higher = sdp("7", "9", "a=sendonly\r\n");
        assert_eq!(follows(&higher), higher);
    }

    #[test]
    fn what_is_the_same_or_of_another_session_stays() {
        let last = sdp("7", "5", "");
        for kept in [last.clone(), sdp("8", "1", ""), "v=0\r\no=broken\r\n".into(), String::new()] {
            assert_eq!(following(Some(&last), kept.clone()), kept);
        }
        let first = sdp("7", "1", "");
        assert_eq!(following(None, first.clone()), first);
        let top = sdp("7", &u64::MAX.to_string(), "");
        assert_eq!(following(Some(&top), first.clone()), first);
    }
}
