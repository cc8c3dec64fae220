//! Calls that Finesse makes: the agent's own phone is called first, and answers by itself.

use super::facts::{Facts, Stage};
use super::numbers::{Alike, Numbers};
use super::{Joining, KnownCall, Output, Sight};
use serde::{Deserialize, Serialize};
use sidetone_bridge::{Controlled, Progress, Shown};
use sidetone_finesse::model::DialogId;
use sidetone_protocol::{CallId, Direction, Party};

/// How long after it was asked for a call is waited for, in milliseconds.
const CALL_COMES: u64 = 30_000;

/// A call that Finesse was asked to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Whom it was to call.
    pub to: String,
    /// The dialog that it is to consult about, where it is that.
    pub consults_for: Option<DialogId>,
}

/// An [`Expected`] whose dialog or call has not come yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Expectation {
    /// Names it for whoever asked.
    pub(super) tag: u64,
    pub(super) to: String,
    pub(super) consults_for: Option<DialogId>,
    pub(super) until: u64,
    /// The call that has come for it.
    pub(super) call: Option<CallId>,
}

/// A call that came in and is the sound of one that Finesse has made: for [`sidetone_bridge::Bridge::media_leg`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaLeg {
    /// The other party, as far as it is known.
    pub party: Party,
    /// How it is shown.
    pub control: Controlled,
    tag: Option<u64>,
    consults_for: Option<DialogId>,
}

impl Joining {
    /// Finesse was asked to make a call. `tag` names it for [`Self::not_expected`].
    pub fn expect(&mut self, now: u64, tag: u64, expected: Expected) {
        let Expected { to, consults_for } = expected;
        self.expected.push(Expectation { tag, to, consults_for, until: now + CALL_COMES, call: None });
    }

    /// Nothing will come of it: Finesse has refused.
    pub fn not_expected(&mut self, tag: u64) {
        self.expected.retain(|expected| expected.tag != tag);
    }

    /// Somebody calls the agent's phone, and it has not rung yet: says whether that is the sound of a call that Finesse has made. Then it
    /// is to be answered at once, and [`Self::answered`] called with what it has become.
    #[must_use]
    pub fn incoming(&self, sight: Sight<'_>, caller: &str, auto_answer: bool) -> Option<MediaLeg> {
        if !sight.up {
            return None;
        }
        let numbers = Numbers::new(sight.plan, &self.extension);
        let alone: Vec<(&DialogId, Facts)> = sight
            .dialogs
            .iter()
            .filter(|(id, _)| self.call_of(id).is_none())
            .map(|(id, dialog)| (id, Facts::of(dialog, numbers)))
            .collect();
        let mut ringing = alone.iter().filter(|(_, facts)| facts.stage == Stage::Alerting);
        let asked_for = |target: &str| {
            numbers.is_own(caller) || numbers.compare(caller, target) == Alike::Same || auto_answer
        };
        // A customer whom Finesse offers at the same time has to be answered by hand.
        if ringing.any(|(_, facts)| {
            !numbers.is_own(caller) && numbers.among(caller, &facts.others) >= Alike::Likely
        }) {
            return None;
        }
        let mut made = alone.iter().filter(|(_, facts)| facts.outgoing && facts.stage.has_sound());
        let waits = |expected: &&Expectation| expected.call.is_none() && asked_for(&expected.to);
        if let Some(expected) = self.expected.iter().find(waits) {
            let party = Party { number: expected.to.clone(), name: None };
            let consults_for = expected.consults_for.clone();
            return Some(self.media_leg(party, Progress::Dialing, consults_for, Some(expected.tag)));
        }
        let (_, facts) = made.find(|(_, facts)| asked_for(&facts.number))?;
        let party = Party { number: facts.number.clone(), name: None };
        Some(self.media_leg(party, facts.progress, facts.associated.clone(), None))
    }

    fn media_leg(
        &self,
        party: Party,
        progress: Progress,
        consults_for: Option<DialogId>,
        tag: Option<u64>,
    ) -> MediaLeg {
        let shown = Shown {
            direction: Some(Direction::Outbound),
            party: Some(party.clone()),
            progress,
            consults_for: consults_for.as_ref().and_then(|dialog| self.call_of(dialog)),
            joined: Vec::new(),
        };
        MediaLeg { party, control: Controlled { held: false, shown }, tag, consults_for }
    }

    /// The call that has come for what was expected with that tag, while it lasts.
    #[must_use]
    pub fn call_made(&self, tag: u64) -> Option<CallId> {
        self.made.get(&tag).copied()
    }

    /// The call that came in was answered, and is called that. [`Self::update`] is due.
    pub fn answered(&mut self, now: u64, call: CallId, leg: MediaLeg) {
        let MediaLeg { party, control, tag, consults_for } = leg;
        if let Some(expected) = self.expected.iter_mut().find(|expected| Some(expected.tag) == tag) {
            expected.call = Some(call);
            self.made.insert(expected.tag, call);
        }
        self.calls.insert(
            call,
            KnownCall {
                since: now,
                media_leg: true,
                target: Some(party.number),
                consults_for,
                former: Vec::new(),
                control: Some(control),
            },
        );
    }

    /// A dialog has found its call: whatever was waited for is there. A call that rings for a dialog of the agent's own making is
    /// answered.
    pub(super) fn fulfil(
        &mut self,
        call: CallId,
        dialog: &DialogId,
        facts: &Facts,
        rings: bool,
        numbers: Numbers<'_>,
    ) {
        let by_call = |expected: &Expectation| expected.call == Some(call);
        let by_target = |expected: &Expectation| {
            facts.outgoing
                && expected.call.is_none()
                && numbers.among(&expected.to, &facts.others) == Alike::Same
        };
        let found =
            self.expected.iter().position(by_call).or_else(|| self.expected.iter().position(by_target));
        let expected = found.map(|index| self.expected.remove(index));
        self.made.extend(expected.iter().map(|expected| (expected.tag, call)));
        let control = {
            let Some(known) = self.calls.get_mut(&call) else { return };
            if facts.outgoing && rings {
                known.media_leg = true;
                known.target = Some(facts.number.clone());
            }
            if facts.outgoing && facts.consult && known.media_leg && known.consults_for.is_none() {
                known.consults_for =
                    expected.and_then(|expected| expected.consults_for).or(facts.associated.clone());
            }
            known.consults_for = known.consults_for.take().filter(|first| first != dialog);
            facts.outgoing && rings
        };
        if control {
            let party = Party { number: facts.number.clone(), name: None };
            let leg = self.media_leg(party, facts.progress, facts.associated.clone(), None);
            if let Some(known) = self.calls.get_mut(&call) {
                known.control = Some(leg.control.clone());
            }
            self.outputs.push_back(Output::Answer { call, control: leg.control });
        }
    }

    pub(super) fn forget_expectations(&mut self, now: u64) {
        let known = &self.calls;
        self.expected.retain(|expected| {
            let call_is_there = expected.call.is_none_or(|call| known.contains_key(&call));
            expected.until > now && call_is_there
        });
    }

    /// Until when a call that has come for an expectation is taken for controlled though its dialog is not there.
    pub(super) fn dialog_awaited_until(&self, call: CallId) -> Option<u64> {
        self.expected.iter().find(|expected| expected.call == Some(call)).map(|expected| expected.until)
    }
}
