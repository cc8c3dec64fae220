//! What a user agent tells the layer above.

use crate::{
    AccountId, Alert, Cause, LegId, MessageSummary, Replaces, Time, TrunkId, UnknownReason, WatchState,
    WatchedCall,
};
use serde::{Deserialize, Serialize};

/// What happened to lines and calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The account is registered, for the first time or again (also after each refresh).
    Registered {
        /// The account.
        account: AccountId,
        /// When the registration would lapse if it were not refreshed.
        expires: Time,
    },
    /// The account is not registered; it is tried again by itself.
    RegistrationFailed {
        /// The account.
        account: AccountId,
        /// Why.
        cause: Cause,
        /// When it is tried again.
        retry_at: Time,
    },
    /// The connection over which the registrar reaches the account is gone: nobody can call it until it has registered
    /// over a new one, which it does by itself. [`Event::Registered`] or [`Event::RegistrationFailed`] follows.
    RegistrationLost {
        /// The account.
        account: AccountId,
    },
    /// The account was removed, and its registration with it (or it could not be reached to say so).
    Unregistered {
        /// The account.
        account: AccountId,
    },
    /// The account of a trunk can be used: a peer of the trunk is alive, or nothing else is known yet.
    InService {
        /// The account.
        account: AccountId,
    },
    /// No peer of the account's trunk is alive. Calls are tried all the same, as a last resort.
    OutOfService {
        /// The account.
        account: AccountId,
    },
    /// A peer of a trunk answers again.
    PeerUp {
        /// The trunk.
        trunk: TrunkId,
        /// The peer, as a place in [`crate::Trunk::peers`].
        peer: usize,
    },
    /// A peer of a trunk does not answer: new calls go past it until it does.
    PeerDown {
        /// The trunk.
        trunk: TrunkId,
        /// The peer, as a place in [`crate::Trunk::peers`].
        peer: usize,
        /// Why.
        cause: Cause,
    },
    /// Somebody calls. Reply by `ring`, `answer`, `reject` or `redirect`.
    Incoming {
        /// The new leg.
        leg: LegId,
        /// The account that is called.
        account: AccountId,
        /// Who calls.
        caller: Caller,
        /// Who has sent the call on to us, if it was not meant for us at first.
        diverted_by: Option<Caller>,
        /// How it wants to be announced.
        alert: Alert,
        /// The leg whose place this call takes: when it is answered, that one is ended.
        replaces: Option<LegId>,
        /// The offer. None: delayed offer, `answer` then takes our offer, and
        /// [`Event::Confirmed`] brings the answer.
        sdp: Option<String>,
    },
    /// A provisional response to our INVITE: 180 rings, 183 usually carries early media.
    Progress {
        /// The leg.
        leg: LegId,
        /// 101 to 199.
        status: u16,
        /// As it was sent.
        reason: String,
        /// The answer (a preview of it, RFC 3264 with early media). With forking a later one of
        /// another branch replaces it.
        sdp: Option<String>,
    },
    /// Our INVITE was accepted; the ACK is on its way.
    Answered {
        /// The leg.
        leg: LegId,
        /// The answer. None: the one of the last [`Event::Progress`] holds.
        sdp: Option<String>,
    },
    /// Our 2xx was acknowledged, to the first INVITE or to a later offer.
    Confirmed {
        /// The leg.
        leg: LegId,
        /// The answer to our offer where the INVITE carried none.
        sdp: Option<String>,
    },
    /// An offer inside the call (re-INVITE or UPDATE). Reply by `answer_offer` or `reject_offer`.
    Offered {
        /// The leg.
        leg: LegId,
        /// The offer. None: reply with our full offer, the answer comes with [`Event::Confirmed`].
        sdp: Option<String>,
    },
    /// Our offer inside the call was accepted. Comes also when a re-INVITE has refreshed the session, with the
    /// answer that holds then.
    OfferAnswered {
        /// The leg.
        leg: LegId,
        /// The answer.
        sdp: String,
    },
    /// Our offer inside the call was refused; the call goes on as it was. With status 491 the other side has made
    /// its own offer first, which has to be answered before ours may be made again.
    OfferRefused {
        /// The leg.
        leg: LegId,
        /// Why. A status of 2xx: accepted without the answer that belongs to it.
        cause: Cause,
    },
    /// What the other side tells of the call that we asked it to make.
    ReferProgress {
        /// The leg that was asked.
        leg: LegId,
        /// The status of that call, 100 to 699.
        status: u16,
        /// As it was told.
        reason: String,
    },
    /// What came of asking the other side to call somebody else; comes exactly once for each time. After a success
    /// the leg is of no more use and should be hung up, unless the other side does that first.
    ReferDone {
        /// The leg that was asked.
        leg: LegId,
        /// Whether the other side has reached whom it was referred to. It counts as reached as well where it has
        /// agreed to try and then hung up on us.
        outcome: Result<(), Cause>,
    },
    /// The other side asks us to call somebody else. Reply by `accept_refer` or `reject_refer`; after the former,
    /// `invite_referred` makes the call.
    ReferRequested {
        /// The leg that is to be transferred.
        leg: LegId,
        /// Whom to call: a URI.
        target: String,
        /// What the target is called, if that is said.
        name: Option<String>,
        /// The call of the target that ours is to replace.
        replaces: Option<Replaces>,
        /// Who asks for it, if that is said.
        referred_by: Option<Caller>,
    },
    /// Another party is at the other side, as the network says: after a forwarding, a transfer or a pickup there.
    PartyChanged {
        /// The leg.
        leg: LegId,
        /// Who is there now; empty where it is withheld.
        party: Caller,
    },
    /// The other side says that it is the focus of a conference (`isfocus` in its Contact, RFC 4579 §4), or no longer.
    /// Comes before [`Event::Answered`] where the answer says so.
    FocusChanged {
        /// The leg.
        leg: LegId,
        /// Whether it is one.
        focus: bool,
    },
    /// A key pressed on the other side, sent by INFO (`application/dtmf-relay` or `application/dtmf`) or by NOTIFY
    /// (`telephone-event`).
    Dtmf {
        /// The leg.
        leg: LegId,
        /// `0`–`9`, `*`, `#`, `A`–`D`.
        digit: char,
    },
    /// A key of ours that was sent by INFO was not taken.
    DtmfRefused {
        /// The leg.
        leg: LegId,
        /// The key.
        digit: char,
        /// Why.
        cause: Cause,
    },
    /// The other side wants our keys by [`crate::UserAgent::send_kpml_digit`], and not with the media (RFC 4730).
    KpmlSubscribed {
        /// The leg.
        leg: LegId,
    },
    /// It does not want them so any more. Does not come after [`Event::Ended`].
    KpmlEnded {
        /// The leg.
        leg: LegId,
    },
    /// What waits in the mailbox of an account, subscribed to or told without.
    MessageSummary {
        /// The account.
        account: AccountId,
        /// What waits.
        summary: MessageSummary,
    },
    /// The subscription to the mailbox of an account has failed; but for
    /// [`UnknownReason::NotSupported`] it is tried again by itself.
    MessageSummaryUnknown {
        /// The account.
        account: AccountId,
        /// Why.
        reason: UnknownReason,
    },
    /// What a watched phone does, at first and with every change.
    DialogState {
        /// The account that watches.
        account: AccountId,
        /// The phone, as it was named to [`crate::UserAgent::watch`].
        target: String,
        /// What it does.
        state: WatchState,
        /// Its calls.
        calls: Vec<WatchedCall>,
    },
    /// The leg is over; its name means nothing any more.
    Ended {
        /// The leg.
        leg: LegId,
        /// Why.
        cause: Cause,
    },
}

/// Who is at the other side, by P-Asserted-Identity, else Remote-Party-ID, else From.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Caller {
    /// The user part or telephone number, empty where it is withheld.
    pub number: String,
    /// The display name.
    pub display_name: Option<String>,
}
