//! What is known of the keys of a leg.

use super::notified_key::NotifiedKey;
use crate::kpml::{KeyReport, KeyRequest};
use crate::transaction::ClientId;
use crate::{AccountId, Time};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The keys of one leg.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct LegKeys {
    /// The peer's subscription.
    pub(crate) subscription: Option<KeySubscription>,
    /// The last report of a key of the peer's.
    pub(crate) heard: Option<NotifiedKey>,
}

/// A peer's subscription to our keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeySubscription {
    pub(crate) account: AccountId,
    /// Names the dialog, together with our tag, where several forks could have subscribed.
    pub(crate) call_id: String,
    pub(crate) remote_tag: String,
    /// The Event header of our NOTIFYs.
    pub(crate) event: String,
    /// What is asked for. None: nothing that we could tell.
    pub(crate) request: Option<KeyRequest>,
    pub(crate) until: Time,
    /// Whether it has had the one report that it wants.
    pub(crate) satisfied: bool,
    /// Whether the shell was told that it is subscribed, and not yet that it is over.
    pub(crate) told: bool,
    pub(crate) waiting: VecDeque<Report>,
    /// The NOTIFY under way, and whether it is the last.
    pub(crate) client: Option<(ClientId, bool)>,
}

/// Why it ends (RFC 6665 §4.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ending {
    /// It has had what it asked for.
    NoResource,
    /// It asks for what we cannot tell.
    Rejected,
    /// Its time is over, or it is not wanted any more.
    Timeout,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) report: Option<KeyReport>,
    /// The subscription ends with it, for this reason.
    pub(crate) last: Option<Ending>,
}

impl Ending {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NoResource => "noresource",
            Self::Rejected => "rejected",
            Self::Timeout => "timeout",
        }
    }
}

impl KeySubscription {
    /// Whether nothing more will be told than what waits.
    pub(crate) fn is_over(&self) -> bool {
        match self.waiting.back() {
            Some(report) => report.last.is_some(),
            None => self.client.is_some_and(|(_, last)| last),
        }
    }
}
