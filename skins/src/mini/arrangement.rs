//! Which call is shown how: what the user is in as a card, what waits as a row.

use crate::snapshot::{CallKey, CallPhase, CallView, Snapshot};
use sidetone_protocol::ConferenceId;

/// The calls by the way they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Arrangement {
    /// Each with the calls in it, oldest first.
    pub(super) conferences: Vec<(ConferenceId, Vec<CallKey>)>,
    /// What the user is in, then what rings, then what has ended.
    pub(super) cards: Vec<CallKey>,
    /// What is on hold while the user is in another call.
    pub(super) rows: Vec<CallKey>,
}

/// A call that is on hold is a row, but for the only one there is: nothing else wants the room.
pub(super) fn arrange(snapshot: &Snapshot) -> Arrangement {
    let mut arrangement = Arrangement::default();
    let live = snapshot.calls.iter().filter(|call| !call.is_ended()).count();
    let mut cards: Vec<&CallView> = Vec::new();
    for call in &snapshot.calls {
        // The card in which it is wrapped up says how it ended too.
        if call.is_ended() && snapshot.is_wrapped_up(call.key) {
            continue;
        }
        if let Some(conference) = call.conference.filter(|_| call.is_up()) {
            arrangement.add(conference, call.key);
        } else if call.is_up() && call.hold.by_user && live > 1 {
            arrangement.rows.push(call.key);
        } else {
            cards.push(call);
        }
    }
    cards.sort_by_key(|call| rank(&call.phase));
    arrangement.cards = cards.into_iter().map(|call| call.key).collect();
    arrangement
}

impl Arrangement {
    fn add(&mut self, conference: ConferenceId, key: CallKey) {
        match self.conferences.iter_mut().find(|(known, _)| *known == conference) {
            Some((_, members)) => members.push(key),
            None => self.conferences.push((conference, vec![key])),
        }
    }
}

fn rank(phase: &CallPhase) -> u8 {
    match phase {
        CallPhase::Calling
        | CallPhase::Ringing
        | CallPhase::Answering
        | CallPhase::Connected
        | CallPhase::Reconnecting
        | CallPhase::Ending => 0,
        CallPhase::Incoming => 1,
        CallPhase::Ended(_) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Outcome;
    use sidetone_protocol::{Direction, Hold};

    fn call(key: u32, phase: CallPhase) -> CallView {
        CallView { key: CallKey(key), phase, ..CallView::blank(Direction::Inbound) }
    }

    fn held(key: u32) -> CallView {
        let hold = Hold { by_user: true, by_party: false };
        CallView { hold, ..call(key, CallPhase::Connected) }
    }

    fn arranged(calls: Vec<CallView>) -> Arrangement {
        arrange(&Snapshot { calls, ..Snapshot::default() })
    }

    #[test]
    fn what_rings_is_shown_below_the_call_one_is_in() {
        let shown = arranged(vec![
            call(1, CallPhase::Ended(Outcome::Missed)),
            call(2, CallPhase::Incoming),
            call(3, CallPhase::Connected),
        ]);
        assert_eq!(shown.cards, [CallKey(3), CallKey(2), CallKey(1)]);
    }

    #[test]
    fn a_held_call_is_a_row_beside_another_and_a_card_alone() {
        assert_eq!(arranged(vec![held(1), call(2, CallPhase::Calling)]).rows, [CallKey(1)]);
        let ended = call(2, CallPhase::Ended(Outcome::HungUp));
        assert_eq!(arranged(vec![held(1), ended]).cards, [CallKey(1), CallKey(2)]);
    }

    #[test]
    fn the_calls_of_a_conference_are_one_card_also_on_hold() {
        let conference = Some(ConferenceId(5));
        let members = |call: CallView| CallView { conference, ..call };
        let shown = arranged(vec![members(held(1)), call(2, CallPhase::Connected), members(held(3))]);
        assert_eq!(shown.conferences, [(ConferenceId(5), vec![CallKey(1), CallKey(3)])]);
        assert_eq!((shown.cards, shown.rows), (vec![CallKey(2)], vec![]));
    }

    #[test]
    fn a_call_held_by_the_other_party_stays_where_it_is() {
        let hold = Hold { by_user: false, by_party: true };
        let waiting = CallView { hold, ..call(1, CallPhase::Connected) };
        assert_eq!(arranged(vec![waiting, call(2, CallPhase::Incoming)]).cards, [CallKey(1), CallKey(2)]);
    }
}
