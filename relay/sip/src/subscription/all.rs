//! All subscriptions, by their names and by their tags.

use super::{LIFETIME, Package, Phase, Subscription, SubscriptionId};
use crate::AccountId;
use crate::message::Uri;
use crate::random::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All subscriptions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Subscriptions {
    all: BTreeMap<SubscriptionId, Subscription>,
    by_tag: BTreeMap<String, SubscriptionId>,
    next: u64,
}

impl Subscriptions {
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn get(&self, id: SubscriptionId) -> Option<&Subscription> {
        self.all.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: SubscriptionId) -> Option<&mut Subscription> {
        self.all.get_mut(&id)
    }

    /// The subscription whose notifier names this tag and Call-ID.
    pub(crate) fn by_tag(&self, tag: &str, call_id: &str) -> Option<SubscriptionId> {
        let id = *self.by_tag.get(tag)?;
        self.all.get(&id).filter(|subscription| subscription.call_id == call_id).map(|_| id)
    }

    /// Those of an account that are still wanted.
    pub(crate) fn of(&self, account: AccountId) -> Vec<SubscriptionId> {
        let wanted = |s: &Subscription| s.account == account && s.phase != Phase::Ending;
        self.all.iter().filter(|(_, s)| wanted(s)).map(|(id, _)| *id).collect()
    }

    pub(crate) fn message_summary_of(&self, account: AccountId) -> Option<SubscriptionId> {
        self.find(account, |package| *package == Package::MessageSummary)
    }

    pub(crate) fn watch_of(&self, account: AccountId, target: &str) -> Option<SubscriptionId> {
        self.find(account, |package| package.is_watch_of(target))
    }

    fn find(&self, account: AccountId, package: impl Fn(&Package) -> bool) -> Option<SubscriptionId> {
        let wanted = |s: &Subscription| s.account == account && s.phase != Phase::Ending;
        self.all.iter().find(|(_, s)| wanted(s) && package(&s.package)).map(|(id, _)| *id)
    }

    /// Adds one that has not begun.
    pub(crate) fn add(
        &mut self,
        at: &mut At<'_>,
        account: AccountId,
        package: Package,
        uri: Uri,
    ) -> SubscriptionId {
        self.next += 1;
        let id = SubscriptionId(self.next);
        let subscription = Subscription {
            account,
            package,
            phase: Phase::Waiting,
            client: None,
            dialog: None,
            until: at.now,
            failures: 0,
            held: false,
            realms: Vec::new(),
            uri,
            call_id: String::new(),
            tag: String::new(),
            cseq: 0,
            expires: LIFETIME,
            since: at.now,
        };
        self.all.insert(id, subscription);
        self.renew(at, id);
        id
    }

    /// Gives one the names of a new dialog, so that nothing of an earlier one can be taken for it.
    pub(crate) fn renew(&mut self, at: &mut At<'_>, id: SubscriptionId) {
        let Some(subscription) = self.all.get_mut(&id) else { return };
        self.by_tag.remove(&subscription.tag);
        subscription.call_id = at.token(24);
        subscription.tag = at.token(12);
        subscription.cseq = 0;
        subscription.dialog = None;
        self.by_tag.insert(subscription.tag.clone(), id);
    }

    pub(crate) fn remove(&mut self, id: SubscriptionId) -> Option<Subscription> {
        let gone = self.all.remove(&id)?;
        self.by_tag.remove(&gone.tag);
        Some(gone)
    }
}
