//! Why something that was asked for did not happen.

use crate::rest::{ApiError, Purpose, Refusal, TooLong};
use thiserror::Error;

/// Why something that was asked for did not happen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// Finesse has refused it, at once or later by a notification.
    #[error("{error}")]
    Refused {
        /// What it means.
        refusal: Refusal,
        /// What Finesse said.
        error: Box<ApiError>,
    },
    /// It does not fit.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// It was accepted, and then nothing came of it.
    #[error("accepted, but nothing came of it")]
    Silent,
    /// No answer came; whether it was done is not known and is being read.
    #[error("no answer")]
    Unreachable,
    /// The server says that it is out of service.
    #[error("out of service")]
    OutOfService,
    /// The agent's id or password, or the access token, was refused.
    #[error("id or password refused")]
    Rejected,
    /// One more failure would lock the account: nothing is tried until then.
    #[error("too many failures in a row")]
    LockedOut {
        /// By the relay's clock.
        until_ms: u64,
    },
    /// The contact centre has signed the agent out since it lost sight of the relay (reason 255).
    #[error("signed out by the contact centre")]
    ForcedOut,
    /// A supervisor, or the agent elsewhere, has signed the agent out.
    #[error("signed out by somebody else")]
    SignedOutByOther,
    /// It needs an agent who is signed in.
    #[error("not signed in")]
    NotSignedIn,
    /// The dialog is not there (any more), or the agent is not in it.
    #[error("no such dialog")]
    NoSuchDialog,
    /// It makes no sense now: another agent is signed in here, or nothing is listened to.
    #[error("not possible now")]
    NotPossible,
    /// A reason has to be named.
    #[error("a reason has to be chosen")]
    ReasonRequired,
    /// A device has to be chosen first.
    #[error("a device has to be chosen")]
    DeviceRequired,
    /// Something else was asked for before it was done.
    #[error("something else was asked for meanwhile")]
    Superseded,
}

impl Error {
    /// What a refusal of a request with that purpose means.
    #[must_use]
    pub fn refused(error: ApiError, purpose: Purpose) -> Self {
        Self::Refused { refusal: error.refusal(purpose), error: Box::new(error) }
    }

    /// It was refused, and that means this.
    #[must_use]
    pub fn means(&self, what: Refusal) -> bool {
        matches!(self, Self::Refused { refusal, .. } if *refusal == what)
    }
}
