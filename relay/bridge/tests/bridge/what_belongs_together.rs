use crate::stand::Stand;
use sidetone_bridge::{Command, FarEvent, FarLegId};
use sidetone_protocol::{CallId, ClientMessage, Party, TransferTarget};

/// Which legs were said to belong together, each pair with the lower one first.
fn related(stand: &mut Stand) -> Vec<(FarLegId, FarLegId)> {
    stand.drain();
    let pairs = stand.done.iter().filter_map(|command| match command {
        Command::Relate { leg, to } => Some((*leg.min(to), *leg.max(to))),
        _ => None,
    });
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn calls(stand: &Stand, legs: [FarLegId; 2]) -> [CallId; 2] {
    legs.map(|leg| stand.call_on(leg))
}

/// A held call, and one that the user talks in and that has nothing to do with it.
fn two_calls() -> (Stand, [FarLegId; 2]) {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let second = stand.answered_call();
    stand.agrees(first, true);
    (stand, [first, second])
}

fn dave() -> Party {
    Party { number: "2004".into(), name: None }
}

#[test]
fn calls_that_came_by_chance_do_not() {
    let (mut stand, _) = two_calls();
    assert_eq!(related(&mut stand), []);
}

#[test]
fn whom_the_user_asks_belongs_to_the_call_it_is_about() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let call = stand.call_on(first);
    let target = "2003".parse().unwrap();
    let consulted = stand.ask(|request| ClientMessage::Consult { request, call, target }).unwrap().unwrap();
    assert_eq!(related(&mut stand), [(first, FarLegId(consulted.0 + 1))]);
}

#[test]
fn calls_that_are_transferred_to_each_other_do_once_that_is_asked_for() {
    let (mut stand, legs) = two_calls();
    let [call, other] = calls(&stand, legs);
    let to = TransferTarget::Call(other);
    stand.ask(|request| ClientMessage::Transfer { request, call, to }).unwrap();
    assert_eq!(related(&mut stand), [(legs[0], legs[1])]);
    let order: Vec<_> = stand
        .done
        .iter()
        .filter(|command| matches!(command, Command::Relate { .. } | Command::TransferTo { .. }))
        .collect();
    // Who follows the conversation knows of both before the other side acts on it.
    assert!(matches!(order.as_slice(), [Command::Relate { .. }, Command::TransferTo { .. }]), "{order:?}");
}

#[test]
fn all_calls_of_a_conference_do() {
    let (mut stand, legs) = two_calls();
    let [call, with] = calls(&stand, legs);
    stand.begin(|request| ClientMessage::Join { request, call, with });
    stand.agrees(legs[0], false);
    let third = stand.answered_call();
    let latecomer = stand.call_on(third);
    stand.begin(|request| ClientMessage::Join { request, call: latecomer, with });
    let [first, second] = legs;
    assert_eq!(related(&mut stand), [(first, second), (first, third)]);
}

#[test]
fn whoever_takes_the_place_of_the_other_party_belongs_to_it() {
    let mut stand = Stand::ready();
    let old = stand.connected_call();
    stand.far(old, FarEvent::TransferRequested { target: dave() });
    let new = stand.drain().iter().find_map(|command| match command {
        Command::FollowTransfer { new, .. } => Some(*new),
        _ => None,
    });
    assert_eq!(related(&mut stand), [(old, new.unwrap())]);

    let mut stand = Stand::ready();
    let old = stand.connected_call();
    let new = stand.bridge.replaced(stand.now, old, dave()).unwrap();
    assert_eq!(related(&mut stand), [(old, new)]);
}
