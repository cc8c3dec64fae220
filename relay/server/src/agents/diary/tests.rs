use super::*;
use sidetone_finesse::model::{Participant, ReasonCode, User};
use sidetone_protocol::agent::AgentStateKind;

fn view(state: AgentState, reason: &str, at: u64) -> View {
    let code = ReasonCode { id: reason.into(), label: reason.into(), ..ReasonCode::default() };
    let user = User {
        state,
        state_change_time: Some(at),
        reason_code: Some(code).filter(|code| !code.id.is_empty()),
        extension: "1001".into(),
        ..User::default()
    };
    View { user: Some(user), ..View::default() }
}

fn dialog(from: &str, state: DialogState, at: u64) -> Dialog {
    let own = Participant {
        media_address: "1001".into(),
        state,
        state_change_time: Some(at),
        ..Participant::default()
    };
    Dialog {
        id: DialogId("77".into()),
        secondary_id: None,
        associated: None,
        media_type: "Voice".into(),
        from_address: from.into(),
        to_address: "1001".into(),
        state,
        call_type: "ACD_IN".into(),
        dialed_number: String::new(),
        dnis: String::new(),
        outbound_classification: String::new(),
        queue_number: String::new(),
        queue_name: "Sales".into(),
        wrap_up_reason: String::new(),
        wrap_up_items: Vec::new(),
        variables: Vec::new(),
        participants: vec![own],
        callback: None,
    }
}

fn steps(diary: &mut Diary, from: &str, states: &[(DialogState, u64)]) -> Vec<(u64, CallStep)> {
    let view = view(AgentState::Talking, "", 0);
    let told = states.iter().flat_map(|(state, at)| {
        let dialog = dialog(from, *state, *at);
        let events = diary.dialog(&view, &dialog, 99);
        events.into_iter().chain(diary.dialog(&view, &dialog, 99)).collect::<Vec<_>>()
    });
    told.map(|event| match event.what {
        Happening::Call { step, queue, .. } => {
            assert_eq!(queue.as_deref(), Some("Sales"));
            (event.at_ms, step)
        }
        other => panic!("{other:?}"),
    })
    .collect()
}

#[test]
fn a_state_is_written_down_once_however_often_it_is_told() {
    let mut diary = Diary::default();
    assert!(diary.status(&view(AgentState::Logout, "", 10), 99).is_empty());
    let events = diary.status(&view(AgentState::NotReady, "7", 20_000), 99);
    assert_eq!(events.len(), 2);
    assert_eq!(events[0], AgentEvent { at_ms: 20_000, what: Happening::SignedIn });
    assert!(diary.status(&view(AgentState::NotReady, "7", 20_003), 99).is_empty());
    let changed = diary.status(&view(AgentState::NotReady, "8", 30_000), 99);
    assert!(matches!(
        &changed[..],
        [AgentEvent { at_ms: 30_000, what: Happening::State { state: AgentStateKind::NotReady, reason: Some(reason) } }]
            if reason.id == "8"
    ));
    let out = diary.status(&view(AgentState::Logout, "", 40_000), 99);
    assert!(matches!(&out[..], [AgentEvent { at_ms: 40_000, what: Happening::SignedOut { .. } }]));
}

#[test]
fn an_agent_who_was_there_before_the_relay_has_not_signed_in_again() {
    let events = Diary::default().status(&view(AgentState::Ready, "", 5), 99);
    assert!(matches!(&events[..], [AgentEvent { at_ms: 5, what: Happening::State { .. } }]));
}

#[test]
fn a_call_goes_its_way() {
    use DialogState::{Active, Alerting, Dropped, Held, WrapUp};
    let way = [(Alerting, 1), (Active, 2), (Held, 3), (Active, 4), (WrapUp, 5), (Dropped, 6)];
    let told = steps(&mut Diary::default(), "+4930555", &way);
    let wanted = [
        (1, CallStep::Ringing),
        (2, CallStep::Answered),
        (3, CallStep::Held),
        (4, CallStep::Retrieved),
        (5, CallStep::WrapUpBegan),
        (6, CallStep::WrapUpEnded),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn a_call_that_is_not_answered_is_missed_and_one_that_is_handed_over_is_transferred() {
    use DialogState::{Active, Alerting, Dropped, Initiated};
    let missed = steps(&mut Diary::default(), "+4930555", &[(Alerting, 1), (Dropped, 2)]);
    assert_eq!(missed, [(1, CallStep::Ringing), (2, CallStep::Missed)]);
    let given_up = steps(&mut Diary::default(), "1001", &[(Initiated, 1), (Dropped, 2)]);
    assert_eq!(given_up, [(1, CallStep::Ringing), (2, CallStep::Ended)]);
    let mut diary = Diary::default();
    diary.hands_over(&view(AgentState::Talking, "", 0), &DialogId("77".into()));
    let transferred = steps(&mut diary, "+4930555", &[(Active, 1), (Dropped, 2)]);
    assert_eq!(transferred, [(1, CallStep::Answered), (2, CallStep::Transferred), (2, CallStep::Ended)]);
}

#[test]
fn a_call_that_is_gone_without_a_word_has_ended() {
    let mut diary = Diary::default();
    let view = view(AgentState::Talking, "", 0);
    let last = dialog("+4930555", DialogState::Active, 3);
    diary.dialog(&view, &last, 99);
    let events = diary.removed(&view, &last, 50);
    assert!(matches!(
        &events[..],
        [AgentEvent { at_ms: 50, what: Happening::Call { step: CallStep::Ended, .. } }]
    ));
    assert!(diary.removed(&view, &last, 51).is_empty());
}
