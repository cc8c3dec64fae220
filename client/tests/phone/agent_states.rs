//! Signing in to the contact centre, and being ready or not.

use crate::rig::{RELAY_EPOCH, Rig, ada, snapshot, status};
use sidetone_protocol::agent::{
    AgentAction, AgentEvent, AgentMissing, AgentService, AgentSignIn, AgentStateKind, AgentStatus,
    PendingState, Presence, Reason, StateChoice,
};
use sidetone_protocol::{FailureCode, MediaHolder, Snapshot};
use sidetone_skins::snapshot::{AgentPanel, Found, NextState, Panel};
use sidetone_skins::{AgentIntent, Intent};

fn not_ready_for(reason: &str) -> AgentIntent {
    AgentIntent::SetState { state: StateChoice::NotReady, reason: Some(reason.into()) }
}

fn lunch() -> Reason {
    Reason { id: "11".into(), label: "Lunch".into() }
}

#[test]
fn users_who_are_no_agents_have_no_agent_view() {
    let mut rig = Rig::ready();
    assert_eq!(rig.view().agent, None);
    rig.agent_intent(AgentIntent::CallForHelp);
    rig.agent_event(AgentEvent::Status(status(AgentStateKind::Ready)));
    assert_eq!((rig.said(), rig.view().agent), (vec![], None));
}

#[test]
fn a_state_is_shown_as_asked_until_the_contact_centre_says_so() {
    let mut rig = Rig::agent(ada());
    rig.intent(Intent::Open(Panel::Agent(AgentPanel::State)));
    rig.agent_intent(not_ready_for("11"));
    let asked = AgentAction::SetState { state: StateChoice::NotReady, reason: Some("11".into()) };
    assert_eq!(rig.asked_of_contact_centre(), [asked]);
    let view = rig.agent_view();
    assert_eq!(view.state, AgentStateKind::Ready);
    let next = NextState { state: AgentStateKind::NotReady, reason: Some("Lunch".into()) };
    assert_eq!(view.asked, Some(next));
    assert_eq!(rig.view().panel, None, "the menu folds away");
    let entered = AgentStatus {
        reason: Some(lunch()),
        since_ms: RELAY_EPOCH + 4_000,
        ..status(AgentStateKind::NotReady)
    };
    rig.agent_event(AgentEvent::Status(entered));
    let view = rig.agent_view();
    assert_eq!((view.state, view.asked, view.reason), (AgentStateKind::NotReady, None, Some("Lunch".into())));
    assert_eq!(view.since, Some(4_100), "on the page's clock");
}

#[test]
fn a_status_about_something_else_leaves_the_asked_state() {
    let mut rig = Rig::agent(ada());
    rig.agent_intent(not_ready_for("11"));
    rig.agent_event(AgentEvent::Status(AgentStatus { can_dial: false, ..status(AgentStateKind::Ready) }));
    assert!(rig.agent_view().asked.is_some());
    assert!(!rig.view().can_dial);
}

#[test]
fn a_refused_state_falls_back_and_says_why_at_the_state() {
    let mut rig = Rig::agent(ada());
    rig.agent_intent(not_ready_for("12"));
    rig.refuse_last(FailureCode::AgentStateRefused);
    let view = rig.agent_view();
    assert_eq!(view.asked, None);
    assert_eq!(view.notice.unwrap().failure.code, FailureCode::AgentStateRefused);
    assert_eq!(rig.view().notice, None, "not on top of the page too");
    rig.agent_intent(AgentIntent::DismissNotice);
    assert_eq!(rig.agent_view().notice, None);
}

#[test]
fn a_refusal_that_comes_later_falls_back_too_and_is_read_once() {
    let mut rig = Rig::agent(ada());
    rig.agent_intent(not_ready_for("12"));
    let request = rig.last_request();
    rig.relay(sidetone_protocol::RelayMessage::Accepted { request, call: None });
    assert!(rig.agent_view().asked.is_some(), "taken on is not done");
    let refused =
        AgentStatus { failure: Some(FailureCode::AgentStateRefused.into()), ..status(AgentStateKind::Ready) };
    rig.agent_event(AgentEvent::Status(refused.clone()));
    let view = rig.agent_view();
    assert_eq!(view.asked, None);
    assert_eq!(view.notice.unwrap().failure.code, FailureCode::AgentStateRefused);
    rig.agent_intent(AgentIntent::DismissNotice);
    rig.agent_event(AgentEvent::Status(refused.clone()));
    assert_eq!(rig.agent_view().notice, None, "it has been read");
    rig.agent_event(AgentEvent::Status(status(AgentStateKind::Ready)));
    rig.agent_event(AgentEvent::Status(refused));
    assert!(rig.agent_view().notice.is_some(), "a new one has not");
}

#[test]
fn what_nobody_confirms_is_no_longer_shown_as_asked() {
    let mut rig = Rig::agent(ada());
    rig.agent_intent(not_ready_for("12"));
    rig.advance(9_999);
    assert!(rig.agent_view().asked.is_some());
    rig.advance(1);
    assert_eq!(rig.agent_view().asked, None);
}

#[test]
fn a_reason_is_named_where_there_are_any() {
    let mut rig = Rig::agent(ada());
    rig.agent_intent(AgentIntent::SetState { state: StateChoice::NotReady, reason: None });
    assert_eq!(rig.asked_of_contact_centre(), []);
    assert_eq!(rig.agent_view().notice.unwrap().failure.code, FailureCode::AgentReasonRequired);
    rig.agent_intent(AgentIntent::SetState { state: StateChoice::SignOut, reason: None });
    assert_eq!(rig.asked_of_contact_centre().len(), 1, "there is none for signing out");
}

#[test]
fn a_state_picked_in_a_call_is_shown_as_pending() {
    let mut rig = Rig::agent(ada());
    rig.agent_event(AgentEvent::Status(status(AgentStateKind::Talking)));
    rig.agent_intent(not_ready_for("11"));
    let pending = PendingState { state: AgentStateKind::NotReady, reason: Some(lunch()) };
    rig.agent_event(AgentEvent::Status(AgentStatus {
        pending: Some(pending),
        ..status(AgentStateKind::Talking)
    }));
    let view = rig.agent_view();
    assert_eq!((view.state, view.asked), (AgentStateKind::Talking, None));
    let next = NextState { state: AgentStateKind::NotReady, reason: Some("Lunch".into()) };
    assert_eq!(view.pending, Some(next));
}

#[test]
fn a_rejected_sign_in_shows_the_form_with_the_reason() {
    let mut agent = ada();
    let needs = |failure| Presence::Needs { id: true, password: true, extension: true, failure };
    agent.status = AgentStatus { presence: needs(None), ..status(AgentStateKind::Logout) };
    let mut rig = Rig::agent(agent);
    let with = AgentSignIn {
        id: Some("70001".into()),
        password: Some("secret".into()),
        extension: Some("1001".into()),
        ..AgentSignIn::default()
    };
    rig.agent_intent(AgentIntent::SignIn(with.clone()));
    assert_eq!(rig.asked_of_contact_centre(), [AgentAction::SignIn(Box::new(with))]);
    assert_eq!(rig.agent_view().presence, Presence::SigningIn);
    let rejected = needs(Some(FailureCode::AgentRejected.into()));
    rig.agent_event(AgentEvent::Status(AgentStatus {
        presence: rejected.clone(),
        ..status(AgentStateKind::Logout)
    }));
    assert_eq!(rig.agent_view().presence, rejected);
}

#[test]
fn a_sign_in_that_the_relay_refuses_is_told_where_it_was_asked_for() {
    let mut agent = ada();
    agent.status = AgentStatus { presence: Presence::SignedOut, ..status(AgentStateKind::Logout) };
    let mut rig = Rig::agent(agent);
    rig.agent_intent(AgentIntent::SignIn(AgentSignIn::default()));
    rig.refuse_last(FailureCode::ContactCentreUnreachable);
    let view = rig.agent_view();
    assert_eq!(view.presence, Presence::SignedOut);
    assert_eq!(view.notice.unwrap().failure.code, FailureCode::ContactCentreUnreachable);
}

#[test]
fn a_state_asked_for_long_before_the_connection_is_back_is_not_asked_for_then() {
    let mut rig = Rig::agent(ada());
    rig.close_socket();
    rig.agent_intent(not_ready_for("11"));
    assert!(rig.agent_view().asked.is_some());
    rig.advance(6_000);
    let agent = Some(Box::new(ada()));
    rig.resume(Snapshot { agent, ..snapshot(vec![], MediaHolder::Here) });
    assert_eq!(rig.asked_of_contact_centre(), []);
    let view = rig.agent_view();
    assert_eq!(view.asked, None);
    assert_eq!(view.notice.unwrap().failure.code, FailureCode::RelayUnreachable);
}

#[test]
fn a_contact_centre_out_of_reach_is_told_with_since_when() {
    let mut rig = Rig::agent(ada());
    let service = AgentService::Impaired { missing: AgentMissing::Servers, since_ms: RELAY_EPOCH + 7 };
    rig.agent_event(AgentEvent::Status(AgentStatus {
        service: service.clone(),
        ..status(AgentStateKind::Ready)
    }));
    assert_eq!(rig.agent_view().service, service);
    assert!(!rig.agent_view().is_up());
}

#[test]
fn phone_books_are_asked_once_the_user_pauses_and_only_the_last_answer_counts() {
    let mut rig = Rig::agent(ada());
    for text in ["b", "bo", " bob "] {
        rig.agent_intent(AgentIntent::FindContact(text.into()));
        rig.advance(100);
    }
    assert_eq!(rig.asked_of_contact_centre(), []);
    assert_eq!(rig.agent_view().contacts.found, Found::Searching);
    rig.advance(150);
    assert_eq!(rig.asked_of_contact_centre(), [AgentAction::FindContact { text: "bob".into() }]);
    let first = rig.last_request();
    rig.agent_intent(AgentIntent::FindContact("bobby".into()));
    rig.advance(250);
    let second = rig.last_request();
    let bob = |name: &str| sidetone_protocol::agent::Contact {
        name: name.into(),
        number: "1003".into(),
        note: String::new(),
    };
    let answer =
        |request, name| sidetone_protocol::RelayMessage::Contacts { request, contacts: vec![bob(name)] };
    rig.relay(answer(second, "Bobby"));
    rig.relay(answer(first, "Bob"));
    let contacts = rig.agent_view().contacts;
    assert_eq!((contacts.text, contacts.found), ("bobby".into(), Found::Contacts(vec![bob("Bobby")])));
    rig.agent_intent(AgentIntent::FindContact(" ".into()));
    assert_eq!(rig.agent_view().contacts.found, Found::Nothing);
}

#[test]
fn phone_books_that_cannot_be_asked_say_why_where_they_were_asked() {
    let mut rig = Rig::agent(ada());
    rig.agent_intent(AgentIntent::FindContact("bob".into()));
    rig.advance(250);
    rig.refuse_last(FailureCode::ContactCentreUnreachable);
    let found = rig.agent_view().contacts.found;
    assert_eq!(found, Found::Failed(FailureCode::ContactCentreUnreachable.into()));
}
