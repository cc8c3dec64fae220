//! Conversations whose two sides are told in any order, late, twice and with gaps: what belongs together is found, stays together, and
//! nothing else is joined.

use super::stand::{OWN, Stand, call, dialog};
use proptest::prelude::*;
use sidetone_finesse::model::{DialogId, DialogState};
use sidetone_protocol::{CallId, CallState, Direction, EndReason};
use std::collections::BTreeMap;

/// A conversation, and when each side tells of its stages.
#[derive(Debug, Clone)]
struct Conversation {
    outgoing: bool,
    begins: u64,
    answered: u64,
    ends: u64,
    /// How late the phone and Finesse are with each of the three.
    phone_late: [u64; 3],
    finesse_late: [u64; 3],
    written: u8,
}

fn conversation() -> impl Strategy<Value = Conversation> {
    let late = || prop::array::uniform3(0u64..800);
    (any::<bool>(), 0u64..60_000, 1_000u64..20_000, 1_000u64..90_000, late(), late(), 0u8..4).prop_map(
        |(outgoing, begins, rings, talks, phone_late, finesse_late, written)| {
            let answered = begins + rings;
            Conversation {
                outgoing,
                begins,
                answered,
                ends: answered + talks,
                phone_late,
                finesse_late,
                written,
            }
        },
    )
}

impl Conversation {
    fn number(index: usize) -> String {
        format!("+4420794600{index:02}")
    }

    /// As the telephone system writes it.
    fn on_the_leg(&self, index: usize) -> String {
        match self.written {
            0 => format!("0044207946{:04}", index),
            1 => format!("902079460{index:03}"),
            _ => Self::number(index),
        }
    }

    fn stage(late: [u64; 3], times: [u64; 3], at: u64) -> Option<usize> {
        // What is late does not overtake what came before.
        let mut told = 0;
        let mut reached = 0;
        for (index, (late, time)) in late.into_iter().zip(times).enumerate() {
            told = told.max(time + late);
            if told <= at {
                reached = index + 1;
            }
        }
        (reached > 0).then_some(reached)
    }

    fn times(&self) -> [u64; 3] {
        [self.begins, self.answered, self.ends]
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn both_sides_of_every_conversation_find_each_other(
        conversations in prop::collection::vec(conversation(), 1..6),
        outage in prop::option::of((0u64..80_000, 0u64..30_000)),
        saved in any::<bool>(),
    ) {
        let mut stand = Stand::new();
        let start = stand.now;
        let mut linked: BTreeMap<DialogId, CallId> = BTreeMap::new();
        for tick in 0..450 {
            let at = tick * 400;
            stand.now = start + at;
            stand.up = outage.is_none_or(|(from, lasts)| !(from..from + lasts).contains(&at));
            for (index, conversation) in conversations.iter().enumerate() {
                let id = DialogId(format!("d{index}"));
                let number = Conversation::number(index);
                if stand.up {
                    match Conversation::stage(conversation.finesse_late, conversation.times(), at) {
                        None => {}
                        Some(3) => {
                            stand.dialogs.remove(&id);
                        }
                        Some(stage) => {
                            let own = match (stage, conversation.outgoing) {
                                (1, true) => DialogState::Initiated,
                                (1, false) => DialogState::Alerting,
                                _ => DialogState::Active,
                            };
                            let parts = [(OWN, own), (number.as_str(), DialogState::Active)];
                            let (from, to) = if conversation.outgoing { (OWN, number.as_str()) } else { (number.as_str(), OWN) };
                            stand.dialogs.insert(id.clone(), dialog(&id.0, from, to, &parts, start + conversation.begins));
                        }
                    }
                }
                let Some(stage) = Conversation::stage(conversation.phone_late, conversation.times(), at) else { continue };
                let state = match (stage, conversation.outgoing) {
                    (1, true) => CallState::Dialing,
                    (1, false) => CallState::Ringing,
                    (2, _) => CallState::Connected,
                    _ => CallState::Ended { reason: EndReason::Party },
                };
                let direction = if conversation.outgoing { Direction::Outbound } else { Direction::Inbound };
                let known = call(index as u64, direction, &conversation.on_the_leg(index), state, start + conversation.begins);
                stand.calls.retain(|call| call.id != known.id);
                stand.calls.push(known);
            }
            if saved {
                let text = serde_json::to_string(&stand.joining).unwrap();
                stand.joining = serde_json::from_str(&text).unwrap();
            }
            // What is told twice changes nothing.
            stand.look();
            let controls = stand.look().len();
            prop_assert_eq!(controls, 0);

            for (index, _) in conversations.iter().enumerate() {
                let id = DialogId(format!("d{index}"));
                let found = stand.joining.call_of(&id);
                prop_assert!(found.is_none_or(|call| call.0 == index as u64), "{} with {:?}", index, found);
                let both = stand.dialogs.contains_key(&id) && stand.live(CallId(index as u64));
                if both && stand.up {
                    prop_assert!(found.is_some(), "conversation {} at {}", index, at);
                }
                if let (Some(before), true) = (linked.get(&id), both) {
                    prop_assert_eq!(found, Some(*before), "came apart");
                }
                match found {
                    Some(call) => linked.insert(id, call),
                    None => linked.remove(&id),
                };
            }
        }
    }

    /// Whatever is told, no call has two dialogs and no dialog a call that is over; `look` checks that.
    #[test]
    fn nonsense_leads_to_no_double_card(
        steps in prop::collection::vec((0u8..7, 0u64..4, 0usize..4, 0u64..5_000), 1..60),
    ) {
        let numbers = ["+442079460018", "", "6101", "6200"];
        let states = [DialogState::Alerting, DialogState::Active, DialogState::Held, DialogState::Initiated];
        let mut stand = Stand::new();
        for (what, id, index, later) in steps {
            let number = numbers[index];
            let name = format!("d{id}");
            match what {
                0 => { stand.dialog(&name, number, OWN, &[(OWN, states[index]), (number, DialogState::Active)]); }
                1 => { stand.dialog(&name, OWN, number, &[(OWN, states[index])]); }
                2 => { stand.dialogs.remove(&DialogId(name)); }
                3 => { stand.rings(id, number); }
                4 => { stand.call(id, Direction::Outbound, number, CallState::Connected); }
                5 => { stand.calls.retain(|call| call.id != CallId(id)); }
                _ => stand.up = !stand.up,
            }
            stand.look();
            stand.pass(later);
        }
    }
}
