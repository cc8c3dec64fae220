//! What was chosen, opened or renewed is kept over what happens meanwhile.

use crate::center::{EXTENSION, ID};
use crate::rig::{Health, World};
use sidetone_finesse::model::{AgentId, AgentState};
use sidetone_finesse::session::{
    Ask, ChosenState, Credentials, Error, Presence, Service, Settings, SignIn, TransportChoice,
};

#[test]
fn a_kept_state_outlives_the_failover_during_the_call() {
    let mut world = World::new();
    world.center.uccx = true;
    let mut world = World::signed_in_to(world);
    let call = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
    world.center.set(world.now, "TALKING", "", "");
    world.center.after = "NOT_READY".to_owned();
    world.run(500);
    assert_eq!(world.outcome(Ask::SetState { state: ChosenState::Ready, reason: None }), Ok(()));
    world.health(0, Health::Dead);
    world.run(100);
    world.center.end(world.now, &call, "");
    assert!(world.session.view().pending.as_ref().is_some_and(|pending| pending.kept), "it is still shown");
    world.run(15_000);
    assert_eq!(world.state(), AgentState::Ready);
    assert_eq!(world.session.view().pending, None);
}

#[test]
fn a_kept_sign_out_happens_after_the_call() {
    for uccx in [false, true] {
        let mut world = World::new();
        world.center.uccx = uccx;
        let mut world = World::signed_in_to(world);
        let call = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
        world.center.set(world.now, "TALKING", "", "");
        world.run(500);
        assert_eq!(world.outcome(Ask::SignOut { reason: None }), Ok(()));
        assert_eq!(world.session.view().presence, Presence::SignedIn);
        world.center.end(world.now, &call, "");
        world.run(5_000);
        assert_eq!(world.session.view().presence, Presence::SignedOut);
        assert_eq!(world.center.state, "LOGOUT");
        assert_eq!(world.center.sign_ins, 1, "and nobody was signed in again");
    }
}

#[test]
fn a_password_that_only_notifications_refuse_is_tried_seldom() {
    let mut world = World::signed_in();
    world.refuse_xmpp = true;
    world.drop_links(0);
    world.run(30 * 60_000);
    assert_eq!(world.session.view().presence, Presence::SignedIn, "requests work");
    assert!(matches!(world.session.view().service, Service::Impaired { .. }));
    assert!(world.center.all_failures <= 5, "{} in half an hour", world.center.all_failures);
    world.refuse_xmpp = false;
    let credentials = world.credentials();
    assert_eq!(world.outcome(Ask::RefreshToken { credentials }), Ok(()));
    assert_eq!(world.session.view().service, Service::Up, "a renewed credential is tried at once");
}

#[test]
fn an_expired_token_is_asked_for_once_and_a_new_one_goes_on() {
    let mut world = World::new();
    world.center.password = "token-1".to_owned();
    let bearer = |token: &str| Credentials::Bearer { token: token.to_owned() };
    let sign_in = |token: &str| {
        Ask::SignIn(Box::new(SignIn {
            id: AgentId(ID.to_owned()),
            credentials: bearer(token),
            extension: EXTENSION.to_owned(),
            device: None,
            mobile: None,
        }))
    };
    assert_eq!(world.outcome(sign_in("token-1")), Ok(()));
    assert_eq!(world.outcome(Ask::SetState { state: ChosenState::Ready, reason: None }), Ok(()));
    world.center.password = "token-2".to_owned();
    world.run(300_000);
    assert!(matches!(world.session.view().presence, Presence::Needs { credentials: true, .. }));
    assert!(world.center.all_failures <= 2);
    assert_eq!(world.links_up(), 1, "the connection that is up keeps the agent signed in");
    assert_eq!(world.outcome(Ask::RefreshToken { credentials: bearer("token-2") }), Ok(()));
    assert_eq!(world.session.view().presence, Presence::SignedIn);
    assert_eq!(world.state(), AgentState::Ready, "the state was kept");
    world.center.password = "token-3".to_owned();
    assert_eq!(world.outcome(Ask::RefreshToken { credentials: bearer("token-3") }), Ok(()));
    world.run(300_000);
    assert_eq!(world.session.view().service, Service::Up, "refreshed in time, nobody notices");
    world.center.password = "token-4".to_owned();
    world.run(1_000_000);
    assert_eq!(world.links_up(), 0, "but not for ever");
}

#[test]
fn signed_out_by_somebody_after_an_interruption_is_not_taken_for_a_loss() {
    let mut world = World::signed_in();
    world.drop_links(0);
    world.run(5_000);
    assert_eq!(world.session.view().service, Service::Up);
    world.center.set(world.now, "LOGOUT", "", "");
    world.run(10_000);
    assert_eq!(world.session.view().presence, Presence::SignedOut);
    assert_eq!(world.session.view().failure, Some(Error::SignedOutByOther));
}

#[test]
fn whoever_is_signed_out_twice_for_being_lost_stays_signed_out() {
    let mut world = World::new();
    world.center.uccx = true;
    let mut world = World::signed_in_to(world);
    world.center.set(world.now, "LOGOUT", "255", "");
    world.run(5_000);
    assert_eq!(world.session.view().presence, Presence::SignedIn);
    world.center.set(world.now, "LOGOUT", "255", "");
    world.run(60_000);
    assert_eq!(world.session.view().presence, Presence::SignedOut, "two relays would do this for ever");
    assert_eq!(world.center.sign_ins, 2);
}

#[test]
fn failover_over_bosh_is_the_same() {
    let mut settings = Settings::new(vec!["fin1.example".to_owned(), "fin2.example".to_owned()]);
    settings.transport = TransportChoice::Bosh;
    for health in [Health::Dead, Health::Hung, Health::OutOfService] {
        let mut world = World::signed_in_to(World::with(settings.clone()));
        world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
        world.center.set(world.now, "TALKING", "", "");
        world.run(1_000);
        world.health(0, health);
        world.run(90_000);
        assert_eq!(world.session.view().service, Service::Up, "{health:?}");
        assert_eq!(world.session.view().dialogs.len(), 1, "{health:?}");
        let before = world.requests.len();
        world.run(60_000);
        assert!(
            world.requests.len() - before < 60,
            "{health:?}: {} in a minute",
            world.requests.len() - before
        );
    }
}

#[test]
fn a_single_host_learns_of_the_other() {
    let mut world = World::signed_in_to(World::with(Settings::new(vec!["fin1.example".to_owned()])));
    world.health(0, Health::Dead);
    world.run(10_000);
    assert_eq!(world.session.view().service, Service::Up);
    assert_eq!(world.session.view().presence, Presence::SignedIn);
}

#[test]
fn a_team_that_is_not_the_supervisors_is_refused() {
    let mut world = World::signed_in();
    assert!(world.outcome(Ask::OpenTeam { team: "99".to_owned() }).is_err());
    assert!(!world.subscriptions().iter().any(|node| node.contains("/Team/99/Users")));
}

#[test]
fn phone_books_are_read_when_they_are_asked_for() {
    let mut world = World::signed_in();
    assert!(world.session.view().contacts.is_empty());
    assert_eq!(world.outcome(Ask::LoadContacts), Ok(()));
    assert_eq!(world.session.view().contacts.len(), 2);
    let before = world.requests.len();
    assert_eq!(world.outcome(Ask::LoadContacts), Ok(()));
    let again = world.requests[before..].iter().any(|(_, request)| request.contains("PhoneBook"));
    assert!(!again, "they are kept for a while");
}
