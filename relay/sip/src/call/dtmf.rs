//! Keys in INFO requests.

use crate::message::Request;

/// The type of a body that has a key with its duration.
pub(crate) const RELAY: &str = "application/dtmf-relay";

/// The key of an INFO with `application/dtmf-relay` (`Signal=5`) or `application/dtmf` (`5`).
pub(crate) fn of(info: &Request) -> Option<char> {
    let signal = match info.body_of_type(RELAY) {
        Some(body) => body.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            key.trim().eq_ignore_ascii_case("signal").then(|| value.trim().to_owned())
        })?,
        None => info.body_of_type("application/dtmf")?.trim().to_owned(),
    };
    key(&signal)
}

pub(crate) fn key(signal: &str) -> Option<char> {
    // Some gateways send the event numbers of RFC 4733 §3.2.
    match signal {
        "10" => return Some('*'),
        "11" => return Some('#'),
        _ => {}
    }
    let mut characters = signal.chars();
    match (characters.next()?.to_ascii_uppercase(), characters.next()) {
        (key @ ('0'..='9' | '*' | '#' | 'A'..='D'), None) => Some(key),
        _ => None,
    }
}
