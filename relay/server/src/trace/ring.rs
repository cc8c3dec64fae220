//! The messages that are kept: so many bytes, so many calls, the oldest go first.

mod group;

pub(super) use group::{Call, Summary};

use super::Record;
use super::headline::Headline;
use group::Group;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is kept at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) bytes: usize,
    pub(super) calls: usize,
}

/// Call-IDs of one call; more would join the whole trace into one.
const MOST_CALL_IDS: usize = 32;

/// All that is kept. What is no call (registrations, pings, subscriptions) has a quarter of the room, so that it does not
/// push the calls out.
#[derive(Debug)]
pub(super) struct Ring {
    limits: Limits,
    bytes: usize,
    groups: BTreeMap<u64, Group>,
    by_call_id: HashMap<String, u64>,
    /// Groups by their last use, calls and others apart.
    calls: BTreeSet<(u64, u64)>,
    others: BTreeSet<(u64, u64)>,
    other_bytes: usize,
    uses: u64,
}

impl Ring {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            bytes: 0,
            groups: BTreeMap::new(),
            by_call_id: HashMap::new(),
            calls: BTreeSet::new(),
            others: BTreeSet::new(),
            other_bytes: 0,
            uses: 0,
        }
    }

    pub(super) fn push(&mut self, record: Record) {
        let headline = Headline::of(&record.bytes);
        let mut id = self.group_of(&headline.call_id);
        for related in &headline.related {
            if let Some(other) = self.by_call_id.get(related) {
                id = self.join(id, *other);
            }
        }
        self.uses += 1;
        let used = self.uses;
        self.change(id, |group| group.push(used, &headline, record));
        self.shrink(id);
    }

    pub(super) fn summaries(&self) -> Vec<Summary> {
        let latest = |set: &BTreeSet<(u64, u64)>| set.iter().rev().copied().collect::<Vec<_>>();
        let mut order = [latest(&self.calls), latest(&self.others)].concat();
        order.sort_unstable_by(|one, other| other.cmp(one));
        let groups = order.iter().filter_map(|(_, id)| Some((*id, self.groups.get(id)?)));
        groups.filter(|(_, group)| !group.is_empty()).map(|(id, group)| group.summary(id)).collect()
    }

    /// A call by its number, or by one that it had before it was found to be a part of another one.
    pub(super) fn call(&self, id: u64) -> Option<Call> {
        let had = |group: &Group| group.former.contains(&id);
        let renamed = || self.groups.iter().find(|(_, group)| had(group)).map(|(now, group)| (*now, group));
        let (id, group) = self.groups.get(&id).map(|group| (id, group)).or_else(renamed)?;
        Some(group.call(id))
    }

    /// Two Call-IDs are those of one conversation. A message of them may be still to come.
    pub(super) fn relate(&mut self, one: &str, other: &str) {
        let (one, other) = (self.group_of(one), self.group_of(other));
        let id = self.join(one, other);
        self.shrink(id);
    }

    fn group_of(&mut self, call_id: &str) -> u64 {
        if let Some(id) = self.by_call_id.get(call_id) {
            return *id;
        }
        self.uses += 1;
        let id = self.uses;
        self.by_call_id.insert(call_id.to_owned(), id);
        self.groups.insert(id, Group::new(call_id, id));
        self.others.insert((id, id));
        id
    }

    /// Makes one group of two, and says which it is. The older one's number stays: somebody may be looking at it.
    fn join(&mut self, one: u64, other: u64) -> u64 {
        let (kept, newer) = (one.min(other), one.max(other));
        let count = |id: &u64| self.groups.get(id).map_or(0, |group| group.call_ids.len());
        if kept == newer || count(&kept) + count(&newer) > MOST_CALL_IDS {
            return one;
        }
        let Some(gone) = self.take(newer) else { return one };
        for call_id in &gone.call_ids {
            self.by_call_id.insert(call_id.clone(), kept);
        }
        self.change(kept, |group| group.absorb(newer, gone));
        kept
    }

    /// Changes a group and keeps the sums right.
    fn change(&mut self, id: u64, act: impl FnOnce(&mut Group)) {
        let Some(mut group) = self.take(id) else { return };
        act(&mut group);
        self.bytes += group.bytes;
        if group.is_call {
            self.calls.insert((group.used, id));
        } else {
            self.other_bytes += group.bytes;
            self.others.insert((group.used, id));
        }
        self.groups.insert(id, group);
    }

    /// Takes a group out; its Call-IDs still name it.
    fn take(&mut self, id: u64) -> Option<Group> {
        let group = self.groups.remove(&id)?;
        self.bytes -= group.bytes;
        if group.is_call {
            self.calls.remove(&(group.used, id));
        } else {
            self.other_bytes -= group.bytes;
            self.others.remove(&(group.used, id));
        }
        Some(group)
    }

    fn forget(&mut self, id: u64) {
        let Some(group) = self.take(id) else { return };
        for call_id in group.call_ids {
            self.by_call_id.remove(&call_id);
        }
    }

    /// Drops the oldest until all is within bounds; `current` loses its own oldest messages last of all.
    fn shrink(&mut self, current: u64) {
        let oldest = |set: &BTreeSet<(u64, u64)>| set.first().map(|(_, id)| *id).filter(|id| *id != current);
        let quarter = |limit: usize| (limit / 4).max(1);
        while self.calls.len() > self.limits.calls.max(1) {
            let Some(id) = oldest(&self.calls) else { break };
            self.forget(id);
        }
        while self.others.len() > quarter(self.limits.calls) {
            let Some(id) = oldest(&self.others) else { break };
            self.forget(id);
        }
        while self.bytes > self.limits.bytes {
            let crowded = self.other_bytes > quarter(self.limits.bytes);
            let (first, second) =
                if crowded { (&self.others, &self.calls) } else { (&self.calls, &self.others) };
            match oldest(first).or_else(|| oldest(second)) {
                Some(id) => self.forget(id),
                None => break,
            }
        }
        if self.bytes > self.limits.bytes {
            let excess = self.bytes - self.limits.bytes;
            self.change(current, |group| group.drop_oldest(excess));
        }
    }
}

#[cfg(test)]
mod tests;
