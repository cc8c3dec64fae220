//! An agent at extension 6101, what Finesse and the phone tell of the calls, and what comes of it.

use crate::agents::joining::{Expected, Joining, MediaLeg, Output, Sight};
use sidetone_bridge::{Controlled, Ending};
use sidetone_finesse::model::{Dialog, DialogId, DialogState, Participant};
use sidetone_protocol::dial_plan::DialPlan;
use sidetone_protocol::{Call, CallId, CallState, Direction, EndReason, Hold, Party};
use std::collections::BTreeMap;

pub(crate) const OWN: &str = "6101";

pub(crate) struct Stand {
    pub(crate) joining: Joining,
    pub(crate) dialogs: BTreeMap<DialogId, Dialog>,
    pub(crate) calls: Vec<Call>,
    pub(crate) up: bool,
    pub(crate) now: u64,
    plan: DialPlan,
}

impl Stand {
    pub(crate) fn new() -> Self {
        Self {
            joining: Joining::new(OWN),
            dialogs: BTreeMap::new(),
            calls: Vec::new(),
            up: true,
            now: 1_000_000,
            plan: DialPlan::default(),
        }
    }

    /// Looks at everything, and says what is to be done.
    pub(crate) fn look(&mut self) -> Vec<Output> {
        let Self { joining, dialogs, calls, up, now, plan } = self;
        joining.update(*now, Sight { dialogs, calls, up: *up, plan });
        let outputs: Vec<Output> = std::iter::from_fn(|| joining.next_output()).collect();
        self.check();
        outputs
    }

    /// What holds at any time.
    fn check(&self) {
        for (id, dialog) in &self.dialogs {
            if let Some(call) = self.joining.call_of(id) {
                assert_eq!(self.joining.dialog_of(call), Some(id), "a call of two dialogs");
                assert!(self.live(call), "{dialog:?} with a call that is over");
            }
        }
        for call in &self.calls {
            let dialogs = self.dialogs.keys().filter(|id| self.joining.call_of(id) == Some(call.id));
            assert!(dialogs.count() <= 1, "a call of two dialogs");
        }
    }

    pub(crate) fn live(&self, call: CallId) -> bool {
        self.calls.iter().any(|known| known.id == call && !known.is_ended())
    }

    /// Lets time pass, looking whenever that is due.
    pub(crate) fn pass(&mut self, millis: u64) -> Vec<Output> {
        let end = self.now + millis;
        let mut outputs = Vec::new();
        for _ in 0..100 {
            let Some(at) = self.joining.next_timeout().filter(|at| *at <= end) else {
                self.now = end;
                return outputs;
            };
            assert!(at > self.now, "it is always time");
            self.now = at;
            outputs.extend(self.look());
        }
        panic!("it looks again without end");
    }

    /// Finesse tells of a dialog; the agent's part is the first.
    pub(crate) fn dialog(
        &mut self,
        id: &str,
        from: &str,
        to: &str,
        parts: &[(&str, DialogState)],
    ) -> Vec<Output> {
        let before =
            self.dialogs.get(&DialogId(id.into())).and_then(|dialog| dialog.participants.first().cloned());
        let started = before.and_then(|part| part.start_time).unwrap_or(self.now);
        let dialog = dialog(id, from, to, parts, started);
        self.dialogs.insert(dialog.id.clone(), dialog);
        self.look()
    }

    pub(crate) fn edit(&mut self, id: &str, edit: impl FnOnce(&mut Dialog)) -> Vec<Output> {
        edit(self.dialogs.get_mut(&DialogId(id.into())).unwrap());
        self.look()
    }

    pub(crate) fn gone(&mut self, id: &str) -> Vec<Output> {
        let last = self.dialogs.remove(&DialogId(id.into())).unwrap();
        self.joining.removed(&last, &self.plan);
        self.look()
    }

    /// The phone tells of a call.
    pub(crate) fn call(
        &mut self,
        id: u64,
        direction: Direction,
        number: &str,
        state: CallState,
    ) -> Vec<Output> {
        self.put(id, direction, number, state);
        self.look()
    }

    pub(crate) fn rings(&mut self, id: u64, number: &str) -> Vec<Output> {
        self.call(id, Direction::Inbound, number, CallState::Ringing)
    }

    pub(crate) fn put(&mut self, id: u64, direction: Direction, number: &str, state: CallState) {
        let now = self.now;
        match self.calls.iter_mut().find(|call| call.id == CallId(id)) {
            Some(known) => {
                known.state = state;
                known.party.number = number.into();
            }
            None => self.calls.push(call(id, direction, number, state, now)),
        }
    }

    pub(crate) fn ends(&mut self, id: u64) -> Vec<Output> {
        let call = self.calls.iter_mut().find(|call| call.id == CallId(id)).unwrap();
        call.state = CallState::Ended { reason: EndReason::Party };
        self.look()
    }

    pub(crate) fn incoming(&mut self, caller: &str, auto_answer: bool) -> Option<MediaLeg> {
        let Self { joining, dialogs, calls, up, now: _, plan } = self;
        joining.incoming(Sight { dialogs, calls, up: *up, plan }, caller, auto_answer)
    }

    /// A call comes in that is the sound of one that Finesse makes.
    pub(crate) fn media_leg(&mut self, id: u64, caller: &str) -> Controlled {
        let leg = self.incoming(caller, true).expect("it is awaited");
        let control = leg.control.clone();
        self.put(id, Direction::Outbound, &leg.party.number, CallState::Connected);
        self.joining.answered(self.now, CallId(id), leg);
        control
    }

    pub(crate) fn expect(&mut self, tag: u64, to: &str, consults_for: Option<&str>) {
        let consults_for = consults_for.map(|id| DialogId(id.into()));
        self.joining.expect(self.now, tag, Expected { to: to.into(), consults_for });
    }

    pub(crate) fn call_of(&self, dialog: &str) -> Option<u64> {
        self.joining.call_of(&DialogId(dialog.into())).map(|call| call.0)
    }

    pub(crate) fn is_shown(&self, dialog: &str) -> bool {
        self.joining.is_shown(&DialogId(dialog.into()))
    }
}

pub(crate) fn dialog(id: &str, from: &str, to: &str, parts: &[(&str, DialogState)], started: u64) -> Dialog {
    let participants = parts.iter().map(|(number, state)| Participant {
        media_address: (*number).into(),
        state: *state,
        start_time: Some(started),
        ..Participant::default()
    });
    Dialog {
        id: DialogId(id.into()),
        secondary_id: None,
        associated: None,
        media_type: "Voice".into(),
        from_address: from.into(),
        to_address: to.into(),
        state: parts.iter().map(|(_, state)| *state).next_back().unwrap_or_default(),
        call_type: String::new(),
        dialed_number: String::new(),
        dnis: String::new(),
        outbound_classification: String::new(),
        queue_number: String::new(),
        queue_name: String::new(),
        wrap_up_reason: String::new(),
        wrap_up_items: vec![],
        variables: vec![],
        participants: participants.collect(),
        callback: None,
    }
}

pub(crate) fn call(id: u64, direction: Direction, number: &str, state: CallState, now: u64) -> Call {
    Call {
        id: CallId(id),
        direction,
        party: Party { number: number.into(), name: None },
        state,
        muted: false,
        hold: Hold::default(),
        alert: Default::default(),
        consults_for: None,
        conference: None,
        pbx_conference: None,
        transfer: None,
        codec: None,
        started_at_ms: now,
        answered_at_ms: None,
    }
}

/// What the bridge was told of a call last.
pub(crate) fn control_of(outputs: &[Output], call: u64) -> Option<Option<Controlled>> {
    outputs.iter().rev().find_map(|output| match output {
        Output::Control { call: of, control } if *of == CallId(call) => Some(control.clone()),
        _ => None,
    })
}

pub(crate) fn endings(outputs: &[Output]) -> Vec<(u64, Option<Ending>)> {
    let ending = |output: &Output| match output {
        Output::Explain { call, ending } => Some((call.0, ending.clone())),
        _ => None,
    };
    outputs.iter().filter_map(ending).collect()
}
