//! Our own offers inside a call.

use crate::transaction::ClientId;
use serde::{Deserialize, Serialize};

/// An offer of ours without its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Offering {
    pub(crate) sdp: String,
    /// The tag of the other side it is made to.
    pub(crate) tag: String,
    /// Whether it only refreshes the session, with the description that holds.
    pub(crate) refresh: bool,
    pub(crate) step: Step,
}

/// How far an offer of ours has got.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Step {
    /// The re-INVITE was sent, or the UPDATE.
    Sent(ClientId),
    /// It met the other side's, and is sent again after a while.
    PutOff,
}

impl Offering {
    /// The request under way.
    pub(crate) fn client(&self) -> Option<ClientId> {
        match self.step {
            Step::Sent(client) => Some(client),
            Step::PutOff => None,
        }
    }
}
