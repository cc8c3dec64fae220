//! What this page knows of its calls beyond what the relay says.

use super::time::{RelayClock, Time};
use super::wanted::Wanted;
use sidetone_protocol::{Call, CallId, CallState, ConferenceId, Hold, RequestId, Transfer};
use sidetone_skins::snapshot::{Asked, CallKey, Notice};

#[derive(Debug, Default)]
pub(super) struct Calls {
    last_key: u32,
    entries: Vec<Entry>,
    /// The calls that were asked for and that the relay has not named yet, in the order they were asked for.
    pub(super) wanted: Vec<Wanted>,
    /// The call that has changed last.
    pub(super) changed: Option<CallKey>,
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
    /// What else the user asked for, and until when its confirmation is waited for.
    pub(super) asked: Option<(Asked, Time)>,
    /// Since when the user has had it on hold.
    pub(super) held_since: Option<i64>,
    pub(super) keys_sent: String,
    pub(super) keys_received: String,
    pub(super) lasted: Option<i64>,
    pub(super) notice: Option<Notice>,
    /// How it was when it was last looked at.
    seen: Option<Standing>,
}

/// What of a call its user is told when it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    state: CallState,
    hold: Hold,
    transfer: Option<Transfer>,
    conference: Option<ConferenceId>,
    answers_itself: bool,
}

impl Standing {
    fn of(call: &Call) -> Self {
        Self {
            state: call.state.clone(),
            hold: call.hold,
            transfer: call.transfer.clone(),
            conference: call.conference,
            answers_itself: call.alert.auto_answer_ms.is_some(),
        }
    }
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

impl Entry {
    fn new(id: CallId, key: CallKey) -> Self {
        Self {
            id,
            key,
            answer: Answer::No,
            ending: false,
            muted: None,
            asked: None,
            held_since: None,
            keys_sent: String::new(),
            keys_received: String::new(),
            lasted: None,
            notice: None,
            seen: None,
        }
    }

    /// Takes note of how the call is now.
    fn update(&mut self, call: &Call, now: Time, clock: &RelayClock) -> Seen {
        let before = self.seen.replace(Standing::of(call));
        let changed = before.as_ref() != self.seen.as_ref();
        if self.muted == Some(call.muted) {
            self.muted = None;
        }
        self.asked.take_if(|(asked, _)| is_so(*asked, call, before.as_ref()));
        self.held_since = match (call.hold.by_user, &before) {
            (false, _) => None,
            (true, Some(before)) if !before.hold.by_user => Some(now.signed()),
            // It was so before: since when, the page knows or cannot know.
            (true, _) => self.held_since,
        };
        let rang = before.as_ref().filter(|before| before.state == CallState::Ringing);
        let answered_itself =
            call.is_connected() && self.answer == Answer::No && rang.is_some_and(|rang| rang.answers_itself);
        if call.state != CallState::Ringing {
            self.answer = Answer::No;
        }
        let was_over = before.is_some_and(|before| matches!(before.state, CallState::Ended { .. }));
        let just_ended = call.is_ended() && !was_over;
        if just_ended {
            self.ending = false;
            self.asked = None;
            self.notice = None;
            self.lasted = call
                .answered_at_ms
                .and_then(|answered| clock.on_page(answered))
                .map(|answered| now.signed().saturating_sub(answered).max(0));
        }
        Seen { just_ended, changed, answered_itself, cancelled: false }
    }

    /// Whether the user has it on hold, or has asked for that.
    pub(super) fn is_held(&self, call: &Call) -> bool {
        match self.asked {
            Some((Asked::Hold, _)) => true,
            Some((Asked::Resume, _)) => false,
            Some((Asked::Transfer | Asked::Join | Asked::Split | Asked::Park, _)) | None => call.hold.by_user,
        }
    }
}

/// Whether what was asked for has come, or its failure.
fn is_so(asked: Asked, call: &Call, before: Option<&Standing>) -> bool {
    match asked {
        Asked::Hold => call.hold.by_user,
        Asked::Resume => !call.hold.by_user,
        Asked::Transfer => before.is_none_or(|before| before.transfer != call.transfer),
        // To a conference of the telephone system it is transferred.
        Asked::Join => {
            call.conference.is_some() || before.is_none_or(|before| before.transfer != call.transfer)
        }
        Asked::Split => call.conference.is_none(),
        Asked::Park => call.is_ended(),
    }
}

/// What a look at a call has shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// It is over, and was not when it was last looked at.
    pub(super) just_ended: bool,
    /// It is not as it was.
    pub(super) changed: bool,
    /// The relay has answered it for the user, at the telephone system's wish.
    pub(super) answered_itself: bool,
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

    /// The relay has named the call that was asked for. It stays in its place until the call itself is seen; one
    /// that was seen already has a place. Returns the call that the user has cancelled meanwhile.
    pub(super) fn named(&mut self, request: RequestId, id: CallId) -> Option<CallId> {
        let index = self.wanted.iter().position(|wanted| wanted.request == Some(request))?;
        if self.entry(id).is_some() {
            let wanted = self.wanted.remove(index);
            return wanted.cancelled.then_some(id);
        }
        if let Some(wanted) = self.wanted.get_mut(index) {
            wanted.id = Some(id);
        }
        None
    }

    /// The relay has refused the call that was asked for.
    pub(super) fn refused(&mut self, request: RequestId) -> Option<Wanted> {
        let index = self.wanted.iter().position(|wanted| wanted.request == Some(request))?;
        Some(self.wanted.remove(index))
    }

    /// A call is new or has changed.
    pub(super) fn see(&mut self, call: &Call, now: Time, clock: &RelayClock) -> Seen {
        let (index, cancelled) = match self.entries.iter().position(|entry| entry.id == call.id) {
            Some(index) => (index, false),
            None => (self.entries.len(), self.admit(call)),
        };
        let Some(entry) = self.entries.get_mut(index) else { return Seen::default() };
        let seen = entry.update(call, now, clock);
        if seen.changed {
            self.changed = Some(entry.key);
        }
        Seen { cancelled, ..seen }
    }

    /// These are all the calls there are.
    pub(super) fn retain(&mut self, calls: &[Call]) {
        let listed = |id: CallId| calls.iter().any(|call| call.id == id);
        self.entries.retain(|entry| listed(entry.id));
        self.wanted.retain(|wanted| wanted.id.is_none_or(listed));
    }

    /// A call is off the list.
    pub(super) fn remove(&mut self, id: CallId) {
        self.entries.retain(|entry| entry.id != id);
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.wanted.clear();
        self.changed = None;
    }

    /// When the next confirmation is no longer waited for.
    pub(super) fn next_timeout(&self) -> Option<Time> {
        self.entries.iter().filter_map(|entry| entry.asked).map(|(_, until)| until).min()
    }

    pub(super) fn handle_timeout(&mut self, now: Time) {
        for entry in &mut self.entries {
            entry.asked.take_if(|(_, until)| *until <= now);
        }
    }

    /// Gives a new call its place at the end. Returns whether the user has cancelled it meanwhile.
    fn admit(&mut self, call: &Call) -> bool {
        let wanted = self.wanted.iter().position(|wanted| wanted.may_be(call));
        let (key, cancelled) = match wanted.map(|index| self.wanted.remove(index)) {
            Some(wanted) => (wanted.key, wanted.cancelled),
            None => (self.next_key(), false),
        };
        self.entries.push(Entry::new(call.id, key));
        cancelled
    }
}
