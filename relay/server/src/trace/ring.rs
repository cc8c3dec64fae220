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
mod tests {
    use super::group::weight;
    use super::*;
    use crate::trace::Direction;
    use proptest::prelude::*;
    use sidetone_sip::Transport;

    fn record(time: u64, call_id: &str, method: &str, more: &str) -> Record {
        let text = format!(
            "{method} sip:1002@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:1001@h>;tag=1\r\n\
             To: <sip:1002@h>\r\nCall-ID: {call_id}\r\nCSeq: 1 {method}\r\n{more}\r\n"
        );
        Record {
            time,
            transport: Transport::Udp,
            direction: Direction::Received,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: "192.0.2.9:5060".parse().unwrap(),
            bytes: text.into_bytes().into(),
        }
    }

    fn ring(bytes: usize, calls: usize) -> Ring {
        Ring::new(Limits { bytes, calls })
    }

    fn ids(ring: &Ring) -> Vec<String> {
        ring.summaries().into_iter().map(|summary| summary.call_ids.join("+")).collect()
    }

    #[test]
    fn messages_are_grouped_by_their_call_and_the_latest_stands_first() {
        let mut ring = ring(1 << 20, 10);
        ring.push(record(1, "a", "INVITE", ""));
        ring.push(record(2, "b", "INVITE", ""));
        ring.push(record(3, "a", "BYE", ""));
        assert_eq!(ids(&ring), ["a", "b"]);
        let first = &ring.summaries()[0];
        assert_eq!((first.messages, first.first, first.last, first.from.as_str()), (2, 1, 3, "1001"));
        assert_eq!(ring.call(first.id).unwrap().records.len(), 2);
        assert!(ring.call(999).is_none());
    }

    #[test]
    fn the_oldest_call_goes_first() {
        let mut ring = ring(1 << 20, 2);
        for (time, call) in (1..).zip(["a", "b", "a", "c"]) {
            ring.push(record(time, call, "INVITE", ""));
        }
        assert_eq!(ids(&ring), ["c", "a"]);
    }

    #[test]
    fn pings_do_not_push_calls_out() {
        let mut ring = ring(1 << 20, 8);
        ring.push(record(1, "call", "INVITE", ""));
        for time in 2..100 {
            ring.push(record(time, &format!("ping{time}"), "OPTIONS", ""));
        }
        assert_eq!(ids(&ring), ["ping99", "ping98", "call"]);
        let mut ring = super::Ring::new(Limits { bytes: 8_000, calls: 100 });
        ring.push(record(1, "call", "INVITE", ""));
        for time in 2..100 {
            ring.push(record(time, &format!("ping{time}"), "OPTIONS", ""));
        }
        assert_eq!(ids(&ring).last().map(String::as_str), Some("call"));
    }

    #[test]
    fn one_endless_call_loses_its_own_beginning() {
        let mut ring = ring(2_000, 10);
        for time in 0..100 {
            ring.push(record(time, "a", "INFO", ""));
        }
        let call = ring.call(ring.summaries()[0].id).unwrap();
        assert!(call.records.len() < 10 && call.records.last().unwrap().time == 99);
    }

    #[test]
    fn a_transfer_joins_its_calls() {
        let mut ring = ring(1 << 20, 10);
        ring.push(record(1, "a", "INVITE", ""));
        ring.push(record(2, "b", "INVITE", ""));
        ring.push(record(3, "c", "INVITE", "Replaces: a;to-tag=1;from-tag=2\r\n"));
        ring.push(record(4, "a", "BYE", ""));
        assert_eq!(ids(&ring), ["a+c", "b"]);
        let call = ring.call(ring.summaries()[0].id).unwrap();
        assert_eq!(call.records.iter().map(|record| record.time).collect::<Vec<_>>(), [1, 3, 4]);
    }

    #[test]
    fn what_is_said_to_belong_together_is_one_also_before_its_first_message() {
        let mut ring = ring(1 << 20, 10);
        ring.push(record(1, "a", "INVITE", ""));
        ring.relate("b", "a");
        assert_eq!(ids(&ring), ["a+b"]);
        ring.push(record(2, "b", "INVITE", ""));
        let call = ring.call(ring.summaries()[0].id).unwrap();
        assert_eq!(
            (call.records.len(), call.summary.call_ids.as_slice()),
            (2, &["a".into(), "b".into()][..])
        );
        // Neither has a message: there is nothing to be shown yet.
        ring.relate("c", "d");
        assert_eq!(ids(&ring), ["a+b"]);
        ring.push(record(3, "d", "INVITE", ""));
        ring.push(record(4, "c", "INVITE", ""));
        assert_eq!(ids(&ring), ["c+d", "a+b"]);
    }

    #[test]
    fn a_call_that_has_become_a_part_of_another_is_found_by_its_old_number() {
        let mut ring = ring(1 << 20, 10);
        for (time, call) in (1..).zip(["a", "b", "c"]) {
            ring.push(record(time, call, "INVITE", ""));
        }
        let numbers: Vec<u64> = ring.summaries().into_iter().rev().map(|summary| summary.id).collect();
        ring.relate("c", "b");
        ring.relate("a", "c");
        assert_eq!(ids(&ring), ["a+b+c"]);
        for number in &numbers {
            assert_eq!(ring.call(*number).unwrap().summary.id, numbers[0]);
        }
    }

    #[test]
    fn what_never_has_a_message_does_not_fill_the_memory() {
        let mut ring = ring(1 << 20, 8);
        for call in 0..100 {
            ring.relate(&format!("one-{call}"), &format!("other-{call}"));
        }
        assert_eq!((ring.groups.len(), ring.by_call_id.len()), (2, 4));
    }

    #[test]
    fn not_everything_is_made_one() {
        let mut ring = ring(1 << 20, 100);
        for call in 0..40 {
            ring.push(record(call, &format!("call-{call}"), "INVITE", ""));
            ring.relate("call-0", &format!("call-{call}"));
        }
        let sizes: Vec<_> = ring.summaries().iter().map(|summary| summary.call_ids.len()).collect();
        assert_eq!(sizes.iter().sum::<usize>(), 40);
        assert_eq!(sizes.iter().max(), Some(&MOST_CALL_IDS));
    }

    proptest! {
        #[test]
        fn it_stays_within_its_bounds(
            pushes in prop::collection::vec((0..12_u8, 0..4_u8, 0..13_u8, 0..2_000_usize), 1..120),
        ) {
            let mut ring = ring(6_000, 4);
            for (time, (call, kind, related, size)) in (0..).zip(pushes) {
                if let Some(method) = ["INVITE", "OPTIONS", "BYE"].get(usize::from(kind)) {
                    let more = format!("Replaces: {related};to-tag=1\r\nX: {}\r\n", "x".repeat(size));
                    ring.push(record(time, &call.to_string(), method, &more));
                } else {
                    ring.relate(&call.to_string(), &related.to_string());
                }
                let held: usize = ring.groups.values().map(|group| group.bytes).sum();
                let weighed: usize = ring.groups.values().flat_map(|group| &group.records).map(weight).sum();
                prop_assert_eq!((held, weighed), (ring.bytes, ring.bytes));
                prop_assert!(ring.bytes <= 6_000);
                prop_assert!(ring.calls.len() <= 4 && ring.others.len() <= 2);
                prop_assert_eq!(ring.groups.len(), ring.calls.len() + ring.others.len());
                let named: usize = ring.groups.values().map(|group| group.call_ids.len()).sum();
                prop_assert_eq!(named, ring.by_call_id.len());
            }
        }
    }
}
