//! What is told of calls.

use crate::center::EXTENSION;
use crate::rig::World;
use sidetone_finesse::model::{AgentState, DialogId};
use sidetone_finesse::session::{Ask, Change};

#[test]
fn a_call_comes_and_goes() {
    let mut world = World::signed_in();
    let id = world.center.call(world.now, "ACD_IN", "ALERTING", "0301234");
    world.center.set(world.now, "RESERVED", "", "");
    world.run(300);
    let dialog = &world.session.view().dialogs[&DialogId(id.clone())];
    assert_eq!(dialog.from_address, "0301234");
    assert!(dialog.participant(EXTENSION).is_some_and(|mine| !mine.actions.is_empty()));
    assert_eq!(world.state(), AgentState::Reserved);
    assert!(!world.session.view().can_dial);
    world.changes.clear();
    world.center.end(world.now, &id, "");
    world.run(300);
    assert!(world.session.view().dialogs.is_empty());
    let removed = world.changes.iter().filter(|change| matches!(change, Change::DialogRemoved(..))).count();
    assert_eq!(removed, 1);
}

#[test]
fn a_call_that_was_over_does_not_come_back_by_late_news() {
    let mut world = World::signed_in();
    let id = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
    world.center.set(world.now, "TALKING", "", "");
    world.run(300);
    world.center.tell_call(&id, "");
    world.chaos.late_ms = 0;
    let late = world.center.published.clone();
    world.run(300);
    world.center.end(world.now, &id, "");
    world.run(300);
    world.center.published.extend(late);
    world.run(20);
    assert!(world.session.view().dialogs.is_empty());
    world.run(5_000);
    assert!(world.session.view().dialogs.is_empty());
}

#[test]
fn dialling_on_ucce_is_talking_and_on_uccx_it_is_not() {
    for uccx in [false, true] {
        let mut world = World::new();
        world.center.uccx = uccx;
        let mut world = World::signed_in_to(world);
        let call = Ask::MakeCall {
            to: "0301234".to_owned(),
            variables: vec![("callVariable1".to_owned(), "x".to_owned())],
        };
        assert_eq!(world.outcome(call), Ok(()));
        assert_eq!(world.state(), if uccx { AgentState::NotReady } else { AgentState::Talking });
        assert_eq!(world.session.view().dialogs.len(), 1);
        assert!(!world.session.view().can_dial);
    }
}

#[test]
fn the_times_of_a_call_are_by_the_relays_clock() {
    let mut world = World::new();
    world.center.ahead = 90 * 60_000;
    let mut world = World::signed_in_to(world);
    let at = world.now;
    let id = world.center.call(world.now, "ACD_IN", "ALERTING", "0301234");
    world.run(300);
    let started = world.session.view().dialogs[&DialogId(id)].participants[0].start_time.expect("a time");
    assert!(started.abs_diff(at) < 1_000);
}
