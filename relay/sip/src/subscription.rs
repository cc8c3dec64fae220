//! Subscriptions to the state of others (RFC 6665), seen from the subscriber.

mod all;
mod dialog_info;
mod event_header;
mod message_summary;

pub(crate) use all::Subscriptions;
pub(crate) use dialog_info::{Applied, DIALOG_INFO, DialogInfo, DialogTable};
pub(crate) use event_header::{Ended, EventHeader, Standing, SubscriptionState};
pub(crate) use message_summary::MESSAGE_SUMMARY;
pub use message_summary::MessageSummary;

use crate::dialog::Dialog;
use crate::message::{Headers, Method, NameAddr, Request, Response, Uri, name};
use crate::random::At;
use crate::transaction::ClientId;
use crate::{AccountId, Time, UnknownReason, WatchState, WatchedCall};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The lifetime to ask for: the default of both packages (RFC 3842 §5.3, RFC 4235 §3.4).
const LIFETIME: Duration = Duration::from_secs(3600);
/// A notifier that grants less would be asked without a pause.
const SHORTEST_GRANT: Duration = Duration::from_secs(10);
/// The first pause after a failure; it doubles with each further one.
const RETRY_FIRST: Duration = Duration::from_secs(4);
/// The longest pause, also after a refusal: what an administrator has changed is noticed then.
const RETRY_LONGEST: Duration = Duration::from_secs(600);
/// A notifier may ask for at most so long a pause.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);
/// A subscription that its notifier ends sooner than this has failed.
const SHORT_LIFE: Duration = Duration::from_secs(30);
/// All subscriptions that a notifier drops together are not made again in the same moment.
const SPREAD: Duration = Duration::from_secs(1);

/// A subscription of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct SubscriptionId(u64);

/// What a subscription is about, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Package {
    /// `message-summary`: the mailbox of the account.
    MessageSummary,
    /// `dialog`: another phone.
    Dialog {
        /// As the shell named it.
        target: String,
        table: DialogTable,
        /// What was last told of it.
        told: Option<(WatchState, Vec<WatchedCall>)>,
        /// Whether a full document was asked for and has not come.
        asked: bool,
    },
}

/// How far a subscription has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// It is planned.
    Waiting,
    /// SUBSCRIBE is out, and nothing has been notified.
    Trying,
    /// The notifier has said how it stands.
    Up,
    /// It is not wanted any more; the last NOTIFY has yet to come.
    Ending,
    /// It was refused for good.
    Refused,
}

/// One subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) account: AccountId,
    pub(crate) package: Package,
    pub(crate) phase: Phase,
    /// The request under way.
    pub(crate) client: Option<ClientId>,
    /// What a 2xx or a NOTIFY has made.
    pub(crate) dialog: Option<Dialog>,
    /// Granted until then.
    pub(crate) until: Time,
    /// Failures since the last success.
    pub(crate) failures: u32,
    /// Whether the pause before the next attempt is wanted by the other side.
    pub(crate) held: bool,
    /// The realms that have asked for credentials, to be given them again.
    pub(crate) realms: Vec<(bool, String)>,
    uri: Uri,
    call_id: String,
    pub(crate) tag: String,
    cseq: u32,
    /// The lifetime to ask for.
    expires: Duration,
    /// Since when it is up.
    since: Time,
}

impl Package {
    /// Its name in the Event header.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::MessageSummary => "message-summary",
            Self::Dialog { .. } => "dialog",
        }
    }

    /// The type of the bodies that tell of it.
    pub(crate) fn media_type(&self) -> &'static str {
        match self {
            Self::MessageSummary => MESSAGE_SUMMARY,
            Self::Dialog { .. } => DIALOG_INFO,
        }
    }

    fn is_watch_of(&self, watched: &str) -> bool {
        match self {
            Self::MessageSummary => false,
            Self::Dialog { target, .. } => target == watched,
        }
    }
}

impl Subscription {
    /// The Request-URI of the first SUBSCRIBE.
    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The first SUBSCRIBE of the next attempt goes there.
    pub(crate) fn move_to(&mut self, uri: Uri) {
        self.uri = uri;
    }

    /// The next SUBSCRIBE, without Via and credentials (RFC 6665 §4.1.2).
    pub(crate) fn request(&mut self, identity: NameAddr, contact: &NameAddr, user_agent: &str) -> Request {
        let mut request = match &mut self.dialog {
            Some(dialog) => {
                let request = dialog.request(Method::SUBSCRIBE);
                self.cseq = dialog.local_cseq;
                request
            }
            None => self.first_request(identity),
        };
        let expires = if self.phase == Phase::Ending { 0 } else { self.expires.as_secs() };
        request.headers.push(name::CONTACT, contact.to_string());
        request.headers.push(name::EVENT, self.package.name());
        request.headers.push(name::ACCEPT, self.package.media_type());
        request.headers.push(name::EXPIRES, expires.to_string());
        request.headers.push(name::USER_AGENT, user_agent);
        request
    }

    fn first_request(&mut self, mut from: NameAddr) -> Request {
        self.cseq += 1;
        from.params.set("tag", Some(self.tag.clone()));
        let mut headers = Headers::new();
        headers.push(name::MAX_FORWARDS, "70");
        headers.push(name::FROM, from.to_string());
        headers.push(name::TO, format!("<{}>", self.uri));
        headers.push(name::CALL_ID, self.call_id.as_str());
        headers.push(name::CSEQ, format!("{} SUBSCRIBE", self.cseq));
        Request { method: Method::SUBSCRIBE, uri: self.uri.clone(), headers, body: Vec::new() }
    }

    /// Another transaction carries the request on, after a challenge.
    pub(crate) fn carried_on(&mut self, client: ClientId, number: u32) {
        self.client = Some(client);
        self.set_number(number);
    }

    fn set_number(&mut self, number: u32) {
        self.cseq = number;
        if let Some(dialog) = &mut self.dialog {
            dialog.local_cseq = number;
        }
    }

    /// Takes over a dialog that a NOTIFY has made (RFC 6665 §4.4.1).
    pub(crate) fn confirm(&mut self, dialog: Dialog) {
        self.dialog = Some(dialog);
        self.set_number(self.cseq);
    }

    /// Takes in what a 2xx grants, and says when to refresh.
    pub(crate) fn granted(&mut self, at: &mut At<'_>, response: &Response) -> Time {
        let stated = response.headers.first(name::EXPIRES).and_then(|text| text.trim().parse::<u32>().ok());
        let lifetime = stated.map_or(self.expires, |seconds| Duration::from_secs(seconds.into()));
        self.lasts(at, lifetime)
    }

    /// Takes in what is left of the time, and says when to refresh.
    pub(crate) fn lasts(&mut self, at: &mut At<'_>, lifetime: Duration) -> Time {
        // A grant for years would be a time that no clock holds.
        let lifetime = lifetime.clamp(SHORTEST_GRANT, Duration::from_secs(1 << 24));
        self.until = at.now + lifetime;
        // As with registrations: a whole transaction fits before the end, and not all refresh together.
        let margin = (lifetime / 10 + Duration::from_secs(35)).min(lifetime / 2);
        let earlier = lifetime / 10 - at.part_of(lifetime / 10, 0);
        at.now + (lifetime - margin - earlier)
    }

    /// Takes a NOTIFY's word that the subscription is up.
    pub(crate) fn up(&mut self, now: Time) {
        if self.phase != Phase::Up {
            self.phase = Phase::Up;
            self.since = now;
        }
        if now - self.since >= SHORT_LIFE {
            self.failures = 0;
        }
    }

    /// Takes over a longer lifetime after 423. False: it would lead nowhere.
    pub(crate) fn lengthen(&mut self, response: &Response) -> bool {
        let least =
            response.headers.first(name::MIN_EXPIRES).and_then(|text| text.trim().parse::<u32>().ok());
        match least.map(|seconds| Duration::from_secs(seconds.into())) {
            Some(least) if least > self.expires => {
                self.expires = least;
                true
            }
            Some(_) | None => false,
        }
    }

    /// When to try again after a failure: twice as long after each, with half of it left to chance, and never
    /// sooner than was asked for.
    pub(crate) fn retry_at(&mut self, at: &mut At<'_>, refused: bool, asked: Option<Duration>) -> Time {
        self.failures = self.failures.saturating_add(1);
        let doubled = RETRY_FIRST.saturating_mul(1 << (self.failures - 1).min(16));
        let pause = if refused { RETRY_LONGEST } else { doubled.min(RETRY_LONGEST) };
        let pause = at.part_of(pause, 50);
        at.now + pause.max(asked.unwrap_or_default().min(LONGEST_RETRY_AFTER))
    }

    /// When to begin anew after the notifier has ended it without a reason to wait.
    pub(crate) fn again_at(&mut self, at: &mut At<'_>) -> Time {
        if self.phase == Phase::Up && at.now - self.since >= SHORT_LIFE {
            self.failures = 0;
            return at.now + at.part_of(SPREAD, 10);
        }
        self.retry_at(at, false, None)
    }
}

/// What a final response says of a watched phone.
pub(crate) fn reason_of(status: u16) -> UnknownReason {
    match status {
        401 | 403 | 407 | 603 => UnknownReason::Refused,
        404 | 410 | 416 | 484 | 604 => UnknownReason::NotFound,
        405 | 415 | 489 | 501 => UnknownReason::NotSupported,
        _ => UnknownReason::Unreachable,
    }
}

/// Whether a refused refresh means that the subscription is gone (RFC 6665 §4.1.2.2, RFC 5057 §5.1).
pub(crate) fn ends_subscription(status: u16) -> bool {
    matches!(status, 404 | 405 | 410 | 416 | 480..=485 | 489 | 501 | 604)
}
