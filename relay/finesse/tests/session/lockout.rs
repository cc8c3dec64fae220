//! A credential that was refused is not sent again: five failures in a row would block the account.

use crate::center::PASSWORD;
use crate::rig::{Health, World};
use sidetone_finesse::rest::Refusal;
use sidetone_finesse::session::{
    Ask, ChosenState, DialogAction, Error, Presence, Service, Settings, TransportChoice,
};

const MINUTE: u64 = 60_000;

#[test]
fn a_wrong_password_costs_one_failure() {
    let mut world = World::new();
    let tag = world.sign_in_with("wrong");
    world.run(30 * MINUTE);
    assert_eq!(world.done.get(&tag), Some(&Err(Error::Rejected)));
    assert!(matches!(world.session.view().presence, Presence::Needs { credentials: true, .. }));
    assert_eq!(world.center.all_failures, 1);
}

#[test]
fn the_fifth_failure_is_never_made() {
    let mut world = World::new();
    for attempt in 0..20 {
        let tag = world.sign_in_with(&format!("wrong{attempt}"));
        world.run(2_000);
        assert!(world.done.get(&tag).is_some_and(Result::is_err));
        assert!(world.center.failures < 5);
    }
    let Presence::Needs { error: Error::LockedOut { until_ms }, .. } = world.session.view().presence.clone()
    else {
        panic!("{:?}", world.session.view().presence)
    };
    assert!(until_ms > world.now);
    world.run(until_ms - world.now + 1_000);
    world.center.failures = 0;
    let tag = world.sign_in_with(PASSWORD);
    world.run(5_000);
    assert_eq!(world.done.get(&tag), Some(&Ok(())), "after the block it goes on");
}

#[test]
fn a_right_password_after_a_wrong_one_signs_in() {
    let mut world = World::new();
    world.sign_in_with("wrong");
    world.run(2_000);
    let tag = world.sign_in();
    world.run(5_000);
    assert_eq!(world.done.get(&tag), Some(&Ok(())));
    assert_eq!(world.session.view().service, Service::Up);
}

#[test]
fn a_password_that_is_changed_while_signed_in_is_asked_for() {
    let mut world = World::signed_in();
    world.center.password = "changed".to_owned();
    world.run(10 * MINUTE);
    assert!(matches!(world.session.view().presence, Presence::Needs { credentials: true, .. }));
    assert!(world.center.all_failures <= 2, "{}", world.center.all_failures);
    let tag = world.sign_in_with("changed");
    world.run(5_000);
    assert_eq!(world.done.get(&tag), Some(&Ok(())));
    assert_eq!(world.session.view().presence, Presence::SignedIn);
}

#[test]
fn a_password_that_is_changed_during_an_outage_costs_few_failures() {
    for transport in [TransportChoice::WebSocket, TransportChoice::Bosh, TransportChoice::Auto] {
        let mut settings = Settings::new(vec!["fin1.example".to_owned(), "fin2.example".to_owned()]);
        settings.transport = transport;
        let mut world = World::signed_in_to(World::with(settings));
        world.health(0, Health::Dead);
        world.health(1, Health::Dead);
        world.run(MINUTE);
        world.center.password = "changed".to_owned();
        world.health(0, Health::Good);
        world.health(1, Health::Good);
        world.run(20 * MINUTE);
        assert!(world.center.all_failures <= 3, "{transport:?}: {}", world.center.all_failures);
    }
}

#[test]
fn not_every_401_is_a_refused_credential() {
    let mut world = World::signed_in();
    let id = world.center.call(world.now, "ACD_IN", "HELD", "0301234");
    world.run(500);
    let dialog = sidetone_finesse::model::DialogId(id);
    let digits = "1".to_owned();
    let Err(error) = world.outcome(Ask::Dialog { dialog, action: DialogAction::SendDtmf { digits } }) else {
        panic!("a held call takes no digits")
    };
    assert!(error.means(Refusal::NotAllowedNow), "{error:?}");
    assert_eq!(world.session.view().presence, Presence::SignedIn);
}

#[test]
fn asking_again_and_again_with_a_password_that_is_changed_does_not_lock() {
    let mut world = World::signed_in();
    world.center.password = "changed".to_owned();
    for _ in 0..30 {
        world.ask(Ask::SetState { state: ChosenState::Ready, reason: None });
        world.run(300);
    }
    assert!(world.center.all_failures <= 3, "{}", world.center.all_failures);
}
