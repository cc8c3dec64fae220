//! Whatever an agent does in whatever order, with outages between: each conversation has one card, the card says what the contact
//! centre says, and the agent hears whom they talk with and nobody else.

use super::{ALICE, Stand};
use proptest::prelude::*;
use proptest::sample::Index;
use sidetone_bridge::Command;
use sidetone_finesse::session::{Ask, DialogAction};
use sidetone_protocol::{Call, CallId, CallState, ClientMessage, TransferTarget};

#[derive(Debug, Clone)]
enum Step {
    CustomerCalls,
    CustomerLeaves(Index),
    Answer(Index),
    Hold(Index, bool),
    Consult(Index),
    Transfer(Index),
    Join(Index),
    HangUp(Index),
    Dial,
    Outage(bool),
    KeepsSecondLeg(bool),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    prop_oneof![
        5 => Just(CustomerCalls),
        1 => any::<Index>().prop_map(CustomerLeaves),
        6 => any::<Index>().prop_map(Answer),
        6 => (any::<Index>(), any::<bool>()).prop_map(|(call, held)| Hold(call, held)),
        4 => any::<Index>().prop_map(Consult),
        6 => any::<Index>().prop_map(Transfer),
        6 => any::<Index>().prop_map(Join),
        2 => any::<Index>().prop_map(HangUp),
        2 => Just(Dial),
        2 => any::<bool>().prop_map(Outage),
        1 => any::<bool>().prop_map(KeepsSecondLeg),
        2 => (0u64..20_000).prop_map(Pass),
    ]
}

struct Day {
    stand: Stand,
    up: bool,
    customers: u64,
    answered: usize,
}

impl Day {
    fn new(sip_first: bool) -> Self {
        Self { stand: Stand::new(sip_first), up: true, customers: 0, answered: 0 }
    }

    fn take(&mut self, step: Step) {
        let Self { stand, up, customers, .. } = self;
        let live = stand.live();
        let pick = |index: Index| if live.is_empty() { CallId(0) } else { index.get(&live).id };
        let other_than =
            |call: CallId| live.iter().find(|other| other.id != call).map_or(call, |other| other.id);
        let number = |customers: &mut u64, what: &str| {
            *customers += 1;
            format!("{what}{customers:04}")
        };
        let asked = match step {
            Step::CustomerCalls if live.len() < 4 => {
                let number = number(customers, "+44207946");
                stand.customer_calls(&number);
                None
            }
            Step::CustomerCalls => None,
            Step::CustomerLeaves(index) => {
                if let Some(leg) = stand.centre.somebody_leaves(index) {
                    stand.leg_ends(leg);
                    stand.settle();
                    stand.told_by_finesse();
                    stand.settle();
                }
                None
            }
            Step::Answer(index) => {
                Some(stand.request(|request| ClientMessage::Answer { request, call: pick(index) }))
            }
            Step::Hold(index, held) => {
                Some(stand.request(|request| ClientMessage::SetHeld { request, call: pick(index), held }))
            }
            Step::Consult(index) if live.len() < 4 => {
                let target = number(customers, "62").parse().unwrap();
                Some(stand.request(|request| ClientMessage::Consult { request, call: pick(index), target }))
            }
            Step::Consult(_) => None,
            // More than two calls would not be told apart by a contact centre as small as this one.
            Step::Transfer(index) if live.len() == 2 => {
                let to = TransferTarget::Call(other_than(pick(index)));
                Some(stand.request(|request| ClientMessage::Transfer { request, call: pick(index), to }))
            }
            Step::Join(index) if live.len() == 2 && *up => Some(stand.request(|request| {
                ClientMessage::Join { request, call: pick(index), with: other_than(pick(index)) }
            })),
            Step::Transfer(_) | Step::Join(_) => None,
            Step::HangUp(index) => {
                Some(stand.request(|request| ClientMessage::HangUp { request, call: pick(index) }))
            }
            Step::Dial if live.len() < 4 => {
                let target = number(customers, "63").parse().unwrap();
                Some(stand.request(|request| ClientMessage::Dial { request, target }))
            }
            Step::Dial => None,
            Step::Outage(over) => {
                *up = over;
                stand.outage(over);
                None
            }
            Step::KeepsSecondLeg(keeps) => {
                stand.centre.keeps_second_leg = keeps;
                None
            }
            Step::Pass(millis) => {
                stand.pass(millis);
                None
            }
        };
        // What is possible is carried out and what is not is refused: both are answered, which the stand has seen to.
        self.answered += usize::from(asked.is_some());
        self.stand.pass(5_000);
        self.check();
    }

    fn check(&mut self) {
        let stand = &mut self.stand;
        let parts = stand.centre.parts();
        let live = stand.live();
        assert_eq!(live.len(), parts.len(), "{live:?} {parts:?}");
        let mut talks_in = None;
        for (leg, held) in &parts {
            let id = stand.bridge.call_of(*leg).expect("a leg without a card");
            let card = live.iter().find(|card| card.id == id).expect("no card");
            match held {
                None => assert_eq!(card.state, CallState::Ringing),
                Some(held) => {
                    assert!(card.is_connected(), "{card:?}");
                    assert_eq!(card.hold.by_user, *held, "{card:?}");
                    assert!(!card.hold.by_party, "{card:?}");
                    if !held {
                        assert_eq!(talks_in.replace(*leg), None, "talks in two: {live:?}");
                    }
                }
            }
            if self.up {
                let dialog = stand.centre.dialog_of(*leg).expect("it has one");
                assert_eq!(stand.calls.joining().call_of(&dialog), Some(id));
            }
        }
        assert_eq!(stand.heard(), talks_in, "{live:?}");
        assert!(stand.cards().iter().all(is_not_twice(&live)));
        assert!(
            stand.bridge.live_calls() == live.len() && stand.bridge.phone_calls(ALICE).count() >= live.len()
        );
    }
}

fn is_not_twice(cards: &[Call]) -> impl Fn(&Call) -> bool {
    |call| cards.iter().filter(|card| card.id == call.id).count() <= 1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn each_conversation_has_one_card_that_says_what_is(
        sip_first in any::<bool>(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut day = Day::new(sip_first);
        for step in steps {
            day.take(step);
        }
    }
}

#[test]
fn random_days_reach_what_they_are_to_try() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let many = prop::collection::vec(step(), 40);
    let (mut asked, mut commands, mut answered) = (Vec::new(), Vec::new(), 0);
    for sip_first in [true, false].into_iter().cycle().take(120) {
        let mut day = Day::new(sip_first);
        for step in many.new_tree(&mut runner).unwrap().current() {
            day.take(step);
        }
        asked.extend(day.stand.asked);
        commands.extend(day.stand.commands);
        answered += day.answered;
    }
    let on_dialogs = |which: fn(&DialogAction) -> bool| {
        asked.iter().filter(|ask| matches!(ask, Ask::Dialog { action, .. } if which(action))).count()
    };
    let reached = [
        answered,
        asked.iter().filter(|ask| matches!(ask, Ask::MakeCall { .. })).count(),
        on_dialogs(|action| matches!(action, DialogAction::Hold)),
        on_dialogs(|action| matches!(action, DialogAction::Retrieve)),
        on_dialogs(|action| matches!(action, DialogAction::Consult { .. })),
        on_dialogs(|action| matches!(action, DialogAction::Transfer)),
        on_dialogs(|action| matches!(action, DialogAction::Conference)),
        on_dialogs(|action| matches!(action, DialogAction::Drop)),
        commands.iter().filter(|command| matches!(command, Command::Hold { held: true, .. })).count(),
        commands.iter().filter(|command| matches!(command, Command::Hold { held: false, .. })).count(),
        commands.iter().filter(|command| matches!(command, Command::TransferTo { .. })).count(),
    ];
    assert!(reached.iter().all(|times| *times >= 10), "{reached:?}");
}
