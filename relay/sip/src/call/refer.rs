//! REFER (RFC 3515): what is kept of one that we sent, and of one that we were sent.

use super::Replaces;
use crate::message::{Headers, NameAddr, Params, Request, Uri, name};
use crate::transaction::{ClientId, ServerId};
use crate::{Cause, LegId};
use serde::{Deserialize, Serialize};

/// The type of the body that tells how a referred call fares, without its version.
pub(crate) const SIPFRAG: &str = "message/sipfrag";

/// A REFER of ours that is not done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Refer {
    pub(crate) client: ClientId,
    /// The number of the REFER, by which its notices may be told from others (§2.4.6).
    pub(crate) number: u32,
    /// Whether the other side has agreed to try.
    pub(crate) accepted: bool,
}

/// A REFER of the other side.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Referral {
    /// The request, as long as it has no answer.
    pub(crate) request: Option<ServerId>,
    /// The `id` of its event; the first REFER of a dialog needs none (§2.4.6).
    pub(crate) id: Option<u32>,
    pub(crate) target: Uri,
    pub(crate) replaces: Option<Replaces>,
    /// The Referred-By header, to be passed on as it is (RFC 3892 §2.2).
    pub(crate) referred_by: Option<String>,
    /// The call that was made for it.
    pub(crate) call: Option<LegId>,
    /// What is to be told next.
    pub(crate) next: Option<Notice>,
    /// The NOTIFY under way.
    pub(crate) notifying: Option<ClientId>,
    /// Whether that NOTIFY is the last.
    pub(crate) last: bool,
}

/// How a referred call fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) status: u16,
    pub(crate) reason: String,
}

impl Notice {
    pub(crate) fn new(status: u16, reason: &str) -> Self {
        Self { status, reason: reason.to_owned() }
    }

    /// What the end of a leg means to who referred.
    pub(crate) fn of_cause(cause: &Cause) -> Self {
        match cause {
            Cause::Status { code, reason, .. } => Self::new(*code, reason),
            Cause::Timeout => Self::new(408, "Request Timeout"),
            Cause::Transport => Self::new(503, "Service Unavailable"),
            Cause::Bye { .. }
            | Cause::Cancelled { .. }
            | Cause::HungUp
            | Cause::Replaced { .. }
            | Cause::NotConfirmed
            | Cause::SessionExpired => Self::new(487, "Request Terminated"),
        }
    }

    /// Reads the status line of a sipfrag.
    pub(crate) fn of_notify(notify: &Request) -> Option<Self> {
        let body = notify.body_of_type(SIPFRAG)?;
        let line = body.lines().find(|line| !line.trim().is_empty())?;
        let mut words = line.trim().splitn(3, ' ');
        let protocol = words.next()?;
        let status = words.next()?.parse().ok().filter(|status| (100..700).contains(status))?;
        protocol.eq_ignore_ascii_case("SIP/2.0").then(|| Self::new(status, words.next().unwrap_or_default()))
    }
}

/// The `id` of a `refer` event. None: another event.
pub(crate) fn event_id(headers: &Headers) -> Option<Option<u32>> {
    let value = headers.first(name::EVENT)?;
    let (package, params) = value.split_once(';').unwrap_or((value, ""));
    if !package.trim().eq_ignore_ascii_case("refer") {
        return None;
    }
    Some(Params::parse(params).unwrap_or_default().get("id").and_then(|id| id.parse().ok()))
}

/// Whether a NOTIFY is the last of its subscription.
pub(crate) fn is_last(headers: &Headers) -> bool {
    let state = headers.first(name::SUBSCRIPTION_STATE).unwrap_or_default();
    state.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("terminated")
}

/// The one Refer-To of a request. None: there is none, or more than one, or it cannot be read.
pub(crate) fn target(headers: &Headers) -> Option<NameAddr> {
    let mut targets = headers.all(name::REFER_TO);
    let target = targets.next()?.parse::<NameAddr>().ok()?;
    targets.next().is_none().then_some(target)
}

/// A URI as it can be called: without the headers and the method for it.
pub(crate) fn dialable(mut uri: Uri) -> Uri {
    if let Uri::Sip(sip) = &mut uri {
        sip.headers = None;
        sip.params.remove("method");
    }
    uri
}
