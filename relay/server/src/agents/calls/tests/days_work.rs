use super::{Stand, reason};
use sidetone_bridge::Command;
use sidetone_protocol::{CallState, ClientMessage, Direction, EndReason, TransferTarget};

const CUSTOMER: &str = "+442079460018";

/// Whichever of the two tells first.
fn either_way(scenario: impl Fn(&mut Stand)) {
    for sip_first in [true, false] {
        scenario(&mut Stand::new(sip_first));
    }
}

#[test]
fn a_queue_call_is_answered_held_resumed_and_dropped() {
    either_way(|stand| {
        let call = stand.customer_calls(CUSTOMER);
        assert_eq!(stand.card(call).state, CallState::Ringing);
        stand.answer(call);
        assert!(stand.card(call).is_active());
        let leg = stand.heard();
        assert!(leg.is_some());

        assert_eq!(
            stand.request(|request| ClientMessage::SetHeld { request, call, held: true }),
            Ok(Some(call))
        );
        let hold = stand.card(call).hold;
        assert!(hold.by_user && !hold.by_party);
        assert_eq!(stand.heard(), None);
        stand.pass(30_000);
        let hold = stand.card(call).hold;
        assert!(hold.by_user && !hold.by_party);

        assert_eq!(
            stand.request(|request| ClientMessage::SetHeld { request, call, held: false }),
            Ok(Some(call))
        );
        stand.pass(30_000);
        assert!(stand.card(call).is_active());
        assert_eq!(stand.heard(), leg);

        assert_eq!(stand.request(|request| ClientMessage::HangUp { request, call }), Ok(Some(call)));
        assert_eq!(reason(&stand.card(call)), &EndReason::User);
        assert_eq!(stand.sent_by_sip(), 0);
        assert!(!stand.commands.iter().any(|command| matches!(command, Command::End { .. })));
    });
}

#[test]
fn a_customer_is_handed_to_a_colleague_who_was_asked() {
    either_way(|stand| {
        let first = stand.customer_calls(CUSTOMER);
        stand.answer(first);
        let target = "6200".parse().unwrap();
        let made = stand.request(|request| ClientMessage::Consult { request, call: first, target });
        let second = made.unwrap().expect("the answer names the call");
        let consult = stand.card(second);
        assert_eq!((consult.direction, consult.party.number.as_str()), (Direction::Outbound, "6200"));
        assert_eq!(consult.consults_for, Some(first));
        assert!(consult.is_active() && stand.card(first).hold.by_user);

        // To and fro.
        for (there, other) in [(first, second), (second, first)] {
            let resumed =
                stand.request(|request| ClientMessage::SetHeld { request, call: there, held: false });
            assert_eq!(resumed, Ok(Some(there)));
            assert!(stand.card(there).is_active() && stand.card(other).hold.by_user);
        }
        let to = TransferTarget::Call(second);
        let done = stand.request(|request| ClientMessage::Transfer { request, call: first, to });
        assert_eq!(done, Ok(Some(first)));
        for call in [first, second] {
            assert_eq!(reason(&stand.card(call)), &EndReason::Transferred);
        }
        assert_eq!(stand.sent_by_sip(), 0);
    });
}

#[test]
fn a_conference_is_one_card_whichever_leg_is_kept() {
    for keeps_second_leg in [false, true] {
        either_way(|stand| {
            stand.centre.keeps_second_leg = keeps_second_leg;
            let first = stand.customer_calls(CUSTOMER);
            stand.answer(first);
            let target = "6200".parse().unwrap();
            let made = stand.request(|request| ClientMessage::Consult { request, call: first, target });
            let second = made.unwrap().unwrap();
            let joined = stand.request(|request| ClientMessage::Join { request, call: first, with: second });
            assert_eq!(joined, Ok(Some(first)));
            stand.pass(10_000);
            let cards = stand.cards();
            let [card] = cards.as_slice() else { panic!("{cards:?}") };
            assert!(card.is_active());
            assert_eq!(card.pbx_conference.as_ref().unwrap().joined.len(), 2);
            assert_eq!(card.consults_for, None);
            assert!(stand.heard().is_some());
            assert_eq!(stand.sent_by_sip(), 0);

            let call = card.id;
            stand.request(|request| ClientMessage::HangUp { request, call }).unwrap();
            assert_eq!(reason(&stand.card(call)), &EndReason::User);
        });
    }
}

#[test]
fn a_call_that_is_dialled_goes_by_finesse_and_answers_by_itself() {
    either_way(|stand| {
        let target = "6200".parse().unwrap();
        let call = stand.request(|request| ClientMessage::Dial { request, target }).unwrap().unwrap();
        let card = stand.card(call);
        assert_eq!((card.direction, card.party.number.as_str()), (Direction::Outbound, "6200"));
        assert!(card.is_active() && stand.heard().is_some());
        assert!(!stand.commands.iter().any(|command| matches!(command, Command::Dial { .. })));
        let snapshot = stand.bridge.attach(stand.now, super::ALICE, super::TAB).unwrap();
        assert_eq!(snapshot.last_dialled.unwrap().as_str(), "6200");
    });
}

#[test]
fn a_second_customer_is_answered_and_the_first_is_held_by_finesse() {
    either_way(|stand| {
        let first = stand.customer_calls(CUSTOMER);
        stand.answer(first);
        let second = stand.customer_calls("+442079460077");
        stand.answer(second);
        assert!(stand.card(second).is_active() && stand.card(first).hold.by_user);
        assert_eq!(stand.sent_by_sip(), 0);
    });
}

#[test]
fn a_customer_who_hangs_up_has_hung_up() {
    either_way(|stand| {
        let call = stand.customer_calls(CUSTOMER);
        stand.answer(call);
        let leg = stand.centre.customer_leaves(CUSTOMER).unwrap();
        stand.leg_ends(leg);
        stand.settle();
        stand.told_by_finesse();
        stand.settle();
        assert_eq!(reason(&stand.card(call)), &EndReason::Party);
    });
}

#[test]
fn a_call_goes_on_in_an_outage_and_finesse_takes_it_back_afterwards() {
    either_way(|stand| {
        let call = stand.customer_calls(CUSTOMER);
        stand.answer(call);
        stand.request(|request| ClientMessage::SetHeld { request, call, held: true }).unwrap();
        stand.outage(false);
        let hold = stand.card(call).hold;
        assert!(hold.by_user && !hold.by_party);
        // By SIP now; the telephone system tells Finesse once that is back.
        assert_eq!(
            stand.request(|request| ClientMessage::SetHeld { request, call, held: false }),
            Ok(Some(call))
        );
        assert!(stand.card(call).is_active());
        assert_eq!(stand.sent_by_sip(), 1);

        stand.outage(true);
        stand.told_by_finesse();
        stand.settle();
        assert!(stand.card(call).is_active());
        assert_eq!(stand.live().len(), 1);
        stand.request(|request| ClientMessage::SetHeld { request, call, held: true }).unwrap();
        assert!(stand.card(call).hold.by_user);
        assert_eq!(stand.sent_by_sip(), 1);
    });
}

#[test]
fn hanging_up_works_though_finesse_does_not() {
    either_way(|stand| {
        let call = stand.customer_calls(CUSTOMER);
        stand.answer(call);
        stand.centre.silent = true;
        assert_eq!(stand.request(|request| ClientMessage::HangUp { request, call }), Ok(Some(call)));
        assert_eq!(reason(&stand.card(call)), &EndReason::User);
    });
}

#[test]
fn a_session_that_ends_leaves_the_calls_to_the_phone() {
    either_way(|stand| {
        let call = stand.customer_calls(CUSTOMER);
        stand.answer(call);
        stand.with(|calls, bridge, place| calls.session_ended(bridge, place));
        stand.view = Default::default();
        stand.settle();
        assert!(stand.card(call).is_active());
        stand.request(|request| ClientMessage::SetHeld { request, call, held: true }).unwrap();
        assert_eq!(stand.sent_by_sip(), 1);
    });
}
