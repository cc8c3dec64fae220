//! Any object there can be.

use crate::written::MINUTE;
use proptest::prelude::*;
use sidetone_finesse::model::{
    Action, AgentState, Dialog, DialogId, DialogState, Participant, Queue, QueueStatistics, ReasonCode,
    ScheduledCallback, Team, TeamMember, TeamName, User, WrapUpMode,
};

/// Text of people: no blanks around it, which are of no meaning in these documents.
fn words() -> impl Strategy<Value = String> {
    "[^\\p{C}\\s]([^\\p{C}\\s]| ){0,8}[^\\p{C}\\s]|"
}

fn id() -> impl Strategy<Value = String> {
    "[1-9][0-9]{0,7}"
}

fn instant() -> impl Strategy<Value = Option<u64>> {
    prop::option::of(MINUTE..MINUTE + 60_000)
}

fn agent_state() -> impl Strategy<Value = AgentState> {
    prop::sample::select(vec![
        AgentState::Logout,
        AgentState::NotReady,
        AgentState::Ready,
        AgentState::Reserved,
        AgentState::ReservedOutbound,
        AgentState::ReservedOutboundPreview,
        AgentState::Talking,
        AgentState::Hold,
        AgentState::Work,
        AgentState::WorkReady,
        AgentState::Unknown,
    ])
}

fn dialog_state() -> impl Strategy<Value = DialogState> {
    prop::sample::select(vec![
        DialogState::Initiating,
        DialogState::Initiated,
        DialogState::Alerting,
        DialogState::Active,
        DialogState::Held,
        DialogState::WrapUp,
        DialogState::Failed,
        DialogState::Dropped,
        DialogState::Accepted,
        DialogState::Unknown,
    ])
}

fn wrap_up_mode() -> impl Strategy<Value = WrapUpMode> {
    prop::sample::select(vec![
        WrapUpMode::Required,
        WrapUpMode::RequiredWithWrapUpData,
        WrapUpMode::Optional,
        WrapUpMode::NotAllowed,
    ])
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let all = vec![
        Action::MakeCall,
        Action::Answer,
        Action::Hold,
        Action::Retrieve,
        Action::Drop,
        Action::ConsultCall,
        Action::Transfer,
        Action::TransferSst,
        Action::Conference,
        Action::SendDtmf,
        Action::UpdateCallData,
        Action::ParticipantDrop,
        Action::StartRecording,
        Action::SilentMonitor,
        Action::BargeCall,
        Action::Accept,
        Action::Reject,
        Action::Close,
        Action::Reclassify,
        Action::UpdateScheduledCallback,
        Action::CancelScheduledCallback,
    ];
    prop::sample::subsequence(all, 0..6)
}

fn reason_codes() -> impl Strategy<Value = Option<ReasonCode>> {
    let reason = (id(), id(), words(), any::<bool>());
    prop::option::of(reason.prop_map(|(id, code, label, system)| ReasonCode { id, code, label, system }))
}

fn team_names() -> impl Strategy<Value = TeamName> {
    (id(), words()).prop_map(|(id, name)| TeamName { id, name })
}

pub(crate) fn users() -> impl Strategy<Value = User> {
    let names = (id(), words(), words(), words(), id());
    let states = (agent_state(), instant(), prop::option::of(agent_state()));
    let reasons = (prop::option::of(id()), reason_codes());
    let settings = (any::<bool>(), wrap_up_mode(), wrap_up_mode(), any::<bool>());
    let teams = (prop::option::of(team_names()), prop::collection::vec(team_names(), 0..3));
    (names, states, reasons, settings, teams).prop_map(|(names, states, reasons, settings, teams)| User {
        login_id: names.0,
        login_name: names.1,
        first_name: names.2,
        last_name: names.3,
        extension: names.4,
        state: states.0,
        state_change_time: states.1,
        pending_state: states.2,
        reason_code_id: reasons.0,
        reason_code: reasons.1,
        mobile_agent: None,
        supervisor: settings.0,
        wrap_up_on_incoming: settings.1,
        wrap_up_on_outgoing: settings.2,
        device_selection: settings.3,
        team: teams.0,
        teams: teams.1,
    })
}

pub(crate) fn dialogs() -> impl Strategy<Value = Dialog> {
    let ids = (id(), prop::option::of(id()), prop::option::of(id()));
    let addresses = (words(), words(), words(), dialog_state());
    let properties = prop::collection::vec(words(), 7);
    let filled = || words().prop_filter("a value", |text| !text.is_empty());
    let items = prop::collection::vec(filled(), 0..3);
    let variables = prop::collection::vec((filled(), filled()), 0..4);
    let rest = (prop::collection::vec(participants(), 0..3), callbacks());
    (ids, addresses, properties, items, variables, rest).prop_map(
        |(ids, addresses, properties, items, variables, rest)| {
            let property = |at: usize| properties[at].clone();
            Dialog {
                id: DialogId(ids.0),
                secondary_id: ids.1.map(DialogId),
                associated: ids.2.map(DialogId),
                media_type: addresses.0,
                from_address: addresses.1,
                to_address: addresses.2,
                state: addresses.3,
                call_type: property(0),
                dialed_number: property(1),
                dnis: property(2),
                outbound_classification: property(3),
                queue_number: property(4),
                queue_name: property(5),
                wrap_up_reason: property(6),
                wrap_up_items: items,
                variables,
                participants: rest.0,
                callback: rest.1,
            }
        },
    )
}

fn participants() -> impl Strategy<Value = Participant> {
    (words(), any::<bool>(), dialog_state(), words(), instant(), instant(), actions()).prop_map(
        |(media_address, agent, state, state_cause, start_time, state_change_time, actions)| Participant {
            media_address,
            agent,
            state,
            state_cause,
            start_time,
            state_change_time,
            actions,
        },
    )
}

fn callbacks() -> impl Strategy<Value = Option<ScheduledCallback>> {
    let callback = (id(), words()).prop_map(|(time, number)| ScheduledCallback { time, number });
    prop::option::of(callback)
}

pub(crate) fn teams() -> impl Strategy<Value = Team> {
    let member = (
        id(),
        words(),
        words(),
        id(),
        agent_state(),
        prop::option::of(agent_state()),
        instant(),
        reason_codes(),
    );
    let member = member.prop_map(
        |(
            login_id,
            first_name,
            last_name,
            extension,
            state,
            pending_state,
            state_change_time,
            reason_code,
        )| TeamMember {
            login_id,
            first_name,
            last_name,
            extension,
            state,
            pending_state,
            state_change_time,
            reason_code,
        },
    );
    (id(), words(), prop::collection::vec(member, 0..4)).prop_map(|(id, name, members)| Team {
        id,
        name,
        members,
    })
}

pub(crate) fn queues() -> impl Strategy<Value = Queue> {
    let counts = prop::collection::vec(prop::option::of(any::<u32>()), 10);
    (id(), words(), instant(), counts).prop_map(|(id, name, longest, counts)| Queue {
        id,
        name,
        statistics: QueueStatistics {
            calls_in_queue: counts[0],
            start_time_of_longest_call_in_queue: longest,
            agents_ready: counts[1],
            agents_not_ready: counts[2],
            agents_busy_other: counts[3],
            agents_logged_on: counts[4],
            agents_talking_inbound: counts[5],
            agents_talking_outbound: counts[6],
            agents_talking_internal: counts[7],
            agents_wrap_up_not_ready: counts[8],
            agents_wrap_up_ready: counts[9],
        },
    })
}
