//! Call legs.

mod alert;
pub(crate) mod caller;
pub(crate) mod dtmf;
mod forks;
pub(crate) mod keys;
pub(crate) mod notified_key;
mod offering;
pub(crate) mod reason;
pub(crate) mod refer;
mod replaces;
pub(crate) mod session;

pub use alert::Alert;
pub(crate) use forks::{Described, Early};
pub(crate) use offering::{Offering, Step};
pub(crate) use refer::{Notice, Refer, Referral};
pub use replaces::Replaces;
pub(crate) use session::Session;

use crate::dialog::Dialog;
use crate::message::{Headers, Method, Uri, name};
use crate::transaction::{ClientId, ServerId};
use crate::{AccountId, Caller, Cause, LegId};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

/// A call leg.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Leg {
    pub(crate) account: AccountId,
    /// Our tag, by which requests find the leg.
    pub(crate) local_tag: String,
    pub(crate) state: State,
    /// Whether the call began with our INVITE, so that the Call-ID is ours.
    pub(crate) outbound: bool,
    /// Whether the other end is no part of the line's telephone system, and must not learn how we authenticate.
    pub(crate) foreign: bool,
    /// The methods that the other side allows, once it has said so.
    pub(crate) allow: Option<Vec<String>>,
    /// Who is known to be at the other side.
    pub(crate) party: Option<Caller>,
    /// Whether the other side says that it is the focus of a conference.
    pub(crate) focus: bool,
    /// The other side's offer that waits for our answer.
    pub(crate) offered: Option<Offered>,
    /// Our offer that waits for its answer.
    pub(crate) offering: Option<Offering>,
    /// Our offer that waits until something else is done.
    pub(crate) queued: Option<String>,
    pub(crate) described: Described,
    /// The session timer, where one was agreed.
    pub(crate) session: Option<Session>,
    /// The longest Min-SE that was asked of us.
    pub(crate) min_se: Duration,
    /// How often one was.
    pub(crate) lengthened: u8,
    /// The reliable responses that ring, where the caller wants such.
    pub(crate) reliable: Option<Reliable>,
    /// Our REFER that is not done.
    pub(crate) refer: Option<Refer>,
    /// The other side's REFER.
    pub(crate) referral: Option<Referral>,
    /// How many it has sent.
    pub(crate) referrals: u32,
    pub(crate) keys: Keys,
    /// The leg on which we were asked to make this call.
    pub(crate) referred_on: Option<LegId>,
    /// The leg whose place this one takes when it is answered.
    pub(crate) replaces: Option<LegId>,
    /// Why it ends, where that is known before.
    pub(crate) cause: Option<Cause>,
}

/// Where a leg stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum State {
    /// We have invited.
    Calling(Calling),
    /// We are invited.
    Ringing(Ringing),
    /// Answered.
    Up(Up),
    /// BYE was sent.
    Ending(Ending),
}

/// An outbound leg before its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Calling {
    pub(crate) invite: ClientId,
    /// The early dialogs of all forks.
    pub(crate) early: Vec<Early>,
    /// Whether the user has given up.
    pub(crate) hung_up: bool,
    /// Whether CANCEL was sent.
    pub(crate) cancelled: bool,
    pub(crate) redirects: Redirects,
}

/// Where redirections have led (RFC 3261 §8.1.3.4).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Redirects {
    /// The URIs that were called.
    pub(crate) tried: Vec<Uri>,
    /// Those still to be called, best first.
    pub(crate) left: VecDeque<Uri>,
}

/// Keys that are sent by INFO.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Keys {
    /// The request under way, with its key.
    pub(crate) sent: Option<(ClientId, char)>,
    /// Those that wait for it.
    pub(crate) waiting: VecDeque<char>,
}

/// Reliable provisional responses of ours (RFC 3262 §3).
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Reliable {
    /// The number of the last one.
    pub(crate) rseq: u32,
    /// The number of the INVITE.
    pub(crate) invite: u32,
    /// Whether its PRACK is still to come.
    pub(crate) waiting: bool,
    pub(crate) interval: Duration,
}

/// An inbound leg before our answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ringing {
    pub(crate) invite: ServerId,
    pub(crate) dialog: Dialog,
    pub(crate) had_offer: bool,
}

/// An answered leg.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Up {
    pub(crate) dialog: Dialog,
    /// Our 2xx that waits for its ACK.
    pub(crate) unconfirmed: Option<Unconfirmed>,
    /// Whether to hang up as soon as the ACK has come: before it a called party must not send BYE
    /// (RFC 3261 §15).
    pub(crate) hang_up: bool,
}

/// A 2xx without its ACK.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Unconfirmed {
    pub(crate) invite: ServerId,
    pub(crate) number: u32,
    /// Whether the 2xx carried our offer, so that the ACK carries the answer.
    pub(crate) wants_answer: bool,
    pub(crate) interval: Duration,
}

/// An offer without its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Offered {
    pub(crate) server: ServerId,
    /// Whether it came without SDP, so that our answer is the offer.
    pub(crate) wants_offer: bool,
}

/// A leg whose BYE is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub(crate) dialog: Dialog,
    pub(crate) bye: ClientId,
    pub(crate) cause: Cause,
}

impl Leg {
    pub(crate) fn new(account: AccountId, local_tag: String, state: State, outbound: bool) -> Self {
        Self {
            account,
            local_tag,
            state,
            outbound,
            foreign: false,
            allow: None,
            party: None,
            focus: false,
            offered: None,
            offering: None,
            queued: None,
            described: Described::default(),
            session: None,
            min_se: session::SHORTEST,
            lengthened: 0,
            reliable: None,
            refer: None,
            referral: None,
            referrals: 0,
            keys: Keys::default(),
            referred_on: None,
            replaces: None,
            cause: None,
        }
    }

    /// A request that was challenged goes on under another name.
    pub(crate) fn replace_client(&mut self, old: ClientId, new: ClientId, number: u32) {
        if let Some(offering) = &mut self.offering
            && offering.client() == Some(old)
        {
            offering.step = Step::Sent(new);
        }
        if let Some(session) = &mut self.session
            && session.refreshing == Some(old)
        {
            session.refreshing = Some(new);
        }
        if let Some(refer) = &mut self.refer
            && refer.client == old
        {
            (refer.client, refer.number) = (new, number);
        }
        if let Some((client, _)) = &mut self.keys.sent
            && *client == old
        {
            *client = new;
        }
        if let Some(referral) = &mut self.referral
            && referral.notifying == Some(old)
        {
            referral.notifying = Some(new);
        }
    }

    /// The answered call.
    pub(crate) fn up_mut(&mut self) -> Option<&mut Up> {
        match &mut self.state {
            State::Up(up) => Some(up),
            State::Calling(_) | State::Ringing(_) | State::Ending(_) => None,
        }
    }

    /// Whether the other side takes a method. It does not as long as it has not said so.
    pub(crate) fn allows(&self, method: &Method) -> bool {
        let method = method.to_string();
        self.allow.as_ref().is_some_and(|allow| allow.contains(&method))
    }

    /// Takes note of what the other side allows (RFC 3261 §20.5).
    pub(crate) fn note_allow(&mut self, headers: &Headers) {
        if headers.first(name::ALLOW).is_some() {
            self.allow = Some(headers.elements(name::ALLOW).map(str::to_owned).collect());
        }
    }

    /// The dialog with the other side of this tag.
    pub(crate) fn dialog_mut(&mut self, call_id: &str, remote_tag: &str) -> Option<&mut Dialog> {
        let dialog = match &mut self.state {
            State::Calling(calling) => {
                &mut calling.early.iter_mut().find(|e| e.dialog.remote_tag() == remote_tag)?.dialog
            }
            State::Ringing(ringing) => &mut ringing.dialog,
            State::Up(up) => &mut up.dialog,
            State::Ending(ending) => &mut ending.dialog,
        };
        (dialog.call_id == call_id && dialog.remote_tag() == remote_tag).then_some(dialog)
    }
}
