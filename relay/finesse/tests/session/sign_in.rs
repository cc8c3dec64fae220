//! Signing in and out.

use crate::center::EXTENSION;
use crate::rig::World;
use sidetone_finesse::model::AgentState;
use sidetone_finesse::rest::Refusal;
use sidetone_finesse::session::{Ask, ChosenState, Error, Presence, Service, Settings, TransportChoice};

#[test]
fn an_agent_is_signed_in_and_everything_is_known() {
    let mut world = World::new();
    world.center.reasons = true;
    let tag = world.sign_in();
    world.run(5_000);
    assert_eq!(world.done.get(&tag), Some(&Ok(())));
    let view = world.session.view();
    assert_eq!(view.presence, Presence::SignedIn);
    assert_eq!(view.service, Service::Up);
    assert_eq!(view.state(), Some(AgentState::NotReady));
    assert_eq!(view.not_ready_reasons.len(), 2);
    assert_eq!(view.wrap_up_reasons.len(), 1);
    assert_eq!(view.queues["9"].statistics.calls_in_queue, Some(2));
    assert_eq!(view.choices, [ChosenState::Ready, ChosenState::NotReady, ChosenState::SignOut]);
    assert!(view.can_dial);
    assert_eq!(world.center.sign_ins, 1);
    assert!(world.subscriptions().contains("/finesse/api/Queue/9"));
}

#[test]
fn whoever_is_signed_in_already_is_not_signed_in_again() {
    let mut world = World::new();
    world.center.extension = EXTENSION.to_owned();
    world.center.set(world.now, "READY", "", "");
    let tag = world.sign_in();
    world.run(5_000);
    assert_eq!(world.done.get(&tag), Some(&Ok(())));
    assert_eq!(world.state(), AgentState::Ready);
    assert_eq!(world.center.sign_ins, 0);
}

#[test]
fn a_lost_notification_of_signing_in_is_made_up_for_within_seconds() {
    let mut world = World::new();
    world.chaos.lost = 100;
    // What is read at the same time says that the agent is not signed in.
    world.writes_late_ms = 5;
    let tag = world.sign_in();
    world.run(3_000);
    assert_eq!(world.done.get(&tag), Some(&Ok(())));
    assert_eq!(world.session.view().presence, Presence::SignedIn);
    assert_eq!(world.center.sign_ins, 1);
}

#[test]
fn an_old_answer_that_arrives_after_signing_in_does_not_look_like_being_signed_out() {
    for late in (0..200).step_by(10) {
        let mut world = World::new();
        world.center.reasons = true;
        world.writes_late_ms = 5;
        world.reads_late_ms = late;
        let tag = world.sign_in();
        world.run(10_000);
        assert_eq!(world.done.get(&tag), Some(&Ok(())), "{late} ms late");
        let view = world.session.view();
        assert_eq!((&view.presence, &view.failure), (&Presence::SignedIn, &None), "{late} ms late");
        assert_eq!(view.state(), Some(AgentState::NotReady));
        assert_eq!(world.center.sign_ins, 1, "{late} ms late");
    }
}

#[test]
fn over_bosh_it_is_the_same() {
    for choice in [TransportChoice::Bosh, TransportChoice::Auto] {
        let mut settings = Settings::new(vec!["fin1.example".to_owned()]);
        settings.transport = choice;
        let mut world = World::with(settings);
        world.servers[0].websocket = false;
        world.servers[1].websocket = false;
        let tag = world.sign_in();
        world.run(10_000);
        assert_eq!(world.done.get(&tag), Some(&Ok(())), "{choice:?}");
        assert_eq!(world.session.view().service, Service::Up, "{choice:?}");
        assert_eq!(world.outcome(Ask::SetState { state: ChosenState::Ready, reason: None }), Ok(()));
        assert_eq!(world.state(), AgentState::Ready);
        world.center.set(world.now, "RESERVED", "", "");
        world.run(500);
        assert_eq!(world.state(), AgentState::Reserved);
        world.center.set(world.now, "READY", "", "");
        world.run(300_000);
        assert_eq!(world.state(), AgentState::Ready, "nobody was lost");
        assert!(world.requests.len() < 400, "{} requests in five minutes", world.requests.len());
    }
}

#[test]
fn a_wrong_extension_is_asked_for_and_a_right_one_signs_in() {
    let mut world = World::new();
    world.center.refuses = vec![EXTENSION];
    let tag = world.sign_in();
    world.run(10_000);
    let Some(Err(error)) = world.done.get(&tag) else { panic!("it was refused") };
    assert!(error.means(Refusal::AgentExtensionRefused), "{error:?}");
    let Presence::Needs { credentials: false, extension: true, .. } = &world.session.view().presence else {
        panic!("{:?}", world.session.view().presence)
    };
    world.center.refuses.clear();
    let tag = world.sign_in();
    world.run(5_000);
    assert_eq!(world.done.get(&tag), Some(&Ok(())));
    assert_eq!(world.session.view().service, Service::Up);
}

#[test]
fn of_several_devices_one_is_chosen() {
    let mut world = World::new();
    world.center.devices = vec!["SEP1", "SEP2"];
    let tag = world.sign_in();
    world.run(5_000);
    assert_eq!(world.done.get(&tag), Some(&Err(Error::DeviceRequired)));
    let Presence::ChooseDevice { devices } = &world.session.view().presence else { panic!("a choice") };
    assert_eq!(devices.len(), 2);
}

#[test]
fn the_state_after_signing_in_is_set() {
    let mut settings = Settings::new(vec!["fin1.example".to_owned()]);
    settings.state_after_sign_in = Some((ChosenState::Ready, None));
    let mut world = World::signed_in_to(World::with(settings));
    world.run(2_000);
    assert_eq!(world.state(), AgentState::Ready);
}

#[test]
fn an_agent_signs_out_from_any_state() {
    for uccx in [false, true] {
        for state in ["NOT_READY", "READY", "WORK"] {
            let mut world = World::new();
            world.center.uccx = uccx;
            let mut world = World::signed_in_to(world);
            world.center.set(world.now, state, "", "");
            world.run(2_000);
            assert_eq!(world.outcome(Ask::SignOut { reason: None }), Ok(()), "{state}");
            assert_eq!(world.center.state, "LOGOUT", "{state} on UCCX {uccx}");
            assert_eq!(world.session.view().presence, Presence::SignedOut);
            assert_eq!(world.session.view().failure, None);
            assert_eq!(world.links_up(), 0);
            let before = world.requests.len();
            world.run(600_000);
            assert_eq!(world.requests.len(), before, "nothing is asked any more");
        }
    }
}

#[test]
fn signed_out_by_a_supervisor_stays_signed_out() {
    let mut world = World::signed_in();
    world.center.set(world.now, "LOGOUT", "9", "");
    world.run(5_000);
    assert_eq!(world.session.view().presence, Presence::SignedOut);
    assert_eq!(world.session.view().failure, Some(Error::SignedOutByOther));
    assert_eq!(world.center.sign_ins, 1);
}

#[test]
fn what_was_asked_for_is_not_lost_when_signing_in_is_given_up() {
    let mut world = World::new();
    world.servers[0].health = crate::rig::Health::Hung;
    world.servers[1].health = crate::rig::Health::Hung;
    let first = world.sign_in();
    world.run(3_000);
    let second = world.sign_in();
    world.run(3_000);
    assert_eq!(world.done.get(&first), Some(&Err(Error::Superseded)));
    let third = world.ask(Ask::SignOut { reason: None });
    world.run(1_000);
    assert!(world.done.get(&second).is_some_and(Result::is_err));
    assert_eq!(world.done.get(&third), Some(&Ok(())));
}
