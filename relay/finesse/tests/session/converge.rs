//! Whatever is lost, late, twice or out of order: in the end the session knows what Finesse says.

use crate::rig::{Chaos, Health, World};
use proptest::prelude::*;

/// Something that happens to the agent.
#[derive(Debug, Clone)]
enum Happens {
    State(usize),
    Pending(usize),
    Call(bool),
    Part(usize),
    End(usize),
    Data(u8),
    Wait(u16),
    Cut(u16),
    Fail(usize, bool),
    Drop,
}

const STATES: [&str; 8] =
    ["NOT_READY", "READY", "RESERVED", "TALKING", "HOLD", "WORK", "WORK_READY", "RESERVED_OUTBOUND"];
const PARTS: [&str; 5] = ["ALERTING", "ACTIVE", "HELD", "WRAP_UP", "FAILED"];

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => (0..STATES.len()).prop_map(Happens::State),
        2 => (0..2usize).prop_map(Happens::Pending),
        3 => any::<bool>().prop_map(Happens::Call),
        4 => (0..PARTS.len()).prop_map(Happens::Part),
        3 => (0..3usize).prop_map(Happens::End),
        2 => any::<u8>().prop_map(Happens::Data),
        6 => (0..4_000u16).prop_map(Happens::Wait),
        1 => (0..60_000u16).prop_map(Happens::Cut),
        1 => (0..2usize, any::<bool>()).prop_map(|(host, dead)| Happens::Fail(host, dead)),
        1 => Just(Happens::Drop),
    ]
}

fn apply(world: &mut World, happening: Happens) {
    let now = world.now;
    let nth = |world: &World, at: usize| world.center.calls.keys().nth(at).cloned();
    match happening {
        Happens::State(at) => world.center.set(now, STATES[at], "", ""),
        Happens::Pending(at) => {
            world.center.pending = ["READY", "NOT_READY"][at].to_owned();
            world.center.tell_user("");
        }
        Happens::Call(alerting) => {
            if world.center.calls.len() < 3 {
                world.center.call(now, "ACD_IN", if alerting { "ALERTING" } else { "INITIATED" }, "0301234");
            }
        }
        Happens::Part(at) => {
            if let Some(id) = nth(world, 0) {
                world.center.part_is(now, &id, PARTS[at], "");
            }
        }
        Happens::End(at) => {
            if let Some(id) = nth(world, at) {
                world.center.end(now, &id, "");
            }
        }
        Happens::Data(value) => {
            if let Some(id) = nth(world, 0) {
                world.center.calls.get_mut(&id).expect("it is there").variable = format!("v{value}");
                world.center.tell_call(&id, "");
            }
        }
        Happens::Wait(ms) => world.run(u64::from(ms)),
        Happens::Cut(ms) => world.cut(u64::from(ms)),
        Happens::Fail(host, dead) => {
            world.health(host, if dead { Health::Dead } else { Health::Hung });
            world.run(3_000);
            world.health(host, Health::Good);
        }
        Happens::Drop => world.drop_links(0),
    }
    world.run(5);
}

fn assert_converged(world: &World) {
    let view = world.session.view();
    let user = view.user.as_ref().expect("a user");
    let state = format!("{:?}", user.state).to_uppercase();
    assert_eq!(state, world.center.state.replace('_', ""));
    let pending = user.pending_state.map(|state| format!("{state:?}").to_uppercase()).unwrap_or_default();
    assert_eq!(pending, world.center.pending.replace('_', ""));
    let dialogs: Vec<&str> = view.dialogs.keys().map(|id| id.0.as_str()).collect();
    let expected: Vec<&str> = world.center.calls.keys().map(String::as_str).collect();
    assert_eq!(dialogs, expected);
    for (dialog, call) in view.dialogs.values().zip(world.center.calls.values()) {
        let variable = dialog.variables.first().map(|(_, value)| value.as_str()).unwrap_or_default();
        assert_eq!(variable, call.variable);
        for (participant, part) in dialog.participants.iter().zip(&call.parts) {
            assert_eq!(format!("{:?}", participant.state).to_uppercase(), part.state.replace('_', ""));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn late_duplicate_and_reordered_news_converge_soon(
        happenings in prop::collection::vec(happens(), 1..60), seed: u64, twice in 0..60u64, late_ms in 0..4_000u64,
    ) {
        let mut world = World::signed_in();
        world.seed(seed);
        world.chaos = Chaos { lost: 0, twice, late_ms };
        for happening in happenings.into_iter().filter(|it| !matches!(it, Happens::Cut(_) | Happens::Fail(..) | Happens::Drop)) {
            apply(&mut world, happening);
        }
        // The last news is at most so late, and a doubt about it is resolved a second later.
        world.run(4_000 + 3_000);
        assert_converged(&world);
    }

    #[test]
    fn lost_news_and_failing_servers_converge(
        happenings in prop::collection::vec(happens(), 1..60), seed: u64, lost in 0..100u64, late_ms in 0..4_000u64,
    ) {
        let mut world = World::signed_in();
        world.seed(seed);
        world.chaos = Chaos { lost, twice: 20, late_ms };
        for happening in happenings {
            apply(&mut world, happening);
        }
        // What nobody tells is read every two minutes, more or less.
        world.run(240_000);
        assert_converged(&world);
        let requests = world.requests.len();
        world.run(600_000);
        prop_assert!(world.requests.len() - requests < 320, "{} requests in ten idle minutes", world.requests.len() - requests);
        prop_assert_eq!(world.center.all_failures, 0);
    }
}
