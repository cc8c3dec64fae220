//! Digest authentication (RFC 3261 §22, RFC 2617): MD5, with and without `qop=auth`.

use std::collections::HashMap;
use std::time::Duration;

use md5::{Digest as _, Md5};

use super::list::values;

/// Said in every challenge.
pub const REALM: &str = "sidetone-lab";

/// A nonce is good for this long; after that the client is asked again, without asking its user.
const NONCE_LIFE: Duration = Duration::from_secs(300);

/// Knows the passwords and judges credentials.
pub(super) struct Authenticator {
    passwords: HashMap<String, String>,
    /// Makes nonces that only we can make, so that none has to be kept.
    secret: u128,
}

/// What credentials are worth.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They prove this account.
    Account(String),
    /// There are none, or none for us: ask.
    Missing,
    /// They may be right but the nonce is too old: ask again.
    Stale,
    /// Unknown account or wrong password; which of them is not said.
    Wrong,
}

impl Authenticator {
    /// Judges by `passwords`; `secret` is random.
    pub(super) fn new(passwords: HashMap<String, String>, secret: u128) -> Self {
        Self { passwords, secret }
    }

    /// The value of a `WWW-Authenticate` or `Proxy-Authenticate` header, at a time since any fixed instant.
    pub(super) fn challenge(&self, now: Duration, stale: bool) -> String {
        let nonce = self.nonce(now.as_secs());
        let stale = if stale { ", stale=true" } else { "" };
        format!(r#"Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth"{stale}"#)
    }

    /// Judges the values of the `Authorization` or `Proxy-Authorization` headers of a request of `method`.
    pub(super) fn judge<'a>(
        &self,
        now: Duration,
        method: &str,
        mut credentials: impl Iterator<Item = &'a str>,
    ) -> Verdict {
        // There may be one for each proxy on the way (RFC 3261 §22.3); ours has our realm.
        let Some(given) = credentials
            .find_map(|value| Credentials::parse(value).filter(|given| given.get("realm") == REALM))
        else {
            return Verdict::Missing;
        };
        let Some(password) = self.passwords.get(given.get("username")) else {
            return Verdict::Wrong;
        };
        if !given.get("response").eq_ignore_ascii_case(&given.response(password, method)) {
            return Verdict::Wrong;
        }
        if !self.is_current(given.get("nonce"), now) {
            return Verdict::Stale;
        }
        Verdict::Account(given.get("username").to_owned())
    }

    fn nonce(&self, second: u64) -> String {
        format!("{second:x}.{}", hash(&format!("{second}:{:x}", self.secret)))
    }

    fn is_current(&self, nonce: &str, now: Duration) -> bool {
        let made = nonce.split_once('.').and_then(|(second, _)| u64::from_str_radix(second, 16).ok());
        made.is_some_and(|second| {
            nonce == self.nonce(second)
                && now.as_secs().checked_sub(second).is_some_and(|age| age <= NONCE_LIFE.as_secs())
        })
    }
}

struct Credentials<'a>(HashMap<String, &'a str>);

impl<'a> Credentials<'a> {
    fn parse(value: &'a str) -> Option<Self> {
        let (scheme, rest) = value.trim().split_once(char::is_whitespace)?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let parameters = values(rest).into_iter().filter_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().trim_matches('"')))
        });
        Some(Self(parameters.collect()))
    }

    fn get(&self, name: &str) -> &'a str {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// RFC 2617 §3.2.2.
    fn response(&self, password: &str, method: &str) -> String {
        let account = hash(&format!("{}:{REALM}:{password}", self.get("username")));
        let request = hash(&format!("{method}:{}", self.get("uri")));
        let nonce = self.get("nonce");
        match self.get("qop") {
            // A client of RFC 2069, which knew no qop.
            "" => hash(&format!("{account}:{nonce}:{request}")),
            qop => {
                hash(&format!("{account}:{nonce}:{}:{}:{qop}:{request}", self.get("nc"), self.get("cnonce")))
            }
        }
    }
}

fn hash(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000_000);

    fn authenticator() -> Authenticator {
        Authenticator::new(HashMap::from([("1001".to_owned(), "demo-1001".to_owned())]), 42)
    }

    /// What a client answers to the nonce of `at`, computed by the formula of the RFC once more.
    fn credentials(at: Duration, user: &str, password: &str, qop: bool) -> String {
        let nonce = authenticator().nonce(at.as_secs());
        let account = hash(&format!("{user}:sidetone-lab:{password}"));
        let request = hash("REGISTER:sip:lab");
        let head = format!(
            r#"Digest username="{user}", realm="sidetone-lab", nonce="{nonce}", uri="sip:lab", algorithm=MD5"#
        );
        if qop {
            let response = hash(&format!("{account}:{nonce}:0000000b:c,x:auth:{request}"));
            format!(r#"{head}, qop=auth, nc=0000000b, cnonce="c,x", response="{response}""#)
        } else {
            format!(r#"{head},response="{}""#, hash(&format!("{account}:{nonce}:{request}")))
        }
    }

    fn judge(value: &str) -> Verdict {
        authenticator().judge(NOW, "REGISTER", [value].into_iter())
    }

    #[test]
    fn the_hash_is_that_of_the_rfc() {
        // The example of RFC 2617 §3.5 in its parts.
        assert_eq!(hash("Mufasa:testrealm@host.com:Circle Of Life"), "939e7578ed9e3c518a452acee763bce9");
        assert_eq!(hash("GET:/dir/index.html"), "39aff3a2bab6126f332b942af96d3366");
    }

    #[test]
    fn the_right_password_proves_the_account() {
        for qop in [true, false] {
            let verdict = judge(&credentials(NOW, "1001", "demo-1001", qop));
            assert_eq!(verdict, Verdict::Account("1001".to_owned()));
        }
    }

    #[test]
    fn a_wrong_password_and_an_unknown_account_look_the_same() {
        assert_eq!(judge(&credentials(NOW, "1001", "demo-1002", true)), Verdict::Wrong);
        assert_eq!(judge(&credentials(NOW, "1009", "demo-1001", true)), Verdict::Wrong);
    }

    #[test]
    fn credentials_for_another_method_prove_nothing() {
        let value = credentials(NOW, "1001", "demo-1001", true);
        assert_eq!(authenticator().judge(NOW, "INVITE", [value.as_str()].into_iter()), Verdict::Wrong);
    }

    #[test]
    fn an_old_nonce_and_a_made_up_one_are_stale() {
        let old = NOW - NONCE_LIFE - Duration::from_secs(1);
        assert_eq!(judge(&credentials(old, "1001", "demo-1001", true)), Verdict::Stale);
        let other = Authenticator::new(HashMap::from([("1001".to_owned(), "demo-1001".to_owned())]), 43);
        let value = credentials(NOW, "1001", "demo-1001", true);
        assert_eq!(other.judge(NOW, "REGISTER", [value.as_str()].into_iter()), Verdict::Stale);
    }

    #[test]
    fn credentials_for_others_are_passed_over() {
        assert_eq!(judge("Basic MTAwMTpkZW1v"), Verdict::Missing);
        let elsewhere = r#"Digest username="1001", realm="elsewhere", response="0""#;
        assert_eq!(judge(elsewhere), Verdict::Missing);
        let ours = credentials(NOW, "1001", "demo-1001", true);
        let verdict = authenticator().judge(NOW, "REGISTER", [elsewhere, ours.as_str()].into_iter());
        assert_eq!(verdict, Verdict::Account("1001".to_owned()));
    }

    #[test]
    fn a_challenge_says_what_is_wanted() {
        let challenge = authenticator().challenge(NOW, true);
        assert!(challenge.starts_with(r#"Digest realm="sidetone-lab", nonce="f4240."#), "{challenge}");
        assert!(challenge.ends_with(r#"algorithm=MD5, qop="auth", stale=true"#), "{challenge}");
    }
}
