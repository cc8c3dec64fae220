//! What goes into a user agent and what comes out.

use crate::{
    AccountId, Cause, FlowId, LegId, MessageSummary, QueryId, Time, Transport, UnknownReason, WatchState,
    WatchedCall,
};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// Something that happened outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A datagram came.
    Datagram {
        /// The socket: [`FlowId::UDP`].
        flow: FlowId,
        /// The address it was sent to.
        local: SocketAddr,
        /// The address it came from.
        remote: SocketAddr,
        /// Its content.
        bytes: Vec<u8>,
    },
    /// A connection asked for by [`Command::Connect`] is up.
    Connected {
        /// The connection.
        flow: FlowId,
        /// Its local address.
        local: SocketAddr,
    },
    /// Somebody connected to the listener.
    Accepted {
        /// The connection, named by [`crate::UserAgent::allocate_flow`].
        flow: FlowId,
        /// Its local address.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
        /// What it carries SIP over.
        transport: Transport,
    },
    /// Bytes came over a connection.
    Stream {
        /// The connection.
        flow: FlowId,
        /// In order, cut anywhere.
        bytes: Vec<u8>,
    },
    /// A connection was closed or reset by the other end, could not be made, or could not be written to.
    /// Not sent for a connection that [`Command::Close`] ended.
    Closed {
        /// The connection.
        flow: FlowId,
    },
    /// The name service found addresses.
    Resolved {
        /// Of this question.
        query: QueryId,
        /// Best first; may be empty.
        addresses: Vec<SocketAddr>,
    },
    /// The name service found nothing or failed.
    Unresolved {
        /// For this question.
        query: QueryId,
    },
}

/// Something the shell has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Send bytes: one datagram, or the next bytes of a connection.
    Send {
        /// Over this.
        flow: FlowId,
        /// To there.
        remote: SocketAddr,
        /// Content.
        bytes: Vec<u8>,
    },
    /// Open a connection and answer by [`Input::Connected`] or [`Input::Closed`].
    Connect {
        /// Its name from now on.
        flow: FlowId,
        /// What it will carry.
        transport: Transport,
        /// To there.
        remote: SocketAddr,
    },
    /// Close a connection, after what was sent before has left.
    Close {
        /// The connection.
        flow: FlowId,
    },
    /// Look up a host and answer by [`Input::Resolved`] or [`Input::Unresolved`].
    Resolve {
        /// The name of the question.
        query: QueryId,
        /// A host name, never an address.
        host: String,
        /// The port to use. None: by SRV `_sip._udp` or `_sip._tcp` (RFC 3263 §4.2), else 5060.
        port: Option<u16>,
        /// Over which the addresses are to be reached.
        transport: Transport,
    },
    /// Tell the layer above.
    Event(Event),
}

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
    /// The account was removed, and its registration with it (or it could not be reached to say so).
    Unregistered {
        /// The account.
        account: AccountId,
    },
    /// Somebody calls. Reply by `ring`, `answer` or `reject`.
    Incoming {
        /// The new leg.
        leg: LegId,
        /// The account that is called.
        account: AccountId,
        /// Who calls.
        caller: Caller,
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
    /// A key pressed on the other side, sent by INFO (`application/dtmf-relay` or `application/dtmf`) or by NOTIFY
    /// (`telephone-event`).
    Dtmf {
        /// The leg.
        leg: LegId,
        /// `0`–`9`, `*`, `#`, `A`–`D`.
        digit: char,
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

/// Who calls, by P-Asserted-Identity, else Remote-Party-ID, else From.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Caller {
    /// The user part or telephone number, empty where it is withheld.
    pub number: String,
    /// The display name.
    pub display_name: Option<String>,
}
