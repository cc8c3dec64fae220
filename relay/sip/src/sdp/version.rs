//! The version of a session description (RFC 4566 §5.2).

/// A description that follows another one of the same session: where it differs from that its version is one higher,
/// and where it does not the same (RFC 3264 §8). Peers take no notice of a change whose version is not higher, and some
/// start their media anew for a version that is.
pub(crate) fn following(last: Option<&str>, sdp: String) -> String {
    let origins = last.and_then(|last| Some((last, Origin::of(last)?, Origin::of(&sdp)?)));
    let Some((last, before, after)) = origins else { return sdp };
    if before.session != after.session {
        return sdp;
    }
    let with = |version: u64| format!("{}{version}{}", &sdp[..after.start], &sdp[after.end..]);
    let unchanged = with(before.version);
    if unchanged == last {
        return unchanged;
    }
    before.version.checked_add(1).map_or_else(|| sdp.clone(), with)
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
    fn a_change_has_the_next_version() {
        let last = sdp("7", "5", "a=sendrecv\r\n");
        for version in ["0", "4", "5", "9"] {
            let changed = following(Some(&last), sdp("7", version, "a=sendonly\r\n"));
            assert_eq!(changed, sdp("7", "6", "a=sendonly\r\n"));
        }
    }

    #[test]
    fn what_is_the_same_has_the_same_version() {
        let last = sdp("7", "5", "a=sendrecv\r\n");
        for version in ["0", "5", "6"] {
            assert_eq!(following(Some(&last), sdp("7", version, "a=sendrecv\r\n")), last);
        }
    }

    #[test]
    fn a_first_one_and_one_of_another_session_stay_as_they_are() {
        let last = sdp("7", "5", "");
        for kept in [sdp("8", "1", ""), "v=0\r\no=broken\r\n".into(), String::new()] {
            assert_eq!(following(Some(&last), kept.clone()), kept);
        }
        let first = sdp("7", "1", "");
        assert_eq!(following(None, first.clone()), first);
        let top = sdp("7", &u64::MAX.to_string(), "");
        assert_eq!(following(Some(&top), sdp("7", "1", "a=x\r\n")), sdp("7", "1", "a=x\r\n"));
    }
}
