//! Our subscriptions: to mailboxes (RFC 3842) and to what other phones do (RFC 4235), by RFC 6665 §4.1.

use super::UserAgent;
use super::trunks::First;
use crate::dialog::Dialog;
use crate::digest;
use crate::message::{Request, Response};
use crate::random::At;
use crate::registration::retry_after;
use crate::schedule::Alarm;
use crate::subscription::{DialogTable, Package, Phase, SubscriptionId, ends_subscription, reason_of};
use crate::transaction::{ClientEvent, Outcome, Owner};
use crate::transport::{Destination, Path};
use crate::{AccountId, UnknownReason};
use std::time::Duration;

impl UserAgent {
    /// The line is known to the telephone system: what is wanted begins. After trouble, what was up is refreshed,
    /// since the other side may have lost it.
    pub(super) fn resume_subscriptions(&mut self, at: &mut At<'_>, account: AccountId, after_trouble: bool) {
        let Some(line) = self.lines.get(&account) else { return };
        let mailbox = line.config.message_summary.then(|| line.identity().uri);
        if let Some(uri) = mailbox
            && self.subscriptions.message_summary_of(account).is_none()
        {
            self.subscriptions.add(at, account, Package::MessageSummary, uri);
        }
        for id in self.subscriptions.of(account) {
            let Some(subscription) = self.subscriptions.get(id) else { continue };
            match subscription.phase {
                Phase::Waiting if !subscription.held => self.start_subscription(at, id),
                Phase::Up if after_trouble && subscription.client.is_none() => self.subscribe(at, id),
                Phase::Waiting | Phase::Trying | Phase::Up | Phase::Ending | Phase::Refused => {}
            }
        }
    }

    /// The configuration of a line has changed: a mailbox that is another or not wanted any more is left.
    pub(super) fn review_subscriptions(&mut self, at: &mut At<'_>, account: AccountId) {
        let Some(line) = self.lines.get(&account) else { return };
        let (wanted, uri) = (line.config.message_summary, line.identity().uri);
        let Some(id) = self.subscriptions.message_summary_of(account) else { return };
        let kept = self.subscriptions.get(id).is_some_and(|s| *s.uri() == uri && s.phase != Phase::Refused);
        if !wanted || !kept {
            self.end_subscription(at, id);
        }
    }

    pub(super) fn end_subscriptions(&mut self, at: &mut At<'_>, account: AccountId) {
        for id in self.subscriptions.of(account) {
            self.end_subscription(at, id);
        }
    }

    /// Ends a subscription politely, if there is one on the other side (RFC 6665 §4.1.2.3). A first SUBSCRIBE that
    /// nobody has answered is forgotten: a NOTIFY that still comes of it gets 481, which ends it too.
    pub(super) fn end_subscription(&mut self, at: &mut At<'_>, id: SubscriptionId) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        let exists = subscription.dialog.is_some() && matches!(subscription.phase, Phase::Trying | Phase::Up);
        if let Some(client) = subscription.client.take() {
            self.clients.remove(&mut self.net, client);
        }
        if !exists {
            return self.forget_subscription(id);
        }
        subscription.phase = Phase::Ending;
        let until = at.now + self.net.settings.timers.transaction();
        self.net.schedule.set(Alarm::Subscription(id), until);
        self.subscribe(at, id);
    }

    pub(super) fn forget_subscription(&mut self, id: SubscriptionId) {
        self.net.schedule.cancel(Alarm::Subscription(id));
        let Some(gone) = self.subscriptions.remove(id) else { return };
        if let Some(client) = gone.client {
            self.clients.remove(&mut self.net, client);
        }
    }

    pub(super) fn start_subscription(&mut self, at: &mut At<'_>, id: SubscriptionId) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        subscription.phase = Phase::Trying;
        self.net.schedule.cancel(Alarm::Subscription(id));
        self.subscribe(at, id);
    }

    /// Sends SUBSCRIBE: the first one, a refresh, or the last one.
    pub(super) fn subscribe(&mut self, at: &mut At<'_>, id: SubscriptionId) {
        let peer = self.choose_peer(at, id);
        let Some(subscription) = self.subscriptions.get(id) else { return };
        let account = subscription.account;
        let path = subscription.dialog.as_ref().and_then(|dialog| dialog.path);
        let transport = self.transport_of_line(account, path);
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        let Some(line) = self.lines.get_mut(&account) else { return self.forget_subscription(id) };
        let destination = match (&subscription.dialog, peer) {
            (Some(dialog), _) => dialog.destination(transport),
            (None, Some(peer)) => Some(peer),
            (None, None) if line.trunk().is_some() => None,
            (None, None) => line.first_hop(subscription.uri()).map(|mut first| {
                first.prefer = line.registration.path;
                first.skip = subscription.failures;
                first
            }),
        };
        let contact = destination.as_ref().and_then(|to| line.contact(&self.net, to.transport));
        let (Some(destination), Some(contact)) = (destination, contact) else {
            return self.subscription_failed(at, id, UnknownReason::Unreachable, None);
        };
        let user_agent = &self.net.settings.user_agent;
        let mut request = subscription.request(line.identity(), &contact, user_agent);
        let asked = |challenge: &digest::Challenge| {
            subscription
                .realms
                .iter()
                .any(|(proxy, realm)| *proxy == challenge.proxy && *realm == challenge.realm)
        };
        line.authorise(at, &mut request, asked);
        let owner = Owner::Subscription(id, account);
        let client = self.clients.start(&mut self.net, at, request, destination, owner, 0);
        subscription.client = Some(client);
        if subscription.phase == Phase::Up {
            // Whatever comes of the refresh, until then it stands.
            self.net.schedule.set(Alarm::Subscription(id), subscription.until);
        }
    }

    /// Over a trunk a subscription begins at the peer that a call would go to: nobody else knows our domain.
    fn choose_peer(&mut self, at: &mut At<'_>, id: SubscriptionId) -> Option<Destination> {
        let subscription = self.subscriptions.get(id).filter(|found| found.dialog.is_none())?;
        let trunk = self.lines.get(&subscription.account)?.trunk()?;
        let First { uri, destination, .. } = self.first_peer(at, trunk, subscription.uri()).ok()?;
        self.subscriptions.get_mut(id)?.move_to(uri);
        Some(destination)
    }

    pub(super) fn on_subscription_alarm(&mut self, at: &mut At<'_>, id: SubscriptionId) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        match subscription.phase {
            Phase::Waiting => self.start_subscription(at, id),
            // Accepted, but never notified: it has failed (RFC 6665 §4.1.2.4).
            Phase::Trying => self.subscription_failed(at, id, UnknownReason::Unreachable, None),
            Phase::Up if subscription.until <= at.now => {
                self.subscription_failed(at, id, UnknownReason::Unreachable, None);
            }
            Phase::Up => self.subscribe(at, id),
            Phase::Ending => self.forget_subscription(id),
            Phase::Refused => {}
        }
    }

    pub(super) fn on_subscribe_outcome(&mut self, at: &mut At<'_>, id: SubscriptionId, event: &ClientEvent) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        if subscription.client != Some(event.id) {
            return;
        }
        match &event.outcome {
            Outcome::Response(response) if response.is_provisional() => {}
            Outcome::Response(response) if response.is_success() => {
                subscription.client = None;
                self.on_subscribed(at, id, &event.client.request, event.client.path, response);
            }
            Outcome::Response(response) => {
                subscription.client = None;
                self.on_subscribe_refused(at, id, response);
            }
            Outcome::Timeout | Outcome::Unsent => {
                subscription.client = None;
                self.subscribe_again_later(at, id, UnknownReason::Unreachable, None);
            }
        }
    }

    fn on_subscribed(
        &mut self,
        at: &mut At<'_>,
        id: SubscriptionId,
        request: &Request,
        path: Option<Path>,
        response: &Response,
    ) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        subscription.realms = digest::realms(&request.headers);
        let refresh_at = match subscription.phase {
            Phase::Ending => return,
            Phase::Waiting | Phase::Trying | Phase::Up | Phase::Refused => subscription.granted(at, response),
        };
        match &mut subscription.dialog {
            // A NOTIFY that came first has made it, perhaps of another fork than this response (RFC 6665 §4.4.1).
            Some(dialog) => {
                let tag = response.head().and_then(|head| head.to.tag().map(str::to_owned));
                if tag.as_deref() == Some(dialog.remote_tag()) {
                    dialog.refresh_target(&response.headers);
                }
            }
            None => subscription.dialog = Dialog::of_response(request, response, path),
        }
        let due = match subscription.phase {
            Phase::Trying => at.now + self.net.settings.timers.transaction(),
            Phase::Waiting | Phase::Up | Phase::Ending | Phase::Refused => refresh_at,
        };
        self.net.schedule.set(Alarm::Subscription(id), due);
    }

    fn on_subscribe_refused(&mut self, at: &mut At<'_>, id: SubscriptionId, response: &Response) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        let (status, asked) = (response.status, retry_after(response));
        if subscription.phase == Phase::Ending {
            return self.forget_subscription(id);
        }
        if status == 423 && subscription.lengthen(response) {
            return self.subscribe(at, id);
        }
        let was_up = subscription.phase == Phase::Up;
        match reason_of(status) {
            _ if was_up && status == 481 => self.begin_again(at, id),
            reason if was_up && !ends_subscription(status) => {
                self.subscribe_again_later(at, id, reason, asked)
            }
            UnknownReason::NotSupported => {
                self.refuse_subscription(id, at, Some(UnknownReason::NotSupported))
            }
            reason => self.subscription_failed(at, id, reason, asked),
        }
    }

    /// A SUBSCRIBE has failed in a way that leaves a subscription as it was (RFC 6665 §4.1.2.2).
    fn subscribe_again_later(
        &mut self,
        at: &mut At<'_>,
        id: SubscriptionId,
        reason: UnknownReason,
        asked: Option<Duration>,
    ) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        match subscription.phase {
            Phase::Up if subscription.until > at.now => {
                let retry_at = subscription.retry_at(at, false, asked).min(subscription.until);
                self.net.schedule.set(Alarm::Subscription(id), retry_at);
            }
            Phase::Ending => self.forget_subscription(id),
            Phase::Waiting | Phase::Trying | Phase::Up | Phase::Refused => {
                self.subscription_failed(at, id, reason, asked);
            }
        }
    }

    /// There is no subscription now; another attempt follows after a pause.
    pub(super) fn subscription_failed(
        &mut self,
        at: &mut At<'_>,
        id: SubscriptionId,
        reason: UnknownReason,
        asked: Option<Duration>,
    ) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        if subscription.phase == Phase::Ending {
            return self.forget_subscription(id);
        }
        let refused = matches!(reason, UnknownReason::Refused | UnknownReason::NotFound);
        let retry_at = subscription.retry_at(at, refused, asked);
        subscription.held = refused || asked.is_some();
        self.reset(at, id, Phase::Waiting);
        self.net.schedule.set(Alarm::Subscription(id), retry_at);
        self.tell_unknown(id, reason);
    }

    /// The other side has lost or dropped the subscription without a reason to wait.
    pub(super) fn begin_again(&mut self, at: &mut At<'_>, id: SubscriptionId) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        let again_at = subscription.again_at(at);
        let failing = subscription.failures > 0;
        subscription.held = false;
        self.reset(at, id, Phase::Waiting);
        self.net.schedule.set(Alarm::Subscription(id), again_at);
        if failing {
            self.tell_unknown(id, UnknownReason::Unreachable);
        }
    }

    /// There is no use in trying again. With no reason what was told last goes on to hold.
    pub(super) fn refuse_subscription(
        &mut self,
        id: SubscriptionId,
        at: &mut At<'_>,
        reason: Option<UnknownReason>,
    ) {
        self.reset(at, id, Phase::Refused);
        self.net.schedule.cancel(Alarm::Subscription(id));
        if let Some(reason) = reason {
            self.tell_unknown(id, reason);
        }
    }

    /// Forgets what belongs to the dialog that was.
    fn reset(&mut self, at: &mut At<'_>, id: SubscriptionId, phase: Phase) {
        self.subscriptions.renew(at, id);
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        subscription.phase = phase;
        let client = subscription.client.take();
        match &mut subscription.package {
            Package::MessageSummary => {}
            Package::Dialog { table, asked, .. } => (*table, *asked) = (DialogTable::default(), false),
        }
        if let Some(client) = client {
            self.clients.remove(&mut self.net, client);
        }
    }
}
