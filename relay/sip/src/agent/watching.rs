//! Watching other phones (RFC 4235), and what is told of subscriptions.

use super::UserAgent;
use crate::random::At;
use crate::subscription::{DialogTable, Package, Subscription, SubscriptionId};
use crate::{AccountId, CryptoRng, Error, Event, Time, UnknownReason, WatchState, WatchedCall};

impl UserAgent {
    /// Watches what another phone does: a dial string, a user part, or a full `sip:` or `tel:` URI, by which
    /// [`Event::DialogState`] names it. News come at once and with every change, until [`Self::unwatch`] or the
    /// account's end. Watching the same target again brings the last news again.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`], [`Error::BadAddress`].
    pub fn watch(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        account: AccountId,
        target: &str,
    ) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.begin_watch(at, account, target))
    }

    /// Stops watching another phone. What is not watched is no error.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`].
    pub fn unwatch(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        account: AccountId,
        target: &str,
    ) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.end_watch(at, account, target))
    }

    fn begin_watch(&mut self, at: &mut At<'_>, account: AccountId, target: &str) -> Result<(), Error> {
        let line = self.lines.get(&account).filter(|line| !line.registration.removing);
        let line = line.ok_or(Error::UnknownAccount(account))?;
        let uri = line.target(target)?;
        // Before it has registered, the telephone system would not know who asks.
        let ready = line.registration.until.is_some() || line.registration.client.is_none();
        if let Some(id) = self.subscriptions.watch_of(account, target) {
            self.tell_again(id);
            return Ok(());
        }
        let package = Package::Dialog {
            target: target.to_owned(),
            table: DialogTable::default(),
            told: None,
            asked: false,
        };
        let id = self.subscriptions.add(at, account, package, uri);
        self.tell_unknown(id, UnknownReason::Starting);
        if ready {
            self.start_subscription(at, id);
        }
        Ok(())
    }

    fn end_watch(&mut self, at: &mut At<'_>, account: AccountId, target: &str) -> Result<(), Error> {
        if !self.lines.contains_key(&account) {
            return Err(Error::UnknownAccount(account));
        }
        if let Some(id) = self.subscriptions.watch_of(account, target) {
            self.end_subscription(at, id);
        }
        Ok(())
    }

    pub(super) fn tell_unknown(&mut self, id: SubscriptionId, reason: UnknownReason) {
        let Some(subscription) = self.subscriptions.get(id) else { return };
        match subscription.package {
            Package::MessageSummary => {
                let account = subscription.account;
                self.net.event(Event::MessageSummaryUnknown { account, reason });
            }
            Package::Dialog { .. } => self.tell_watch(id, WatchState::Unknown(reason), Vec::new()),
        }
    }

    /// Tells what a watched phone does, if that is news.
    pub(super) fn tell_watch(&mut self, id: SubscriptionId, state: WatchState, calls: Vec<WatchedCall>) {
        let Some(Subscription { package: Package::Dialog { told, .. }, .. }) = self.subscriptions.get_mut(id)
        else {
            return;
        };
        let news = Some((state, calls));
        if *told != news {
            *told = news;
            self.tell_again(id);
        }
    }

    fn tell_again(&mut self, id: SubscriptionId) {
        let Some(Subscription { account, package: Package::Dialog { target, told: Some(told), .. }, .. }) =
            self.subscriptions.get(id)
        else {
            return;
        };
        let (account, target, (state, calls)) = (*account, target.clone(), told.clone());
        self.net.event(Event::DialogState { account, target, state, calls });
    }
}
