//! Digest authentication (RFC 7616 with the algorithms of RFC 8760, RFC 3261 §22, RFC 2069 without qop).

use crate::Secret;
use crate::message::{Headers, Response, name};
use crate::message::{quote, split_list, unquote};
use md5::Md5;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha512_256};
use std::fmt::Write as _;

/// A hash with or without a session key, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    Md5,
    Md5Sess,
    Sha256,
    Sha256Sess,
    Sha512_256,
    Sha512_256Sess,
}

/// The quality of protection, weakest first. Without any, RFC 2069 applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Protection {
    Auth,
    /// The body is covered too.
    AuthInt,
}

/// One challenge of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Challenge {
    pub(crate) realm: String,
    pub(crate) nonce: String,
    pub(crate) opaque: Option<String>,
    pub(crate) algorithm: Algorithm,
    /// Whether the algorithm was named: an answer then names it too.
    pub(crate) algorithm_named: bool,
    pub(crate) qop: Option<Protection>,
    /// The nonce was good once, and the password is not in doubt.
    pub(crate) stale: bool,
    /// It came with 407.
    pub(crate) proxy: bool,
}

/// What is to be authorised.
pub(crate) struct Subject<'a> {
    pub(crate) method: &'a str,
    pub(crate) uri: &'a str,
    pub(crate) body: &'a [u8],
}

/// Who asks.
pub(crate) struct Login<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a Secret,
}

/// The challenges of a response that we can meet: the strongest of each realm (RFC 8760 §2.4).
pub(crate) fn challenges(response: &Response) -> Vec<Challenge> {
    let mut best: Vec<Challenge> = Vec::new();
    for (header, proxy) in [(name::WWW_AUTHENTICATE, false), (name::PROXY_AUTHENTICATE, true)] {
        for challenge in response.headers.all(header).flat_map(|value| parse(value, proxy)) {
            match best.iter_mut().find(|known| known.realm == challenge.realm && known.proxy == proxy) {
                Some(known) if known.algorithm < challenge.algorithm => *known = challenge,
                Some(_) => {}
                None => best.push(challenge),
            }
        }
    }
    best
}

/// The realms that the credentials of a request are for, and whether a proxy's.
pub(crate) fn realms(headers: &Headers) -> Vec<(bool, String)> {
    let of = |header, proxy| headers.all(header).flat_map(move |value| parse(value, proxy));
    let answers = of(name::AUTHORIZATION, false).chain(of(name::PROXY_AUTHORIZATION, true));
    answers.map(|answer| (answer.proxy, answer.realm)).collect()
}

/// All Digest challenges of a header; several may share one line.
fn parse(value: &str, proxy: bool) -> Vec<Challenge> {
    let mut groups: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for part in split_list(value) {
        let (key, text) = part.split_once('=').unwrap_or((part, ""));
        let key = match key.trim().rsplit_once(char::is_whitespace) {
            Some((scheme, key)) => {
                groups.push((scheme.trim().to_ascii_lowercase(), Vec::new()));
                key
            }
            None => key.trim(),
        };
        if let Some((_, params)) = groups.last_mut() {
            params.push((key.to_ascii_lowercase(), unquote(text.trim())));
        }
    }
    groups.iter().filter(|(s, _)| s == "digest").filter_map(|(_, params)| challenge(params, proxy)).collect()
}

fn challenge(params: &[(String, String)], proxy: bool) -> Option<Challenge> {
    let get = |key: &str| params.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
    let named = get("algorithm");
    let algorithm = match named.as_deref().unwrap_or("MD5").to_ascii_uppercase().as_str() {
        "MD5" => Algorithm::Md5,
        "MD5-SESS" => Algorithm::Md5Sess,
        "SHA-256" => Algorithm::Sha256,
        "SHA-256-SESS" => Algorithm::Sha256Sess,
        "SHA-512-256" => Algorithm::Sha512_256,
        "SHA-512-256-SESS" => Algorithm::Sha512_256Sess,
        _ => return None,
    };
    let qop = match get("qop").filter(|offered| !offered.trim().is_empty()) {
        None => None,
        Some(offered) => Some(
            offered
                .split(',')
                .filter_map(|word| match word.trim().to_ascii_lowercase().as_str() {
                    "auth" => Some(Protection::Auth),
                    "auth-int" => Some(Protection::AuthInt),
                    _ => None,
                })
                // Proxies that rewrite bodies break auth-int: take it only where nothing else is offered.
                .min()?,
        ),
    };
    Some(Challenge {
        realm: get("realm").unwrap_or_default(),
        nonce: get("nonce")?,
        opaque: get("opaque"),
        algorithm,
        algorithm_named: named.is_some(),
        qop,
        stale: get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        proxy,
    })
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Md5Sess => "MD5-sess",
            Self::Sha256 => "SHA-256",
            Self::Sha256Sess => "SHA-256-sess",
            Self::Sha512_256 => "SHA-512-256",
            Self::Sha512_256Sess => "SHA-512-256-sess",
        }
    }

    fn is_session(self) -> bool {
        matches!(self, Self::Md5Sess | Self::Sha256Sess | Self::Sha512_256Sess)
    }

    fn hash(self, text: &[u8]) -> String {
        match self {
            Self::Md5 | Self::Md5Sess => hex(&Md5::digest(text)),
            Self::Sha256 | Self::Sha256Sess => hex(&Sha256::digest(text)),
            Self::Sha512_256 | Self::Sha512_256Sess => hex(&Sha512_256::digest(text)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Challenge {
    /// The header that the answer goes into.
    pub(crate) fn header(&self) -> &'static str {
        if self.proxy { name::PROXY_AUTHORIZATION } else { name::AUTHORIZATION }
    }

    /// The answer, as the value of the header.
    pub(crate) fn answer(
        &self,
        login: &Login<'_>,
        subject: &Subject<'_>,
        count: u32,
        cnonce: &str,
    ) -> String {
        let response = self.response(login, subject, count, cnonce);
        let mut value = format!(
            "Digest username={}, realm={}, nonce={}, uri={}, response=\"{response}\"",
            quote(login.user),
            quote(&self.realm),
            quote(&self.nonce),
            quote(subject.uri)
        );
        if self.algorithm_named {
            value.push_str(", algorithm=");
            value.push_str(self.algorithm.name());
        }
        if self.qop.is_some() || self.algorithm.is_session() {
            value.push_str(", cnonce=");
            value.push_str(&quote(cnonce));
        }
        if let Some(qop) = self.qop {
            value.push_str(&format!(", qop={}, nc={count:08x}", qop.name()));
        }
        if let Some(opaque) = &self.opaque {
            value.push_str(", opaque=");
            value.push_str(&quote(opaque));
        }
        value
    }

    /// RFC 7616 §3.4.1 to §3.4.3.
    fn response(&self, login: &Login<'_>, subject: &Subject<'_>, count: u32, cnonce: &str) -> String {
        let hash = |text: String| self.algorithm.hash(text.as_bytes());
        let mut first = hash(format!("{}:{}:{}", login.user, self.realm, login.password.expose()));
        if self.algorithm.is_session() {
            first = hash(format!("{first}:{}:{cnonce}", self.nonce));
        }
        let second = match self.qop {
            Some(Protection::AuthInt) => {
                let body = self.algorithm.hash(subject.body);
                hash(format!("{}:{}:{body}", subject.method, subject.uri))
            }
            Some(Protection::Auth) | None => hash(format!("{}:{}", subject.method, subject.uri)),
        };
        match self.qop {
            Some(qop) => hash(format!("{first}:{}:{count:08x}:{cnonce}:{}:{second}", self.nonce, qop.name())),
            None => hash(format!("{first}:{}:{second}", self.nonce)),
        }
    }
}

impl Protection {
    fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthInt => "auth-int",
        }
    }
}
