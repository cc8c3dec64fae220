//! Joins what Finesse calls a dialog with what the phone calls a call, for one agent.
//!
//! Both tell of the same conversation, each in its own time: the INVITE may come before the dialog or after it, numbers are written in
//! different ways, and a call that Finesse makes or consults with comes to the phone as a call like others. [`Joining`] looks at all
//! dialogs and all calls after each change and says which belong together, so that it does not matter in which order they came, which
//! were told twice, and which were read anew after an outage. What belongs together stays so until one of the two ends.
//!
//! The state is plain serialisable data. The time is passed in.

mod ending;
mod facts;
mod matching;
mod media_leg;
mod numbers;
mod pairing;
mod showing;
#[cfg(test)]
mod tests;

pub use ending::Asked;
pub use media_leg::{Expected, MediaLeg};

use facts::Facts;
use numbers::Numbers;
use serde::{Deserialize, Serialize};
use sidetone_bridge::{Controlled, Ending};
use sidetone_finesse::model::{Dialog, DialogId, UnixMillis};
use sidetone_protocol::dial_plan::DialPlan;
use sidetone_protocol::{Call, CallId};
use std::collections::{BTreeMap, VecDeque};

/// How long a dialog without a call is taken for one whose call is on its way, in milliseconds.
const CALL_COMES: u64 = 1_500;
/// How long a call may outlive the agent's part in its dialog: the telephone system takes the leg down meanwhile.
const LEG_ENDS: u64 = 3_000;
/// How much the beginnings of a dialog may differ, as read twice: the clocks of two machines are compared anew each time.
const SAME_BEGINNING: u64 = 30_000;

/// What there is to be joined.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// The agent's dialogs.
    pub dialogs: &'a BTreeMap<DialogId, Dialog>,
    /// The calls of the agent's phone, as the legs tell them ([`sidetone_bridge::Bridge::phone_calls`]).
    pub calls: &'a [Call],
    /// Whether Finesse can be asked for something and the dialogs are as it knows them. While they are not, nothing is joined
    /// anew, and SIP controls the calls.
    pub up: bool,
    /// How the agent's numbers are to be understood.
    pub plan: &'a DialPlan,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// For [`sidetone_bridge::Bridge::set_controlled`].
    Control {
        /// Which call.
        call: CallId,
        /// As Finesse says; none where SIP controls it.
        control: Option<Controlled>,
    },
    /// For [`sidetone_bridge::Bridge::answer_media_leg`]: the call that rings is the sound of one that Finesse has made.
    Answer {
        /// Which.
        call: CallId,
        /// How it is shown from now on.
        control: Controlled,
    },
    /// For [`sidetone_bridge::Bridge::explain_end`].
    Explain {
        /// Which call.
        call: CallId,
        /// Why it ends; none takes that back.
        ending: Option<Ending>,
    },
    /// A dialog is to be shown (again): its call, or whether it is to be shown at all, is another.
    Show {
        /// Which.
        dialog: DialogId,
    },
}

/// Which dialogs and calls of one agent belong together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Joining {
    extension: String,
    pairs: Vec<Pair>,
    dialogs: BTreeMap<DialogId, KnownDialog>,
    calls: BTreeMap<CallId, KnownCall>,
    expected: Vec<media_leg::Expectation>,
    /// The calls that have come for what was expected, by its tag.
    made: BTreeMap<u64, CallId>,
    endings: BTreeMap<CallId, ending::Told>,
    /// When to look again though nothing has happened.
    wake: Option<u64>,
    #[serde(skip)]
    outputs: VecDeque<Output>,
}

/// A dialog and the call that carries its sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pair {
    dialog: DialogId,
    call: CallId,
    /// When the agent's part began, to know the dialog by it: ids are used again.
    started: Option<UnixMillis>,
}

/// What is kept of a dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KnownDialog {
    /// When it was first seen, or lost its call.
    since: u64,
    /// Since when the agent has no part in it any more.
    over_since: Option<u64>,
    /// How many others were in it when the agent was too.
    others: usize,
    /// What was told of it last: its call, and whether it is to be shown.
    told: Option<(Option<CallId>, bool)>,
}

/// What is kept of a call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct KnownCall {
    /// When it was first seen, or lost its dialog.
    since: u64,
    /// Whether it is the leg to the agent's own phone of a call that Finesse has made.
    media_leg: bool,
    /// The number that was asked for, where it is that.
    target: Option<String>,
    /// The dialog that it consults for, where it is that.
    consults_for: Option<DialogId>,
    /// The dialogs that it belonged to before.
    former: Vec<DialogId>,
    /// What the bridge was told last.
    control: Option<Controlled>,
}

impl Joining {
    /// For the agent at that extension.
    #[must_use]
    pub fn new(extension: impl Into<String>) -> Self {
        Self { extension: extension.into(), ..Self::default() }
    }

    /// The agent's extension is another from now on (hot desk).
    pub fn set_extension(&mut self, extension: &str) {
        extension.clone_into(&mut self.extension);
    }

    /// The call that carries a dialog's sound.
    #[must_use]
    pub fn call_of(&self, dialog: &DialogId) -> Option<CallId> {
        self.pairs.iter().find(|pair| pair.dialog == *dialog).map(|pair| pair.call)
    }

    /// The dialog whose sound a call carries.
    #[must_use]
    pub fn dialog_of(&self, call: CallId) -> Option<&DialogId> {
        self.pairs.iter().find(|pair| pair.call == call).map(|pair| &pair.dialog)
    }

    /// Whether a dialog is to be shown: not while its call may still be on its way, so that there are never two cards for one call.
    #[must_use]
    pub fn is_shown(&self, dialog: &DialogId) -> bool {
        self.dialogs.get(dialog).and_then(|known| known.told).is_some_and(|(_, shown)| shown)
    }

    /// The next thing to be done, oldest first.
    pub fn next_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Self::update`] has to be called though nothing has happened.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        self.wake
    }

    /// Something has changed, or it is time: looks at everything anew.
    pub fn update(&mut self, now: u64, sight: Sight<'_>) {
        self.wake = None;
        let own = self.extension.clone();
        let numbers = Numbers::new(sight.plan, &own);
        let facts: BTreeMap<&DialogId, Facts> =
            sight.dialogs.iter().map(|(id, dialog)| (id, Facts::of(dialog, numbers))).collect();
        self.forget_calls(now, sight);
        if sight.up {
            self.explain_ends(&facts);
            self.forget_dialogs(now, &facts);
            self.note_dialogs(now, &facts);
            self.pair_up(now, sight, &facts, numbers);
        }
        self.forget_expectations(now);
        self.tell_control(now, sight, &facts, numbers);
        self.tell_dialogs(now, &facts);
    }

    /// A dialog is gone, and this is what it was last: the last word on why its call ends. [`Self::update`] is due.
    pub fn removed(&mut self, last: &Dialog, plan: &DialPlan) {
        let own = self.extension.clone();
        let facts = Facts::of(last, Numbers::new(plan, &own));
        self.explain_ends(&BTreeMap::from([(&last.id, facts)]));
    }

    /// Calls that have ended belong to nothing any more.
    fn forget_calls(&mut self, now: u64, sight: Sight<'_>) {
        let is_live = |id: CallId| sight.calls.iter().any(|call| call.id == id && !call.is_ended());
        let gone: Vec<CallId> = self.calls.keys().copied().filter(|id| !is_live(*id)).collect();
        for call in gone {
            self.calls.remove(&call);
            self.made.retain(|_, made| *made != call);
            self.ended(call);
            self.separate(now, |pair| pair.call == call);
        }
        for call in sight.calls.iter().filter(|call| !call.is_ended()) {
            self.calls.entry(call.id).or_insert_with(|| KnownCall { since: now, ..KnownCall::default() });
        }
    }

    /// Dialogs that are gone belong to nothing any more, nor do those whose id names another one now.
    fn forget_dialogs(&mut self, now: u64, facts: &BTreeMap<&DialogId, Facts>) {
        let is_other = |pair: &Pair| {
            let started = facts.get(&pair.dialog).map(|facts| facts.started);
            match (started, pair.started) {
                (None, _) => true,
                (Some(Some(now)), Some(then)) => now.abs_diff(then) > SAME_BEGINNING,
                (Some(_), _) => false,
            }
        };
        self.separate(now, is_other);
        self.dialogs.retain(|id, _| facts.contains_key(id));
    }

    fn note_dialogs(&mut self, now: u64, facts: &BTreeMap<&DialogId, Facts>) {
        for (id, facts) in facts {
            let known = self.dialogs.entry((*id).clone()).or_insert(KnownDialog {
                since: now,
                over_since: None,
                others: 0,
                told: None,
            });
            if facts.stage.has_sound() {
                known.over_since = None;
                known.others = facts.there;
            } else {
                known.over_since.get_or_insert(now);
            }
        }
    }

    fn separate(&mut self, now: u64, which: impl Fn(&Pair) -> bool) {
        let (gone, stay): (Vec<_>, Vec<_>) = self.pairs.drain(..).partition(|pair| which(pair));
        self.pairs = stay;
        for pair in gone {
            if let Some(known) = self.dialogs.get_mut(&pair.dialog) {
                known.since = now;
            }
            if let Some(known) = self.calls.get_mut(&pair.call) {
                known.since = now;
                known.former.push(pair.dialog);
            }
        }
    }

    fn wake_at(&mut self, at: Option<u64>) {
        self.wake = self.wake.into_iter().chain(at).min();
    }

    /// Says of each dialog that has a call now, or has lost it, or has been without one for long enough to be shown alone.
    fn tell_dialogs(&mut self, now: u64, facts: &BTreeMap<&DialogId, Facts>) {
        let ids: Vec<DialogId> = self.dialogs.keys().cloned().collect();
        for id in ids {
            let call = self.call_of(&id);
            let waits = facts.get(&id).is_some_and(|facts| facts.stage.has_sound()) && call.is_none();
            let Some(known) = self.dialogs.get_mut(&id) else { continue };
            let until = known.since + CALL_COMES;
            let shown = !waits || until <= now || known.told.is_some_and(|(_, shown)| shown);
            let told = Some((call, shown));
            let changed = known.told.map_or(shown, |before| Some(before) != told);
            known.told = told;
            if changed {
                self.outputs.push_back(Output::Show { dialog: id });
            } else if !shown {
                self.wake_at(Some(until));
            }
        }
    }
}
