//! What the bridge asks of the shell.

use crate::{BrowserLegId, ClientId, FarLegId, UserId};
use sidetone_protocol::{DialString, DtmfDigits, Failure, RelayMessage};

/// Something that the shell has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Send a message to a tab. If its connection is gone, drop it: the tab gets a snapshot when it is back.
    Tell {
        /// Which tab.
        client: ClientId,
        /// What to say.
        message: Box<RelayMessage>,
    },
    /// Bring the user's line up: somebody is there to take calls.
    BringUpLine {
        /// Whose.
        user: UserId,
    },
    /// Take the user's line down: nobody is there any more.
    TakeDownLine {
        /// Whose.
        user: UserId,
    },
    /// The tab is signed out: its token is worth nothing any more and its connection can be closed.
    Forget {
        /// Which tab.
        client: ClientId,
    },
    /// Call somebody. Answer with [`crate::FarEvent`]s, the last of which is `Ended`.
    Dial {
        /// Names the new leg.
        leg: FarLegId,
        /// Who calls.
        user: UserId,
        /// Whom.
        target: DialString,
    },
    /// Tell the caller that the phone rings.
    Alert {
        /// Which leg.
        leg: FarLegId,
    },
    /// Answer the caller.
    Answer {
        /// Which leg.
        leg: FarLegId,
    },
    /// End the leg in the way its state asks for: refuse, cancel or hang up. `Ended` follows.
    End {
        /// Which leg.
        leg: FarLegId,
        /// What a caller who is still waiting is told.
        refusal: Refusal,
    },
    /// Send DTMF to the other party.
    SendDtmf {
        /// On which leg.
        leg: FarLegId,
        /// Which digits.
        digits: DtmfDigits,
    },
    /// Take a browser's offer. Answer with [`crate::BrowserEvent::Opened`] or `Refused`.
    OpenBrowserLeg {
        /// Names the new leg.
        leg: BrowserLegId,
        /// Whose. All legs of a user live on one media worker.
        user: UserId,
        /// The SDP offer.
        offer: String,
    },
    /// Close a browser leg.
    CloseBrowserLeg {
        /// Which.
        leg: BrowserLegId,
    },
    /// Let packets flow between browser and far leg. Repeated when either is new.
    Connect {
        /// The browser's leg.
        browser: BrowserLegId,
        /// The other party's leg.
        far: FarLegId,
    },
}

/// What a caller is told whose call is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The user is in another call or does not want to talk.
    Busy,
    /// Nobody is there, or nobody answered in time.
    Unavailable,
    /// Something went wrong on our side.
    Failed(Failure),
}
