//! Dialogs and calls find each other, and the survivor of two dialogs finds the call that is left.

use super::facts::{Facts, Stage};
use super::matching::{self, Seen};
use super::numbers::Numbers;
use super::{Joining, KnownCall, LEG_ENDS, Pair, Sight};
use sidetone_finesse::model::DialogId;
use sidetone_protocol::{Call, CallId, CallState};
use std::collections::BTreeMap;

impl Joining {
    /// Finds what belongs together among what belongs to nothing yet.
    pub(super) fn pair_up(
        &mut self,
        now: u64,
        sight: Sight<'_>,
        facts: &BTreeMap<&DialogId, Facts>,
        numbers: Numbers<'_>,
    ) {
        self.leave_dead_parts(now, facts);
        self.follow_merges(facts);
        let seen: Vec<(&DialogId, &Facts, u64)> = facts
            .iter()
            .filter(|(id, facts)| facts.stage.has_sound() && self.call_of(id).is_none())
            .filter_map(|(id, facts)| Some((*id, facts, self.dialogs.get(*id)?.since)))
            .collect();
        let free: Vec<(&Call, &KnownCall)> = sight
            .calls
            .iter()
            .filter(|call| !call.is_ended() && self.dialog_of(call.id).is_none())
            .filter_map(|call| Some((call, self.calls.get(&call.id)?)))
            .collect();
        let found = matching::find(now, &Seen { dialogs: seen, calls: free }, numbers);
        self.wake_at(found.look_again);
        for (dialog, call) in found.pairs {
            self.pair(&dialog, call, facts, sight, numbers);
        }
    }

    /// A call that goes on long after the agent has left its dialog is one that only the phone knows.
    fn leave_dead_parts(&mut self, now: u64, facts: &BTreeMap<&DialogId, Facts>) {
        let mut dead = Vec::new();
        for pair in &self.pairs {
            let over = facts.get(&pair.dialog).is_some_and(|facts| facts.stage == Stage::Over);
            let since = self.dialogs.get(&pair.dialog).and_then(|known| known.over_since);
            match since.filter(|_| over).map(|since| since + LEG_ENDS) {
                Some(until) if until <= now => dead.push(pair.dialog.clone()),
                Some(until) => self.wake = Some(self.wake.map_or(until, |wake| wake.min(until))),
                None => {}
            }
        }
        self.separate(now, |pair| dead.contains(&pair.dialog));
    }

    /// Of two dialogs that have become one, the survivor has the call that is left, whichever that is.
    fn follow_merges(&mut self, facts: &BTreeMap<&DialogId, Facts>) {
        for (id, survivor) in facts.iter().filter(|(_, facts)| facts.stage.has_sound()) {
            let Some(other) = &survivor.secondary else { continue };
            if self.call_of(id).is_some() {
                continue;
            }
            let other_is_over = facts.get(other).is_none_or(|facts| !facts.stage.has_sound());
            let left = self.call_of(other).filter(|_| other_is_over).or_else(|| {
                let mut former = self.calls.iter().filter(|(_, known)| known.former.contains(other));
                former.find(|(call, _)| self.dialog_of(**call).is_none()).map(|(call, _)| *call)
            });
            if let Some(call) = left {
                self.pairs.retain(|pair| pair.call != call);
                self.pairs.push(Pair { dialog: (*id).clone(), call, started: survivor.started });
            }
        }
    }

    fn pair(
        &mut self,
        dialog: &DialogId,
        call: CallId,
        facts: &BTreeMap<&DialogId, Facts>,
        sight: Sight<'_>,
        numbers: Numbers<'_>,
    ) {
        let Some(facts) = facts.get(dialog) else { return };
        self.pairs.push(Pair { dialog: dialog.clone(), call, started: facts.started });
        let rings = sight.calls.iter().any(|known| known.id == call && known.state == CallState::Ringing);
        self.fulfil(call, dialog, facts, rings, numbers);
    }
}
