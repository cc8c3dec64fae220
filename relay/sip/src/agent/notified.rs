//! NOTIFY requests about our subscriptions (RFC 6665 §4.1.3), and those that come without one.

use super::UserAgent;
use super::respond::ALLOW_EVENTS;
use crate::dialog::Dialog;
use crate::message::{Head, Request, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::subscription::{
    Applied, DialogInfo, Ended, EventHeader, MESSAGE_SUMMARY, MessageSummary, Package, Phase, Standing,
    SubscriptionId, SubscriptionState,
};
use crate::transaction::ServerId;
use crate::transport::Path;
use crate::{Event, UnknownReason, WatchState};

/// What a NOTIFY says of what it is about.
enum News {
    Nothing,
    Mailbox(MessageSummary),
    Calls(DialogInfo),
}

impl UserAgent {
    pub(super) fn on_notify(
        &mut self,
        at: &mut At<'_>,
        id: SubscriptionId,
        server: ServerId,
        request: &Request,
        head: &Head,
        path: Path,
    ) {
        let Some(subscription) = self.subscriptions.get(id) else { return self.respond(at, server, 481) };
        let event = EventHeader::of(&request.headers);
        if event.is_none_or(|event| event.package != subscription.package.name() || event.id.is_some()) {
            return self.bad_event(at, server);
        }
        if let Err(status) = self.place(id, request, head, path) {
            return self.respond(at, server, status);
        }
        let Some(state) = SubscriptionState::of(&request.headers) else {
            return self.respond(at, server, 400);
        };
        let news = match self.read(id, request) {
            Ok(news) => Some(news),
            Err(415) => {
                let accepted = self.subscriptions.get(id).map_or("", |s| s.package.media_type());
                return self.respond_with(at, server, 415, |r| r.headers.push(name::ACCEPT, accepted));
            }
            Err(status) => {
                self.respond(at, server, status);
                None
            }
        };
        if news.is_some() {
            self.respond(at, server, 200);
        }
        self.take_standing(at, id, &state);
        let wanted = self.subscriptions.get(id).is_some_and(|subscription| subscription.phase == Phase::Up);
        match (news, state.standing) {
            _ if !wanted => {}
            (None, _) => self.tell_unknown(id, UnknownReason::Unreadable),
            (Some(_), Standing::Pending) => self.tell_unknown(id, UnknownReason::Pending),
            (Some(news), Standing::Active | Standing::Terminated(_)) => self.take_news(at, id, news),
        }
    }

    /// Finds the dialog of a NOTIFY, or makes it. The error is the status to refuse with.
    fn place(&mut self, id: SubscriptionId, request: &Request, head: &Head, path: Path) -> Result<(), u16> {
        let subscription = self.subscriptions.get_mut(id).ok_or(481_u16)?;
        let remote_tag = head.from.tag().unwrap_or_default();
        match &mut subscription.dialog {
            Some(dialog) if dialog.remote_tag() == remote_tag => {
                // RFC 3261 §12.2.2.
                if dialog.remote_cseq.is_some_and(|last| head.cseq.number <= last) {
                    return Err(500);
                }
                dialog.remote_cseq = Some(head.cseq.number);
                dialog.refresh_target(&request.headers);
                Ok(())
            }
            // A second fork: one notifier is enough (RFC 6665 §4.4.1).
            Some(dialog) if dialog.remote_cseq.is_some() => Err(481),
            // It came before the 200 to SUBSCRIBE, or its notifier is another than the one that said 200.
            Some(_) | None => {
                let dialog = Dialog::of_request(request, &subscription.tag, path).ok_or(400_u16)?;
                subscription.confirm(dialog);
                Ok(())
            }
        }
    }

    /// Reads the body. The error is the status to refuse with.
    fn read(&self, id: SubscriptionId, request: &Request) -> Result<News, u16> {
        let Some(subscription) = self.subscriptions.get(id) else { return Ok(News::Nothing) };
        if request.body.is_empty() || subscription.phase == Phase::Ending {
            return Ok(News::Nothing);
        }
        let body = request.body_of_type(subscription.package.media_type()).ok_or(415_u16)?;
        match subscription.package {
            Package::MessageSummary => MessageSummary::parse(&body).map(News::Mailbox).ok_or(400),
            Package::Dialog { .. } => DialogInfo::parse(body.as_bytes()).map(News::Calls).map_err(|_| 400),
        }
    }

    fn take_standing(&mut self, at: &mut At<'_>, id: SubscriptionId, state: &SubscriptionState) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        let ended = match state.standing {
            Standing::Active | Standing::Pending if subscription.phase == Phase::Ending => return,
            Standing::Active | Standing::Pending => {
                let first = subscription.phase != Phase::Up;
                subscription.up(at.now);
                let left = state.expires.unwrap_or(subscription.until - at.now);
                if first || state.expires.is_some() {
                    let refresh_at = subscription.lasts(at, left);
                    // The outcome of a request under way says when the next one is due.
                    let due = if subscription.client.is_none() { refresh_at } else { subscription.until };
                    self.net.schedule.set(Alarm::Subscription(id), due);
                }
                return;
            }
            Standing::Terminated(_) if subscription.phase == Phase::Ending => {
                return self.forget_subscription(id);
            }
            Standing::Terminated(ended) => ended,
        };
        match (ended, state.retry_after) {
            (Ended::Rejected, _) => self.refuse_subscription(id, at, Some(UnknownReason::Refused)),
            (Ended::NoResource, _) => self.refuse_subscription(id, at, Some(UnknownReason::NotFound)),
            (Ended::Invariant, _) => self.refuse_subscription(id, at, None),
            (Ended::Probation | Ended::GiveUp, asked) | (Ended::Other, asked @ Some(_)) => {
                self.subscription_failed(at, id, UnknownReason::Unreachable, asked);
            }
            // A retry-after with these has no meaning (RFC 6665 §4.1.3).
            (Ended::Deactivated | Ended::Timeout, _) | (Ended::Other, None) => self.begin_again(at, id),
        }
    }

    fn take_news(&mut self, at: &mut At<'_>, id: SubscriptionId, news: News) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        match (news, &mut subscription.package) {
            (News::Mailbox(summary), Package::MessageSummary) => {
                let account = subscription.account;
                self.net.event(Event::MessageSummary { account, summary });
            }
            (News::Calls(info), Package::Dialog { table, asked, .. }) => {
                let applied = table.apply(info);
                let calls = table.calls.clone();
                let refresh = match applied {
                    Applied::Taken => {
                        *asked = false;
                        false
                    }
                    Applied::Stale => false,
                    Applied::Gap => !std::mem::replace(asked, true) && subscription.client.is_none(),
                };
                self.tell_watch(id, WatchState::of(&calls), calls);
                if refresh {
                    self.subscribe(at, id);
                }
            }
            (News::Nothing | News::Mailbox(_) | News::Calls(_), _) => {}
        }
    }

    /// A NOTIFY outside of every dialog: message waiting is sent so to lines that have not asked (CUCM does). It is
    /// believed from where a call for the line is.
    pub(super) fn on_unsolicited_notify(
        &mut self,
        at: &mut At<'_>,
        server: ServerId,
        request: &Request,
        path: Path,
    ) {
        let Ok(account) = self.callee(request, path.remote.ip()) else {
            return self.respond(at, server, 481);
        };
        let event = EventHeader::of(&request.headers);
        if event.is_none_or(|event| event.package != Package::MessageSummary.name()) {
            return self.bad_event(at, server);
        }
        if request.body.is_empty() {
            return self.respond(at, server, 200);
        }
        match request.body_of_type(MESSAGE_SUMMARY).map(|body| MessageSummary::parse(&body)) {
            None => self.respond_with(at, server, 415, |r| r.headers.push(name::ACCEPT, MESSAGE_SUMMARY)),
            Some(None) => self.respond(at, server, 400),
            Some(Some(summary)) => {
                self.respond(at, server, 200);
                self.net.event(Event::MessageSummary { account, summary });
            }
        }
    }

    /// 489, with what we know (RFC 6665 §8.3.2).
    pub(super) fn bad_event(&mut self, at: &mut At<'_>, server: ServerId) {
        self.respond_with(at, server, 489, |r| r.headers.push(name::ALLOW_EVENTS, ALLOW_EVENTS));
    }
}
