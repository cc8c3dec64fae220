//! The agent as its user sees it, derived from the state.

use super::seeing::state_of;
use super::{DialogMemory, Search};
use crate::phone::Phone;
use crate::phone::view::shown;
use sidetone_protocol::agent::{
    Agent, AgentDialog, AgentStateKind, DialogCommand, MemberState, ParticipantState, Platform, Presence,
    Preview, StateChoice, TeamMember, WrapUpRule,
};
use sidetone_protocol::{Call, Direction, Failure, Snapshot as RelaySnapshot};
use sidetone_skins::snapshot::{
    AgentView, CallKey, Contacts, DialogCard, DialogView, MemberView, MessageView, Messages, NextState,
    Notice, QueueView, StateOffer, Supervised, WrapUp,
};

/// The agent; none for users who are none.
pub(in crate::phone) fn view(phone: &Phone) -> Option<Box<AgentView>> {
    let relay = phone.relay.as_ref()?;
    let agent = relay.agent.as_ref()?;
    let status = &agent.status;
    let memory = &phone.agents;
    let signing_in = memory.signing_in.is_some() && status.presence != Presence::SignedIn;
    Some(Box::new(AgentView {
        id: status.id.clone(),
        name: status.name.clone(),
        extension: status.extension.clone(),
        platform: status.platform,
        service: status.service.clone(),
        presence: if signing_in { Presence::SigningIn } else { status.presence.clone() },
        state: status.state,
        reason: status.reason.as_ref().map(|reason| reason.label.clone()),
        since: phone.clock.on_page(status.since_ms).filter(|_| status.since_ms > 0),
        pending: status.pending.as_ref().map(|pending| NextState {
            state: pending.state,
            reason: pending.reason.as_ref().map(|reason| reason.label.clone()),
        }),
        asked: memory.state.as_ref().map(|asked| NextState {
            state: state_of(asked.choice),
            reason: asked.reason.as_ref().map(|(_, label)| label.clone()),
        }),
        choices: status.choices.iter().map(|choice| offer(agent, *choice)).collect(),
        can_dial: status.can_dial,
        cannot_dial: status.cannot_dial.clone(),
        team: status.team.clone(),
        can_call_for_help: status.can_call_for_help,
        notice: notice(memory.notice.as_ref(), memory.read.as_ref(), status.failure.as_ref()),
        dialogs: agent.dialogs.iter().map(|it| dialog(phone, relay, agent, it)).collect(),
        supervised: supervised(phone, agent),
        queues: agent
            .queues
            .iter()
            .map(|figures| QueueView {
                longest_since: figures.longest_since_ms.and_then(|since| phone.clock.on_page(since)),
                figures: figures.clone(),
            })
            .collect(),
        messages: messages(phone, agent),
        day: agent.day.clone(),
        contacts: contacts(&memory.search),
        help_wanted: memory.help.clone(),
    }))
}

fn offer(agent: &Agent, choice: StateChoice) -> StateOffer {
    let reasons = match choice {
        StateChoice::Ready => Vec::new(),
        StateChoice::NotReady => agent.not_ready_reasons.clone(),
        StateChoice::SignOut => agent.sign_out_reasons.clone(),
    };
    StateOffer { choice, reasons }
}

/// What was refused here, or else what the status tells and the user has not read.
fn notice(here: Option<&Notice>, read: Option<&Failure>, told: Option<&Failure>) -> Option<Notice> {
    let told = told.filter(|told| read != Some(*told));
    here.cloned().or_else(|| told.map(|failure| Notice { failure: failure.clone(), retry: None }))
}

fn contacts(search: &Search) -> Contacts {
    Contacts { text: search.text.clone(), found: search.found.clone() }
}

fn dialog(phone: &Phone, relay: &RelaySnapshot, agent: &Agent, it: &AgentDialog) -> DialogView {
    let blank = DialogMemory::default();
    let memory = phone.agents.dialogs.get(&it.id).unwrap_or(&blank);
    let (call, card) = place(phone, relay, agent, it, memory);
    let supervises = !agent.status.supervises.is_empty();
    let joined = memory.joined || it.kind.contains("BARGE");
    let wraps = it.wrap_up_rule != WrapUpRule::NotAllowed
        && (it.actions.contains(&DialogCommand::UpdateCallData) || it.state == ParticipantState::WrapUp);
    DialogView {
        id: it.id.clone(),
        call,
        card,
        direction: it.direction,
        number: shown(phone, &it.number),
        queue: it.queue.clone().filter(|queue| !queue.is_empty()),
        dialled: it.dialled.as_ref().map(|number| shown(phone, number)),
        state: it.state,
        actions: it.actions.clone(),
        others: it
            .participants
            .iter()
            .filter(|other| {
                other.number != agent.status.extension && other.state != ParticipantState::Dropped
            })
            .cloned()
            .collect(),
        variables: it.variables.clone(),
        wrap_up: WrapUp {
            reasons: if wraps { agent.wrap_up_reasons.clone() } else { Vec::new() },
            chosen: memory.wrap_up.as_ref().map_or_else(|| it.wrap_up.clone(), |(chosen, ..)| chosen.clone()),
            rule: it.wrap_up_rule,
            several: agent.status.platform == Platform::Uccx,
        },
        preview: it
            .preview
            .as_ref()
            .map(|preview| Preview { number: shown(phone, &preview.number), ..preview.clone() }),
        callback: it.callback.clone(),
        started: phone.clock.on_page(it.started_at_ms),
        since: phone.clock.on_page(it.state_since_ms),
        can_take_over: supervises && joined && it.actions.contains(&DialogCommand::DropParticipant),
        asked: memory.asked.map(|(asked, ..)| asked),
        notice: memory.notice.clone(),
    }
}

/// Whether the contact centre only begins with it, so that its call may not have been seen yet.
fn is_beginning(state: ParticipantState) -> bool {
    matches!(state, ParticipantState::Initiating | ParticipantState::Initiated | ParticipantState::Alerting)
}

/// In which card a dialog is shown. No call is ever shown by two.
fn place(
    phone: &Phone,
    relay: &RelaySnapshot,
    agent: &Agent,
    it: &AgentDialog,
    memory: &DialogMemory,
) -> (Option<CallKey>, DialogCard) {
    let call = it.call.or(memory.call).and_then(|id| relay.call(id));
    let key = call.and_then(|call| phone.calls.entry(call.id)).map(|entry| entry.key);
    let live = call.is_some_and(|call| !call.is_ended());
    let to_come = || has_one_to_come(phone, relay, agent, it.direction);
    let card = match it.state {
        _ if live => DialogCard::Call,
        ParticipantState::WrapUp => DialogCard::WrapUp,
        _ if it.preview.is_some() => DialogCard::Preview,
        ParticipantState::Dropped => DialogCard::Awaited,
        // It shows why it is over.
        _ if call.is_some() => DialogCard::Call,
        _ if it.call.is_some() && !memory.call_seen => DialogCard::Awaited,
        state if is_beginning(state) && (memory.call_awaited.is_some() || to_come()) => DialogCard::Awaited,
        ParticipantState::Initiating
        | ParticipantState::Initiated
        | ParticipantState::Alerting
        | ParticipantState::Active
        | ParticipantState::Held
        | ParticipantState::Failed
        | ParticipantState::Accepted
        | ParticipantState::Unknown => DialogCard::Silent,
    };
    (key, card)
}

/// Whether the phone has a call of that direction that no dialog has been joined with: a dialog that begins is its own
/// before it is said.
fn has_one_to_come(phone: &Phone, relay: &RelaySnapshot, agent: &Agent, direction: Direction) -> bool {
    let is_free = |call: &Call| {
        call.direction == direction
            && !call.is_connected()
            && !agent.dialogs.iter().any(|dialog| dialog.call == Some(call.id))
    };
    let wanted = direction == Direction::Outbound && !phone.calls.wanted.is_empty();
    wanted || relay.live_calls().any(is_free)
}

fn supervised(phone: &Phone, agent: &Agent) -> Supervised {
    let teams = &agent.status.supervises;
    let memory = &phone.agents.team;
    let chosen = teams.iter().find(|team| Some(&team.id) == memory.chosen.as_ref()).or(teams.first());
    let shown = chosen.and_then(|team| agent.teams.iter().find(|view| view.team.id == team.id));
    Supervised {
        teams: teams.clone(),
        chosen: chosen.map(|team| team.id.clone()),
        members: shown.map(|view| view.members.iter().map(|it| member(phone, agent, it)).collect()),
        notice: memory.notice.clone(),
    }
}

fn member(phone: &Phone, agent: &Agent, it: &TeamMember) -> MemberView {
    let is_user = it.id == agent.status.id;
    // What the user listens to or has joined: a dialog of the user's in which the member has a part.
    let theirs = |dialog: &&AgentDialog| {
        it.extension.as_ref().is_some_and(|extension| {
            dialog.participants.iter().any(|participant| participant.number == *extension)
        })
    };
    let own = |is: &dyn Fn(&AgentDialog) -> bool| {
        agent.dialogs.iter().filter(theirs).find(|dialog| is(dialog)).map(|dialog| dialog.id.clone())
    };
    let barge = own(&|dialog| dialog.actions.contains(&DialogCommand::Barge));
    let joined = |dialog: &AgentDialog| {
        let memory = phone.agents.dialogs.get(&dialog.id);
        (dialog.kind.contains("BARGE") || memory.is_some_and(|memory| memory.joined))
            && dialog.actions.contains(&DialogCommand::DropParticipant)
    };
    let intercept = own(&joined);
    // Where the state says less, the contact centre has the last word (UCCX: calls that come through no queue).
    let talks = match agent.status.platform {
        Platform::Ucce => it.state == AgentStateKind::Talking,
        Platform::Uccx => matches!(it.state, AgentStateKind::Talking | AgentStateKind::NotReady),
    };
    let free = agent.status.state == AgentStateKind::NotReady && agent.dialogs.iter().all(is_over);
    MemberView {
        id: it.id.clone(),
        name: it.name.clone(),
        extension: it.extension.clone(),
        state: it.state,
        reason: it.reason.as_ref().map(|reason| reason.label.clone()),
        pending: it.pending,
        since: it.since_ms.and_then(|since| phone.clock.on_page(since)),
        asked: asked_of(phone, &it.id),
        is_user,
        can_monitor: !is_user && talks && free && it.extension.is_some(),
        barge: barge.filter(|_| !is_user),
        intercept: intercept.filter(|_| !is_user),
    }
}

fn is_over(dialog: &AgentDialog) -> bool {
    matches!(dialog.state, ParticipantState::WrapUp | ParticipantState::Dropped)
}

fn asked_of(phone: &Phone, member: &str) -> Option<MemberState> {
    phone.agents.members.get(member).map(|(asked, _)| *asked)
}

fn messages(phone: &Phone, agent: &Agent) -> Messages {
    let memory = &phone.agents.messages;
    let list = agent.messages.iter().map(|message| MessageView {
        id: message.id.clone(),
        from: message.from.clone(),
        text: message.text.clone(),
        sent_at_ms: message.sent_at_ms,
        until: phone.clock.on_page(message.until_ms),
        own: message.own,
    });
    let unread = agent.messages.iter().filter(|message| !message.own && !memory.read.contains(&message.id));
    Messages {
        list: list.collect(),
        unread: unread.count(),
        notice: memory.notice.clone(),
        sending: memory.sending.is_some(),
    }
}
