//! Failover drills: what the agent sees, what comes back, and how little is asked meanwhile.

use crate::center::EXTENSION;
use crate::rig::{Health, World};
use sidetone_finesse::model::AgentState;
use sidetone_finesse::session::{Ask, ChosenState, Error, Missing, Presence, Service, Settings};

/// What the agent is at when it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Idle,
    Ringing,
    Talking,
    Consult,
}

const EACH: [At; 4] = [At::Idle, At::Ringing, At::Talking, At::Consult];

fn world(at: At) -> World {
    let mut world = World::signed_in();
    match at {
        At::Idle => world.center.set(world.now, "READY", "", ""),
        At::Ringing => {
            world.center.call(world.now, "ACD_IN", "ALERTING", "0301234");
            world.center.set(world.now, "RESERVED", "", "");
        }
        At::Talking => {
            world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
            world.center.set(world.now, "TALKING", "", "");
        }
        At::Consult => {
            world.center.call(world.now, "ACD_IN", "HELD", "0301234");
            world.center.call(world.now, "CONSULT", "ACTIVE", "6102");
            world.center.set(world.now, "TALKING", "", "");
        }
    }
    world.run(2_000);
    world
}

fn missing(world: &World) -> Option<Missing> {
    match world.session.view().service {
        Service::Impaired { missing, .. } => Some(missing),
        Service::Connecting | Service::Up => None,
    }
}

/// All is as the back end says, and nobody was signed in anew.
fn assert_restored(world: &World, name: &str) {
    let view = world.session.view();
    assert_eq!(view.service, Service::Up, "{name}");
    assert_eq!(view.presence, Presence::SignedIn, "{name}");
    let state = format!("{:?}", view.state().expect("a state")).to_uppercase();
    assert_eq!(state, world.center.state.replace('_', ""), "{name}");
    let dialogs: Vec<&str> = view.dialogs.keys().map(|id| id.0.as_str()).collect();
    let expected: Vec<&str> = world.center.calls.keys().map(String::as_str).collect();
    assert_eq!(dialogs, expected, "{name}");
    assert_eq!(world.center.all_failures, 0, "{name}");
}

/// How many requests there were in the worst minute.
fn worst_minute(world: &World, from: usize) -> usize {
    let times: Vec<u64> = world.requests[from..].iter().map(|(at, _)| *at).collect();
    times
        .iter()
        .map(|start| times.iter().filter(|at| **at >= *start && **at < start + 60_000).count())
        .max()
        .unwrap_or(0)
}

#[test]
fn the_primary_dies() {
    for at in EACH {
        let mut world = world(at);
        world.health(0, Health::Dead);
        world.run(200);
        assert!(missing(&world).is_some(), "{at:?}: it is said");
        assert_eq!(world.session.view().dialogs.len(), world.center.calls.len(), "{at:?}: the calls stay");
        world.run(5_000);
        assert_restored(&world, &format!("{at:?}"));
        assert_eq!(world.center.sign_ins, 2, "{at:?}: once at each server");
    }
}

#[test]
fn the_primary_hangs() {
    for at in EACH {
        let mut world = world(at);
        world.health(0, Health::Hung);
        world.run(90_000);
        assert_restored(&world, &format!("{at:?}"));
    }
}

#[test]
fn the_primary_goes_out_of_service() {
    for at in EACH {
        let mut world = world(at);
        world.health(0, Health::OutOfService);
        world.run(100);
        assert_eq!(missing(&world), Some(Missing::OutOfService), "{at:?}");
        world.run(5_000);
        assert_restored(&world, &format!("{at:?}"));
    }
}

#[test]
fn both_are_out_of_service_and_one_comes_back() {
    for at in EACH {
        let mut world = world(at);
        let from = world.requests.len();
        world.health(0, Health::OutOfService);
        world.health(1, Health::OutOfService);
        world.run(180_000);
        assert_eq!(missing(&world), Some(Missing::OutOfService), "{at:?}");
        assert_eq!(world.session.view().dialogs.len(), world.center.calls.len(), "{at:?}");
        let asked = world.outcome(Ask::SetState { state: ChosenState::NotReady, reason: None });
        assert_eq!(asked, Err(Error::OutOfService), "{at:?}");
        world.run(120_000);
        assert!(worst_minute(&world, from) < 40, "{at:?}: {} in a minute", worst_minute(&world, from));
        world.health(0, Health::Good);
        world.run(30_000);
        assert_restored(&world, &format!("{at:?}"));
    }
}

#[test]
fn only_notifications_are_lost_on_one_server() {
    for at in EACH {
        let mut world = world(at);
        world.servers[0].websocket = false;
        world.servers[0].bosh = false;
        world.drop_links(0);
        world.run(100);
        assert_eq!(missing(&world), Some(Missing::Notifications), "{at:?}");
        world.run(30_000);
        assert_restored(&world, &format!("{at:?}"));
    }
}

#[test]
fn notifications_are_lost_everywhere_and_the_state_is_read() {
    let mut world = world(At::Idle);
    let from = world.requests.len();
    for server in &mut world.servers {
        server.websocket = false;
        server.bosh = false;
    }
    world.drop_links(0);
    world.run(10_000);
    assert_eq!(missing(&world), Some(Missing::Notifications));
    assert_eq!(world.outcome(Ask::SetState { state: ChosenState::NotReady, reason: None }), Ok(()));
    assert_eq!(world.state(), AgentState::NotReady, "requests work");
    let call = world.center.call(world.now, "ACD_IN", "ALERTING", "0301234");
    world.center.set(world.now, "RESERVED", "", "");
    world.run(25_000);
    assert_eq!(world.state(), AgentState::Reserved, "and are read");
    assert!(world.session.view().dialogs.keys().any(|id| id.0 == call));
    world.run(240_000);
    assert!(worst_minute(&world, from) < 120, "{} in a minute", worst_minute(&world, from));
    world.servers[0].websocket = true;
    world.run(60_000);
    assert_eq!(world.session.view().service, Service::Up);
}

#[test]
fn the_network_is_cut() {
    for at in EACH {
        for seconds in [5, 30, 90] {
            let mut world = world(at);
            let from = world.requests.len();
            world.cut(seconds * 1_000);
            world.run(seconds * 1_000);
            world.run(45_000);
            assert_restored(&world, &format!("{at:?}, {seconds} s"));
            assert!(worst_minute(&world, from) < 60, "{at:?}, {seconds} s: {}", worst_minute(&world, from));
        }
    }
}

#[test]
fn what_happens_during_a_cut_is_known_after_it() {
    for seconds in [5, 30, 90] {
        let mut world = world(At::Talking);
        world.cut(seconds * 1_000);
        world.run(seconds * 500);
        let call = world.center.calls.keys().next().cloned().expect("a call");
        world.center.end(world.now, &call, "");
        world.run(seconds * 500 + 45_000);
        assert_restored(&world, &format!("{seconds} s"));
        assert_eq!(world.state(), AgentState::Ready);
    }
}

#[test]
fn a_long_cut_on_uccx_or_with_load_1_signs_out_and_in_again() {
    for uccx in [false, true] {
        let mut world = World::new();
        (world.center.uccx, world.center.load) = (uccx, !uccx);
        let mut world = World::signed_in_to(world);
        world.center.set(world.now, "READY", "", "");
        world.run(1_000);
        world.cut(200_000);
        world.run(200_000);
        assert!(matches!(world.session.view().service, Service::Impaired { .. }));
        assert_eq!(world.center.state, "LOGOUT", "reason 255");
        world.run(45_000);
        let view = world.session.view();
        assert_eq!(view.presence, Presence::SignedIn);
        assert_eq!(view.state(), Some(AgentState::NotReady), "not ready: nobody may be at the desk");
        assert_eq!(view.failure, Some(Error::ForcedOut), "and it is said why");
    }
}

#[test]
fn a_long_cut_with_load_0_leaves_not_ready() {
    let mut world = world(At::Idle);
    world.cut(200_000);
    world.run(245_000);
    assert_restored(&world, "LOAD 0");
    assert_eq!(world.state(), AgentState::NotReady);
}

#[test]
fn a_long_cut_with_load_0_leaves_a_talking_agent_talking() {
    for at in [At::Talking, At::Consult] {
        let mut world = world(at);
        world.cut(200_000);
        world.run(245_000);
        assert_restored(&world, &format!("{at:?}"));
    }
}

#[test]
fn whoever_is_not_to_be_signed_in_again_is_told_why() {
    let mut settings = Settings::new(vec!["fin1.example".to_owned()]);
    settings.sign_in_after_loss = false;
    let mut world = World::with(settings);
    world.center.uccx = true;
    let mut world = World::signed_in_to(world);
    world.cut(200_000);
    world.run(260_000);
    assert_eq!(world.session.view().presence, Presence::SignedOut);
    assert_eq!(world.session.view().failure, Some(Error::ForcedOut));
}

#[test]
fn finesse_itself_is_away_for_a_while() {
    let mut world = world(At::Idle);
    world.finesse_is(true);
    world.run(500);
    world.finesse_is(false);
    world.run(500);
    assert_eq!(missing(&world), Some(Missing::Notifications));
    world.finesse_is(true);
    world.run(1_000);
    assert_restored(&world, "finesse");
}

#[test]
fn the_wish_to_be_signed_in_outlives_an_outage() {
    let mut world = World::new();
    world.health(0, Health::Dead);
    world.health(1, Health::Dead);
    let from = world.requests.len();
    let tag = world.sign_in();
    world.run(300_000);
    assert_eq!(missing(&world), Some(Missing::Servers));
    assert!(worst_minute(&world, from) < 20, "{} in a minute", worst_minute(&world, from));
    world.health(1, Health::Good);
    world.run(45_000);
    assert_eq!(world.done.get(&tag), Some(&Ok(())));
    assert_eq!(world.center.extension, EXTENSION);
}

#[test]
fn a_server_that_answers_nothing_but_system_info_is_left() {
    let mut world = world(At::Talking);
    // Whatever reaches the first server is answered 503, but SystemInfo says that all is well.
    world.health(0, Health::OutOfService);
    world.run(60_000);
    assert_restored(&world, "the other one");
    world.health(1, Health::Dead);
    world.health(0, Health::Good);
    world.run(30_000);
    assert_restored(&world, "and back");
}

#[test]
fn after_an_outage_of_both_nobody_wanders_between_them() {
    let mut world = world(At::Idle);
    for _ in 0..5 {
        world.health(0, Health::Dead);
        world.health(1, Health::Dead);
        world.run(70_000);
        world.health(0, Health::Good);
        world.health(1, Health::Good);
        let before = world.center.sign_ins;
        world.run(120_000);
        assert_restored(&world, "both");
        assert!(world.center.sign_ins <= before + 1, "signed in {} times", world.center.sign_ins - before);
    }
}

#[test]
fn subscriptions_are_made_again() {
    let mut world = World::new();
    world.center.supervisor = true;
    world.center.members.insert("70200".to_owned(), ("READY".to_owned(), world.now));
    let mut world = World::signed_in_to(world);
    assert_eq!(world.outcome(Ask::OpenTeam { team: "81".to_owned() }), Ok(()));
    let before = world.subscriptions();
    assert!(before.contains("/finesse/api/Team/81/Users"));
    world.health(0, Health::Dead);
    world.run(10_000);
    assert_eq!(world.subscriptions(), before);
    world.center.member_is(world.now, "70200", "NOT_READY", "");
    world.run(500);
    assert_eq!(world.session.view().teams["81"].members[0].state, AgentState::NotReady);
}
