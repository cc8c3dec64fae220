//! Whatever comes in whatever order, the page shows what the last of each says.

use crate::rig::{ALICE_CALLS, BOB_CALLS, Rig, ada, answered, dialog, ended_by, inbound, snapshot, status};
use proptest::prelude::*;
use sidetone_protocol::agent::{
    Agent, AgentDialog, AgentEvent, AgentService, AgentStateKind, AgentStatus, Day, DialogCommand,
    DialogControl, MemberState, ParticipantState, Presence, QueueFigures, StateChoice, Team, TeamMember,
    TeamMessage, TeamView,
};
use sidetone_protocol::{Call, CallId, CallState, EndReason, FailureCode, MediaHolder, Snapshot};
use sidetone_skins::snapshot::{AgentPanel, AgentView, DialogCard, Panel};
use sidetone_skins::{AgentIntent, Intent, Snapshot as View};

#[derive(Debug, Clone)]
enum Step {
    Event(AgentEvent),
    Call(Call),
    CallGone(CallId),
    Wish(Intent),
    Refuse,
    Wait(u64),
    /// The relay tells all anew.
    Resync,
}

fn states() -> impl Strategy<Value = AgentStateKind> {
    use AgentStateKind::{Hold, Logout, NotReady, Ready, Reserved, Talking, Unknown, Work, WorkReady};
    prop::sample::select(vec![Logout, NotReady, Ready, Reserved, Talking, Hold, Work, WorkReady, Unknown])
}

fn statuses() -> impl Strategy<Value = AgentStatus> {
    let presence = prop::sample::select(vec![
        Presence::SignedIn,
        Presence::SignedOut,
        Presence::SigningIn,
        Presence::Needs { id: true, password: false, extension: true, failure: None },
    ]);
    let service = prop::sample::select(vec![
        AgentService::Connecting,
        AgentService::Up,
        AgentService::Impaired { missing: sidetone_protocol::agent::AgentMissing::Servers, since_ms: 5 },
    ]);
    let supervises = vec![Team { id: "81".into(), name: "Billing".into() }];
    (states(), presence, service, any::<bool>()).prop_map(move |(state, presence, service, failed)| {
        let failure = failed.then(|| FailureCode::AgentStateRefused.into());
        AgentStatus { presence, service, failure, supervises: supervises.clone(), ..status(state) }
    })
}

fn dialogs() -> impl Strategy<Value = AgentDialog> {
    use ParticipantState::{Active, Alerting, Dropped, Failed, Held, Initiated, Initiating, Unknown, WrapUp};
    let state = prop::sample::select(vec![
        Initiating, Initiated, Alerting, Active, Held, Failed, WrapUp, Dropped, Unknown,
    ]);
    let call = prop::sample::select(vec![None, Some(ALICE_CALLS), Some(BOB_CALLS)]);
    let actions = prop::sample::subsequence(
        vec![DialogCommand::Hold, DialogCommand::Retrieve, DialogCommand::Drop, DialogCommand::Barge],
        0..=4,
    );
    (prop::sample::select(vec!["d1", "d2"]), state, call, actions)
        .prop_map(|(id, state, call, actions)| AgentDialog { state, actions, ..dialog(id, call) })
}

fn members() -> impl Strategy<Value = TeamMember> {
    (prop::sample::select(vec!["70001", "70002", "70003"]), states()).prop_map(|(id, state)| TeamMember {
        id: id.into(),
        name: format!("Agent {id}"),
        extension: Some("1003".into()),
        state,
        reason: None,
        pending: None,
        since_ms: Some(1),
    })
}

fn events() -> impl Strategy<Value = AgentEvent> {
    let message = |id: String| TeamMessage {
        id,
        from: "Bob".into(),
        text: "Hello".into(),
        sent_at_ms: 1,
        until_ms: 2,
        own: false,
    };
    let team = Team { id: "81".into(), name: "Billing".into() };
    prop_oneof![
        statuses().prop_map(AgentEvent::Status),
        dialogs().prop_map(AgentEvent::Dialog),
        prop::sample::select(vec!["d1", "d2"]).prop_map(|id| AgentEvent::DialogRemoved { dialog: id.into() }),
        prop::collection::vec(members(), 0..3)
            .prop_map(move |members| AgentEvent::Team(TeamView { team: team.clone(), members })),
        Just(AgentEvent::TeamClosed { team: "81".into() }),
        members().prop_map(|member| AgentEvent::Member { team: "81".into(), member }),
        ("[12]", any::<Option<u32>>()).prop_map(|(id, waiting)| {
            AgentEvent::Queue(QueueFigures { id, waiting, ..QueueFigures::default() })
        }),
        "[12]".prop_map(|queue| AgentEvent::QueueRemoved { queue }),
        prop::collection::vec("[1-4]".prop_map(message), 0..3).prop_map(AgentEvent::Messages),
        Just(AgentEvent::HelpWanted { member: "70002".into(), name: "Bob".into(), extension: "1003".into() }),
        any::<u32>().prop_map(|handled| AgentEvent::Day(Day { handled, ..Day::default() })),
    ]
}

fn calls() -> impl Strategy<Value = Call> {
    let id = prop::sample::select(vec![ALICE_CALLS, BOB_CALLS]);
    let state =
        prop::sample::select(vec![CallState::Ringing, CallState::Connected, ended_by(EndReason::Party)]);
    (id, state).prop_map(|(id, state)| Call { id, ..answered(inbound(state)) })
}

fn wishes() -> impl Strategy<Value = Intent> {
    let dialog = || "d1".to_owned();
    let agent = prop::sample::select(vec![
        AgentIntent::SetState { state: StateChoice::Ready, reason: None },
        AgentIntent::SetState { state: StateChoice::NotReady, reason: Some("11".into()) },
        AgentIntent::SetState { state: StateChoice::SignOut, reason: None },
        AgentIntent::SignIn(sidetone_protocol::agent::AgentSignIn::default()),
        AgentIntent::Control { dialog: dialog(), control: DialogControl::Hold },
        AgentIntent::WrapUp { dialog: dialog(), reasons: vec!["Sale".into()] },
        AgentIntent::Barge(dialog()),
        AgentIntent::SetMemberState { member: "70002".into(), state: MemberState::Ready },
        AgentIntent::FindContact("bob".into()),
        AgentIntent::DismissNotice,
    ]);
    prop_oneof![
        agent.prop_map(Intent::Agent),
        prop::sample::select(vec![
            Intent::Open(Panel::Agent(AgentPanel::Team)),
            Intent::Open(Panel::Agent(AgentPanel::Messages)),
            Intent::Open(Panel::Agent(AgentPanel::State)),
            Intent::ClosePanel,
        ]),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => events().prop_map(Step::Event),
        3 => calls().prop_map(Step::Call),
        1 => prop::sample::select(vec![ALICE_CALLS, BOB_CALLS]).prop_map(Step::CallGone),
        4 => wishes().prop_map(Step::Wish),
        1 => Just(Step::Refuse),
        1 => (1_u64..12_000).prop_map(Step::Wait),
        1 => Just(Step::Resync),
    ]
}

fn play(rig: &mut Rig, model: &mut Snapshot, step: &Step) {
    match step {
        Step::Event(event) => {
            model.apply(&sidetone_protocol::Event::Agent(Box::new(event.clone())));
            rig.agent_event(event.clone());
        }
        Step::Call(call) => {
            model.apply(&sidetone_protocol::Event::CallChanged { call: call.clone() });
            rig.change(call.clone());
        }
        Step::CallGone(call) => {
            let event = sidetone_protocol::Event::CallRemoved { call: *call };
            model.apply(&event);
            rig.event(event);
        }
        Step::Wish(intent) => rig.intent(intent.clone()),
        Step::Refuse => {
            if !rig.said().is_empty() {
                rig.refuse_last(FailureCode::ContactCentreRefused);
            }
        }
        Step::Wait(milliseconds) => rig.advance(*milliseconds),
        Step::Resync => {
            rig.relay(sidetone_protocol::RelayMessage::Snapshot { snapshot: model.clone() });
        }
    }
}

/// No call is shown by two cards.
fn assert_one_card_each(view: &View) {
    for dialog in &view.agent.as_ref().unwrap().dialogs {
        let live = dialog.call.and_then(|key| view.call(key)).is_some_and(|call| !call.is_ended());
        // One that is over makes room for its wrap-up; one that is up has its own card.
        let own = matches!(dialog.card, DialogCard::WrapUp | DialogCard::Silent | DialogCard::Preview);
        assert!(!(live && own), "a call that is up has a second card: {dialog:?}");
    }
}

/// What follows from what the contact centre says, without what this page remembers.
fn told(view: &View) -> AgentView {
    let agent = view.agent.as_ref().unwrap();
    let mut told = AgentView { asked: None, notice: None, ..(**agent).clone() };
    told.contacts = Default::default();
    told.help_wanted.clear();
    told.messages.unread = 0;
    told.messages.notice = None;
    told.messages.sending = false;
    told.supervised.notice = None;
    told.presence = Presence::SignedIn;
    told.dialogs.clear();
    for member in told.supervised.members.iter_mut().flatten() {
        member.asked = None;
        member.intercept = None;
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn snapshot_and_events_agree_in_any_order_and_however_often(
        steps in prop::collection::vec(steps(), 1..40),
        doubled in any::<bool>(),
    ) {
        let agent = Some(Box::new(Agent { ..ada() }));
        let mut model = Snapshot { agent, ..snapshot(vec![], MediaHolder::Here) };
        let mut rig = Rig::agent(ada());
        for step in &steps {
            play(&mut rig, &mut model, step);
            if doubled && matches!(step, Step::Event(_)) {
                play(&mut rig, &mut model, step);
            }
            assert_one_card_each(&rig.view());
        }
        let by_events = told(&rig.view());
        rig.relay(sidetone_protocol::RelayMessage::Snapshot { snapshot: model.clone() });
        prop_assert_eq!(&by_events, &told(&rig.view()));
        let mut fresh = Rig::agent(ada());
        fresh.now = rig.now;
        fresh.relay(sidetone_protocol::RelayMessage::Snapshot { snapshot: model });
        // The page's clock was read at another moment; and who looks at a team only now has it to ask for.
        let (mut one, mut other) = (told(&fresh.view()), by_events);
        for view in [&mut one, &mut other] {
            view.since = None;
            view.messages.list.iter_mut().for_each(|message| message.until = None);
            view.supervised.members.iter_mut().flatten().for_each(|member| member.since = None);
            view.queues.iter_mut().for_each(|queue| queue.longest_since = None);
        }
        prop_assert_eq!(one, other);
    }
}
