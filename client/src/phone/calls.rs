//! What this page knows of its calls beyond what the relay says.

use super::time::{RelayClock, Time};
use sidetone_protocol::{Call, CallId, CallState, DialString, Direction, RequestId};
use sidetone_skins::snapshot::{CallKey, Notice};

#[derive(Debug, Default)]
pub(super) struct Calls {
    last_key: u32,
    entries: Vec<Entry>,
    /// The call that was asked for and that the relay has not named yet.
    pub(super) dialling: Option<Dialling>,
}

/// A call that the relay knows.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: CallId,
    pub(super) key: CallKey,
    /// How far the user's answer has come.
    pub(super) answer: Answer,
    /// The user has asked for the end, by hanging up or by rejecting.
    pub(super) ending: bool,
    /// What the user asked for, until the relay says the same.
    pub(super) muted: Option<bool>,
    pub(super) keys_sent: String,
    pub(super) keys_received: String,
    pub(super) lasted: Option<i64>,
    pub(super) notice: Option<Notice>,
    ended: bool,
}

/// How far the user's answer to a ringing call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Answer {
    /// Not asked for.
    #[default]
    No,
    /// The microphone is awaited.
    Waiting,
    /// The relay has been told; it stays so until the call rings no more.
    Given,
}

/// A call that was asked for.
#[derive(Debug)]
pub(super) struct Dialling {
    pub(super) key: CallKey,
    /// As the user wrote it.
    pub(super) number: String,
    pub(super) target: DialString,
    /// Set once the relay has been asked; until then the microphone is awaited.
    pub(super) request: Option<RequestId>,
    /// The relay's name for it, which comes with its acceptance; the call itself comes next.
    id: Option<CallId>,
    /// The user has changed their mind before the relay named the call.
    pub(super) cancelled: bool,
}

impl Dialling {
    pub(super) fn new(key: CallKey, number: String, target: DialString) -> Self {
        Self { key, number, target, request: None, id: None, cancelled: false }
    }

    /// A call can be seen before the acceptance that names it.
    fn may_be(&self, id: CallId) -> bool {
        self.request.is_some() && self.id.is_none_or(|named| named == id)
    }
}

impl Entry {
    fn new(id: CallId, key: CallKey) -> Self {
        Self {
            id,
            key,
            answer: Answer::No,
            ending: false,
            muted: None,
            keys_sent: String::new(),
            keys_received: String::new(),
            lasted: None,
            notice: None,
            ended: false,
        }
    }

    /// Takes note of how the call is now. Returns whether it has just ended.
    fn update(&mut self, call: &Call, now: Time, clock: &RelayClock) -> bool {
        if self.muted == Some(call.muted) {
            self.muted = None;
        }
        if !matches!(call.state, CallState::Ringing) {
            self.answer = Answer::No;
        }
        let just_ended = call.is_ended() && !self.ended;
        if just_ended {
            self.ended = true;
            self.ending = false;
            self.notice = None;
            self.lasted = call
                .answered_at_ms
                .and_then(|answered| clock.on_page(answered))
                .map(|answered| now.signed().saturating_sub(answered).max(0));
        }
        just_ended
    }
}

/// What a look at a call has shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// It is over, and was not when it was last looked at.
    pub(super) just_ended: bool,
    /// It is the call that was asked for, and the user has cancelled it meanwhile.
    pub(super) cancelled: bool,
}

impl Calls {
    pub(super) fn next_key(&mut self) -> CallKey {
        self.last_key = self.last_key.wrapping_add(1);
        CallKey(self.last_key)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut()
    }

    pub(super) fn by_key(&mut self, key: CallKey) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }

    pub(super) fn by_id(&mut self, id: CallId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.id == id)
    }

    pub(super) fn entry(&self, id: CallId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The relay has named the call that was asked for. It stays in this place until the call itself is seen.
    pub(super) fn named(&mut self, request: RequestId, id: CallId) {
        if let Some(dialling) = &mut self.dialling
            && dialling.request == Some(request)
        {
            dialling.id = Some(id);
        }
    }

    /// A call is new or has changed.
    pub(super) fn see(&mut self, call: &Call, now: Time, clock: &RelayClock) -> Seen {
        let mut seen = Seen::default();
        let index = match self.entries.iter().position(|entry| entry.id == call.id) {
            Some(index) => index,
            None => {
                seen.cancelled = self.admit(call);
                self.entries.len() - 1
            }
        };
        if let Some(entry) = self.entries.get_mut(index) {
            seen.just_ended = entry.update(call, now, clock);
        }
        seen
    }

    /// These are all the calls there are.
    pub(super) fn retain(&mut self, calls: &[Call]) {
        let listed = |id: CallId| calls.iter().any(|call| call.id == id);
        self.entries.retain(|entry| listed(entry.id));
        self.dialling.take_if(|dialling| dialling.id.is_some_and(|id| !listed(id)));
    }

    /// A call is off the list.
    pub(super) fn remove(&mut self, id: CallId) {
        self.entries.retain(|entry| entry.id != id);
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.dialling = None;
    }

    fn admit(&mut self, call: &Call) -> bool {
        let asked = (call.direction == Direction::Outbound)
            .then(|| self.dialling.take_if(|dialling| dialling.may_be(call.id)))
            .flatten();
        if let Some(dialling) = asked {
            return self.bind(dialling, call.id);
        }
        let key = self.next_key();
        self.entries.push(Entry::new(call.id, key));
        false
    }

    fn bind(&mut self, dialling: Dialling, id: CallId) -> bool {
        self.entries.push(Entry::new(id, dialling.key));
        dialling.cancelled
    }
}
