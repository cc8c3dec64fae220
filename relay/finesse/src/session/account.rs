//! The credential, and how often it was refused.

use super::{Credentials, Error, Presence, Session, SignIn, Tag};

/// After five failures in a row Finesse blocks the account for five minutes. The fifth is never made.
const FAILURES: u32 = 4;
/// How long nothing is tried then.
const BLOCKED_MS: u64 = 5 * 60_000;
/// So long a connection is kept whose credential is not good any more.
const KEPT_MS: u64 = 10 * 60_000;
/// How long a credential that was taken counts as good: until then several requests can be under way at once.
const PROVED_MS: u64 = 60_000;

/// As whom the agent is to be signed in.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// None: nobody is to be signed in.
    pub(super) wish: Option<SignIn>,
    /// Counts the credentials, so that an answer to an old one is told apart.
    pub(super) generation: u64,
    /// When the present one was taken last.
    proved_at: Option<u64>,
    /// It was refused: it is not sent again.
    pub(super) refused: bool,
    failures: u32,
    failed_at: u64,
    /// Who waits to be signed in.
    pub(super) asker: Option<Tag>,
    /// When the contact centre has signed the agent out last since it lost sight of the relay.
    pub(super) forced_at: Option<u64>,
}

impl Account {
    /// Requests can be made with it.
    pub(super) fn usable(&self) -> bool {
        self.wish.is_some() && !self.refused
    }

    pub(super) fn proved(&mut self, now: u64) {
        self.proved_at = Some(now);
        self.failures = 0;
    }

    /// It was taken at some time.
    pub(super) fn ever_proved(&self) -> bool {
        self.proved_at.is_some()
    }

    /// It was taken a short while ago.
    pub(super) fn is_proved(&self, now: u64) -> bool {
        self.proved_at.is_some_and(|at| now < at + PROVED_MS)
    }

    /// When a connection that was signed in before the credential was refused has to go.
    pub(super) fn link_ends(&self) -> Option<u64> {
        self.refused.then_some(self.failed_at + KEPT_MS)
    }

    /// One failure, which the next success forgives.
    pub(super) fn failed(&mut self, now: u64) {
        self.failures += 1;
        self.failed_at = now;
        self.proved_at = None;
    }

    /// Until when nothing may be tried.
    pub(super) fn blocked_until(&self, now: u64) -> Option<u64> {
        let until = self.failed_at + BLOCKED_MS;
        (self.failures >= FAILURES && now < until).then_some(until)
    }

    /// Another credential, or the same again by somebody's will.
    pub(super) fn renew(&mut self, now: u64, wish: SignIn) {
        if self.failures >= FAILURES && self.blocked_until(now).is_none() {
            // The block is over: one more try, and no second one.
            self.failures = FAILURES - 1;
        }
        self.wish = Some(wish);
        self.generation += 1;
        self.refused = false;
        self.proved_at = None;
    }
}

impl Session {
    pub(super) fn credentials(&self) -> Credentials {
        self.account.wish.as_ref().map_or(Credentials::None, |wish| wish.credentials.clone())
    }

    /// The credential was refused: nothing more is sent with it, and another is asked for.
    pub(super) fn credential_refused(&mut self, now: u64, blocked: bool) {
        self.account.failed(now);
        if blocked {
            self.account.failures = self.account.failures.max(FAILURES);
        }
        if self.account.refused {
            return;
        }
        self.account.refused = true;
        let error = match self.account.blocked_until(now) {
            Some(until_ms) => Error::LockedOut { until_ms },
            None => Error::Rejected,
        };
        // A connection that is up keeps the agent from being signed out while a new credential is entered.
        if !self.link_is_up() {
            self.close_link(now);
        }
        self.reads.forget_flights(now);
        self.stop_sign_in(
            Presence::Needs { id: true, credentials: true, extension: false, error: error.clone() },
            error,
        );
    }
}
