//! The messages that are kept: so many bytes, so many calls, the oldest go first.

use super::Record;
use super::headline::Headline;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// What is kept at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) bytes: usize,
    pub(super) calls: usize,
}

/// What one record weighs besides its message.
const OVERHEAD: usize = 160;
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

/// The messages of one Call-ID, or of several that belong together.
#[derive(Debug, Default)]
struct Group {
    call_ids: Vec<String>,
    records: VecDeque<Record>,
    bytes: usize,
    is_call: bool,
    used: u64,
    from: String,
    to: String,
    method: String,
    status: Option<u16>,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Summary {
    pub(super) id: u64,
    /// In microseconds since the Unix epoch.
    pub(super) first: u64,
    pub(super) last: u64,
    /// The method of the first request.
    pub(super) method: String,
    pub(super) from: String,
    pub(super) to: String,
    /// The last final status.
    pub(super) status: Option<u16>,
    pub(super) messages: usize,
    pub(super) call_ids: Vec<String>,
}

/// One call with its messages, in order.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) summary: Summary,
    pub(super) records: Vec<Record>,
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
        let id = self.group_of(&headline.call_id);
        for related in &headline.related {
            self.join(id, related);
        }
        self.uses += 1;
        let used = self.uses;
        self.change(id, |group| {
            group.note(&headline);
            group.used = used;
            group.bytes += weight(&record);
            group.records.push_back(record);
        });
        self.shrink(id);
    }

    pub(super) fn summaries(&self) -> Vec<Summary> {
        let latest = |set: &BTreeSet<(u64, u64)>| set.iter().rev().copied().collect::<Vec<_>>();
        let mut order = [latest(&self.calls), latest(&self.others)].concat();
        order.sort_unstable_by(|one, other| other.cmp(one));
        order.iter().filter_map(|(_, id)| self.groups.get(id).map(|group| group.summary(*id))).collect()
    }

    pub(super) fn call(&self, id: u64) -> Option<Call> {
        let group = self.groups.get(&id)?;
        Some(Call { summary: group.summary(id), records: group.records.iter().cloned().collect() })
    }

    fn group_of(&mut self, call_id: &str) -> u64 {
        if let Some(id) = self.by_call_id.get(call_id) {
            return *id;
        }
        self.uses += 1;
        let id = self.uses;
        self.by_call_id.insert(call_id.to_owned(), id);
        self.groups.insert(id, Group { call_ids: vec![call_id.to_owned()], used: id, ..Group::default() });
        self.others.insert((id, id));
        id
    }

    /// Puts the messages of another Call-ID to those of a group.
    fn join(&mut self, id: u64, call_id: &str) {
        let Some(other) = self.by_call_id.get(call_id).copied().filter(|other| *other != id) else { return };
        let count = |id: &u64| self.groups.get(id).map_or(0, |group| group.call_ids.len());
        if count(&id) + count(&other) > MOST_CALL_IDS {
            return;
        }
        let Some(gone) = self.take(other) else { return };
        for call_id in &gone.call_ids {
            self.by_call_id.insert(call_id.clone(), id);
        }
        self.change(id, |group| group.absorb(gone));
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

impl Group {
    fn note(&mut self, headline: &Headline) {
        if self.records.is_empty() && self.method.is_empty() {
            self.from.clone_from(&headline.from);
            self.to.clone_from(&headline.to);
            self.method.clone_from(&headline.method);
        }
        self.is_call |= headline.method == "INVITE";
        if headline.status.is_some_and(|status| status >= 200) && headline.method == self.method {
            self.status = headline.status;
        }
    }

    fn absorb(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.is_call |= other.is_call;
        self.call_ids.extend(other.call_ids);
        let older = other.records.front().map(|record| record.time);
        if older.is_some_and(|older| self.records.front().is_none_or(|record| older < record.time)) {
            (self.from, self.to, self.method, self.status) =
                (other.from, other.to, other.method, other.status);
        }
        self.records.extend(other.records);
        self.records.make_contiguous().sort_by_key(|record| record.time);
    }

    fn drop_oldest(&mut self, excess: usize) {
        let mut dropped = 0;
        while dropped < excess {
            let Some(record) = self.records.pop_front() else { break };
            dropped += weight(&record);
        }
        self.bytes -= dropped;
    }

    fn summary(&self, id: u64) -> Summary {
        let time = |record: Option<&Record>| record.map_or(0, |record| record.time);
        Summary {
            id,
            first: time(self.records.front()),
            last: time(self.records.back()),
            method: self.method.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            status: self.status,
            messages: self.records.len(),
            call_ids: self.call_ids.clone(),
        }
    }
}

fn weight(record: &Record) -> usize {
    record.bytes.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
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
        assert_eq!(ids(&ring), ["c+a", "b"]);
        let call = ring.call(ring.summaries()[0].id).unwrap();
        assert_eq!(call.records.iter().map(|record| record.time).collect::<Vec<_>>(), [1, 3, 4]);
    }

    proptest! {
        #[test]
        fn it_stays_within_its_bounds(
            pushes in prop::collection::vec((0..12_u8, 0..3_u8, 0..13_u8, 0..2_000_usize), 1..120),
        ) {
            let mut ring = ring(6_000, 4);
            for (time, (call, kind, related, size)) in (0..).zip(pushes) {
                let method = ["INVITE", "OPTIONS", "BYE"][usize::from(kind)];
                let more = format!("Replaces: {related};to-tag=1\r\nX: {}\r\n", "x".repeat(size));
                ring.push(record(time, &call.to_string(), method, &more));
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
