//! What the bridge asks of the shell.

use crate::{BrowserLegId, ClientId, FarLegId, Millis, UserId};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{Call, ConferenceId, DialString, DtmfDigits, Failure, Features, RelayMessage};

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
    /// Let packets flow between browser and far leg. Repeated when the codec is another. A browser's leg has one
    /// far leg at a time: the one before was disconnected, or has ended.
    Connect {
        /// The browser's leg.
        browser: BrowserLegId,
        /// The other party's leg.
        far: FarLegId,
    },
    /// Let no packets flow between the far leg and the browser any more. A leg that is ended or closed needs no
    /// `Disconnect`.
    Disconnect {
        /// The other party's leg.
        leg: FarLegId,
    },
    /// Put the other party on hold, or resume (RFC 3264 §8.4). Answer with [`crate::FarEvent::HoldDone`] or
    /// `HoldRefused`; until then no other `Hold` comes for that leg.
    Hold {
        /// Which leg.
        leg: FarLegId,
        /// Whether it is to be held.
        held: bool,
    },
    /// Transfer the other party, who is on hold, to somebody who has not been asked (REFER, RFC 3515). Answer with
    /// any number of [`crate::FarEvent::TransferProgress`] and one `TransferDone` or `TransferFailed`, unless the
    /// leg ends first.
    Transfer {
        /// Whose leg.
        leg: FarLegId,
        /// To whom.
        target: DialString,
    },
    /// Transfer the other party, who is on hold, to that of another leg (REFER with Replaces, RFC 3891). The other
    /// leg may still ring. Answer as to `Transfer`.
    TransferTo {
        /// Whose leg.
        leg: FarLegId,
        /// The leg that they take over.
        other: FarLegId,
    },
    /// Call where the telephone system makes conferences for this user (RFC 4579 §5.4). Answer as to `Dial`; the
    /// conference says that it is one by [`crate::FarEvent::FocusChanged`] before `Answered`.
    CallFactory {
        /// Names the new leg.
        leg: FarLegId,
        /// Whose.
        user: UserId,
    },
    /// Transfer the other party, who is on hold, to the conference at the other side of another leg (REFER, RFC 4579
    /// §5.6). Answer as to `Transfer`.
    TransferToRoom {
        /// Whose leg.
        leg: FarLegId,
        /// The user's leg to the conference, which stays.
        room: FarLegId,
    },
    /// Call whom the other party asked us to call by [`crate::FarEvent::TransferRequested`], as the new leg. Answer
    /// with events of the new leg, as to `Dial`, and tell the old one how it goes. The old leg is ended by
    /// [`Command::End`] once the new one is answered.
    FollowTransfer {
        /// Who asked.
        leg: FarLegId,
        /// Names the new leg.
        new: FarLegId,
    },
    /// Refuse what the other party asked for by [`crate::FarEvent::TransferRequested`].
    RefuseTransfer {
        /// Who asked.
        leg: FarLegId,
    },
    /// Take note that two legs belong to one conversation: one was called to ask about the other, takes its place, is
    /// transferred to it, or is in a conference with it. For whoever looks at a conversation as a whole. A leg is named
    /// before this is said of it, and neither has ended.
    Relate {
        /// Which leg.
        leg: FarLegId,
        /// To which other one.
        to: FarLegId,
    },
    /// Make a mix, in which every member hears all others.
    OpenMix {
        /// Names it.
        conference: ConferenceId,
        /// Whose. All legs of a user live on one media worker.
        user: UserId,
    },
    /// Take a leg into a mix.
    JoinMix {
        /// Which mix.
        conference: ConferenceId,
        /// Which leg.
        leg: MixMember,
    },
    /// Take a leg out of a mix. A leg that is ended or closed needs no `LeaveMix`.
    LeaveMix {
        /// Which mix.
        conference: ConferenceId,
        /// Which leg.
        leg: MixMember,
    },
    /// Forget a mix. Whoever is still in it leaves it.
    CloseMix {
        /// Which mix.
        conference: ConferenceId,
    },
    /// A call is over: write it down. Said again if the reason turns out to be another one.
    CallEnded {
        /// Whose.
        user: UserId,
        /// The call, whose state is [`sidetone_protocol::CallState::Ended`].
        call: Box<Call>,
        /// When it ended, by the shell's clock.
        ended_at_ms: Millis,
        /// For how long the user had it on hold, in milliseconds.
        held_ms: Millis,
    },
    /// The user has set what the line does: keep it for the next start.
    FeaturesChanged {
        /// Whose.
        user: UserId,
        /// As they are now.
        features: Features,
    },
}

/// A leg in a mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MixMember {
    /// The user's browser.
    Browser(BrowserLegId),
    /// Another party.
    Far(FarLegId),
}

/// What a caller is told whose call is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The user is in another call or does not want to talk.
    Busy,
    /// The user wants such calls to go elsewhere (302, RFC 3261 §21.3.3).
    Forward(DialString),
    /// Nobody is there, or nobody answered in time.
    Unavailable,
    /// Something went wrong on our side.
    Failed(Failure),
}
