//! What a supervisor sees of the team and does with it, and what is written to it.

use crate::rig::{Rig, ada, dialog, snapshot, status};
use sidetone_protocol::agent::{
    Agent, AgentAction, AgentEvent, AgentStateKind, AgentStatus, DialogCommand, DialogParticipant,
    MemberState, ParticipantState, Team, TeamMember, TeamMessage, TeamView,
};
use sidetone_protocol::{FailureCode, MediaHolder, Snapshot};
use sidetone_skins::snapshot::{AgentPanel, MemberView, Panel};
use sidetone_skins::{AgentIntent, Intent};

fn team(id: &str) -> Team {
    Team { id: id.into(), name: format!("Team {id}") }
}

fn bob(state: AgentStateKind) -> TeamMember {
    TeamMember {
        id: "70002".into(),
        name: "Bob".into(),
        extension: Some("1002".into()),
        state,
        reason: None,
        pending: None,
        since_ms: None,
    }
}

fn supervisor() -> Agent {
    let supervises = vec![team("81"), team("82")];
    Agent { status: AgentStatus { supervises, ..status(AgentStateKind::NotReady) }, ..ada() }
}

/// A supervisor who looks at her first team.
fn looking(member: TeamMember) -> Rig {
    let mut rig = Rig::agent(supervisor());
    rig.intent(Intent::Open(Panel::Agent(AgentPanel::Team)));
    rig.agent_event(AgentEvent::Team(TeamView { team: team("81"), members: vec![member] }));
    rig.forget();
    rig
}

fn first(rig: &Rig) -> MemberView {
    rig.agent_view().supervised.members.unwrap().remove(0)
}

#[test]
fn a_team_is_told_only_while_it_is_looked_at() {
    let mut rig = Rig::agent(supervisor());
    assert_eq!(rig.asked_of_contact_centre(), []);
    rig.intent(Intent::Open(Panel::Agent(AgentPanel::Team)));
    assert_eq!(rig.asked_of_contact_centre(), [AgentAction::OpenTeam { team: "81".into() }]);
    assert_eq!(rig.agent_view().supervised.members, None);
    rig.agent_event(AgentEvent::Team(TeamView { team: team("81"), members: vec![] }));
    assert_eq!(rig.agent_view().supervised.members, Some(vec![]));
    rig.agent_intent(AgentIntent::ChooseTeam("82".into()));
    let swapped = [AgentAction::CloseTeam { team: "81".into() }, AgentAction::OpenTeam { team: "82".into() }];
    assert_eq!(rig.asked_of_contact_centre(), swapped);
    rig.intent(Intent::ClosePanel);
    assert_eq!(rig.asked_of_contact_centre(), [AgentAction::CloseTeam { team: "82".into() }]);
}

#[test]
fn a_team_that_cannot_be_opened_is_asked_for_once_and_says_why() {
    let mut rig = Rig::agent(supervisor());
    rig.intent(Intent::Open(Panel::Agent(AgentPanel::Team)));
    rig.refuse_last(FailureCode::NotSupervisor);
    rig.forget();
    rig.advance(5_000);
    assert_eq!(rig.asked_of_contact_centre(), []);
    let notice = rig.agent_view().supervised.notice;
    assert_eq!(notice.unwrap().failure.code, FailureCode::NotSupervisor);
}

#[test]
fn a_team_is_opened_again_on_a_new_connection() {
    let mut rig = looking(bob(AgentStateKind::Ready));
    rig.close_socket();
    rig.advance(2_000);
    let agent = Some(Box::new(supervisor()));
    rig.resume(Snapshot { agent, ..snapshot(vec![], MediaHolder::Here) });
    assert_eq!(rig.asked_of_contact_centre(), [AgentAction::OpenTeam { team: "81".into() }]);
}

#[test]
fn a_team_that_another_tab_has_open_is_left_open() {
    let mut rig = Rig::agent(supervisor());
    rig.agent_event(AgentEvent::Team(TeamView { team: team("81"), members: vec![] }));
    rig.intent(Intent::Open(Panel::Agent(AgentPanel::Team)));
    rig.intent(Intent::ClosePanel);
    assert_eq!(rig.asked_of_contact_centre(), []);
}

#[test]
fn a_member_is_put_into_a_state_and_shown_so_until_it_is_told() {
    let mut rig = looking(bob(AgentStateKind::Ready));
    let member = || "70002".to_owned();
    rig.agent_intent(AgentIntent::SetMemberState { member: member(), state: MemberState::NotReady });
    let asked = AgentAction::SetMemberState { member: member(), state: MemberState::NotReady };
    assert_eq!(rig.asked_of_contact_centre(), [asked]);
    assert_eq!(first(&rig).asked, Some(MemberState::NotReady));
    let changed = bob(AgentStateKind::NotReady);
    rig.agent_event(AgentEvent::Member { team: "81".into(), member: changed });
    assert_eq!((first(&rig).state, first(&rig).asked), (AgentStateKind::NotReady, None));
    rig.agent_intent(AgentIntent::SetMemberState { member: member(), state: MemberState::Ready });
    rig.refuse_last(FailureCode::NotSupervisor);
    assert_eq!(first(&rig).asked, None);
    assert!(rig.agent_view().supervised.notice.is_some());
}

#[test]
fn listening_leads_to_joining_and_to_taking_over() {
    let mut rig = looking(bob(AgentStateKind::Talking));
    assert!(first(&rig).can_monitor);
    rig.agent_intent(AgentIntent::Monitor("1002".into()));
    assert_eq!(rig.asked_of_contact_centre(), [AgentAction::Monitor { extension: "1002".into() }]);
    let part = |number: &str| DialogParticipant {
        number: number.into(),
        agent: true,
        state: ParticipantState::Active,
    };
    let listening = |actions: &[DialogCommand]| sidetone_protocol::agent::AgentDialog {
        kind: "SUPERVISOR_MONITOR".into(),
        actions: actions.to_vec(),
        participants: vec![part("1001"), part("1002")],
        ..dialog("m1", None)
    };
    rig.agent_event(AgentEvent::Dialog(listening(&[DialogCommand::Barge, DialogCommand::Drop])));
    let member = first(&rig);
    assert_eq!((member.can_monitor, member.barge.as_deref()), (false, Some("m1")));
    rig.agent_intent(AgentIntent::Barge("m1".into()));
    rig.agent_event(AgentEvent::Dialog(listening(&[DialogCommand::DropParticipant])));
    let member = first(&rig);
    assert_eq!((member.barge, member.intercept.as_deref()), (None, Some("m1")));
    rig.agent_intent(AgentIntent::Intercept("m1".into()));
    let said = rig.asked_of_contact_centre();
    let wanted = [AgentAction::Barge { dialog: "m1".into() }, AgentAction::Intercept { dialog: "m1".into() }];
    assert_eq!(said, wanted);
}

#[test]
fn a_call_for_help_is_shown_once_until_it_is_dismissed() {
    let mut rig = Rig::agent(supervisor());
    let help =
        || AgentEvent::HelpWanted { member: "70002".into(), name: "Bob".into(), extension: "1002".into() };
    rig.agent_event(help());
    rig.agent_event(help());
    assert_eq!(rig.agent_view().help_wanted.len(), 1);
    rig.agent_intent(AgentIntent::DismissHelp("70002".into()));
    assert_eq!(rig.agent_view().help_wanted, []);
}

#[test]
fn messages_are_unread_until_they_were_on_the_screen() {
    let mut rig = Rig::agent(supervisor());
    let message = |id: &str, own| TeamMessage {
        id: id.into(),
        from: "Bob".into(),
        text: "Long queue".into(),
        sent_at_ms: 1,
        until_ms: 2,
        own,
    };
    rig.agent_event(AgentEvent::Messages(vec![message("1", false), message("2", true)]));
    assert_eq!(rig.agent_view().messages.unread, 1);
    rig.intent(Intent::Open(Panel::Agent(AgentPanel::Messages)));
    rig.intent(Intent::ClosePanel);
    assert_eq!(rig.agent_view().messages.unread, 0);
    rig.agent_event(AgentEvent::Messages(vec![message("3", false), message("1", false)]));
    assert_eq!(rig.agent_view().messages.unread, 1);
}

#[test]
fn a_message_that_was_not_sent_says_why_among_the_messages() {
    let mut rig = Rig::agent(supervisor());
    let text = "Long queue".to_owned();
    rig.agent_intent(AgentIntent::SendMessage { teams: vec!["81".into()], text, for_s: 600 });
    assert!(rig.agent_view().messages.sending);
    rig.refuse_last(FailureCode::NotOnThisPlatform);
    let messages = rig.agent_view().messages;
    assert!(!messages.sending);
    assert_eq!(messages.notice.unwrap().failure.code, FailureCode::NotOnThisPlatform);
}
