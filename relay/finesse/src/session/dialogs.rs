//! The calls.

use super::reads::Read;
use super::user::{Age, age};
use super::{Change, Session};
use crate::model::{Dialog, DialogId, DialogState, Participant, UnixMillis};
use crate::notification::Event;

/// So many dialogs that are over are remembered.
const OVER: usize = 32;
/// More calls than a device has.
const MOST_DIALOGS: usize = 64;
/// A dialog that is dropped is deleted soon after.
const DELETED_MS: u64 = 5_000;

impl Session {
    /// The dialogs were read.
    pub(super) fn dialogs_read(&mut self, now: u64, dialogs: Vec<Dialog>, touched: bool, sent_at: u64) {
        let gone: Vec<DialogId> = self
            .raw
            .dialogs
            .keys()
            .filter(|id| !dialogs.iter().any(|dialog| dialog.id == **id))
            .cloned()
            .collect();
        if !touched {
            for id in gone {
                self.dialog_gone(&id);
            }
        }
        for dialog in dialogs.into_iter().take(MOST_DIALOGS) {
            let known = self.raw.dialogs.get(&dialog.id);
            let told_later = touched
                && (self.raw.over.contains(&dialog.id)
                    || known.is_some_and(|known| age(version(&dialog), version(known)) == Age::Older));
            if !told_later {
                self.raw.over.retain(|id| *id != dialog.id);
                self.put_dialog(now, dialog);
            }
        }
        self.synced_dialogs();
        self.dialogs_expected(now, Some(sent_at));
    }

    pub(super) fn synced_dialogs(&mut self) {
        self.raw.dialogs_synced = true;
    }

    /// A dialog was told of.
    pub(super) fn dialog_told(&mut self, now: u64, event: Event, dialog: Dialog) {
        self.reads.touch(&Read::Dialogs);
        let id = dialog.id.clone();
        if event == Event::Delete {
            if !self.raw.dialogs.contains_key(&id) && !self.raw.over.contains(&id) {
                self.remember_over(id.clone());
            }
            if let Some(known) = self.raw.dialogs.get(&id)
                && age(version(&dialog), version(known)) == Age::Older
            {
                self.reads.doubt(Read::Dialogs, now);
            }
            self.dialog_gone(&id);
            self.dialogs_expected(now, None);
            return;
        }
        if self.raw.over.contains(&id) {
            self.reads.doubt(Read::Dialogs, now);
            return;
        }
        match self.raw.dialogs.get(&id) {
            None if self.raw.dialogs.len() >= MOST_DIALOGS => return,
            None => {}
            Some(known) => match age(version(&dialog), version(known)) {
                Age::Older => {
                    self.reads.doubt(Read::Dialogs, now);
                    return;
                }
                Age::Same | Age::Unknown if *known == dialog => return,
                // Call variables change without any time: of two that differ either may be the later.
                Age::Same | Age::Unknown => self.reads.doubt(Read::Dialogs, now),
                Age::Newer => {}
            },
        }
        if dialog.state == DialogState::Dropped {
            self.reads.want(Read::Dialogs, now + DELETED_MS);
        }
        self.put_dialog(now, dialog);
        self.dialogs_expected(now, None);
    }

    fn put_dialog(&mut self, now: u64, dialog: Dialog) {
        let id = dialog.id.clone();
        self.raw.dialogs.insert(id.clone(), dialog);
        self.show_dialog(now, &id);
    }

    pub(super) fn show_dialog(&mut self, now: u64, id: &DialogId) {
        let Some(dialog) = self.raw.dialogs.get(id) else { return };
        let shown = self.clock.dialog(now, dialog);
        if self.view.dialogs.get(id) != Some(&shown) {
            self.view.dialogs.insert(id.clone(), shown);
            self.changed(Change::Dialog(id.clone()));
        }
    }

    pub(super) fn dialog_gone(&mut self, id: &DialogId) {
        if self.raw.dialogs.remove(id).is_some() {
            self.remember_over(id.clone());
        }
        if let Some(last) = self.view.dialogs.remove(id) {
            self.changed(Change::DialogRemoved(id.clone(), Box::new(last)));
        }
    }

    fn remember_over(&mut self, id: DialogId) {
        self.raw.over.push_back(id);
        if self.raw.over.len() > OVER {
            self.raw.over.pop_front();
        }
    }

    /// The agent's own part in a dialog.
    pub(super) fn mine<'a>(&self, dialog: &'a Dialog) -> Option<&'a Participant> {
        dialog.participant(&self.extension())
    }

    /// The agent's own part is not over, and is no mere wrap-up.
    pub(super) fn has_live_dialog(&self) -> bool {
        self.raw.dialogs.values().any(|dialog| self.mine(dialog).is_some_and(|mine| is_live(mine.state)))
    }
}

pub(super) fn is_live(state: DialogState) -> bool {
    match state {
        DialogState::Initiating
        | DialogState::Initiated
        | DialogState::Alerting
        | DialogState::Active
        | DialogState::Held
        | DialogState::Accepted => true,
        DialogState::WrapUp | DialogState::Failed | DialogState::Dropped | DialogState::Unknown => false,
    }
}

/// The time of the last change of anybody's part: what is newer has a later one.
fn version(dialog: &Dialog) -> Option<UnixMillis> {
    let times = |participant: &Participant| participant.state_change_time.max(participant.start_time);
    dialog.participants.iter().filter_map(times).max()
}
