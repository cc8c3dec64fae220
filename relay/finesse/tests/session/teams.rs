//! Teams, queues and supervisors.

use crate::rig::World;
use sidetone_finesse::model::{AgentId, AgentState};
use sidetone_finesse::session::{Ask, Change, Error, MemberState};

fn supervisor() -> World {
    let mut world = World::new();
    world.center.supervisor = true;
    for id in ["70200", "70201", "70202"] {
        world.center.members.insert(id.to_owned(), ("READY".to_owned(), world.now));
    }
    let mut world = World::signed_in_to(world);
    assert_eq!(world.outcome(Ask::OpenTeam { team: "81".to_owned() }), Ok(()));
    world
}

fn member(world: &World, id: &str) -> AgentState {
    let team = &world.session.view().teams["81"];
    team.members.iter().find(|member| member.login_id == id).expect("a member").state
}

#[test]
fn a_team_that_is_open_is_kept_up_to_date() {
    let mut world = supervisor();
    assert_eq!(world.session.view().teams["81"].members.len(), 3);
    world.changes.clear();
    world.center.member_is(world.now, "70201", "TALKING", "");
    world.run(500);
    assert_eq!(member(&world, "70201"), AgentState::Talking);
    let changed = Change::Member { team: "81".to_owned(), id: "70201".to_owned() };
    assert_eq!(world.changes, [changed], "and nothing else is told");
}

#[test]
fn a_member_is_put_into_another_state() {
    let mut world = supervisor();
    for (state, expected) in [
        (MemberState::NotReady, AgentState::NotReady),
        (MemberState::Ready, AgentState::Ready),
        (MemberState::SignedOut, AgentState::Logout),
    ] {
        let ask = Ask::SetMemberState { member: AgentId("70201".to_owned()), state };
        assert_eq!(world.outcome(ask), Ok(()));
        assert_eq!(member(&world, "70201"), expected);
    }
}

#[test]
fn a_team_that_is_closed_is_not_followed() {
    let mut world = supervisor();
    assert_eq!(world.outcome(Ask::CloseTeam { team: "81".to_owned() }), Ok(()));
    assert!(world.session.view().teams.is_empty());
    assert!(!world.subscriptions().contains("/finesse/api/Team/81/Users"));
    world.center.member_is(world.now, "70201", "TALKING", "");
    world.run(10_000);
    assert!(world.session.view().teams.is_empty());
}

#[test]
fn late_news_of_a_member_is_old_news() {
    let mut world = supervisor();
    world.chaos.late_ms = 3_000;
    for turn in 0..20 {
        world.center.member_is(world.now, "70200", if turn % 2 == 0 { "NOT_READY" } else { "READY" }, "");
        world.run(200);
    }
    world.run(30_000);
    assert_eq!(member(&world, "70200"), AgentState::Ready);
}

#[test]
fn listening_needs_something_to_listen_to() {
    let mut world = supervisor();
    let nothing = sidetone_finesse::model::DialogId("1".to_owned());
    assert_eq!(world.outcome(Ask::Barge { dialog: nothing.clone() }), Err(Error::NoSuchDialog));
    assert_eq!(world.outcome(Ask::Intercept { dialog: nothing }), Err(Error::NoSuchDialog));
}
