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
    /// The user wants to answer, and the microphone is awaited.
    pub(super) answering: bool,
    /// What the user asked for, until the relay says the same.
    pub(super) muted: Option<bool>,
    pub(super) keys_sent: String,
    pub(super) keys_received: String,
    pub(super) lasted: Option<i64>,
    pub(super) notice: Option<Notice>,
    ended: bool,
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
    /// The user has changed their mind before the relay named the call.
    pub(super) cancelled: bool,
}

impl Entry {
    fn new(id: CallId, key: CallKey) -> Self {
        Self {
            id,
            key,
            answering: false,
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
            self.answering = false;
        }
        let just_ended = call.is_ended() && !self.ended;
        if just_ended {
            self.ended = true;
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

    /// The relay has named the call that was asked for. Returns whether the user has cancelled it meanwhile.
    pub(super) fn named(&mut self, request: RequestId, id: CallId) -> bool {
        let asked = self.dialling.take_if(|dialling| dialling.request == Some(request));
        match asked {
            Some(dialling) if self.entry(id).is_none() => self.bind(dialling, id),
            // A call can be seen before the answer that names it; then it is bound already.
            Some(_) | None => false,
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
        self.entries.retain(|entry| calls.iter().any(|call| call.id == entry.id));
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.dialling = None;
    }

    fn admit(&mut self, call: &Call) -> bool {
        let asked = (call.direction == Direction::Outbound)
            .then(|| self.dialling.take_if(|dialling| dialling.request.is_some()))
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
