//! What can be wrong with a request of the shell.

use crate::{AccountId, LegId, TrunkId};
use thiserror::Error;

/// A request that the user agent cannot carry out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// There is no such account.
    #[error("there is no account {0:?}")]
    UnknownAccount(AccountId),
    /// There is no such trunk.
    #[error("there is no trunk {0:?}")]
    UnknownTrunk(TrunkId),
    /// The trunk has accounts.
    #[error("trunk {0:?} has accounts")]
    TrunkInUse(TrunkId),
    /// There is no such leg, or it has ended.
    #[error("there is no leg {0:?}")]
    UnknownLeg(LegId),
    /// The leg is in a state that does not allow the request.
    #[error("leg {0:?} cannot do that now")]
    WrongState(LegId),
    /// What was dialled or configured cannot be read as a SIP address.
    #[error("'{0}' is not a SIP address")]
    BadAddress(String),
    /// The account's transport is not switched on in the settings.
    #[error("the transport of the account is not in use")]
    NoTransport,
    /// Not a key of a telephone.
    #[error("'{0}' is not a key of a telephone")]
    BadDigit(char),
    /// A status code outside of 300 to 699 cannot reject anything.
    #[error("{0} is not a final status that rejects")]
    BadStatus(u16),
}
