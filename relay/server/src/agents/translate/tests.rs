//! What Finesse says, and what agents read.

use super::{About, agent, event, failure};
use crate::agents::joining::{Joining, Sight};
use sidetone_finesse::model::{
    Action, AgentState, Deployment, Dialog, DialogId, DialogState, Participant, Queue, QueueStatistics,
    ReasonCode, ScheduledCallback, Team, TeamMember, TeamMessage, TeamName, User, WrapUpMode,
};
use sidetone_finesse::rest::{ApiError, Refusal, TooLong};
use sidetone_finesse::session::{
    Change, ChosenState, Error, Missing, Pending, Platform, Presence, Service, View,
};
use sidetone_protocol::agent::{
    self, AgentEvent, AgentMissing, AgentService, AgentStateKind, DialogCommand, ParticipantState,
    StateChoice, WrapUpRule,
};
use sidetone_protocol::dial_plan::DialPlan;
use sidetone_protocol::{Direction, FailureCode};

const ABOUT: About<'_> =
    About { presence: None, id: "70123", extension: "6101", has_help_number: false, joining: None };

fn view() -> View {
    let code =
        |id: &str, label: &str| ReasonCode { id: id.into(), label: label.into(), ..ReasonCode::default() };
    View {
        user: Some(User {
            login_id: "70123".into(),
            first_name: "Maria".into(),
            last_name: "Ost".into(),
            extension: "6101".into(),
            state: AgentState::NotReady,
            state_change_time: Some(1_000),
            reason_code_id: Some("7".into()),
            team: Some(TeamName { id: "81".into(), name: "Service".into() }),
            teams: vec![TeamName { id: "82".into(), name: "Sales".into() }],
            wrap_up_on_incoming: WrapUpMode::RequiredWithWrapUpData,
            wrap_up_on_outgoing: WrapUpMode::NotAllowed,
            ..User::default()
        }),
        platform: Platform(Deployment::Uccx),
        service: Service::Up,
        presence: Presence::SignedIn,
        not_ready_reasons: vec![code("7", "Lunch")],
        sign_out_reasons: vec![code("9", "Shift over")],
        choices: vec![ChosenState::Ready, ChosenState::NotReady, ChosenState::SignOut],
        can_dial: true,
        ..View::default()
    }
}

fn part(number: &str, state: DialogState, actions: &[Action]) -> Participant {
    Participant {
        media_address: number.into(),
        state,
        actions: actions.to_vec(),
        start_time: Some(5_000),
        ..Participant::default()
    }
}

fn dialog(from: &str, to: &str, participants: Vec<Participant>) -> Dialog {
    Dialog {
        id: DialogId("d1".into()),
        secondary_id: None,
        associated: None,
        media_type: "Voice".into(),
        from_address: from.into(),
        to_address: to.into(),
        state: DialogState::Active,
        call_type: "ACD_IN".into(),
        dialed_number: "6500".into(),
        dnis: String::new(),
        outbound_classification: String::new(),
        queue_number: String::new(),
        queue_name: "Orders".into(),
        wrap_up_reason: String::new(),
        wrap_up_items: vec![],
        variables: vec![("callVariable1".into(), "gold".into())],
        participants,
        callback: None,
    }
}

fn translated(view: &mut View, dialog: Dialog) -> agent::AgentDialog {
    view.dialogs.insert(dialog.id.clone(), dialog);
    agent(view, &ABOUT).dialogs.remove(0)
}

#[test]
fn an_agent_is_shown_with_the_reason_and_the_choices() {
    let status = agent(&view(), &ABOUT).status;
    assert_eq!((status.name.as_str(), status.platform), ("Maria Ost", agent::Platform::Uccx));
    assert_eq!((status.state, status.since_ms), (AgentStateKind::NotReady, 1_000));
    assert_eq!(status.reason.unwrap().label, "Lunch", "by its id alone");
    assert_eq!(status.choices, [StateChoice::Ready, StateChoice::NotReady, StateChoice::SignOut]);
    assert_eq!((status.team.unwrap().name.as_str(), status.supervises[0].id.as_str()), ("Service", "82"));
    assert!(status.can_dial && status.cannot_dial.is_none() && status.can_call_for_help);
}

#[test]
fn before_anything_is_known_the_settings_are_shown() {
    let status = agent(&View::default(), &ABOUT).status;
    assert_eq!((status.id.as_str(), status.extension.as_str()), ("70123", "6101"));
    assert_eq!((status.service, status.presence), (AgentService::Connecting, agent::Presence::SignedOut));
    assert_eq!(status.cannot_dial.unwrap().code, FailureCode::AgentNotSignedIn);
}

#[test]
fn what_comes_before_the_session_is_shown_instead_of_it() {
    let about = About { presence: Some(agent::Presence::SigningIn), ..ABOUT };
    assert_eq!(agent(&view(), &about).status.presence, agent::Presence::SigningIn);
}

#[test]
fn a_pending_state_names_its_reason_from_either_list() {
    for (state, reason, label) in
        [(AgentState::NotReady, "7", "Lunch"), (AgentState::Logout, "9", "Shift over")]
    {
        let mut view = view();
        view.pending = Some(Pending { state, reason: Some(reason.into()), kept: true });
        let pending = agent(&view, &ABOUT).status.pending.unwrap();
        assert_eq!(pending.reason.unwrap().label, label);
    }
}

#[test]
fn what_is_missing_in_an_outage_is_told_and_why_nobody_can_be_called() {
    for (missing, shown, code) in [
        (Missing::Servers, AgentMissing::Servers, FailureCode::ContactCentreUnreachable),
        (Missing::OutOfService, AgentMissing::OutOfService, FailureCode::ContactCentreOutOfService),
    ] {
        let mut view = view();
        view.service = Service::Impaired { missing, since_ms: 7 };
        view.can_dial = false;
        let status = agent(&view, &ABOUT).status;
        assert_eq!(status.service, AgentService::Impaired { missing: shown, since_ms: 7 });
        assert_eq!(status.cannot_dial.unwrap().code, code);
    }
}

#[test]
fn who_listens_to_a_call_can_join_it() {
    let parts = |state| vec![part("6101", state, &[Action::Drop])];
    let listening =
        |state| Dialog { call_type: "SUPERVISOR_MONITOR".into(), ..dialog("6101", "6102", parts(state)) };
    let shown = translated(&mut view(), listening(DialogState::Active));
    assert_eq!(shown.actions, [DialogCommand::Drop, DialogCommand::Barge]);
    let shown = translated(&mut view(), listening(DialogState::Initiated));
    assert_eq!(shown.actions, [DialogCommand::Drop]);
}

#[test]
fn a_queue_call_says_who_calls_which_queue_and_what_can_be_done() {
    let actions = [Action::Hold, Action::Drop, Action::ConsultCall, Action::SilentMonitor];
    let parts =
        vec![part("6101", DialogState::Active, &actions), part("+442079460018", DialogState::Active, &[])];
    let shown = translated(&mut view(), dialog("+442079460018", "6101", parts));
    assert_eq!((shown.direction, shown.number.as_str()), (Direction::Inbound, "+442079460018"));
    assert_eq!((shown.queue.as_deref(), shown.dialled.as_deref()), (Some("Orders"), Some("6500")));
    assert_eq!(shown.state, ParticipantState::Active);
    assert_eq!(shown.actions, [DialogCommand::Hold, DialogCommand::Drop, DialogCommand::Consult]);
    assert_eq!((shown.started_at_ms, shown.state_since_ms), (5_000, 5_000));
    assert_eq!(shown.variables, [("callVariable1".to_owned(), "gold".to_owned())]);
}

#[test]
fn the_rule_for_wrap_up_is_that_of_the_direction() {
    let parts = || vec![part("6101", DialogState::WrapUp, &[Action::UpdateCallData])];
    let shown = translated(&mut view(), dialog("+442079460018", "6101", parts()));
    assert_eq!((shown.direction, shown.wrap_up_rule), (Direction::Inbound, WrapUpRule::Required));
    let shown = translated(&mut view(), dialog("6101", "6200", parts()));
    assert_eq!((shown.direction, shown.wrap_up_rule), (Direction::Outbound, WrapUpRule::NotAllowed));
    for (mode, rule) in [
        (WrapUpMode::Required, WrapUpRule::Optional),
        (WrapUpMode::Optional, WrapUpRule::Optional),
        (WrapUpMode::RequiredWithWrapUpData, WrapUpRule::Required),
        (WrapUpMode::NotAllowed, WrapUpRule::NotAllowed),
    ] {
        let mut view = view();
        view.user.as_mut().unwrap().wrap_up_on_incoming = mode;
        assert_eq!(translated(&mut view, dialog("+442079460018", "6101", parts())).wrap_up_rule, rule);
    }
}

#[test]
fn what_a_call_was_about_comes_from_either_form() {
    let mut one = dialog("+442079460018", "6101", vec![]);
    one.wrap_up_reason = "Order".into();
    assert_eq!(translated(&mut view(), one.clone()).wrap_up, ["Order"]);
    one.wrap_up_items = vec!["Order".into(), "Complaint".into()];
    assert_eq!(translated(&mut view(), one).wrap_up, ["Order", "Complaint"]);
}

#[test]
fn a_campaigns_call_is_previewed_with_what_the_campaign_says() {
    let parts = |state, actions: &[Action]| vec![part("6101", state, actions)];
    let mut one =
        dialog("+442079460018", "6101", parts(DialogState::Alerting, &[Action::Accept, Action::Reject]));
    one.variables = [
        ("BACampaign", "Spring"),
        ("BACustomerNumber", "+442079460077"),
        ("BAAccountNumber", "A-1"),
        ("BAD", "x"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    one.callback = Some(ScheduledCallback { time: "2027-05-04T14:30".into(), number: "6200".into() });
    let shown = translated(&mut view(), one.clone());
    assert_eq!(shown.callback, Some(("2027-05-04T14:30".into(), "6200".into())));
    let preview = shown.preview.unwrap();
    assert_eq!((preview.campaign.as_str(), preview.number.as_str()), ("Spring", "+442079460077"));
    assert!(preview.fields.contains(&("AccountNumber".into(), "A-1".into())));
    // It is a call like others once it is there.
    one.participants = parts(DialogState::Active, &[Action::Hold, Action::Reclassify]);
    let shown = translated(&mut view(), one);
    assert_eq!((shown.preview, shown.actions), (None, vec![DialogCommand::Hold, DialogCommand::Reclassify]));
}

#[test]
fn a_conference_names_somebody_who_is_there() {
    let parts = vec![
        part("6101", DialogState::Active, &[]),
        part("+442079460018", DialogState::Dropped, &[]),
        part("6200", DialogState::Active, &[]),
        part("6300", DialogState::Active, &[]),
    ];
    let shown = translated(&mut view(), dialog("+442079460018", "6101", parts));
    assert_eq!(shown.number, "6200");
    assert_eq!(shown.participants.len(), 4);
}

#[test]
fn a_dialog_whose_call_may_be_on_its_way_is_shown_when_it_is_there_or_late() {
    let plan = DialPlan::default();
    let mut view = view();
    let parts = vec![part("6101", DialogState::Alerting, &[Action::Answer])];
    let one = dialog("+442079460018", "6101", parts);
    let id = one.id.clone();
    view.dialogs.insert(id.clone(), one);
    let mut joining = Joining::new("6101");
    let look = |now: u64, joining: &mut Joining| {
        joining.update(now, Sight { dialogs: &view.dialogs, calls: &[], up: true, plan: &plan });
    };
    look(5_000, &mut joining);
    let about = About { joining: Some(&joining), ..ABOUT };
    assert_eq!(event(&view, &Change::Dialog(id.clone()), &about), None);
    assert_eq!(agent(&view, &about).dialogs, []);
    look(7_000, &mut joining);
    let about = About { joining: Some(&joining), ..ABOUT };
    assert!(matches!(event(&view, &Change::Dialog(id), &about), Some(AgentEvent::Dialog(_))));
}

#[test]
fn teams_queues_and_messages_are_shown() {
    let mut view = view();
    let member = TeamMember {
        login_id: "70124".into(),
        first_name: "Bo".into(),
        state: AgentState::Talking,
        pending_state: Some(AgentState::NotReady),
        reason_code: Some(ReasonCode::default()),
        ..TeamMember::default()
    };
    view.teams.insert("81".into(), Team { id: "81".into(), name: "Service".into(), members: vec![member] });
    let statistics = QueueStatistics {
        calls_in_queue: Some(3),
        agents_wrap_up_ready: Some(1),
        agents_wrap_up_not_ready: Some(2),
        ..QueueStatistics::default()
    };
    view.queues.insert("9".into(), Queue { id: "9".into(), name: "Orders".into(), statistics });
    let message = |id: &str, by: &str, at: u64| TeamMessage {
        id: id.into(),
        created_by: by.into(),
        created_at: Some(at),
        duration_s: 60,
        ..TeamMessage::default()
    };
    view.messages = vec![message("m1", "70123", 1_000), message("m2", "70124", 2_000)];

    let shown = agent(&view, &ABOUT);
    let bo = &shown.teams[0].members[0];
    assert_eq!(
        (bo.name.as_str(), bo.state, bo.pending),
        ("Bo", AgentStateKind::Talking, Some(AgentStateKind::NotReady))
    );
    assert_eq!((bo.extension.as_deref(), bo.reason.as_ref()), (None, None));
    let orders = &shown.queues[0];
    assert_eq!((orders.waiting, orders.wrap_up, orders.signed_in), (Some(3), Some(3), None));
    let [newest, own] = shown.messages.as_slice() else { panic!("{:?}", shown.messages) };
    assert_eq!((newest.from.as_str(), newest.own, newest.until_ms), ("70124", false, 62_000));
    assert!(own.own);

    let told = event(&view, &Change::Member { team: "81".into(), id: "70124".into() }, &ABOUT);
    assert_eq!(told, Some(AgentEvent::Member { team: "81".into(), member: bo.clone() }));
    assert_eq!(
        event(&view, &Change::Team("82".into()), &ABOUT),
        Some(AgentEvent::TeamClosed { team: "82".into() })
    );
    assert_eq!(event(&view, &Change::Contacts, &ABOUT), None);
}

#[test]
fn whoever_sees_every_change_has_what_a_snapshot_says() {
    let mut view = view();
    let mut shown = agent(&View::default(), &ABOUT);
    let parts = vec![part("6101", DialogState::Alerting, &[Action::Answer])];
    view.dialogs.insert(DialogId("d1".into()), dialog("+442079460018", "6101", parts));
    view.teams.insert("81".into(), Team { id: "81".into(), ..Team::default() });
    view.queues.insert("9".into(), Queue { id: "9".into(), ..Queue::default() });
    let changes = [
        Change::Status,
        Change::Lists,
        Change::Dialog(DialogId("d1".into())),
        Change::Team("81".into()),
        Change::Queue("9".into()),
        Change::Messages,
    ];
    for change in changes {
        shown.apply(&event(&view, &change, &ABOUT).unwrap());
    }
    assert_eq!(shown, agent(&view, &ABOUT));
}

#[test]
fn every_error_has_a_plain_sentence_of_its_own() {
    let refused = |refusal| Error::Refused { refusal, error: Box::new(ApiError::default()) };
    let too_long = Error::TooLong(TooLong::Message { characters: 300 });
    for (error, code) in [
        (too_long, FailureCode::CallDataTooLong),
        (Error::Silent, FailureCode::ContactCentreSilent),
        (Error::Unreachable, FailureCode::ContactCentreUnreachable),
        (Error::OutOfService, FailureCode::ContactCentreOutOfService),
        (Error::Rejected, FailureCode::AgentRejected),
        (Error::LockedOut { until_ms: 1 }, FailureCode::AgentLockedOut),
        (Error::ForcedOut, FailureCode::AgentForcedOut),
        (Error::SignedOutByOther, FailureCode::AgentSignedOutByOther),
        (Error::NotSignedIn, FailureCode::AgentNotSignedIn),
        (Error::NoSuchDialog, FailureCode::NoSuchCall),
        (Error::NotPossible, FailureCode::NotAllowedNow),
        (Error::Superseded, FailureCode::NotAllowedNow),
        (Error::DeviceRequired, FailureCode::NotAllowedNow),
        (Error::ReasonRequired, FailureCode::AgentReasonRequired),
        (refused(Refusal::AgentRejected), FailureCode::AgentRejected),
        (refused(Refusal::AgentLockedOut), FailureCode::AgentLockedOut),
        (refused(Refusal::AgentUnknown), FailureCode::AgentUnknown),
        (refused(Refusal::AgentExtensionRefused), FailureCode::AgentExtensionRefused),
        (refused(Refusal::AgentModeRefused), FailureCode::AgentModeRefused),
        (refused(Refusal::AgentSessionExpired), FailureCode::AgentSessionExpired),
        (refused(Refusal::AgentNotSignedIn), FailureCode::AgentNotSignedIn),
        (refused(Refusal::AgentStateRefused), FailureCode::AgentStateRefused),
        (refused(Refusal::AgentReasonRequired), FailureCode::AgentReasonRequired),
        (refused(Refusal::NotReadyToDial), FailureCode::NotReadyToDial),
        (refused(Refusal::DeviceOutOfService), FailureCode::LineNotRegistered),
        (refused(Refusal::BadNumber), FailureCode::BadNumber),
        (refused(Refusal::NoSuchCall), FailureCode::NoSuchCall),
        (refused(Refusal::NotAllowedNow), FailureCode::NotAllowedNow),
        (refused(Refusal::MonitorRefused), FailureCode::MonitorRefused),
        (refused(Refusal::NotSupervisor), FailureCode::NotSupervisor),
        (refused(Refusal::CallDataTooLong), FailureCode::CallDataTooLong),
        (refused(Refusal::NotOnThisPlatform), FailureCode::NotOnThisPlatform),
        (refused(Refusal::ContactCentreOutOfService), FailureCode::ContactCentreOutOfService),
        (refused(Refusal::ContactCentreRefused), FailureCode::ContactCentreRefused),
    ] {
        assert_eq!(failure(&error).code, code, "{error:?}");
    }
    let error = ApiError { error_type: "Invalid State".into(), data: "265".into(), ..ApiError::default() };
    let told = failure(&Error::Refused { refusal: Refusal::AgentStateRefused, error: Box::new(error) });
    assert_eq!(told.detail.as_deref(), Some("Invalid State (265)"));
}
