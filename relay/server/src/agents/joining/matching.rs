//! Which of the dialogs and calls that belong to nothing yet belong together.

use super::KnownCall;
use super::facts::{Facts, Stage};
use super::numbers::{Alike, Numbers};
use sidetone_finesse::model::DialogId;
use sidetone_protocol::{Call, CallId, CallState, Direction};

/// How far apart a dialog and its call begin at most, in milliseconds. Both servers are a second or two late at worst; a customer
/// who calls again takes longer.
const BEGIN_TOGETHER: u64 = 15_000;
/// How long the two have to be the only ones that could belong together where their numbers do not say so.
const NOBODY_ELSE: u64 = 1_000;
/// How far apart those are seen at most.
const SEEN_TOGETHER: u64 = 10_000;

/// What belongs to nothing yet. Of each, when it was first seen or lost its counterpart.
pub(super) struct Seen<'a> {
    pub(super) dialogs: Vec<(&'a DialogId, &'a Facts, u64)>,
    pub(super) calls: Vec<(&'a Call, &'a KnownCall)>,
}

/// What was found.
pub(super) struct Found {
    pub(super) pairs: Vec<(DialogId, CallId)>,
    /// When more may be found though nothing has happened.
    pub(super) look_again: Option<u64>,
}

/// How well a dialog and a call go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// They could, if there is nothing else for either.
    Loose,
    /// They do; more is better.
    Firm(u32),
}

/// Finds what belongs together. Those whose numbers say so come first, and among equals the older ones; of what is left, those
/// for which there is nobody else.
pub(super) fn find(now: u64, seen: &Seen<'_>, numbers: Numbers<'_>) -> Found {
    let mut fits: Vec<(Fit, usize, usize)> = Vec::new();
    let dialogs = in_order(&seen.dialogs, |(id, facts, since)| {
        (facts.started.unwrap_or(*since), *since, (*id).clone())
    });
    let calls = in_order(&seen.calls, |(call, known)| (call.started_at_ms, known.since, call.id));
    for (d, (_, facts, since)) in dialogs.iter().enumerate() {
        for (c, (call, known)) in calls.iter().enumerate() {
            if let Some(fit) = fit(facts, *since, call, known, numbers) {
                fits.push((fit, d, c));
            }
        }
    }
    fits.sort_by(|left, right| right.0.cmp(&left.0).then((left.1, left.2).cmp(&(right.1, right.2))));
    let (mut dialog_taken, mut call_taken) = (vec![false; dialogs.len()], vec![false; calls.len()]);
    let mut pairs = Vec::new();
    for (fit, d, c) in &fits {
        if matches!(fit, Fit::Firm(_)) && !dialog_taken[*d] && !call_taken[*c] {
            (dialog_taken[*d], call_taken[*c]) = (true, true);
            pairs.push((*d, *c));
        }
    }
    let left: Vec<(usize, usize)> =
        fits.iter().map(|(_, d, c)| (*d, *c)).filter(|(d, c)| !dialog_taken[*d] && !call_taken[*c]).collect();
    let mut look_again: Option<u64> = None;
    for (d, c) in &left {
        let alone = left.iter().filter(|(other_d, other_c)| other_d == d || other_c == c).count() == 1;
        let (dialog_since, call_since) = (dialogs[*d].2, calls[*c].1.since);
        if !alone || dialog_since.abs_diff(call_since) > SEEN_TOGETHER {
            continue;
        }
        let ripe = dialog_since.max(call_since) + NOBODY_ELSE;
        if ripe <= now {
            pairs.push((*d, *c));
        } else {
            look_again = Some(look_again.map_or(ripe, |at| at.min(ripe)));
        }
    }
    let pairs = pairs.into_iter().map(|(d, c)| (dialogs[d].0.clone(), calls[c].0.id)).collect();
    Found { pairs, look_again }
}

fn in_order<T: Copy, K: Ord>(items: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let mut items = items.to_vec();
    items.sort_by_key(key);
    items
}

fn fit(facts: &Facts, since: u64, call: &Call, known: &KnownCall, numbers: Numbers<'_>) -> Option<Fit> {
    let begins = begins_together(facts, since, call, known);
    let fits = match facts.stage {
        // An old call is not what begins now, whoever it is with.
        Stage::Alerting | Stage::Starting | Stage::Failed => begins,
        Stage::Up { .. } => true,
        Stage::Over | Stage::None => false,
    };
    if !fits {
        return None;
    }
    let fit =
        if facts.outgoing { outgoing(facts, call, known, numbers)? } else { incoming(facts, call, numbers)? };
    Some(match fit {
        Fit::Firm(points) => Fit::Firm(points + likeness(facts, call, begins)),
        Fit::Loose => Fit::Loose,
    })
}

/// The agent calls: by the phone, or Finesse does it and calls the agent's own phone first.
fn outgoing(facts: &Facts, call: &Call, known: &KnownCall, numbers: Numbers<'_>) -> Option<Fit> {
    if let Some(target) = &known.target {
        return Some(firmly(numbers.among(target, &facts.others), 120, 90));
    }
    let other = numbers.among(&call.party.number, &facts.others);
    let own = numbers.is_own(&call.party.number);
    match (call.direction, &call.state) {
        (Direction::Outbound, _) => Some(firmly(other, 100, 60)),
        // It is answered at once, so that it has to be sure.
        (Direction::Inbound, CallState::Ringing) => (own || other == Alike::Same).then_some(Fit::Firm(50)),
        (Direction::Inbound, _) if own => Some(Fit::Firm(50)),
        (Direction::Inbound, _) => Some(firmly(other, 50, 40)),
    }
}

/// Somebody calls the agent.
fn incoming(facts: &Facts, call: &Call, numbers: Numbers<'_>) -> Option<Fit> {
    let alike = numbers.among(&call.party.number, &facts.others);
    match (call.direction, facts.stage) {
        (Direction::Inbound, _) => Some(firmly(alike, 100, 60)),
        // Who was called may be somebody else by now, when the dialog is that of a transfer or conference.
        (Direction::Outbound, Stage::Up { .. }) => Some(firmly(alike, 50, 40)),
        (Direction::Outbound, _) => None,
    }
}

fn firmly(alike: Alike, same: u32, likely: u32) -> Fit {
    match alike {
        Alike::Same => Fit::Firm(same),
        Alike::Likely => Fit::Firm(likely),
        Alike::Unknown | Alike::Different => Fit::Loose,
    }
}

/// Small things that tell apart what is alike in numbers.
fn likeness(facts: &Facts, call: &Call, begins: bool) -> u32 {
    let held = call.hold.by_user || call.hold.by_party;
    let state = match (facts.stage, &call.state) {
        (Stage::Alerting, CallState::Ringing) => 6,
        (Stage::Starting, CallState::Dialing | CallState::Alerting { .. }) => 6,
        (Stage::Up { held: there }, CallState::Connected | CallState::Reconnecting) => {
            if there == held {
                6
            } else {
                4
            }
        }
        (
            Stage::Alerting | Stage::Starting | Stage::Up { .. } | Stage::Failed | Stage::Over | Stage::None,
            CallState::Ringing
            | CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Answering
            | CallState::Connected
            | CallState::Reconnecting
            | CallState::Ended { .. },
        ) => 0,
    };
    state + u32::from(begins)
}

/// Whether the two began together, by Finesse's clock or by ours.
fn begins_together(facts: &Facts, since: u64, call: &Call, known: &KnownCall) -> bool {
    let dialog = [facts.started, Some(since)];
    let call = [call.started_at_ms, known.since];
    dialog
        .into_iter()
        .flatten()
        .any(|left| call.into_iter().any(|right| left.abs_diff(right) <= BEGIN_TOGETHER))
}
