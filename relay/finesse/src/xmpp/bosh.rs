//! Long polls that carry a stream (XEP-0124, XEP-0206).

use super::stanza::{self, Body, Stanza};
use super::stream::End;
use super::{Output, write};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// How long we let the server hold a poll, in seconds.
const WAIT_S: u64 = 30;
/// How much longer than the server holds it we wait for an answer, in milliseconds.
const GRACE_MS: u64 = 10_000;
/// How often a request is sent again that was not answered.
const REPEATS: u32 = 2;
/// The least time between polls that the server answers empty and at once.
const PACE_MS: u64 = 2_000;
/// Requests open at once at most, whatever the server allows.
const MOST_OPEN: usize = 4;

struct Sent {
    body: String,
    at: u64,
    repeats: u32,
    poll: bool,
    /// Came before an earlier one's answer.
    answer: Option<Body>,
}

/// The requests of one BOSH session.
pub(super) struct Bosh {
    rid: u64,
    sid: Option<String>,
    wait_s: u64,
    requests: usize,
    hold: usize,
    polling_ms: u64,
    /// A stream has to be begun: by the first request, or by a restart.
    opens: bool,
    waiting: VecDeque<String>,
    sent: BTreeMap<u64, Sent>,
    /// Posts that were answered by `type='error'` or not at all.
    again: VecDeque<u64>,
    not_before: u64,
}

/// The password is among what is said.
impl fmt::Debug for Bosh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bosh").field("rid", &self.rid).field("open", &self.sent.len()).finish_non_exhaustive()
    }
}

impl Bosh {
    pub(super) fn new(rid: u64) -> Self {
        Self {
            rid: rid.max(1),
            sid: None,
            wait_s: WAIT_S,
            requests: 2,
            hold: 1,
            polling_ms: 0,
            opens: false,
            waiting: VecDeque::new(),
            sent: BTreeMap::new(),
            again: VecDeque::new(),
            not_before: 0,
        }
    }

    pub(super) fn open(&mut self) {
        self.opens = true;
    }

    pub(super) fn push(&mut self, stanza: String) {
        self.waiting.push_back(stanza);
    }

    /// Ends the session; what waits goes unsaid but for the leave-taking, which the body has of its own.
    pub(super) fn terminate(&mut self) -> Option<Output> {
        self.waiting.clear();
        let sid = self.sid.clone()?;
        let request = self.take_rid();
        Some(self.post(request, write::bosh_terminate(request, &sid)))
    }

    /// What comes, in the order of the requests; or what came last, and why it is over.
    pub(super) fn answered(
        &mut self,
        now: u64,
        request: u64,
        answer: Option<(u16, &str)>,
    ) -> Result<Vec<Stanza>, (Vec<Stanza>, End)> {
        let Some(sent) = self.sent.get_mut(&request) else { return Ok(Vec::new()) };
        let body = match answer {
            Some((200, text)) => match stanza::read_body(text) {
                Ok(body) => body,
                Err(_) => return Err((Vec::new(), End::Malformed)),
            },
            // What servers said before `type='terminate'` (XEP-0124 §17.1).
            Some((status @ 400..=499, _)) => {
                return Err((Vec::new(), End::Refused(format!("http-{status}"))));
            }
            Some(_) | None => Body { again: true, ..Body::default() },
        };
        if body.again {
            sent.repeats += 1;
            if sent.repeats > REPEATS {
                return Err((Vec::new(), End::Lost));
            }
            self.again.push_back(request);
            self.not_before = self.not_before.max(now + PACE_MS);
            return Ok(Vec::new());
        }
        sent.answer = Some(body);
        let mut stanzas = Vec::new();
        while let Some(first) = self.sent.first_entry()
            && first.get().answer.is_some()
        {
            let sent = first.remove();
            let Some(body) = sent.answer else { continue };
            if let Some(end) = self.take(now, sent.at, sent.poll, body, &mut stanzas) {
                return Err((stanzas, end));
            }
        }
        Ok(stanzas)
    }

    fn take(&mut self, now: u64, at: u64, poll: bool, body: Body, stanzas: &mut Vec<Stanza>) -> Option<End> {
        if self.sid.is_none() {
            self.sid = body.sid;
            self.wait_s = body.wait_s.unwrap_or(WAIT_S).clamp(1, 2 * WAIT_S);
            self.hold = body.hold.unwrap_or(1);
            self.requests = body.requests.unwrap_or(self.hold + 1).clamp(1, MOST_OPEN);
            self.polling_ms = body.polling_s.unwrap_or(0).min(60) * 1_000;
            if self.sid.is_none() {
                let why = if body.condition.is_empty() { "no-session".to_owned() } else { body.condition };
                return Some(End::Refused(why));
            }
        }
        if poll && body.stanzas.is_empty() && now < at + 1_000 {
            // It is not held as it should be: do not ask again and again.
            let pace = if self.hold == 0 { self.polling_ms.max(PACE_MS) } else { PACE_MS };
            self.not_before = self.not_before.max(now + pace);
        }
        stanzas.extend(body.stanzas);
        let end = if body.condition.is_empty() { End::Lost } else { End::Refused(body.condition) };
        body.terminated.then_some(end)
    }

    /// Sends what waits as far as requests may be open, and keeps one open for the server.
    pub(super) fn flush(&mut self, now: u64, domain: &str) -> Vec<Output> {
        let mut outputs = Vec::new();
        if now >= self.not_before {
            while let Some(request) = self.again.pop_front() {
                let timeout_ms = self.timeout_ms();
                if let Some(sent) = self.sent.get_mut(&request) {
                    sent.at = now;
                    outputs.push(Output::Post { request, body: sent.body.clone(), timeout_ms });
                }
            }
        }
        let Some(sid) = self.sid.clone() else {
            if self.opens {
                self.opens = false;
                let request = self.take_rid();
                let body = write::bosh_create(request, domain, WAIT_S);
                outputs.push(self.send(now, request, body, false));
            }
            return outputs;
        };
        if !self.again.is_empty() {
            return outputs;
        }
        if self.opens && self.sent.len() < self.requests {
            self.opens = false;
            let request = self.take_rid();
            outputs.push(self.send(now, request, write::bosh_restart(request, &sid, domain), false));
        }
        if !self.waiting.is_empty() && !self.opens && self.sent.len() < self.requests {
            let stanzas: Vec<String> = self.waiting.drain(..).collect();
            let request = self.take_rid();
            outputs.push(self.send(now, request, write::bosh_stanzas(request, &sid, &stanzas), false));
        }
        if self.sent.is_empty() && now >= self.not_before {
            let request = self.take_rid();
            outputs.push(self.send(now, request, write::bosh_stanzas(request, &sid, &[]), true));
        }
        outputs
    }

    pub(super) fn next_timeout(&self) -> Option<u64> {
        let due = !self.again.is_empty() || (self.sid.is_some() && self.sent.is_empty());
        due.then_some(self.not_before)
    }

    fn take_rid(&mut self) -> u64 {
        let rid = self.rid;
        self.rid += 1;
        rid
    }

    fn send(&mut self, now: u64, request: u64, body: String, poll: bool) -> Output {
        self.sent.insert(request, Sent { body: body.clone(), at: now, repeats: 0, poll, answer: None });
        self.post(request, body)
    }

    fn post(&self, request: u64, body: String) -> Output {
        Output::Post { request, body, timeout_ms: self.timeout_ms() }
    }

    fn timeout_ms(&self) -> u64 {
        self.wait_s * 1_000 + GRACE_MS
    }
}
