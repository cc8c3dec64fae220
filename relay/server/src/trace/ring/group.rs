//! The messages of one conversation.

use super::super::Record;
use super::super::headline::Headline;
use std::collections::VecDeque;

/// What one record weighs besides its message.
const OVERHEAD: usize = 160;

/// The messages of one Call-ID, or of several that belong together.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) call_ids: Vec<String>,
    /// The numbers of groups that have become a part of this one.
    pub(super) former: Vec<u64>,
    pub(super) records: VecDeque<Record>,
    pub(super) bytes: usize,
    pub(super) is_call: bool,
    pub(super) used: u64,
    from: String,
    to: String,
    method: String,
    /// What the first request was answered with: a status, and how it is written.
    outcome: Option<(u16, String)>,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::trace) struct Summary {
    pub(in crate::trace) id: u64,
    /// In microseconds since the Unix epoch.
    pub(in crate::trace) first: u64,
    pub(in crate::trace) last: u64,
    /// The method of the first request.
    pub(in crate::trace) method: String,
    pub(in crate::trace) from: String,
    pub(in crate::trace) to: String,
    /// What came of it: the last final status, of a call the one that its INVITE was answered with first of all.
    pub(in crate::trace) status: Option<u16>,
    /// The same as it was written, such as `486 Busy Here`.
    pub(in crate::trace) outcome: String,
    /// Whether it is a call; else it is a registration, a ping or a subscription.
    pub(in crate::trace) is_call: bool,
    pub(in crate::trace) messages: usize,
    pub(in crate::trace) call_ids: Vec<String>,
}

/// One call with its messages, in order.
#[derive(Debug, Clone)]
pub(in crate::trace) struct Call {
    pub(in crate::trace) summary: Summary,
    pub(in crate::trace) records: Vec<Record>,
}

impl Group {
    pub(super) fn new(call_id: &str, used: u64) -> Self {
        Self { call_ids: vec![call_id.to_owned()], used, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn push(&mut self, used: u64, headline: &Headline, record: Record) {
        self.note(headline);
        self.used = used;
        self.bytes += weight(&record);
        self.records.push_back(record);
    }

    fn note(&mut self, headline: &Headline) {
        if self.records.is_empty() && self.method.is_empty() {
            self.from.clone_from(&headline.from);
            self.to.clone_from(&headline.to);
            self.method.clone_from(&headline.method);
        }
        self.is_call |= headline.method == "INVITE";
        // A call that was answered stays so, whatever a later INVITE in it comes to.
        let answered =
            self.is_call && self.outcome.as_ref().is_some_and(|(status, _)| (200..300).contains(status));
        if let Some(status) = headline.status.filter(|status| *status >= 200)
            && headline.method == self.method
            && !answered
        {
            self.outcome = Some((status, headline.label.clone()));
        }
    }

    /// Takes in another group, which had the given number.
    pub(super) fn absorb(&mut self, number: u64, other: Self) {
        self.bytes += other.bytes;
        self.is_call |= other.is_call;
        self.used = self.used.max(other.used);
        self.call_ids.extend(other.call_ids);
        self.former.push(number);
        self.former.extend(other.former);
        let older = other.records.front().map(|record| record.time);
        if older.is_some_and(|older| self.records.front().is_none_or(|record| older < record.time)) {
            (self.from, self.to, self.method, self.outcome) =
                (other.from, other.to, other.method, other.outcome);
        }
        self.records.extend(other.records);
        self.records.make_contiguous().sort_by_key(|record| record.time);
    }

    pub(super) fn drop_oldest(&mut self, excess: usize) {
        let mut dropped = 0;
        while dropped < excess {
            let Some(record) = self.records.pop_front() else { break };
            dropped += weight(&record);
        }
        self.bytes -= dropped;
    }

    pub(super) fn call(&self, id: u64) -> Call {
        Call { summary: self.summary(id), records: self.records.iter().cloned().collect() }
    }

    pub(super) fn summary(&self, id: u64) -> Summary {
        let time = |record: Option<&Record>| record.map_or(0, |record| record.time);
        let (status, outcome) = self.outcome.clone().unzip();
        Summary {
            id,
            first: time(self.records.front()),
            last: time(self.records.back()),
            method: self.method.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            status,
            outcome: outcome.unwrap_or_default(),
            is_call: self.is_call,
            messages: self.records.len(),
            call_ids: self.call_ids.clone(),
        }
    }
}

/// What a record counts for within the bounds.
pub(super) fn weight(record: &Record) -> usize {
    record.bytes.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(answers: &[(&str, &str)]) -> Summary {
        let mut group = Group::default();
        for (method, answer) in answers {
            let headline = Headline {
                method: (*method).to_owned(),
                label: (*answer).to_owned(),
                status: answer.split(' ').next().and_then(|status| status.parse().ok()),
                ..Headline::default()
            };
            group.note(&headline);
        }
        group.summary(1)
    }

    #[test]
    fn a_call_is_what_its_first_invite_came_to() {
        let busy = after(&[("INVITE", ""), ("INVITE", "100 Trying"), ("INVITE", "486 Busy Here")]);
        assert_eq!((busy.status, busy.outcome.as_str()), (Some(486), "486 Busy Here"));
        let challenged = after(&[("INVITE", ""), ("INVITE", "407 Auth"), ("INVITE", "200 OK")]);
        assert_eq!(challenged.status, Some(200));
        let hold = after(&[("INVITE", ""), ("INVITE", "200 OK"), ("INVITE", "488 No"), ("BYE", "481 Gone")]);
        assert_eq!((hold.status, hold.is_call), (Some(200), true));
        assert_eq!(after(&[("INVITE", ""), ("INVITE", "180 Ringing")]).status, None);
    }

    #[test]
    fn a_registration_is_what_its_last_answer_was() {
        let lost = after(&[("REGISTER", ""), ("REGISTER", "200 OK"), ("REGISTER", "403 Forbidden")]);
        assert_eq!((lost.status, lost.is_call), (Some(403), false));
    }
}
