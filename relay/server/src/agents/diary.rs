//! What happens to an agent, as it is written down: out of what the session tells.

use super::translate;
use crate::store::{AgentEvent, CallStep, Happening};
use sidetone_finesse::model::{AgentState, Dialog, DialogId, DialogState};
use sidetone_finesse::session::View;
use sidetone_protocol::Direction;
use std::collections::{BTreeMap, BTreeSet};

/// The same moment, read twice, differs by as much: the contact centre's clock is compared with ours anew each time.
const SAME_MS: u64 = 2_000;

/// What was written down of an agent last.
#[derive(Debug, Default)]
pub(super) struct Diary {
    state: Option<Noted>,
    calls: BTreeMap<DialogId, Part>,
    /// The dialogs that the agent is handing to somebody else.
    handing_over: BTreeSet<DialogId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Noted {
    state: AgentState,
    reason: Option<String>,
    at_ms: u64,
}

/// The agent's part in a call.
#[derive(Debug, Clone, Copy)]
struct Part {
    state: DialogState,
    answered: bool,
    over: bool,
}

impl Diary {
    /// The agent's state may have changed.
    pub(super) fn status(&mut self, view: &View, now: u64) -> Vec<AgentEvent> {
        let Some(user) = view.user.as_ref().filter(|user| user.state != AgentState::Unknown) else {
            return Vec::new();
        };
        let at_ms = user.state_change_time.unwrap_or(now);
        let reason = user.reason_code.as_ref();
        let noted = Noted { state: user.state, reason: reason.map(|reason| reason.id.clone()), at_ms };
        let before = self.state.replace(noted.clone());
        let same = |before: &Noted| {
            before.state == noted.state
                && before.reason == noted.reason
                && before.at_ms.abs_diff(at_ms) < SAME_MS
        };
        if before.as_ref().is_some_and(same) {
            self.state = before;
            return Vec::new();
        }
        let was_out = before.as_ref().is_some_and(|before| before.state == AgentState::Logout);
        let reason = reason.map(translate::reason);
        if noted.state == AgentState::Logout {
            return match before {
                Some(_) if !was_out => vec![AgentEvent { at_ms, what: Happening::SignedOut { reason } }],
                Some(_) | None => Vec::new(),
            };
        }
        let mut events = Vec::new();
        if was_out {
            events.push(AgentEvent { at_ms, what: Happening::SignedIn });
        }
        let state = translate::state(noted.state);
        events.push(AgentEvent { at_ms, what: Happening::State { state, reason } });
        events
    }

    /// The agent hands a call to somebody else.
    pub(super) fn hands_over(&mut self, view: &View, dialog: &DialogId) {
        // Asked of the consult call it means the first one.
        let associated = view.dialogs.get(dialog).and_then(|dialog| dialog.associated.clone());
        let of = associated.filter(|_| view.dialogs.get(dialog).is_some_and(is_consult));
        self.handing_over.insert(of.unwrap_or_else(|| dialog.clone()));
    }

    /// A call is new, or has changed.
    pub(super) fn dialog(&mut self, view: &View, dialog: &Dialog, now: u64) -> Vec<AgentEvent> {
        let Some(extension) = view.user.as_ref().map(|user| user.extension.as_str()) else {
            return Vec::new();
        };
        let Some(own) = dialog.participant(extension) else { return Vec::new() };
        self.part(dialog, extension, own.state, own.state_change_time.unwrap_or(now))
    }

    /// A call is gone.
    pub(super) fn removed(&mut self, view: &View, dialog: &Dialog, now: u64) -> Vec<AgentEvent> {
        let extension = view.user.as_ref().map_or("", |user| user.extension.as_str());
        let own = dialog.participant(extension);
        let dropped = own.filter(|own| own.state == DialogState::Dropped);
        let at = dropped.and_then(|own| own.state_change_time).unwrap_or(now);
        let events = match self.calls.contains_key(&dialog.id) {
            true => self.part(dialog, extension, DialogState::Dropped, at),
            false => Vec::new(),
        };
        self.calls.remove(&dialog.id);
        self.handing_over.remove(&dialog.id);
        events
    }

    fn part(&mut self, dialog: &Dialog, extension: &str, state: DialogState, at_ms: u64) -> Vec<AgentEvent> {
        let before = self.calls.get(&dialog.id).copied();
        let known = before.unwrap_or(Part { state: DialogState::Unknown, answered: false, over: false });
        if known.state == state || known.over {
            return Vec::new();
        }
        let outgoing = dialog.from_address == extension;
        let preview = dialog.call_type.contains("PREVIEW");
        let mut steps = Vec::new();
        let mut part = Part { state, ..known };
        let ends = matches!(state, DialogState::Dropped | DialogState::Failed | DialogState::WrapUp);
        if ends && known.answered && self.handing_over.remove(&dialog.id) {
            steps.push(CallStep::Transferred);
        }
        match state {
            DialogState::Alerting | DialogState::Initiated if !preview => steps.push(CallStep::Ringing),
            DialogState::Active => {
                let retrieved = known.state == DialogState::Held;
                steps.push(if retrieved { CallStep::Retrieved } else { CallStep::Answered });
                part.answered = true;
            }
            DialogState::Held => {
                if !known.answered {
                    steps.push(CallStep::Answered);
                }
                steps.push(CallStep::Held);
                part.answered = true;
            }
            DialogState::WrapUp => steps.push(CallStep::WrapUpBegan),
            DialogState::Dropped | DialogState::Failed => {
                part.over = true;
                match known.state {
                    DialogState::WrapUp => steps.push(CallStep::WrapUpEnded),
                    _ if known.answered => steps.push(CallStep::Ended),
                    _ if outgoing || preview || before.is_none() => steps.push(CallStep::Ended),
                    _ => steps.push(CallStep::Missed),
                }
            }
            DialogState::Alerting
            | DialogState::Initiated
            | DialogState::Initiating
            | DialogState::Accepted
            | DialogState::Unknown => {}
        }
        self.calls.insert(dialog.id.clone(), part);
        let direction = if outgoing { Direction::Outbound } else { Direction::Inbound };
        let queue = Some(dialog.queue_name.clone()).filter(|name| !name.is_empty());
        let event = |step| AgentEvent {
            at_ms,
            what: Happening::Call { dialog: dialog.id.0.clone(), direction, queue: queue.clone(), step },
        };
        steps.into_iter().map(event).collect()
    }
}

fn is_consult(dialog: &Dialog) -> bool {
    dialog.call_type.contains("CONSULT")
}

#[cfg(test)]
mod tests;
