//! What a client transaction has to say, and to whom.

use super::{Client, ClientId};
use crate::message::Response;
use crate::subscription::SubscriptionId;
use crate::{AccountId, LegId, TrunkId};
use serde::{Deserialize, Serialize};

/// Whom a transaction works for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Owner {
    /// A line's registration.
    Registration(AccountId),
    /// A call leg.
    Leg(LegId, AccountId),
    /// A subscription of ours.
    Subscription(SubscriptionId, AccountId),
    /// A NOTIFY about our keys to the peer of a call.
    Keys(LegId, AccountId),
    /// What is left of a call, such as the BYE of a lost fork.
    Orphan(AccountId),
    /// A line that wants to know whether its first registrar is there again.
    Probe(AccountId),
    /// A trunk that wants to know whether a peer is alive.
    Ping(TrunkId, usize),
}

impl Owner {
    /// The line whose credentials apply. None: nobody's.
    pub(crate) fn account(self) -> Option<AccountId> {
        match self {
            Self::Registration(account)
            | Self::Leg(_, account)
            | Self::Subscription(_, account)
            | Self::Keys(_, account)
            | Self::Orphan(account)
            | Self::Probe(account) => Some(account),
            Self::Ping(..) => None,
        }
    }
}

/// What a transaction has to say to its owner.
#[derive(Debug)]
pub(crate) struct ClientEvent {
    pub(crate) id: ClientId,
    /// The transaction as it was when this happened.
    pub(crate) client: Client,
    pub(crate) outcome: Outcome,
}

/// How a request fared.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A response that the owner has not seen.
    Response(Box<Response>),
    /// No final response in time.
    Timeout,
    /// It could not be sent.
    Unsent,
}
