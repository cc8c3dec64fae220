//! What became of an agent's calls, and how long that took.

use super::{LOOK_BACK_MS, Window};
use crate::store::record::CallStep;
use sidetone_protocol::Direction;
use sidetone_protocol::agent::{Day, QueueDay};
use std::collections::BTreeMap;

/// The calls of one agent, by the contact centre's dialog.
#[derive(Debug, Clone, Default)]
pub(super) struct Calls {
    calls: BTreeMap<String, Call>,
    /// The queues that occurred: their names are long and few.
    queues: Vec<String>,
}

#[derive(Debug, Clone)]
struct Call {
    direction: Direction,
    /// In the order of time, each once.
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    at_ms: u64,
    step: CallStep,
    /// In `queues`.
    queue: Option<u16>,
}

/// What one call adds to a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Share {
    handled: bool,
    missed: bool,
    transferred: bool,
    talk_ms: u64,
    hold_ms: u64,
    wrap_up_ms: u64,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Unanswered,
    Talking,
    Held,
    WrapUp,
    Over,
}

impl Calls {
    pub(super) fn apply(
        &mut self,
        at_ms: u64,
        dialog: &str,
        direction: Direction,
        queue: Option<&str>,
        step: CallStep,
    ) {
        let queue = queue.and_then(|queue| self.queue(queue));
        if !self.calls.contains_key(dialog) {
            self.calls.insert(dialog.to_owned(), Call { direction, steps: Vec::new() });
        }
        let Some(call) = self.calls.get_mut(dialog) else { return };
        match call.steps.binary_search_by_key(&(at_ms, step), |step| (step.at_ms, step.step)) {
            Ok(known) => call.steps[known].queue = queue.or(call.steps[known].queue),
            Err(place) => call.steps.insert(place, Step { at_ms, step, queue }),
        }
    }

    fn queue(&mut self, name: &str) -> Option<u16> {
        let known = self.queues.iter().position(|queue| queue == name).unwrap_or_else(|| {
            self.queues.push(name.to_owned());
            self.queues.len() - 1
        });
        // Nobody works for more queues than that; if it were so, the rest would count for none.
        u16::try_from(known).ok()
    }

    pub(super) fn count(&self, window: Window, day: &mut Day) {
        for call in self.calls.values() {
            let share = call.share(window);
            if share == Share::default() {
                continue;
            }
            day.handled += u32::from(share.handled);
            day.inbound += u32::from(share.handled && call.direction == Direction::Inbound);
            day.missed += u32::from(share.missed);
            day.transferred += u32::from(share.transferred);
            day.talk_ms += share.talk_ms;
            day.hold_ms += share.hold_ms;
            day.wrap_up_ms += share.wrap_up_ms;
            let queue = call.steps.iter().find_map(|step| step.queue);
            let Some(name) = queue.and_then(|queue| self.queues.get(usize::from(queue))) else { continue };
            let queue = queue_of(&mut day.queues, name);
            queue.handled += u32::from(share.handled);
            queue.missed += u32::from(share.missed);
            queue.talk_ms += share.talk_ms;
            queue.hold_ms += share.hold_ms;
            queue.wrap_up_ms += share.wrap_up_ms;
        }
        day.queues.sort_by(|a, b| a.queue.cmp(&b.queue));
    }

    /// Forgets what was over before that moment, and what has not moved for so long that its end was never told.
    pub(super) fn forget_before(&mut self, at_ms: u64) {
        self.calls.retain(|_, call| {
            let last = call.steps.last().map_or(0, |step| step.at_ms);
            let over = matches!(call.walk(|_, _, _| {}), Phase::Over);
            last >= if over { at_ms } else { at_ms.saturating_sub(LOOK_BACK_MS) }
        });
    }
}

fn queue_of<'a>(queues: &'a mut Vec<QueueDay>, name: &str) -> &'a mut QueueDay {
    let known = queues.iter().position(|queue| queue.queue == name).unwrap_or_else(|| {
        queues.push(QueueDay { queue: name.to_owned(), ..QueueDay::default() });
        queues.len() - 1
    });
    &mut queues[known]
}

impl Call {
    fn share(&self, window: Window) -> Share {
        let mut share = Share::default();
        let mut answered = false;
        let mut talk_over = false;
        let mut since = 0;
        self.walk(|at_ms, before, after| {
            let spent = window.ms(since, at_ms);
            match before {
                Phase::Unanswered | Phase::Over => {}
                Phase::Talking => share.talk_ms += spent,
                Phase::Held => share.hold_ms += spent,
                Phase::WrapUp => share.wrap_up_ms += spent,
            }
            since = at_ms;
            answered |= matches!(after, Phase::Talking | Phase::Held);
            if answered && !talk_over && matches!(after, Phase::WrapUp | Phase::Over) {
                talk_over = true;
                share.handled = window.has(at_ms);
            }
        });
        let first = |wanted| self.steps.iter().find(|step| step.step == wanted).map(|step| step.at_ms);
        share.missed = !answered && first(CallStep::Missed).is_some_and(|at| window.has(at));
        share.transferred = first(CallStep::Transferred).is_some_and(|at| window.has(at));
        share
    }

    /// Goes through the call's phases: tells when each changed from what to what, and says what the last one is.
    fn walk(&self, mut changed: impl FnMut(u64, Phase, Phase)) -> Phase {
        let mut phase = Phase::Unanswered;
        for step in &self.steps {
            let next = phase.after(step.step);
            if next != phase {
                changed(step.at_ms, phase, next);
                phase = next;
            }
        }
        phase
    }
}

impl Phase {
    /// What does not fit changes nothing: it was told twice, or late.
    fn after(self, step: CallStep) -> Self {
        match (self, step) {
            (Self::Unanswered, CallStep::Answered | CallStep::Retrieved) => Self::Talking,
            (Self::Unanswered | Self::Talking, CallStep::Held) => Self::Held,
            // Answered is what is read of a call that was taken off hold while nobody watched.
            (Self::Held, CallStep::Retrieved | CallStep::Answered) => Self::Talking,
            (Self::Unanswered | Self::Talking | Self::Held, CallStep::Transferred) => Self::Over,
            (Self::Unanswered, CallStep::Missed) => Self::Over,
            (_, CallStep::Ended) => Self::Over,
            (_, CallStep::WrapUpBegan) => Self::WrapUp,
            (Self::WrapUp, CallStep::WrapUpEnded) => Self::Over,
            (
                Self::Unanswered | Self::Talking | Self::Held | Self::WrapUp | Self::Over,
                CallStep::Ringing
                | CallStep::Answered
                | CallStep::Held
                | CallStep::Retrieved
                | CallStep::Transferred
                | CallStep::Missed
                | CallStep::WrapUpEnded,
            ) => self,
        }
    }
}
