//! What the bridge is told of the calls that have a dialog.

use super::facts::{Facts, Stage};
use super::numbers::{Alike, Numbers};
use super::{Joining, KnownCall, LEG_ENDS, Output, Sight};
use sidetone_bridge::{Controlled, Progress, Shown};
use sidetone_finesse::model::DialogId;
use sidetone_protocol::{Call, CallId, Direction, Party};
use std::collections::BTreeMap;

impl Joining {
    /// Tells what Finesse says of each call, or that it says nothing of it any more.
    pub(super) fn tell_control(
        &mut self,
        now: u64,
        sight: Sight<'_>,
        facts: &BTreeMap<&DialogId, Facts>,
        numbers: Numbers<'_>,
    ) {
        for call in sight.calls.iter().filter(|call| !call.is_ended()) {
            let Some(wanted) = self.wanted_control(now, sight.up, call, facts, numbers) else { continue };
            let Some(known) = self.calls.get_mut(&call.id) else { continue };
            if known.control != wanted {
                known.control.clone_from(&wanted);
                self.outputs.push_back(Output::Control { call: call.id, control: wanted });
            }
        }
    }

    /// What the bridge is to know; none while it is to believe what it knows.
    fn wanted_control(
        &mut self,
        now: u64,
        up: bool,
        call: &Call,
        facts: &BTreeMap<&DialogId, Facts>,
        numbers: Numbers<'_>,
    ) -> Option<Option<Controlled>> {
        if !up {
            return Some(None);
        }
        let known = self.calls.get(&call.id)?;
        let Some(facts) = self.dialog_of(call.id).and_then(|dialog| facts.get(dialog)) else {
            return self.alone(now, call.id);
        };
        match facts.stage {
            // The leg is about to end.
            Stage::Over | Stage::None => None,
            Stage::Alerting | Stage::Starting | Stage::Up { .. } | Stage::Failed => {
                let first = known.consults_for.as_ref().filter(|_| facts.joined().is_empty());
                let consults_for =
                    first.and_then(|dialog| self.call_of(dialog)).filter(|first| *first != call.id);
                Some(Some(control(facts, call, known, consults_for, numbers)))
            }
        }
    }

    /// A call without a dialog is controlled by SIP; unless the dialog is on its way, or has just gone before the leg does.
    fn alone(&mut self, now: u64, call: CallId) -> Option<Option<Controlled>> {
        let known = self.calls.get(&call)?;
        let awaited = self.dialog_awaited_until(call);
        let leaves = (!known.former.is_empty() || known.media_leg).then_some(known.since + LEG_ENDS);
        let until = awaited.max(leaves).filter(|until| *until > now);
        if until.is_none() || known.control.is_none() {
            return Some(None);
        }
        self.wake_at(until);
        None
    }
}

fn control(
    facts: &Facts,
    call: &Call,
    known: &KnownCall,
    consults_for: Option<CallId>,
    numbers: Numbers<'_>,
) -> Controlled {
    let party = |number: &String| Party { number: number.clone(), name: None };
    // Who is in the dialog knows better than the leg, which may have come through somebody else.
    let leg_knows = !known.media_leg && numbers.among(&call.party.number, &facts.others) >= Alike::Likely;
    let shown = Shown {
        direction: known.media_leg.then_some(Direction::Outbound),
        party: Some(&facts.number).filter(|number| !leg_knows && !number.is_empty()).map(party),
        progress: if known.media_leg { facts.progress } else { Progress::Answered },
        consults_for,
        joined: facts.joined().iter().map(party).collect(),
    };
    Controlled { held: facts.stage == (Stage::Up { held: true }), shown }
}
