//! What is known of an agent's credentials, and whether they may be tried: a refused password is tried once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

/// After so many refusals in a row the relay asks the contact centre no more for a while: with the fifth it would block the
/// agent (Finesse developer guide, "User — Sign in to Finesse").
const MOST_REFUSALS: u8 = 4;
/// For how long the contact centre blocks.
const BLOCKED_MS: u64 = 5 * 60 * 1_000;

/// That credentials were refused. It is kept over restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refusals {
    /// Of what was refused last.
    fingerprint: String,
    /// How often in a row.
    times: u8,
    /// When last, in milliseconds since the Unix epoch.
    at_ms: u64,
}

/// Whether credentials may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They may.
    Try,
    /// They were refused before, and nobody has entered them anew.
    Refused,
    /// The contact centre would block the agent, or does.
    Blocked,
}

/// What tells one pair of credentials from another without giving them away.
pub(super) fn fingerprint(id: &str, secret: &str) -> String {
    let text = format!("{}:{id}:{secret}", id.len());
    STANDARD_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

/// Whether credentials may be tried.
pub(super) fn judge(refusals: Option<&Refusals>, fingerprint: &str, entered: bool, now: u64) -> Verdict {
    let Some(refusals) = refusals else { return Verdict::Try };
    if refusals.times >= MOST_REFUSALS && now < refusals.at_ms.saturating_add(BLOCKED_MS) {
        return Verdict::Blocked;
    }
    match refusals.fingerprint == fingerprint && !entered {
        true => Verdict::Refused,
        false => Verdict::Try,
    }
}

impl Refusals {
    /// One more.
    pub(super) fn after(before: Option<&Self>, fingerprint: String, now: u64) -> Self {
        let counts = |before: &&Self| now < before.at_ms.saturating_add(BLOCKED_MS);
        let times = before.filter(counts).map_or(0, |before| before.times);
        Self { fingerprint, times: times.saturating_add(1), at_ms: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_password_is_not_tried_again_by_itself() {
        let (wrong, right) = (fingerprint("70123", "wrong"), fingerprint("70123", "right"));
        let refusals = Refusals::after(None, wrong.clone(), 1_000);
        assert_eq!(judge(None, &wrong, false, 0), Verdict::Try);
        assert_eq!(judge(Some(&refusals), &wrong, false, 1_001), Verdict::Refused);
        assert_eq!(judge(Some(&refusals), &wrong, false, u64::MAX), Verdict::Refused);
        assert_eq!(judge(Some(&refusals), &wrong, true, 1_001), Verdict::Try);
        assert_eq!(judge(Some(&refusals), &right, false, 1_001), Verdict::Try);
    }

    #[test]
    fn nobody_is_blocked_by_typing() {
        let mut refusals = None;
        for at in 0..4_u64 {
            let tried = fingerprint("70123", &at.to_string());
            assert_eq!(judge(refusals.as_ref(), &tried, true, at), Verdict::Try);
            refusals = Some(Refusals::after(refusals.as_ref(), tried, at));
        }
        let fifth = fingerprint("70123", "fifth");
        assert_eq!(judge(refusals.as_ref(), &fifth, true, 5), Verdict::Blocked);
        assert_eq!(judge(refusals.as_ref(), &fifth, true, BLOCKED_MS + 3), Verdict::Try);
        let again = Refusals::after(refusals.as_ref(), fifth.clone(), BLOCKED_MS + 3);
        assert_eq!(judge(Some(&again), &fingerprint("70123", "sixth"), true, BLOCKED_MS + 4), Verdict::Try);
    }

    #[test]
    fn a_fingerprint_is_of_both_and_shows_neither() {
        assert_ne!(fingerprint("1", "23"), fingerprint("12", "3"));
        assert_ne!(fingerprint("1", "2:3"), fingerprint("1:2", "3"));
        assert!(!fingerprint("70123", "secret").contains("secret"));
    }
}
